// Results for people.
// Tested by tests/cli/suites.py.
#include <fmt/core.h>

#include <algorithm>

#include "cli/test/results.h"

namespace writ {

size_t SuiteResult::failed() const {
  const auto failed = std::count_if(cases.begin(), cases.end(),
                                    [](const CaseResult& result) { return !result.passed; });
  return static_cast<size_t>(failed);
}

std::string MillisecondsText(std::chrono::nanoseconds time) {
  return fmt::format("{:.1f} ms", static_cast<double>(time.count()) / 1e6);
}

std::string FailureDetails(const CaseResult& result, bool color) {
  std::string out;
  if (result.decided_by.source != nullptr) {
    const std::string shown = Render(result.decided_by, color);
    out += fmt::format("  decided at {}:{}:{}\n{}", Shown(FileOf(result.decided_by)),
                       result.decided_by.at.line, result.decided_by.at.column,
                       shown.substr(shown.find('\n') + 1));
  }
  return out + result.saw;
}

}  // namespace writ
