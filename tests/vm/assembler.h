// Programs written by hand, good and bad ones: a line an instruction, as the verifier's and the
// machine's tests need them.
//
//   value 2                          a block: value, body or decision; registers; `out N` levels
//     LoadSlot r0 args.amount        operands as the opcode table says: registers, slots by name,
//     LoadConst r1 100               constants as JSON without spaces (7u is a uint),
//     TestLess r0 r1 @yes @no        labels,
//   yes:
//     Force r0 block0                blocks by number, rules, counters and functions by name
//     Return r0
//   no:
//     Fail 1                         numbers as they are
//
// Instead of any operand, #7 stands for the bare number in the instruction, and *7 for a new row of
// the block's operand table that holds 7; !7 for a number where there is no operand. A line
// `rule NAME` says whose the instructions from here on are, and `recover A B C` that an error from
// label A to before B goes on at C. The last decision block decides every
// tool; one that passes is added where there is none. Each slot is an argument, `args.x.y`, that is
// read.
#pragma once

#include <cstdint>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "vm/functions/function.h"
#include "vm/json.h"
#include "vm/number.h"
#include "vm/program.h"
#include "vm/span.h"

namespace writ {

class Assembler {
 public:
  Program Run(std::string_view listing) {
    std::istringstream lines{std::string(listing)};
    for (std::string line; std::getline(lines, line);) Line(line);
    if (!has_decision_) {
      Line("decision");
      Line("Pass");
    }
    EndBlock();
    FinishTool();
    return std::move(program_);
  }

 private:
  void Line(const std::string& line) {
    std::istringstream split(line);
    std::vector<std::string> words;
    for (std::string word; split >> word;) words.push_back(word);
    if (words.empty()) return;
    const std::string& first = words.front();
    if (first == "value" || first == "body" || first == "decision") {
      BeginBlock(words);
    } else if (first == "rule") {
      program_.rule_starts.push_back({Here(), RuleNumber(words.at(1))});
    } else if (first == "recover") {
      recoveries_.push_back({words.at(1), words.at(2), words.at(3)});
    } else if (first.back() == ':') {
      labels_[first.substr(0, first.size() - 1)] = Here();
    } else {
      Op(words);
    }
  }

  uint32_t Here() const { return static_cast<uint32_t>(program_.code.size()); }

  void BeginBlock(const std::vector<std::string>& words) {
    EndBlock();
    Block block;
    block.kind = words[0] == "value"  ? BlockKind::kValue
                 : words[0] == "body" ? BlockKind::kLoopBody
                                      : BlockKind::kDecision;
    if (words.size() > 1) block.registers = static_cast<uint16_t>(std::stoul(words[1]));
    if (words.size() > 3) block.outer_levels = static_cast<uint32_t>(std::stoul(words[3]));
    block.first_instruction = Here();
    block.first_operand = static_cast<uint32_t>(program_.operands.size());
    has_decision_ = has_decision_ || block.kind == BlockKind::kDecision;
    program_.blocks.push_back(block);
  }

  void EndBlock() {
    if (program_.blocks.empty()) return;
    Block& block = program_.blocks.back();
    block.instruction_count = Here() - block.first_instruction;
    block.operand_count = static_cast<uint32_t>(program_.operands.size()) - block.first_operand;
    for (const Jump& jump : jumps_) {
      Instruction& at = program_.code[jump.instruction];
      (jump.is_d ? at.d : at.c) = static_cast<uint16_t>(labels_.at(jump.label) - jump.instruction);
    }
    for (const RecoveryLabels& recovery : recoveries_) {
      program_.recoveries.push_back(
          {labels_.at(recovery.first), labels_.at(recovery.end) - 1, labels_.at(recovery.handler)});
    }
    recoveries_.clear();
    jumps_.clear();
    labels_.clear();
  }

  void Op(const std::vector<std::string>& words) {
    Instruction made;
    made.op = Named(words[0]);
    const OpcodeInfo& info = Info(made.op);
    word_ = words.begin() + 1;
    words_end_ = words.end();
    made.a = static_cast<uint8_t>(Operand(info.a, false));
    made.b = static_cast<uint16_t>(Operand(info.b, false));
    made.c = static_cast<uint16_t>(Operand(info.c, false));
    made.d = static_cast<uint16_t>(Operand(info.d, true));
    if (word_ != words_end_) throw std::invalid_argument("too many operands: " + *word_);
    program_.code.push_back(made);
  }

