// One case of a suite, from its first step to the first that does not go as expected.
//
// Tested by tests/cli/suites.py and tests/cli/coverage.py.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli/coverage/coverage.h"
#include "cli/suite.h"

namespace writ {

struct CaseResult {
  std::string name;
  Position at;
  bool passed = true;
  std::chrono::nanoseconds time{0};
  // Of a case that failed.
  Diagnostic failure;
  Diagnostic decided_by;  // where the rule stands that decided; without a source: none did
  std::string saw;        // what it came to: lines, each with its LF
};

// `coverage`, unless null, is the policy's, and gets what the case exercises. `advance` is called
// after each call.
CaseResult RunCase(const Suite& suite, const Case& made, PolicyCoverage* coverage,
                   const std::function<void()>& advance);

}  // namespace writ
