// Programs made by hand, tool by tool.
//
//   ProgramByHand()
//       .Hide("secret")
//       .Tool("pay").AtMost("small amounts", "amount", 100).Limit("three a minute", 3)
//       .Build();
//
// The checks and limits of a tool hold in the order they are written; a tool that is not mentioned
// passes. A failed check says "RULE does not hold", a used up limit "RULE is used up".
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vm/verify.h"

namespace writ {

class ProgramByHand {
 public:
  ProgramByHand() {
    BeginBlock();
    program_.other_tools = EndTool();
  }

  ProgramByHand& Hide(const std::string& name) {
    Tool(name);
    program_.code.push_back({Opcode::kDenyHidden});
    program_.hidden.push_back(name);
    return *this;
  }

  // In lists alone: calls of the tools pass.
  ProgramByHand& HideGlob(const std::string& glob) {
    program_.hidden_globs.push_back(glob);
    return *this;
  }

  ProgramByHand& HideAll() {
    program_.hides_all = true;
    return *this;
  }

  // Denies the tools that are not mentioned.
  ProgramByHand& DenyOthers() {
    FinishTool();
    BeginBlock();
    program_.code.push_back({Opcode::kDenyDefault});
    program_.other_tools = EndTool();
    return *this;
  }

  ProgramByHand& Tool(const std::string& name) {
    FinishTool();
    BeginBlock();
    name_ = name;
    return *this;
  }

  ProgramByHand& Deny(const std::string& rule) {
    program_.code.push_back({Opcode::kDeny, 0, Operand(BeginRule(rule))});
    return *this;
  }

  // args.ARGUMENT is a number up to the bound.
  ProgramByHand& AtMost(const std::string& rule, const std::string& argument, int64_t bound) {
    const uint32_t number = BeginRule(rule);
    program_.constants.push_back(Value::Int(bound));
    const uint16_t row = Operand(ArgumentSlot(argument));
    Operand(LastOf(program_.constants));
    program_.code.push_back({Opcode::kCondLte, 0, row, 2, 1});
    program_.code.push_back({Opcode::kDeny, 0, Operand(number)});
    return *this;
  }

  // So many calls a minute.
  ProgramByHand& Limit(const std::string& rule, int64_t limit) {
    AddQuota(rule, limit);
    return *this;
  }

  // So much of args.ARGUMENT a minute.
  ProgramByHand& Spend(const std::string& rule, const std::string& argument, int64_t limit) {
    const uint32_t slot = ArgumentSlot(argument);
    Quota& quota = AddQuota(rule, limit);
    quota.amount_slot = slot;
    quota.amount_path = "args." + argument;
    return *this;
  }

  ProgramByHand& Digest(const std::string& digest) {
    program_.digest = digest;
    return *this;
  }

  std::shared_ptr<const VerifiedProgram> Build() {
    FinishTool();
    std::sort(program_.hidden.begin(), program_.hidden.end());
    program_.paths = paths_.Build();
    auto verified = Verify(std::move(program_));
    if (verified.has_value()) return *verified;
    ADD_FAILURE() << verified.error().text;
    return nullptr;
  }

 private:
  template <typename T>
  static uint32_t LastOf(const std::vector<T>& table) {
    return static_cast<uint32_t>(table.size() - 1);
  }

  void BeginBlock() {
    block_ = {};
    block_.kind = BlockKind::kDecision;
    block_.first_instruction = static_cast<uint32_t>(program_.code.size());
    block_.first_operand = static_cast<uint32_t>(program_.operands.size());
    tool_ = {};
    tool_.first_slot = static_cast<uint32_t>(program_.slot_names.size());
  }

  uint32_t EndTool() {
    program_.code.push_back({Opcode::kPass});
    block_.instruction_count =
        static_cast<uint32_t>(program_.code.size()) - block_.first_instruction;
    block_.operand_count = static_cast<uint32_t>(program_.operands.size()) - block_.first_operand;
    program_.blocks.push_back(block_);
    tool_.block = LastOf(program_.blocks);
    tool_.slot_count = static_cast<uint32_t>(program_.slot_names.size()) - tool_.first_slot;
    program_.tools.push_back(tool_);
    return LastOf(program_.tools);
  }

  void FinishTool() {
    if (name_.empty()) return;
    const uint32_t entry = EndTool();
    program_.tool_index[std::exchange(name_, {})] = entry;
  }

  uint16_t Operand(uint32_t entry) {
    program_.operands.push_back(entry);
    return static_cast<uint16_t>(LastOf(program_.operands) - block_.first_operand);
  }

  uint32_t BeginRule(const std::string& name) {
    program_.rules.push_back({name, name + " does not hold", name + " is used up", {}});
    program_.rule_starts.push_back(
        {static_cast<uint32_t>(program_.code.size()), LastOf(program_.rules)});
    return LastOf(program_.rules);
  }

  uint32_t NewSlot(const std::string& name) {
    program_.slot_names.push_back(name);
    return LastOf(program_.slot_names);
  }

  uint32_t ArgumentSlot(const std::string& argument) {
    if (tool_.root == kNoNode) tool_.root = paths_.NewRoot();
    const uint32_t node = paths_.Child(tool_.root, argument);
    if (paths_.slot(node) == kNoSlot) paths_.SetSlot(node, NewSlot("args." + argument), true);
    return paths_.slot(node);
  }

  Quota& AddQuota(const std::string& rule, int64_t limit) {
    Counter counter;
    counter.space = "policy";
    counter.scope = name_;
    counter.name = rule;
    counter.path = "state." + rule;
    program_.counters.push_back(counter);
    Quota quota;
    quota.rule = BeginRule(rule);
    quota.counter = LastOf(program_.counters);
    quota.limit = limit;
    program_.quotas.push_back(quota);
    program_.code.push_back({Opcode::kReserve, 0, Operand(LastOf(program_.quotas))});
    return program_.quotas.back();
  }

  Program program_;
  PathTrieBuilder paths_;
  std::string name_;  // of the tool at hand; empty for none
  Block block_;
  ToolEntry tool_;
};

}  // namespace writ
