// The verifier: the only door to the machine.
//
// One pass over each block, forward, in order of block number. It shows, for every instruction
// that can be reached and for the rest: the opcode is known; each operand is of its row's class
// and in bounds; constants are values (vm/constant_fault.h) of the type their opcode reads; jumps
// go forward and stay inside; the block's last instruction does not fall through; decision blocks
// end in decisions and value blocks in values; what is run has a lower number, the right kind and
// an outer depth that fits; error scopes open and close in pairs along every path; a recovery stays
// in its block, goes forward and covers only what may be done again, with the same scopes open at
// both ends; nesting of blocks and scopes is within what the machine has room for; patterns
// compile; positions are in files that there are; path tries are trees, and what a call fills is
// its tool's. From that follow termination (jumps go forward, blocks go down, loops are metered)
// and a static worst-case cost, which is bounded (vm/decision_cost.h).
//
// Verifying takes time and memory in proportion to the program, whatever it is. What could not be
// bounded otherwise has a limit (ProgramLimit).
//
// Tested by tests/vm/verify_test.cc.
#pragma once

#include <memory>
#include <tl/expected.hpp>
#include <vector>

#include "vm/program.h"

namespace writ {

class GlobTable;

// Of one pattern, and of all.
inline constexpr uint64_t kMaxPatternBytes = uint64_t{1} << 18;
inline constexpr uint64_t kMaxPatternsBytes = uint64_t{1} << 25;
// Instructions of RE2 that all patterns compile to.
inline constexpr uint64_t kMaxPatternInstructions = uint64_t{1} << 24;
// Frames that blocks look into, summed over the blocks.
inline constexpr uint64_t kMaxOuterFrames = uint64_t{1} << 24;

class VerifiedProgram {
 public:
  ~VerifiedProgram();
  VerifiedProgram(const VerifiedProgram&) = delete;
  VerifiedProgram& operator=(const VerifiedProgram&) = delete;

  const Program* operator->() const { return &program_; }
  const Program& operator*() const { return program_; }
  const re2::RE2& pattern(uint32_t i) const { return *patterns_[i]; }
  // REQUIRES: a constant that a Choose or a TestSlotFits has for globs.
  const GlobTable& glob_table(uint32_t constant) const {
    return *glob_tables_[glob_table_of_[constant]];
  }
  // Registers that the deepest chain of blocks needs at once.
  uint32_t max_registers() const { return max_registers_; }
  uint32_t max_slots() const { return max_slots_; }
  // Worst-case cost of a block with each loop's body counted once; loops are metered.
  uint64_t cost(uint32_t block) const { return costs_[block]; }
  // The same without the blocks it runs: what one more run of it is charged.
  uint64_t run_cost(uint32_t block) const { return run_costs_[block]; }
  // The entry that decides calls of that tool.
  const ToolEntry& Find(std::string_view tool) const;

 private:
  friend class Verifier;
  explicit VerifiedProgram(Program program);
  template <typename Same>
  const ToolEntry& Probe(std::string_view tool, const Same& same) const;
  const ToolEntry& FindLong(std::string_view tool) const;
  Program program_;
  std::vector<std::unique_ptr<re2::RE2>> patterns_;
  std::vector<std::unique_ptr<const GlobTable>> glob_tables_;
  std::vector<uint32_t> glob_table_of_;  // by constant; empty if there is none
  std::vector<uint64_t> costs_;
  std::vector<uint64_t> run_costs_;
  // Open addressing over tools by name, so that a look-up allocates nothing.
  std::vector<uint32_t> buckets_;
  std::vector<std::string_view> names_;
  std::vector<uint32_t> name_entries_;
  uint32_t max_registers_ = 0;
  uint32_t max_slots_ = 0;
};

tl::expected<std::shared_ptr<const VerifiedProgram>, VerifyError> Verify(Program program);

}  // namespace writ
