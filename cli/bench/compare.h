// Two policies, the same calls, taking turns: how much longer the new one takes.
//
// Tested by tests/cli/bench.py.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/bench/bench_call.h"
#include "cli/bench/bench_report.h"
#include "cli/bench/decider.h"
#include "cli/bench/stages.h"
#include "cli/bench/steadiness.h"
#include "cli/table.h"

namespace writ {

// New to old.
struct CostRatio {
  size_t calls = 0;
  Spread ratio;                // of their nanoseconds, within parts of the run
  double old_nanoseconds = 0;  // medians of the parts
  double new_nanoseconds = 0;
  uint64_t old_instructions = 0;  // of all calls
  uint64_t new_instructions = 0;

  double instruction_ratio() const;
};

struct ToolComparison {
  std::string name;
  size_t differing = 0;  // calls that are decided otherwise
  CostRatio cost;
};

// A call that is decided otherwise.
struct DecidedOtherwise {
  std::string tool;
  std::string line;
  std::string old_decision;
  std::string new_decision;
};

struct Comparison {
  std::vector<std::string> old_policies;
  std::vector<std::string> new_policies;
  CallsOrigin origin;
  // Calls of which another verdict is given; of which the verdict is the same, but not the reason.
  size_t other_verdicts = 0;
  size_t other_reasons = 0;
  std::vector<DecidedOtherwise> examples;
  Steadiness old_steadiness;
  Steadiness new_steadiness;
  CostRatio whole;
  std::vector<ToolComparison> tools;  // by name

  bool decide_alike() const { return other_verdicts + other_reasons == 0; }
};

// REQUIRES: one call at least.
Comparison Compare(Decider& old_program, Decider& new_program, const BenchCalls& calls,
                   const MeasureOptions& options, Stages& stages);

std::string ComparisonTables(const Comparison& comparison, const TableStyle& style);
std::string ComparisonJson(const Comparison& comparison);
// A picture: the ratio of each tool.
std::string ComparisonPicture(const Comparison& comparison);

}  // namespace writ
