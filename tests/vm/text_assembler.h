// Programs from listings as `writ disasm` prints them: what a page shows is what a test runs.
#pragma once

#include <fmt/core.h>

#include <cstdlib>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "vm/instruction.h"
#include "vm/program.h"

namespace writ {

// Assembles blocks of expressions. Slots are made by name ("args.a"), constants as they come
// (integers, true, false, "text"). A listing without "block" lines is one value block. The decision
// of every tool is Pass; expressions are run with Machine::Evaluate.
class TextAssembler {
 public:
  explicit TextAssembler(std::string_view listing) {
    std::istringstream lines{std::string(listing)};
    for (std::string line; std::getline(lines, line);) Line(line);
    EndBlock();
  }

  // The program, reading what stands at args.… of its slots.
  Program Take() {
    Block pass;
    pass.kind = BlockKind::kDecision;
    pass.first_instruction = static_cast<uint32_t>(program_.code.size());
    pass.instruction_count = 1;
    pass.first_operand = static_cast<uint32_t>(program_.operands.size());
    program_.code.push_back({Opcode::kPass});
    program_.blocks.push_back(pass);
    PathTrieBuilder paths;
    const uint32_t root = paths.NewRoot();
    for (const auto& [name, slot] : slots_) {
      uint32_t node = root;
      std::istringstream names(name == "args" ? "" : name.substr(5));
      for (std::string part; std::getline(names, part, '.');) node = paths.Child(node, part);
      paths.SetSlot(node, slot, true);
    }
    program_.paths = paths.Build();
    ToolEntry entry;
    entry.block = static_cast<uint32_t>(program_.blocks.size() - 1);
    entry.root = root;
    entry.slot_count = static_cast<uint32_t>(slots_.size());
    program_.tools.push_back(entry);
    return std::move(program_);
  }

  // The number of the last expression's block.
  uint32_t last_block() const { return last_block_; }

 private:
  void Line(const std::string& line) {
    static const std::regex block(R"(^block \d+, (value|loop body).*)");
    static const std::regex instruction(
        R"(^ *(\d+)  (\w+) *(.*?) *(?:(?:true (\d+), false|to) (\d+))?$)");
    static const std::regex recovery(R"(^ +up to (\d+), on error (\d+)$)");
    std::smatch match;
    if (std::regex_match(line, match, block)) {
      EndBlock();
      kind_ = match[1] == "value" ? BlockKind::kValue : BlockKind::kLoopBody;
    } else if (std::regex_match(line, match, recovery)) {
      const auto start = static_cast<uint32_t>(program_.code.size());
      program_.recoveries.push_back({start + static_cast<uint32_t>(code_.size()),
                                     start + static_cast<uint32_t>(std::stoul(match[1])),
                                     start + static_cast<uint32_t>(std::stoul(match[2]))});
    } else if (std::regex_match(line, match, instruction)) {
      Instruction_(match);
    } else if (!line.empty()) {
      throw std::invalid_argument("not a line of a listing: " + line);
    }
  }

  static Opcode Find(const std::string& name) {
    for (size_t i = 0; i < kOpcodeCount; ++i) {
      if (Info(static_cast<Opcode>(i)).name == name) return static_cast<Opcode>(i);
    }
    throw std::invalid_argument("unknown opcode " + name);
  }

