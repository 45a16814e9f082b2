// What Choose says: which of a row of decision blocks, its candidates, a call needs.
//
// A policy may have thousands of rules for one tool, each of which looks first whether an argument
// has one value of its own. Choose finds by that value which of them may say anything:
//
//   Choose   args.account   {"a1": [0], "a2": [1, 4], …}
//            always         [2, 5]
//            candidates     block 3, block 4, block 5, block 6, block 7, block 8
//            then           block 2
//
// Of a call with args.account "a2" the candidates 1, 2, 4 and 5 are run, in this order; each ends
// in Continue, which goes on in the next one, or decides. Then block 2 takes over. Where a value is
// not there, may not be read, or is of a type that no table has, all candidates are run: each does
// as it would without a table, and if it ends in an error, it is the one that did so first.
//
// In the operands stands
//
//   then, always, source count, candidate count,
//   kind, slot, table   of each source,
//   block               of each candidate
//
// `always` and the tables are constants: a list of positions, and maps from a key, or a glob, to a
// position or a list of them.
//
// Tested by tests/vm/choose_test.cc.
#pragma once

#include <cstdint>

#include "vm/program.h"

namespace writ {

// How a source's table is used. The lowest bits of its kind.
enum class TableKind : uint32_t {
  kValues,  // by a value that equals a key as in CEL: a bool, a number, text
  kTexts,   // by text that is a key: other values may equal one as version "1" compares
  kGlobs,   // by text that fits globs, of which there may be several
};
// A bit beside it: of a value that is absent the table says nothing, instead of all.
inline constexpr uint32_t kAbsentChoosesNone = 4;
inline constexpr uint32_t kLastSourceKind =
    static_cast<uint32_t>(TableKind::kGlobs) | kAbsentChoosesNone;

// Looked at one after the other for each call; of globs there is one.
inline constexpr uint32_t kMaxSources = 8;
// Longer text is no key: so it is not hashed, however long an argument is.
inline constexpr uint32_t kMaxKeyBytes = 256;
// And longer names are not looked for among globs at once.
inline constexpr uint32_t kMaxGlobTextBytes = 256;

// A view of the operands.
class Selection {
 public:
  struct Source {
    uint32_t kind;
    uint32_t slot;
    uint32_t table;

    TableKind table_kind() const { return static_cast<TableKind>(kind & 3); }
    bool absent_chooses_none() const { return (kind & kAbsentChoosesNone) != 0; }
  };

  static constexpr uint32_t kHeadOperands = 4;
  static constexpr uint32_t kSourceOperands = 3;

  // REQUIRES: there are as many operands as size() says, or only the head is looked at.
  explicit Selection(const uint32_t* operands) : operands_(operands) {}

  uint32_t then() const { return operands_[0]; }
  uint32_t always() const { return operands_[1]; }
  uint32_t source_count() const { return operands_[2]; }
  uint32_t candidate_count() const { return operands_[3]; }
  Source source(uint32_t i) const {
    const uint32_t* const source = operands_ + kHeadOperands + size_t{kSourceOperands} * i;
    return {source[0], source[1], source[2]};
  }
  const uint32_t* candidates() const {
    return operands_ + kHeadOperands + size_t{kSourceOperands} * source_count();
  }
  uint32_t candidate(uint32_t i) const { return candidates()[i]; }
  // In operands.
  uint64_t size() const {
    return kHeadOperands + uint64_t{kSourceOperands} * source_count() + candidate_count();
  }

  // Calls visit() with each block that a call may go on in.
  template <typename Visit>
  void ForEachBlock(const Visit& visit) const {
    for (uint32_t i = 0; i < candidate_count(); ++i) visit(candidate(i));
    visit(then());
  }

 private:
  const uint32_t* operands_;
};

// REQUIRES: `at` is a Choose of the block, which is sound.
inline Selection SelectionOf(const Program& program, const Block& block, const Instruction& at) {
  return Selection(program.operands.data() + block.first_operand + at.b);
}

}  // namespace writ
