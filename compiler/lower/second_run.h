// Whether code runs a second time where it fails: on the fast path first, and then on the slow one,
// which tells what the error is (compiler/lower/lowering.h). What it costs at worst is both.
//
// Tested by tests/compiler/lower/cost_test.cc.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/environment.h"
#include "compiler/lower/cost_bound.h"
#include "vm/machine.h"

namespace writ::cel {

// No fast path is written for expressions that are one test and have more nodes or cost more,
// whatever the call: so little that second runs count for a rule's bound only where it has several
// expressions or variables of that cost.
inline constexpr size_t kMaxNodesRunTwice = 500;
inline constexpr double kMaxCostRunTwice = static_cast<double>(Machine::kRunBudget) / 16;

// Whether expressions that are one value or one test are small and cheap enough for a fast path.
bool FitsFastPath(const std::vector<const Checked*>& expressions, const Environment& environment);

// Whether the code of expressions that are one value or one test may have a fast path. May say so
// of more than have one, never of fewer.
bool MayRunTwice(const std::vector<const Checked*>& expressions, const Environment& environment);

// What an expression costs that stands alone, its second run included.
CostBound BoundRuns(const Checked& expression, const Environment& environment);

}  // namespace writ::cel
