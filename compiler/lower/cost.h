// What evaluating an expression costs at worst, known before any call.
//
// A bound is a polynomial in the bytes of the call's line (compiler/lower/cost_bound.h). What a
// rule costs whatever the call (the terms without n) must fit the budget of a call, or no policy
// may hold it (compiler/emit/rule_cost.h); the rest is metered as it runs (Machine::kRunBudget),
// and over it the call is denied with an error.
//
// The elements of what a loop walks are parts of it: together they are no larger. So a loop over an
// argument whose body walks its element costs n, not n²: the body's bound is a polynomial in the
// element's size, and the sum of those is at most the one of the sum, the terms without the size
// aside, which count for each element.
//
// Tested by tests/compiler/lower/cost_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/lower/constant_sizes.h"
#include "compiler/lower/cost_bound.h"

namespace writ::cel {

// Of an expression: what evaluating it costs, and how large its value is (a number counts 1, text
// its bytes, a list or a map two for an element and its elements).
struct ExpressionBound {
  CostBound cost;
  CostBound size;
};

// Of evaluating the whole expression once (compiler/lower/second_run.h says what runs twice).
// Constants of the environment count with their sizes. A variable that is a block is read, not
// evaluated: what it costs counts once for all who read it, so it is not in here. Its value has
// `variable_sizes[i]`, i being its place in the environment, or where that is not given, the size
// of the line.
ExpressionBound BoundExpression(const Checked& expression, const Environment& environment,
                                ConstantSizes& constants,
                                const std::vector<CostBound>& variable_sizes = {});

// The cost alone, of evaluating it once.
CostBound BoundCost(const Checked& expression, const Environment& environment);

// Of finding out whether the call's tool is one that a glob names.
CostBound BoundToolGlob(std::string_view glob);

// Of looking for an argument that has none of these names.
CostBound BoundOnlyArgs(const std::vector<std::string>& names);

}  // namespace writ::cel