  void Instruction_(const std::smatch& match) {
    const auto here = static_cast<unsigned long>(code_.size());
    if (std::stoul(match[1]) != here) throw std::invalid_argument("line out of order");
    Instruction made;
    made.op = Find(match[2]);
    const OpcodeInfo& info = Info(made.op);
    std::vector<std::string> operands = Split(match[3]);
    size_t next = 0;
    const auto take = [&](OperandClass operand) -> uint32_t {
      if (operand == OperandClass::kNone || operand == OperandClass::kTo) return 0;
      if (next == operands.size()) throw std::invalid_argument("too few operands");
      return Operand(operand, operands[next++]);
    };
    made.a = static_cast<uint8_t>(take(info.a));
    made.b = static_cast<uint16_t>(take(info.b));
    made.c = static_cast<uint16_t>(take(info.c));
    made.d = static_cast<uint16_t>(take(info.d));
    if (next != operands.size()) throw std::invalid_argument("too many operands");
    if (info.d == OperandClass::kTo) {
      made.c = static_cast<uint16_t>(std::stoul(match[4]) - here);
      made.d = static_cast<uint16_t>(std::stoul(match[5]) - here);
    } else if (info.c == OperandClass::kTo) {
      made.c = static_cast<uint16_t>(std::stoul(match[5]) - here);
    }
    code_.push_back(made);
  }

  static std::vector<std::string> Split(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream rest(text);
    for (std::string part; std::getline(rest, part, ',');) {
      part.erase(0, part.find_first_not_of(' '));
      parts.push_back(part);
    }
    return parts;
  }

  uint32_t Operand(OperandClass operand, const std::string& text) {
    switch (operand) {
      case OperandClass::kReg:
      case OperandClass::kDst: {
        const auto number = static_cast<uint32_t>(std::stoul(text.substr(1)));
        registers_ = std::max(registers_, number + 1);
        return number;
      }
      case OperandClass::kImm: return static_cast<uint32_t>(std::stoul(text));
      case OperandClass::kConst: return Row(Constant(text));
      case OperandClass::kSlot: return Row(Slot(text));
      case OperandClass::kSlotConst: {
        // A slot, what the opcode asks, a constant.
        const uint32_t row = Row(Slot(text.substr(0, text.find(' '))));
        Row(Constant(text.substr(text.rfind(' ') + 1)));
        return row;
      }
      case OperandClass::kBlock: return Row(static_cast<uint32_t>(std::stoul(text.substr(6))));
      default: throw std::invalid_argument("operand class not assembled: " + text);
    }
  }

  uint32_t Row(uint32_t entry) {
    operands_.push_back(entry);
    return static_cast<uint32_t>(operands_.size() - 1);
  }

  uint32_t Constant(const std::string& text) {
    Value value;
    if (text == "true" || text == "false") {
      value = Value::Bool(text == "true");
    } else if (text.front() == '"') {
      value = Value::String(program_.pool->Copy(text.substr(1, text.size() - 2)));
    } else {
      value = Value::Int(std::stoll(text));
    }
    program_.constants.push_back(value);
    return static_cast<uint32_t>(program_.constants.size() - 1);
  }

  uint32_t Slot(const std::string& name) {
    const auto [found, is_new] = slots_.emplace(name, static_cast<uint32_t>(slots_.size()));
    if (is_new) program_.slot_names.push_back(name);
    return found->second;
  }

  void EndBlock() {
    if (code_.empty()) return;
    Block block;
    block.kind = kind_;
    block.registers =
        static_cast<uint16_t>(std::max(registers_, kind_ == BlockKind::kLoopBody ? 3u : 0u));
    block.first_instruction = static_cast<uint32_t>(program_.code.size());
    block.instruction_count = static_cast<uint32_t>(code_.size());
    block.first_operand = static_cast<uint32_t>(program_.operands.size());
    block.operand_count = static_cast<uint32_t>(operands_.size());
    program_.code.insert(program_.code.end(), code_.begin(), code_.end());
    program_.operands.insert(program_.operands.end(), operands_.begin(), operands_.end());
    last_block_ = static_cast<uint32_t>(program_.blocks.size());
    program_.blocks.push_back(block);
    code_.clear();
    operands_.clear();
    registers_ = 0;
  }

  Program program_;
  BlockKind kind_ = BlockKind::kValue;
  std::vector<Instruction> code_;
  std::vector<uint32_t> operands_;
  uint32_t registers_ = 0;
  uint32_t last_block_ = 0;
  std::map<std::string, uint32_t> slots_;
};

}  // namespace writ