  static Opcode Named(const std::string& name) {
    for (size_t i = 0; i < kOpcodeCount; ++i) {
      if (Info(static_cast<Opcode>(i)).name == name) return static_cast<Opcode>(i);
    }
    throw std::invalid_argument("no opcode " + name);
  }

  uint32_t Operand(OperandClass operand, bool is_d) {
    const bool has_word = word_ != words_end_;
    if (operand == OperandClass::kNone && (!has_word || word_->front() != '!')) return 0;
    const std::string word = Word();
    if (word.front() == '!') return Number(word.substr(1));
    if (word.front() == '#') return Number(word.substr(1));
    if (word.front() == '*') return Row(Number(word.substr(1)));
    switch (operand) {
      case OperandClass::kNone: break;
      case OperandClass::kReg:
      case OperandClass::kDst: return Number(word.substr(1));
      case OperandClass::kImm: return Number(word);
      case OperandClass::kTo: jumps_.push_back({Here(), is_d, word.substr(1)}); return 0;
      case OperandClass::kConst: return Row(Constant(word));
      case OperandClass::kSlot: return Row(Slot(word));
      case OperandClass::kSlotConst: {
        const uint32_t row = Row(Slot(word));
        Row(Constant(Word()));
        return row;
      }
      case OperandClass::kSlotPattern: {
        const uint32_t row = Row(Slot(word));
        program_.patterns.push_back(Word());
        Row(static_cast<uint32_t>(program_.patterns.size() - 1));
        return row;
      }
      case OperandClass::kBlock: return Row(Number(word.substr(5)));
      case OperandClass::kRule: return Row(RuleNumber(word));
      case OperandClass::kQuota: return Row(QuotaNumber(word));
      case OperandClass::kSelection: return SelectionRow(word);
      case OperandClass::kPattern:
        program_.patterns.push_back(word);
        return Row(static_cast<uint32_t>(program_.patterns.size() - 1));
      case OperandClass::kFunction: return FunctionNumber(word);
    }
    throw std::invalid_argument("not an operand: " + word);
  }

  // block2 [0] kind slot table … from block3 block4 …
  uint32_t SelectionRow(const std::string& then) {
    std::vector<uint32_t> sources;
    std::vector<uint32_t> candidates;
    const uint32_t always = Constant(Word());
    while (word_ != words_end_ && *word_ != "from") {
      sources.push_back(Number(Word()));
      sources.push_back(Slot(Word()));
      sources.push_back(Constant(Word()));
    }
    Word();
    while (word_ != words_end_) candidates.push_back(Number(Word().substr(5)));
    const uint32_t row = Row(Number(then.substr(5)));
    Row(always);
    Row(static_cast<uint32_t>(sources.size() / 3));
    Row(static_cast<uint32_t>(candidates.size()));
    for (const uint32_t entry : sources) Row(entry);
    for (const uint32_t entry : candidates) Row(entry);
    return row;
  }

  std::string Word() {
    if (word_ == words_end_) throw std::invalid_argument("too few operands");
    return *word_++;
  }

  static uint32_t Number(const std::string& digits) {
    return static_cast<uint32_t>(std::stoul(digits));
  }

  uint32_t Row(uint32_t entry) {
    program_.operands.push_back(entry);
    return static_cast<uint32_t>(program_.operands.size() - 1) -
           program_.blocks.back().first_operand;
  }

  uint32_t Constant(const std::string& json) {
    Value value;
    if (json.back() == 'u') {
      value = Value::Uint(std::stoull(json));
    } else {
      Arena& pool = *program_.pool;
      PathTrieBuilder whole;
      whole.SetSlot(whole.NewRoot(), 0, true);
      const PathTrie trie = whole.Build();
      ScanTarget target;
      target.trie = &trie;
      target.root = 0;
      target.slots = &value;
      const std::string_view kept = pool.Copy(PaddedLine(json)).substr(0, json.size());
      if (!Scanner(pool).Scan(kept, true, target).ok()) {
        throw std::invalid_argument("not a constant: " + json);
      }
      value = Built(value);
    }
    program_.constants.push_back(value);
    return static_cast<uint32_t>(program_.constants.size() - 1);
  }

