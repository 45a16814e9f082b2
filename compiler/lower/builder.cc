// Tables with shared rows, and blocks with labels.
// Tested by tests/compiler/lower/builder_test.cc.
#include "compiler/lower/builder.h"

#include <fmt/core.h>

#include <cstring>

#include "vm/disasm.h"
#include "vm/selection.h"

namespace writ {
namespace {

// Constants with the same text are shared; a long one, which is likely to be there once, only with
// itself.
constexpr size_t kMaxKeyBytes = 4096;

// -0.0 is not 0.0, and NaNs are told apart by their bits.
std::string ConstantKey(const Value& value) {
  const auto tag = static_cast<int>(value.tag);
  if (value.is(Tag::kDouble)) return fmt::format("{} {:x}", tag, value.u);
  const std::string text = FormatValue(value, kMaxKeyBytes);
  if (text.size() < kMaxKeyBytes) return fmt::format("{} {}", tag, text);
  return fmt::format("{} at {} {}", tag, value.size, static_cast<const void*>(value.text));
}

}  // namespace

uint32_t ProgramBuilder::Constant(const Value& value) {
  const auto [found, is_new] =
      constants_.emplace(ConstantKey(value), static_cast<uint32_t>(program_.constants.size()));
  if (is_new) program_.constants.push_back(value);
  return found->second;
}

uint32_t ProgramBuilder::Pattern(const std::string& pattern) {
  const auto [found, is_new] =
      patterns_.emplace(pattern, static_cast<uint32_t>(program_.patterns.size()));
  if (is_new) program_.patterns.push_back(pattern);
  return found->second;
}

uint32_t ProgramBuilder::NewSlot(std::string name) {
  program_.slot_names.push_back(std::move(name));
  return static_cast<uint32_t>(program_.slot_names.size() - 1);
}

uint32_t ProgramBuilder::Text(std::string_view text) {
  constexpr size_t kMaxBytes = 60;
  std::string line;
  for (const char byte : text) {
    const bool space = byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
    if (space && (line.empty() || line.back() == ' ')) continue;
    line += space ? ' ' : byte;
    if (line.size() > kMaxBytes) break;
  }
  if (line.size() > kMaxBytes) {
    size_t cut = kMaxBytes;
    while (cut > 0 && (line[cut] & 0xC0) == 0x80) --cut;
    line.resize(cut);
    line += "…";
  }
  const auto [found, is_new] =
      texts_.emplace(std::move(line), static_cast<uint32_t>(program_.texts.size()));
  if (is_new) program_.texts.push_back(found->first);
  return found->second;
}

BlockBuilder::BlockBuilder(ProgramBuilder& builder, BlockKind kind, uint32_t outer_levels)
    : builder_(builder), kind_(kind), outer_levels_(outer_levels) {
  if (kind == BlockKind::kLoopBody) NewRegisters(3);
}

uint8_t BlockBuilder::NewRegisters(uint32_t count) {
  uint32_t first = 0;
  uint32_t free = 0;
  for (uint32_t i = 0; i < kMaxRegisters && free < count; ++i) {
    if (used_[i]) {
      first = i + 1;
      free = 0;
    } else {
      ++free;
    }
  }
  if (free < count) {
    overflowed_ = true;
    return 0;
  }
  for (uint32_t i = first; i < first + count; ++i) used_[i] = true;
  registers_ = std::max(registers_, first + count);
  return static_cast<uint8_t>(first);
}

bool BlockBuilder::TakeRegisters(uint32_t first, uint32_t count) {
  if (first + count > kMaxRegisters) return false;
  for (uint32_t i = first; i < first + count; ++i) {
    if (used_[i]) return false;
  }
  for (uint32_t i = first; i < first + count; ++i) used_[i] = true;
  registers_ = std::max(registers_, first + count);
  return true;
}

void BlockBuilder::Release(uint8_t first, uint32_t count) {
  for (uint32_t i = first; i < first + count && i < kMaxRegisters; ++i) used_[i] = false;
}

uint8_t BlockBuilder::NewKeptRegister() {
  if (registers_ >= kMaxRegisters) {
    overflowed_ = true;
    return 0;
  }
  used_[registers_] = true;
  return static_cast<uint8_t>(registers_++);
}

Label BlockBuilder::NewLabel() {
  labels_.emplace_back();
  return {static_cast<uint32_t>(labels_.size() - 1)};
}

void BlockBuilder::Bind(Label label) {
  labels_[label.number].at = size();
  if (labels_[label.number].used) reachable_ = true;
}

void BlockBuilder::Add(const Instruction& instruction, SourcePosition at) {
  code_.instructions.push_back(instruction);
  code_.positions.push_back(at);
  reachable_ = FallsThrough(instruction.op);
  if (code_.instructions.size() > kMaxBlockInstructions) overflowed_ = true;
}

void BlockBuilder::Jump(Label to, SourcePosition at) {
  AddWithLabel({Opcode::kJump}, to, at);
}

void BlockBuilder::Test(Instruction instruction, Label if_true, Label if_false, SourcePosition at) {
  code_.jumps.push_back({size(), if_true.number, false});
  code_.jumps.push_back({size(), if_false.number, true});
  labels_[if_true.number].used = true;
  labels_[if_false.number].used = true;
  Add(instruction, at);
}

void BlockBuilder::AddWithLabel(Instruction instruction, Label to, SourcePosition at) {
  code_.jumps.push_back({size(), to.number, false});
  labels_[to.number].used = true;
  Add(instruction, at);
}

uint16_t BlockBuilder::Operand(const std::vector<uint32_t>& row) {
  const auto [found, is_new] = operand_rows_.emplace(row, static_cast<uint32_t>(operands_.size()));
  if (is_new) operands_.insert(operands_.end(), row.begin(), row.end());
  if (operands_.size() > kMaxBlockOperands) overflowed_ = true;
  return static_cast<uint16_t>(found->second);
}

void BlockBuilder::RecoverHere(uint32_t first) {
  if (first == size()) return;
  const Label here = NewLabel();
  code_.recoveries.push_back({first, size(), here.number});
  labels_[here.number].used = true;
  Bind(here);
}

void BlockBuilder::StartRule(uint32_t rule) {
  code_.rule_starts.push_back({size(), rule});
}

void BlockBuilder::NameSlot(uint32_t slot) {
  const uint32_t rule = code_.rule_starts.empty() ? kNoRule : code_.rule_starts.back().rule;
  named_slots_.push_back({rule, slot});
}

uint32_t BlockBuilder::Finish() {
  for (UnlinkedCode::Jump& jump : code_.jumps) jump.target = labels_[jump.target].at;
  for (UnlinkedCode::Recovery& recovery : code_.recoveries) {
    recovery.handler = labels_[recovery.handler].at;
  }
  if (builder_.optimises()) ThreadJumps(code_);
  for (const UnlinkedCode::Jump& jump : code_.jumps) {
    Instruction& instruction = code_.instructions[jump.instruction];
    const auto distance = static_cast<uint16_t>(jump.target - jump.instruction);
    (jump.second ? instruction.d : instruction.c) = distance;
  }
  Program& program = builder_.program();
  Block block;
  block.kind = kind_;
  block.registers = static_cast<uint16_t>(registers_);
  block.first_instruction = static_cast<uint32_t>(program.code.size());
  block.instruction_count = size();
  block.first_operand = static_cast<uint32_t>(program.operands.size());
  block.operand_count = static_cast<uint32_t>(operands_.size());
  block.outer_levels = outer_levels_;
  for (const RuleStart& start : code_.rule_starts) {
    program.rule_starts.push_back({block.first_instruction + start.instruction, start.rule});
  }
  for (const UnlinkedCode::Recovery& recovery : code_.recoveries) {
    program.recoveries.push_back({block.first_instruction + recovery.first,
                                  block.first_instruction + recovery.end - 1,
                                  block.first_instruction + recovery.handler});
  }
  program.code.insert(program.code.end(), code_.instructions.begin(), code_.instructions.end());
  program.positions.insert(program.positions.end(), code_.positions.begin(), code_.positions.end());
  program.operands.insert(program.operands.end(), operands_.begin(), operands_.end());
  program.blocks.push_back(block);
  builder_.depths_.push_back(Depth());
  const auto number = static_cast<uint32_t>(program.blocks.size() - 1);
  if (!named_slots_.empty()) builder_.named_slots()[number] = std::move(named_slots_);
  return number;
}

uint32_t BlockBuilder::Depth() const {
  uint32_t depth = 1;
  for (const Instruction& instruction : code_.instructions) {
    if (instruction.op == Opcode::kChoose) {
      Selection(&operands_[instruction.b]).ForEachBlock([&](uint32_t target) {
        depth = std::max(depth, builder_.depth(target));
      });
    }
    if (Info(instruction.op).b != OperandClass::kBlock) continue;
    const uint32_t below = builder_.depth(operands_[instruction.b]);
    // Chain takes the block's place; the others run inside it.
    depth = std::max(depth, below + (instruction.op == Opcode::kChain ? 0 : 1));
  }
  return depth;
}

}  // namespace writ
