// Results for programs.
// Tested by tests/cli/suites.py and tests/cli/coverage.py.
#include <fmt/core.h>

#include "cli/coverage/coverage_reports.h"
#include "cli/json_text.h"
#include "cli/test/results.h"
#include "vm/json_text.h"

namespace writ {
namespace {

std::string CaseJson(const std::string& suite, const CaseResult& result, bool with_times) {
  std::string out = "{\"suite\":";
  AppendJsonString(suite, out);
  out += ",\"case\":";
  AppendJsonString(result.name, out);
  out += result.passed ? ",\"passed\":true" : ",\"passed\":false,\"failure\":";
  if (!result.passed) out += RenderJson(result.failure);
  if (result.decided_by.source != nullptr) {
    out += ",\"decided_at\":{\"file\":";
    AppendJsonString(FileOf(result.decided_by), out);
    out += fmt::format(",\"line\":{},\"column\":{}}}", result.decided_by.at.line,
                       result.decided_by.at.column);
  }
  if (!result.saw.empty()) {
    out += ",\"saw\":";
    AppendJsonString(result.saw, out);
  }
  if (with_times) {
    out += fmt::format(",\"milliseconds\":{:.3f}", static_cast<double>(result.time.count()) / 1e6);
  }
  return out + "}";
}

}  // namespace

std::string ResultsJson(const TestResults& results, bool with_times) {
  std::string cases;
  for (const SuiteResult& suite : results.suites) {
    for (const CaseResult& result : suite.cases) {
      cases += fmt::format("{}\n  {}", cases.empty() ? "" : ",",
                           CaseJson(suite.path, result, with_times));
    }
  }
  std::string out = fmt::format("{{\"passed\":{},\"failed\":{},\"cases\":[{}\n]", results.passed,
                                results.failed, cases);
  if (results.has_coverage) out += ",\"coverage\":" + CoverageJson(results.coverage);
  return out + "}\n";
}

}  // namespace writ
