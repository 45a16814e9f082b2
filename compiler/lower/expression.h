// Programs of one expression: for `writ expr`, for the conformance cases, and for what is known at
// compile time.
//
// Tested by tests/compiler/lower/expression_test.cc and the conformance cases.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/lower/lower.h"
#include "vm/machine.h"

namespace writ::cel {

struct CompiledExpression {
  std::shared_ptr<const VerifiedProgram> program;
  uint32_t block = 0;
};

// Variables of Storage::kSlot must have the indices 0, 1, … in some order; they become the
// program's first slots, which are every tool's: Machine::BeginCall(""), then SetSlot(), or for
// `args` what it gives, then Evaluate(block). Positions are bytes of the expression plus one, in
// line 1.
tl::expected<CompiledExpression, LowerFailure> CompileExpression(const Checked& expression,
                                                                 const Environment& environment,
                                                                 bool optimise);

// The part of an expression below `node`, which must read no variable of a comprehension around it.
tl::expected<CompiledExpression, LowerFailure> CompilePart(const Checked& expression,
                                                           const Environment& environment,
                                                           NodeId node);

// What the part of an expression below `node` evaluates to, which must need nothing of a call. Its
// copy in `pool`; nullopt if it ends in an error or needs more than it may.
std::optional<Value> EvaluateConstant(const Checked& expression, const Environment& environment,
                                      NodeId node, int64_t budget, size_t max_values, Arena& pool);

}  // namespace writ::cel
