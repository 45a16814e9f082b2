// A walk over everything that a call may run.
// Tested by tests/cli/coverage_test.cc.
#include "cli/coverage/reach.h"

#include <utility>

#include "vm/instruction.h"

namespace writ {
namespace {

class Walk {
 public:
  explicit Walk(const Program& program)
      : program_(program),
        is_reached_(program.code.size()),
        is_target_(program.code.size()),
        block_is_open_(program.blocks.size()) {
    FindTargets();
  }

  std::vector<bool> Run() {
    for (const ToolEntry& tool : program_.tools) OpenBlock(tool.block);
    for (const NextPart& next : program_.next_parts) OpenBlock(next.block);
    while (!open_.empty()) {
      const At at = open_.back();
      open_.pop_back();
      Visit(at);
    }
    return std::move(is_reached_);
  }

 private:
  struct At {
    uint32_t block;
    uint32_t instruction;
  };

  static bool Jumps(OperandClass operand) { return operand == OperandClass::kTo; }

  void FindTargets() {
    for (uint32_t i = 0; i < program_.code.size(); ++i) {
      const Instruction& at = program_.code[i];
      if (Jumps(Info(at.op).c)) is_target_[i + at.c] = true;
      if (Jumps(Info(at.op).d)) is_target_[i + at.d] = true;
    }
    for (const Recovery& recovery : program_.recoveries) is_target_[recovery.handler] = true;
  }

  void OpenBlock(uint32_t block) {
    if (block == kNoBlock || block_is_open_[block]) return;
    block_is_open_[block] = true;
    Open({block, program_.blocks[block].first_instruction});
  }

  void Open(At at) {
    if (is_reached_[at.instruction]) return;
    is_reached_[at.instruction] = true;
    open_.push_back(at);
  }

  // What the instruction tests, if that is a constant: 1 true, 0 false, -1 not known.
  int KnownTruth(uint32_t instruction) const {
    const Instruction& test = program_.code[instruction];
    if (test.op != Opcode::kTestTrue) return -1;
    // Marks of parts may stand between the two.
    uint32_t at = instruction;
    do {
      if (is_target_[at] || at == program_.blocks[block_].first_instruction) return -1;
      --at;
    } while (IsMarkOf(test.a, program_.code[at]));
    const Instruction& load = program_.code[at];
    if (load.op != Opcode::kLoadConst || load.a != test.a) return -1;
    const Value& constant = program_.constants[Operand(load.b)];
    return constant.is(Tag::kBool) ? static_cast<int>(constant.i != 0) : -1;
  }

  // Whether an operand of && and || is a constant: no error of it goes on anywhere.
  bool AsksConstant(uint32_t instruction) const {
    const Instruction& load = program_.code[instruction];
    if (load.op != Opcode::kLoadConst) return false;
    ++instruction;
    while (IsMarkOf(load.a, program_.code[instruction])) ++instruction;
    return KnownTruth(instruction) >= 0;
  }

  static bool IsMarkOf(uint8_t value, const Instruction& at) {
    return at.op == Opcode::kMove && at.a == value && at.b == value;
  }

  uint32_t Operand(uint16_t operand) const {
    return program_.operands[program_.blocks[block_].first_operand + operand];
  }

  void Visit(At at) {
    block_ = at.block;
    const Instruction& code = program_.code[at.instruction];
    const OpcodeInfo& info = Info(code.op);
    const int known = KnownTruth(at.instruction);
    const bool is_vain = code.op == Opcode::kOperand && AsksConstant(at.instruction + 1);
    if (Jumps(info.c) && known != 0 && !is_vain) Open({at.block, at.instruction + code.c});
    if (Jumps(info.d) && known != 1) Open({at.block, at.instruction + code.d});
    if (FallsThrough(code.op)) Open({at.block, at.instruction + 1});
    if (const Recovery* const recovery = program_.RecoveryOf(at.instruction); recovery != nullptr) {
      Open({at.block, recovery->handler});
    }
    if (info.b == OperandClass::kBlock) OpenBlock(Operand(code.b));
    if (info.b == OperandClass::kRule) OpenMessage(Operand(code.b));
    if (info.b == OperandClass::kQuota) {
      const Quota& quota = program_.quotas[Operand(code.b)];
      for (const uint32_t block : {quota.limit_block, quota.amount_block, quota.key_block}) {
        OpenBlock(block);
      }
      OpenMessage(quota.rule);
    }
  }

  void OpenMessage(uint32_t rule) {
    for (const MessagePart& part : program_.rules[rule].message) OpenBlock(part.block);
  }

  const Program& program_;
  std::vector<bool> is_reached_;
  std::vector<bool> is_target_;  // of a jump
  std::vector<bool> block_is_open_;
  std::vector<At> open_;
  uint32_t block_ = 0;
};

}  // namespace

std::vector<bool> ReachableCode(const Program& program) {
  return Walk(program).Run();
}

}  // namespace writ
