// Checked expressions to bytecode. docs/architecture.md, "How CEL is encoded", shows the forms.
//
// Tested by tests/compiler/lower/lower_test.cc and the conformance cases.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/lower/builder.h"

namespace writ::cel {

// How deep blocks of one expression stand in one another, and how deep one of a variable does with
// those of the variables that it uses in turn: together with the rule's own they stay within
// kMaxBlockDepth.
inline constexpr uint32_t kMaxNestedBlocks = kMaxBlockDepth / 2 - 4;
inline constexpr uint32_t kMaxVariableDepth = kMaxBlockDepth / 2;

// Gives the paths that an expression reads slots of the needed-path trie it runs with.
class PathSlots {
 public:
  virtual ~PathSlots() = default;
  // The slot of the value at that path below the arguments; an empty path is the arguments
  // themselves. `reads_value` is false where only its presence and type are asked.
  virtual uint32_t SlotOf(const std::vector<std::string>& path, bool reads_value) = 0;
};

// What an expression is compiled for.
struct LowerTarget {
  const Environment& environment;
  PathSlots& paths;
  // Where a byte of the expression stands in the policy.
  std::function<SourcePosition(uint32_t)> position;
  // The value of each node that is known before any call (compiler/opt/fold.h), or absent. Empty:
  // nothing is known but literals.
  const std::vector<Value>* known = nullptr;
  // Node n is the part `first_part` + n of a source map. kNoPart: there is none.
  uint32_t first_part = kNoPart;
};

// Why an expression cannot be encoded.
struct LowerFailure {
  uint32_t at = 0;
  uint32_t length = 1;
  std::string message;
};

// How many values cel.bind() and cel.block() name, each of which has a register for itself.
size_t CountNames(const Ast& ast);

// Appends a value block of its own, which stands alone, for the expression or for the part of it
// below `root`. The block's number.
tl::expected<uint32_t, LowerFailure> LowerValue(ProgramBuilder& builder, const Checked& expression,
                                                const LowerTarget& target, NodeId root = kNoNode);

// Appends to an open block a test of the expression, which goes on at one of the labels.
std::optional<LowerFailure> LowerTest(BlockBuilder& block, const Checked& expression,
                                      const LowerTarget& target, Label if_true, Label if_false);

// The same of several that are one && (or, `any`, one ||): errors absorb as there. REQUIRES: all
// have the environment of their target.
struct LowerOperand {
  const Checked* expression;
  const LowerTarget* target;
  uint32_t block = kNoBlock;  // a value block of the expression, to be run instead
};
std::optional<LowerFailure> LowerGroup(BlockBuilder& block,
                                       const std::vector<LowerOperand>& operands, bool any,
                                       Label if_true, Label if_false, size_t* failed);

}  // namespace writ::cel
