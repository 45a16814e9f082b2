// Time: one program or several, taking turns, each with calls of its own or all with the same.
//
// In a round each call has its turn, in an order that changes from round to round, and in a turn
// each program decides its own some times in a row: so many that reading the clock costs a
// hundredth of that, as long as 256 are enough. A sample is the time of one decision as a mean over
// its turn. So percentiles tell how calls differ, and what the machine does to whole turns; what
// happens to a single decision is spread over its turn.
//
// Tested by tests/cli/bench.py.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/bench/bench_call.h"
#include "cli/bench/decider.h"
#include "cli/bench/stages.h"

namespace writ {

struct MeasureOptions {
  double seconds = 2;   // about as long as it takes; a few rounds at least
  uint64_t seed = 1;    // of the order
  bool reading = true;  // reading the line is measured alone, too
};

// Nanoseconds of a decision: whole, from the line on, and reading the line alone.
struct CallTimes {
  std::vector<float> whole;  // by round
  std::vector<float> reading;

  double MedianWhole() const;
  double MedianReading() const;
  // What is left of the one without the other.
  double MedianDeciding() const;
};

struct Measurement {
  std::vector<CallTimes> calls;  // as they were given

  // Nanoseconds of a decision in each of the parts of the run: the mean of these calls, each taken
  // by its median in that part, so that a turn in which something else ran weighs nothing.
  std::vector<float> Parts(const std::vector<size_t>& calls_meant) const;
  std::vector<float> Parts() const;
};

// Ratios of two programs' parts, one by one.
std::vector<float> RatiosOf(const std::vector<float>& over, const std::vector<float>& under);

struct Measurements {
  std::vector<Measurement> programs;  // as they were given
  size_t rounds = 0;
  double clock_nanoseconds = 0;  // what reading the clock costs
};

struct Contestant {
  Decider* program = nullptr;
  const BenchCalls* calls = nullptr;
};

// REQUIRES: one contestant and one call at least; all have as many calls.
Measurements Measure(const std::vector<Contestant>& contestants, const MeasureOptions& options,
                     Stages& stages);

// Nanoseconds on a clock that only goes forward.
int64_t MonotonicNow();

}  // namespace writ
