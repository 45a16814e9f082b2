// What a decision costs at worst, apart from what is metered as it runs: what loops repeat, what is
// bound, and what grows with the call.
//
// It is the way through the decision blocks by the dearest path in each, and on top
//   - every block that may be forced on it, once, since it is run once; bodies of loops and bound
//     blocks likewise, though each of their runs is metered,
//   - the blocks of a quota for every instruction that notes it, those of a message for every one
//     that may show it: these are run anew each time,
//   - the counters that are read before and taken from after.
//
// A program that needs over kMaxDecisionCost would hold every call up for a second or longer; no
// policy that people write comes near it.
//
// Tested by tests/vm/decision_cost_test.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "vm/program.h"

namespace writ {

inline constexpr uint64_t kMaxDecisionCost = 100'000'000;
// Reading a counter or taking from it, besides finding it by its name.
inline constexpr uint64_t kCounterCost = 64;

// Costs add up to this one at most.
inline constexpr uint64_t kUnboundedCost = UINT64_MAX;
inline uint64_t AddCost(uint64_t a, uint64_t b) {
  return a > kUnboundedCost - b ? kUnboundedCost : a + b;
}

// No less than what the dearest decision costs. Up to `enough` it may be more than that: then all
// blocks of the program are counted instead of those that are reached.
// `run_costs`: of each block's dearest path, without the blocks that it runs.
// REQUIRES: blocks and tables are sound.
uint64_t BoundDecisions(const Program& program, const std::vector<uint64_t>& run_costs,
                        uint64_t enough);

}  // namespace writ