  // The value without spans. Recursion is as deep as the text.
  Value Built(const Value& value) {
    Arena& pool = *program_.pool;
    if (value.is(Tag::kListSpan)) {
      const List* list = ReadListSpan(value.view(), pool);
      Value* items = pool.Allocate<Value>(list->size);
      for (uint32_t i = 0; i < list->size; ++i) items[i] = Built(list->items[i]);
      return Value::Of(pool.New(List{list->size, items}));
    }
    if (!value.is(Tag::kMapSpan)) return value;
    const Map* map = ReadMapSpan(value.view(), pool);
    MapEntry* entries = pool.Allocate<MapEntry>(map->size);
    for (uint32_t i = 0; i < map->size; ++i) {
      entries[i] = {map->entries[i].key, Built(map->entries[i].value)};
    }
    return Value::Of(pool.New(Map{map->size, entries}));
  }

  static std::string PaddedLine(const std::string& text) {
    return text + '\n' + std::string(kScanPadding, '\0');
  }

  uint32_t Slot(const std::string& name) {
    std::vector<std::string>& names = program_.slot_names;
    for (uint32_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return i;
    }
    names.push_back(name);
    return static_cast<uint32_t>(names.size() - 1);
  }

  uint32_t RuleNumber(const std::string& name) {
    std::vector<Rule>& rules = program_.rules;
    for (uint32_t i = 0; i < rules.size(); ++i) {
      if (rules[i].name == name) return i;
    }
    rules.emplace_back().name = name;
    return static_cast<uint32_t>(rules.size() - 1);
  }

  static uint32_t FunctionNumber(const std::string& name) {
    for (uint32_t i = 0; i < kFunctionCount; ++i) {
      if (Info(static_cast<FunctionId>(i)).name == name) return i;
    }
    throw std::invalid_argument("no function " + name);
  }

  // A quota is one unit up to three, a minute, of the counter of that name.
  uint32_t QuotaNumber(const std::string& name) {
    Quota quota;
    quota.counter = static_cast<uint32_t>(program_.counters.size());
    quota.rule = RuleNumber(name);
    quota.limit = 3;
    Counter& counter = program_.counters.emplace_back();
    counter.name = name;
    counter.path = name;
    program_.quotas.push_back(quota);
    return static_cast<uint32_t>(program_.quotas.size() - 1);
  }

  void FinishTool() {
    PathTrieBuilder paths;
    const uint32_t root = paths.NewRoot();
    for (uint32_t slot = 0; slot < program_.slot_names.size(); ++slot) {
      std::istringstream names(program_.slot_names[slot]);
      std::string part;
      std::getline(names, part, '.');  // args
      uint32_t node = root;
      while (std::getline(names, part, '.')) node = paths.Child(node, part);
      paths.SetSlot(node, slot, true);
    }
    program_.paths = paths.Build();
    ToolEntry tool;
    for (uint32_t i = 0; i < program_.blocks.size(); ++i) {
      if (program_.blocks[i].kind == BlockKind::kDecision) tool.block = i;
    }
    tool.root = root;
    tool.slot_count = static_cast<uint32_t>(program_.slot_names.size());
    program_.tools.push_back(tool);
  }

  struct Jump {
    uint32_t instruction;
    bool is_d;
    std::string label;
  };

  struct RecoveryLabels {
    std::string first;
    std::string end;
    std::string handler;
  };

  Program program_;
  bool has_decision_ = false;
  std::vector<Jump> jumps_;
  std::vector<RecoveryLabels> recoveries_;
  std::map<std::string, uint32_t> labels_;
  std::vector<std::string>::const_iterator word_;
  std::vector<std::string>::const_iterator words_end_;
};

inline Program Assemble(std::string_view listing) {
  return Assembler().Run(listing);
}

}  // namespace writ
