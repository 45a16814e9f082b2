// What a run of suites came to, and how it is told.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/coverage/coverage.h"
#include "cli/test/case_run.h"
#include "compiler/diagnostic.h"

namespace writ {

struct SuiteResult {
  std::string path;
  std::vector<Diagnostic> faults;  // of one that could not be run: then there are no cases
  std::vector<CaseResult> cases;   // that were taken
  bool is_readable = true;

  size_t failed() const;
};

struct TestResults {
  std::vector<SuiteResult> suites;
  size_t passed = 0;
  size_t failed = 0;
  size_t left_out = 0;  // cases that --filter did not take
  bool has_coverage = false;
  std::vector<std::unique_ptr<PolicyCoverage>> coverage;  // in the order policies were met
};

// "0.4 ms"
std::string MillisecondsText(std::chrono::nanoseconds time);

// Where the failed case's rule stands and what it saw, as lines for people.
std::string FailureDetails(const CaseResult& result, bool color);

// One JSON object, with a line for each case. `with_times`: and how long each took.
std::string ResultsJson(const TestResults& results, bool with_times);

// JUnit's XML, as CI servers read it. Tested by tests/cli/test_junit_test.cc.
std::string JunitXml(const TestResults& results);

}  // namespace writ
