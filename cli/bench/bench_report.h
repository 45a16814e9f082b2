// What `writ bench` says of a policy.
//
// Tested by tests/cli/bench.py.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/bench/bench_call.h"
#include "cli/bench/calls_origin.h"
#include "cli/bench/decider.h"
#include "cli/bench/load_times.h"
#include "cli/bench/measure.h"
#include "cli/bench/percentiles.h"
#include "cli/bench/steadiness.h"
#include "cli/bench/work.h"
#include "cli/table.h"

namespace writ {

struct OutcomeCounts {
  size_t allowed = 0;
  size_t denied = 0;
  size_t errors = 0;

  void Add(const Outcome& outcome);
  size_t all() const { return allowed + denied + errors; }
};

struct ToolCost {
  std::string name;
  OutcomeCounts outcomes;
  Percentiles nanoseconds;
  Percentiles instructions;
};

// A rule as it is written: one of several tools once.
struct RuleCost {
  std::string name;  // empty: what belongs to no rule
  std::string file;  // empty: debug data has no place of it
  uint32_t line = 0;
  uint32_t column = 0;
  // The line that cost most of it, if the source is at hand.
  uint32_t dearest_line = 0;  // 0: nothing says
  std::string dearest_text;
  size_t calls = 0;  // in which it was asked
  Percentiles instructions;
  uint64_t instructions_of_all = 0;  // calls together
  Percentiles nanoseconds;           // estimated
};

struct BenchReport {
  std::vector<std::string> policies;
  std::string digest;
  CallsOrigin origin;
  OutcomeCounts outcomes;
  Steadiness steadiness;
  Percentiles whole;            // nanoseconds of a decision from the line on, calls times rounds
  Percentiles reading;          // of reading the line alone
  Percentiles instructions;     // by call
  std::vector<float> samples;   // of whole
  std::vector<ToolCost> tools;  // by name
  std::vector<RuleCost> rules;  // the dearest in all first
  LoadTimes load;
};

// Lines, each with its LF.
std::string BenchTables(const BenchReport& report, const TableStyle& style);
// One line, with its LF. docs/benchmarking.md describes every member.
std::string BenchJson(const BenchReport& report);
// A picture.
std::string BenchPicture(const BenchReport& report);

}  // namespace writ
