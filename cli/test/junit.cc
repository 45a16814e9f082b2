// Results as JUnit's XML.
// Tested by tests/cli/test_junit_test.cc and tests/cli/coverage.py.
#include <fmt/core.h>

#include <numeric>

#include "cli/test/results.h"
#include "vm/utf8.h"

namespace writ {
namespace {

// Whether XML 1.0 can have it at all, even as a reference.
bool IsXmlCharacter(uint32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
         (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

// For text and for attributes alike: there a reader would make spaces of tabs and line ends.
std::string Xml(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string_view rest = text;
    const uint32_t c = TakeCodePoint(rest);
    const std::string_view written = text.substr(0, text.size() - rest.size());
    text = rest;
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&apos;"; break;
      case '\t':
      case '\n':
      case '\r': out += fmt::format("&#{};", c); break;
      default:
        if (IsXmlCharacter(c)) {
          out += c == 0xFFFD ? std::string_view("\xEF\xBF\xBD") : written;
        } else {
          out += fmt::format("\\u{:04x}", c);
        }
    }
  }
  return out;
}

std::string Seconds(std::chrono::nanoseconds time) {
  return fmt::format("{:.6f}", static_cast<double>(time.count()) / 1e9);
}

std::chrono::nanoseconds TimeOf(const SuiteResult& suite) {
  return std::accumulate(suite.cases.begin(), suite.cases.end(), std::chrono::nanoseconds(0),
                         [](auto sum, const CaseResult& result) { return sum + result.time; });
}

std::string CaseXml(const std::string& suite, const CaseResult& result) {
  std::string out =
      fmt::format("    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\" time=\"{}\"",
                  Xml(result.name), Xml(suite), Xml(suite), result.at.line, Seconds(result.time));
  if (result.passed) return out + "/>\n";
  const std::string text = Render(result.failure) + FailureDetails(result, false);
  out += fmt::format(">\n      <failure message=\"{}\" type=\"{}\">{}</failure>\n    </testcase>\n",
                     Xml(result.failure.message), Word(result.failure.code), Xml(text));
  return out;
}

// One that could not be run, as a case of its own.
std::string UnreadableXml(const SuiteResult& suite) {
  std::string text;
  for (const Diagnostic& fault : suite.faults) text += Render(fault);
  const std::string message =
      suite.faults.empty() ? "the suite cannot be run" : suite.faults.front().message;
  return fmt::format(
      "    <testcase name=\"(suite)\" classname=\"{}\" file=\"{}\" line=\"1\" time=\"0\">\n"
      "      <error message=\"{}\" type=\"suite\">{}</error>\n    </testcase>\n",
      Xml(suite.path), Xml(suite.path), Xml(message), Xml(text));
}

}  // namespace

std::string JunitXml(const TestResults& results) {
  std::string suites;
  size_t errors = 0;
  std::chrono::nanoseconds time(0);
  for (const SuiteResult& suite : results.suites) {
    if (suite.is_readable && suite.cases.empty()) continue;  // none of its cases was taken
    std::string cases;
    for (const CaseResult& result : suite.cases) cases += CaseXml(suite.path, result);
    if (!suite.is_readable) cases = UnreadableXml(suite);
    const size_t faulty = suite.is_readable ? 0 : 1;
    suites += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" "
        "time=\"{}\">\n{}  </testsuite>\n",
        Xml(suite.path), suite.cases.size() + faulty, suite.failed(), faulty,
        Seconds(TimeOf(suite)), cases);
    errors += faulty;
    time += TimeOf(suite);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"writ test\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{}\">\n"
      "{}</testsuites>\n",
      results.passed + results.failed + errors, results.failed, errors, Seconds(time), suites);
}

}  // namespace writ
