// The code of parts of linked programs.
// Tested by tests/vm/link_test.cc and tests/compiler/link_test.cc.
#include "vm/link_code.h"

#include <array>

#include "vm/selection.h"

namespace writ {
namespace {

// The operand table of one block. A row of the part's may be read as different things by different
// instructions (5 as constant 5 and as rule 5), which have different numbers here: so there is a
// row for each class that it is read by.
class OperandTable {
 public:
  OperandTable(const Program& part, const PartRows& rows, std::vector<uint32_t>& operands)
      : part_(part), rows_(rows), operands_(operands) {}

  void Begin(const Block& block) {
    entries_ = part_.operands.data() + block.first_operand;
    first_ = operands_.size();
    for (std::vector<uint32_t>& known : known_) known.clear();
    size_ = block.operand_count;
  }
  size_t size() const { return operands_.size() - first_; }

  // The operand that is to stand where the part has `value`. REQUIRES: the part was verified.
  uint16_t Of(OperandClass operand, uint16_t value) {
    switch (operand) {
      case OperandClass::kNone:
      case OperandClass::kReg:
      case OperandClass::kDst:
      case OperandClass::kImm:
      case OperandClass::kTo:
      case OperandClass::kFunction: return value;
      case OperandClass::kConst: return Row(operand, value, {Constant(entries_[value])});
      case OperandClass::kSlot: return Row(operand, value, {Slot(entries_[value])});
      case OperandClass::kSlotConst:
        return Row(operand, value, {Slot(entries_[value]), Constant(entries_[value + 1])});
      case OperandClass::kSlotPattern:
        return Row(operand, value, {Slot(entries_[value]), Pattern(entries_[value + 1])});
      case OperandClass::kBlock: return Row(operand, value, {rows_.block(entries_[value])});
      case OperandClass::kRule: return Row(operand, value, {rows_.first_rule + entries_[value]});
      case OperandClass::kQuota: return Row(operand, value, {rows_.first_quota + entries_[value]});
      case OperandClass::kPattern: return Row(operand, value, {Pattern(entries_[value])});
      case OperandClass::kSelection: return Row(operand, value, Copy(Selection(entries_ + value)));
    }
    return value;
  }

 private:
  static constexpr size_t kClasses = static_cast<size_t>(OperandClass::kFunction) + 1;

  uint32_t Constant(uint32_t number) const { return rows_.first_constant + number; }
  uint32_t Pattern(uint32_t number) const { return rows_.first_pattern + number; }
  uint32_t Slot(uint32_t number) const { return rows_.slots[number]; }

  std::vector<uint32_t> Copy(const Selection& selection) const {
    std::vector<uint32_t> copy = {rows_.block(selection.then()), Constant(selection.always()),
                                  selection.source_count(), selection.candidate_count()};
    for (uint32_t i = 0; i < selection.source_count(); ++i) {
      const Selection::Source source = selection.source(i);
      copy.insert(copy.end(), {source.kind, Slot(source.slot), Constant(source.table)});
    }
    for (uint32_t i = 0; i < selection.candidate_count(); ++i) {
      copy.push_back(rows_.block(selection.candidate(i)));
    }
    return copy;
  }

  uint16_t Row(OperandClass operand, uint16_t value, const std::vector<uint32_t>& entries) {
    std::vector<uint32_t>& known = known_[static_cast<size_t>(operand)];
    if (known.empty()) known.assign(size_, UINT32_MAX);
    if (known[value] == UINT32_MAX) {
      known[value] = static_cast<uint32_t>(size());
      operands_.insert(operands_.end(), entries.begin(), entries.end());
    }
    return static_cast<uint16_t>(known[value]);
  }

  const Program& part_;
  const PartRows& rows_;
  std::vector<uint32_t>& operands_;
  const uint32_t* entries_ = nullptr;
  size_t size_ = 0;
  size_t first_ = 0;
  // By class and by the part's row: where it is in the block's table.
  std::array<std::vector<uint32_t>, kClasses> known_;
};

}  // namespace

bool AppendCode(const Program& part, const PartRows& rows, uint32_t next, Program& linked) {
  const auto first = static_cast<uint32_t>(linked.code.size());
  OperandTable operands(part, rows, linked.operands);
  for (const Block& block : part.blocks) {
    Block& copy = linked.blocks.emplace_back(block);
    copy.first_instruction = static_cast<uint32_t>(linked.code.size());
    copy.first_operand = static_cast<uint32_t>(linked.operands.size());
    operands.Begin(block);
    for (uint32_t i = 0; i < block.instruction_count; ++i) {
      Instruction at = part.code[block.first_instruction + i];
      const OpcodeInfo& info = Info(at.op);
      if (at.op == Opcode::kPass && next != kLastPart) {
        at.op = Opcode::kNext;
        at.b = static_cast<uint16_t>(next);
      } else {
        at.b = operands.Of(info.b, at.b);
        at.c = operands.Of(info.c, at.c);
        at.d = operands.Of(info.d, at.d);
      }
      linked.code.push_back(at);
    }
    copy.operand_count = static_cast<uint32_t>(operands.size());
    if (operands.size() > kMaxBlockOperands) return false;
  }
  for (const RuleStart& start : part.rule_starts) {
    linked.rule_starts.push_back({first + start.instruction, rows.first_rule + start.rule});
  }
  for (const Recovery& recovery : part.recoveries) {
    linked.recoveries.push_back(
        {first + recovery.first, first + recovery.last, first + recovery.handler});
  }
  return true;
}

}  // namespace writ
