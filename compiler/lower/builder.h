// Building a program: tables whose rows are shared, and blocks with labels.
//
// Tested by tests/compiler/lower/builder_test.cc.
//
// A block's code is kept apart until the block is finished, because the blocks it runs must have
// lower numbers: they are finished first.
//
// Thread safety: none.
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/opt/thread_jumps.h"
#include "vm/program.h"

namespace writ {

// The tables of a program that many instructions name. Equal rows are one.
class ProgramBuilder {
 public:
  // A slot that a rule's code in a block names without reading it.
  struct NamedSlot {
    uint32_t rule;  // kNoRule: the block is no rule's own
    uint32_t slot;
  };

  Program& program() { return program_; }
  const Program& program() const { return program_; }

  // The value is copied as it is: what it points to must live as long as the program (in its
  // pool).
  uint32_t Constant(const Value& value);
  uint32_t Pattern(const std::string& pattern);
  uint32_t NewSlot(std::string name);
  // A block that was finished: how many run inside one another where it is run, itself included.
  // Of one that was not, because what it stands for was refused: 1.
  uint32_t depth(uint32_t block) const { return block < depths_.size() ? depths_[block] : 1; }
  // By block: see BlockBuilder::NameSlot().
  std::map<uint32_t, std::vector<NamedSlot>>& named_slots() { return named_slots_; }
  // Decision blocks of everyone's row, candidates included.
  std::vector<uint32_t>& shared_rows() { return shared_rows_; }
  // What messages show of a part of an expression: on one line, cut.
  uint32_t Text(std::string_view text);

  // Whether code is made faster where that changes nothing; it is unless this is called.
  void KeepPlain() { optimises_ = false; }
  bool optimises() const { return optimises_; }

 private:
  friend class BlockBuilder;

  Program program_;
  std::map<std::string, uint32_t> constants_;
  std::map<std::string, uint32_t> patterns_;
  std::map<std::string, uint32_t> texts_;
  std::vector<uint32_t> depths_;
  std::map<uint32_t, std::vector<NamedSlot>> named_slots_;
  std::vector<uint32_t> shared_rows_;
  bool optimises_ = true;
};

// A place in a block that jumps may go to, bound once. Jumps go forward, so the jumps come first.
struct Label {
  uint32_t number = UINT32_MAX;
};

// One block being written. What does not fit its 16-bit operands and jumps, or its registers, sets
// overflowed(): Finish() is not to be called then.
class BlockBuilder {
 public:
  BlockBuilder(ProgramBuilder& builder, BlockKind kind, uint32_t outer_levels);

  ProgramBuilder& program() { return builder_; }
  uint32_t outer_levels() const { return outer_levels_; }
  bool overflowed() const { return overflowed_; }
  uint32_t size() const { return static_cast<uint32_t>(code_.instructions.size()); }

  // ---- Registers. The lowest free ones are handed out.
  uint8_t NewRegister() { return NewRegisters(1); }
  uint8_t NewRegisters(uint32_t count);
  // Those registers, if all of them are free.
  bool TakeRegisters(uint32_t first, uint32_t count);
  void Release(uint8_t first, uint32_t count = 1);
  // One that nothing else in the block ever uses, so that it is absent until it is written.
  uint8_t NewKeptRegister();

  // ---- Code.
  Label NewLabel();
  void Bind(Label label);
  // Whether anything jumps to the label so far.
  bool IsUsed(Label label) const { return labels_[label.number].used; }
  void Add(const Instruction& instruction, SourcePosition at);
  void Jump(Label to, SourcePosition at);
  // `instruction` is a test whose exits c and d are the labels.
  void Test(Instruction instruction, Label if_true, Label if_false, SourcePosition at);
  // `instruction` names one label, in c.
  void AddWithLabel(Instruction instruction, Label to, SourcePosition at);
  // The index of that row in the block's operand table.
  uint16_t Operand(const std::vector<uint32_t>& row);
  // An error in what was added from the instruction `first` on goes on here: for code that says
  // nothing of its errors. REQUIRES: it opens, closes and notes nothing.
  void RecoverHere(uint32_t first);
  // What comes from here on belongs to that rule.
  void StartRule(uint32_t rule);
  // What the code just added looks up has that slot, which no instruction reads.
  void NameSlot(uint32_t slot);
  // Whether the last instruction lets the next one be reached. A label bound here counts.
  bool IsReachable() const { return reachable_; }

  // Appends the block to the program and gives its number.
  uint32_t Finish();

 private:
  uint32_t Depth() const;

  struct LabelState {
    uint32_t at = UINT32_MAX;
    bool used = false;
  };

  ProgramBuilder& builder_;
  BlockKind kind_;
  uint32_t outer_levels_;
  UnlinkedCode code_;  // whose jumps name labels until it is finished
  std::vector<ProgramBuilder::NamedSlot> named_slots_;
  std::vector<uint32_t> operands_;
  std::map<std::vector<uint32_t>, uint32_t> operand_rows_;
  std::vector<LabelState> labels_;
  std::bitset<kMaxRegisters> used_;
  uint32_t registers_ = 0;
  bool reachable_ = true;
  bool overflowed_ = false;
};

}  // namespace writ
