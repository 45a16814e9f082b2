// The oracle: CEL evaluated by walking the tree, as the language definition says and as slowly as
// it likes. It exists to be compared with what the compiler and the machine make of the same
// expression, and is written to be checked by eye: one function a kind of node, no cleverness.
//
// Functions (vm/functions/) and equality of values are the machine's own; operators, logic,
// scoping, comprehensions and the order of evaluation are written here a second time.
//
// What is settled here where the definition leaves it open:
//   - Operands are evaluated from left to right; the first that fails is the error reported.
//     && and || report the leftmost failing operand, if its error is not absorbed.
//   - An operand of the wrong type fails where the operator is, not where the operand is. In
//     logic and as a condition, an operand that is no bool fails where the operand is.
//   - A call of a function that nobody knows fails without its arguments being evaluated.
//   - What cel.bind and cel.block name is evaluated at most once, when it is first used.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/environment.h"
#include "vm/arena.h"
#include "vm/value.h"

namespace writ::oracle {

// The values of environment.variables, in their order. One that is absent, or not there at all, has
// none: reading it is an error.
using Bindings = std::vector<Value>;

struct Outcome {
  Value value;                        // Tag::kError where the evaluation failed
  cel::NodeId failed = cel::kNoNode;  // then: the node that raised the error
};

// What one evaluation may cost, in steps about as long as an instruction, and how deeply it may
// recurse. Beyond either the outcome is Error::kBudget, whatever the logic around.
inline constexpr int64_t kBudget = 1 << 22;
inline constexpr uint32_t kMaxRecursion = 3000;

// Variables that are constants need no binding. `now` is a timestamp, or absent. The value refers
// to the arena, to the bindings and to the expression. Thread safe.
//
// REQUIRES: Check(…, environment) made `expression` without errors.
Outcome Evaluate(const cel::Checked& expression, const cel::Environment& environment,
                 const Bindings& bindings, const Value& now, Arena& arena,
                 int64_t budget = kBudget);

}  // namespace writ::oracle
