// The rows of a bundle's sections, each described once: writing and reading are one function, which
// takes a TextCollector, RowWriter or RowReader (vm/bundle/row_io.h). docs/bundle-format.md has the
// same in words.
//
// Tested by tests/vm/bundle/contents_test.cc.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "vm/bundle/contents.h"
#include "vm/bundle/row_io.h"
#include "vm/functions/function.h"
#include "vm/instruction.h"
#include "vm/json_text.h"
#include "vm/program.h"

namespace writ::bundle {

// A number from `from` to below `below`, written as what it is more than `from`.
template <typename Io, typename T>
void Step(Io& io, T& value, uint64_t from, uint64_t below) {
  if (from >= below) return io.Fail("a number is out of bounds");
  uint64_t step = 0;
  if constexpr (!Io::kReads) step = static_cast<uint64_t>(value) - from;
  io.Number(step, below - from - 1);
  if constexpr (Io::kReads) value = static_cast<T>(from + step);
}

// A text that is only written if it is another than it usually is. `is_own`: whether it is.
template <typename Io, typename String>
void OwnText(Io& io, bool is_own, String& text, std::string usual) {
  if (is_own) io.Text(text);
  if (!is_own) io.MadeUp(usual);
  if constexpr (Io::kReads) {
    if (is_own && text == usual) io.Fail("a message is written that is the usual one");
    if (!is_own) text = std::move(usual);
  }
}

inline std::string UsualMessage(std::string_view rule) {
  std::string message = "Denied by rule ";
  message.reserve(message.size() + rule.size() + 2);
  AppendJsonString(rule, message);
  return message;
}

template <typename Io, typename P, typename E>
void ProgramRow(Io& io, P& program, E& extras) {
  io.Number(extras.slot_count, kMaxSlots);
  io.Number(program.shared_slots, extras.slot_count);
  io.Id(program.other_tools, SectionId::kTool);
  io.Flags(program.hides_all, program.all_time_zones);
  if (extras.kind == Kind::kExpression) io.Id(extras.expression_block, SectionId::kBlock);
}

template <typename Io, typename Row>
void BlockRow(Io& io, Row& block) {
  io.Byte(block.kind, static_cast<uint8_t>(BlockKind::kLoopBody));
  io.Number(block.registers, kMaxRegisters);
  io.Number(block.outer_levels, kMaxBlockDepth);
  io.Number(block.instruction_count, kMaxBlockInstructions);
  io.Number(block.operand_count, kMaxBlockOperands);
}

template <typename Io, typename Row>
void InstructionRow(Io& io, Row& at) {
  constexpr auto kLastOpcode = static_cast<uint8_t>(kOpcodeCount - 1);
  io.Byte(at.op, kLastOpcode, "unknown opcode");
  if (!io.ok() || static_cast<size_t>(at.op) > kLastOpcode) return;
  const OpcodeInfo& info = Info(at.op);
  const auto wide = [&io](OperandClass operand, auto& value) {
    if (operand != OperandClass::kNone) return io.Number(value, UINT16_MAX);
    if (value != 0) io.Fail("an unused operand is not zero");
  };
  if (info.a != OperandClass::kNone) io.Byte(at.a, UINT8_MAX);
  if (info.a == OperandClass::kNone && at.a != 0) io.Fail("an unused operand is not zero");
  wide(info.b, at.b);
  wide(info.c, at.c);
  wide(info.d, at.d);
}

// `parts_left`: rows of message_part that no rule before has.
template <typename Io, typename Row>
void RuleRow(Io& io, Row& rule, uint64_t& parts_left) {
  io.Text(rule.name);
  std::string usual = UsualMessage(rule.name);
  bool own_check = rule.check_message != usual;
  bool own_quota = rule.quota_message != rule.check_message;
  io.Flags(rule.shadow, own_check, own_quota);
  OwnText(io, own_check, rule.check_message, std::move(usual));
  OwnText(io, own_quota, rule.quota_message, rule.check_message);
  uint64_t parts = rule.message.size();
  io.Number(parts, parts_left);
  if constexpr (Io::kReads) rule.message.resize(parts);
  parts_left -= parts;
}

template <typename Io, typename Row>
void MessagePartRow(Io& io, Row& part) {
  io.OptionalId(part.block, SectionId::kBlock);
  if (part.block == kNoBlock) io.Text(part.text);
}

// `from`: the instruction of the row before.
template <typename Io, typename Row>
void RuleStartRow(Io& io, Row& start, uint64_t& from) {
  Step(io, start.instruction, from, io.Rows(SectionId::kCode));
  io.Id(start.rule, SectionId::kRule);
  from = start.instruction;
}

// `from`: the first instruction behind those of the row before.
template <typename Io, typename Row>
void RecoveryRow(Io& io, Row& recovery, uint64_t& from) {
  const uint64_t below = io.Rows(SectionId::kCode);
  Step(io, recovery.first, from, below);
  Step(io, recovery.last, recovery.first, below);
  Step(io, recovery.handler, uint64_t{recovery.last} + 1, below);
  from = uint64_t{recovery.last} + 1;
}

template <typename Io, typename Row>
void PolicyRowOf(Io& io, Row& policy) {
  io.Byte(policy.language, static_cast<uint8_t>(Language::kWrit));
  if (static_cast<uint8_t>(policy.language) == 0) io.Fail("a policy is in no language");
  io.Flags(policy.is_named);
  io.Text(policy.name);
  if (policy.is_named && policy.name.empty()) io.Fail("a policy has an empty name");
  // Counters of policies without a name are kept by their paths.
  if (policy.is_named && policy.name.starts_with('/')) io.Fail("a policy has a path for a name");
}

template <typename Io, typename Row, typename Id>
void CounterRow(Io& io, Row& counter, Id& policy) {
  io.Id(policy, SectionId::kPolicy);
  io.Flags(counter.global, counter.window.sliding);
  io.Text(counter.scope);
  io.Text(counter.name);
  io.Text(counter.path);
  io.Number(counter.window.seconds, Window::kMaxSeconds);
}

template <typename Io, typename Row>
void QuotaRow(Io& io, Row& quota) {
  io.Id(quota.counter, SectionId::kCounter);
  io.Id(quota.rule, SectionId::kRule);
  io.Flags(quota.shadow);
  io.Signed(quota.limit);
  io.Number(quota.amount, std::numeric_limits<int64_t>::max());
  io.OptionalSlot(quota.amount_slot);
  io.Text(quota.amount_path);
  io.OptionalId(quota.limit_block, SectionId::kBlock);
  io.OptionalId(quota.amount_block, SectionId::kBlock);
  io.OptionalId(quota.key_block, SectionId::kBlock);
  io.Byte(quota.scale, kMaxScale);
}

// `number`: of the node. `edges_left`: as many as no node before has.
template <typename Io, typename Row>
void PathNodeRow(Io& io, Row& node, uint64_t number, uint64_t& edges_left) {
  io.Flags(node.reads_value, node.value_decides);
  io.OptionalSlot(node.slot);
  if ((node.value_decides && !node.reads_value) || (node.reads_value && node.slot == kNoSlot)) {
    io.Fail("a path is read that has no slot or no value");
  }
  uint64_t edges = node.edges.size();
  io.Number(edges, edges_left);
  if constexpr (Io::kReads) node.edges.resize(edges);
  edges_left -= edges;
  uint64_t next_name = 0;
  for (auto& edge : node.edges) {
    io.RisingText(edge.name, next_name);
    uint64_t step = 0;
    if constexpr (!Io::kReads) {
      if (edge.child <= number) return io.Fail("an edge of the paths leads back");
      if (edge.child >= io.Rows(SectionId::kPath)) {
        return io.Fail("an edge of the paths leads to no node");
      }
      step = (edge.child - number - 1) * 2 + (edge.watched ? 1 : 0);
    }
    io.Number(step, UINT64_MAX);
    if constexpr (Io::kReads) {
      if (step / 2 >= io.Rows(SectionId::kPath) - number - 1) {
        io.Fail("an edge of the paths leads to no node");
      }
      if (!io.ok()) return;
      edge.child = static_cast<uint32_t>(number + 1 + step / 2);
      edge.watched = step % 2 != 0;
    }
  }
}

template <typename Io, typename Row>
void ReadRow(Io& io, Row& read) {
  io.Slot(read.slot);
  io.Id(read.counter, SectionId::kCounter);
}

template <typename Io, typename Row>
void WatchRow(Io& io, Row& watch) {
  io.Id(watch.root, SectionId::kPath);
  io.Slot(watch.slot);
  io.Id(watch.rule, SectionId::kRule);
}

template <typename Io, typename Row>
void FactRow(Io& io, Row& fact) {
  io.Byte(fact.fact, static_cast<uint8_t>(kLastFact), "an unknown fact");
  io.Slot(fact.slot);
}

template <typename Io, typename Row>
void ToolRow(Io& io, Row& tool) {
  io.Id(tool.block, SectionId::kBlock);
  io.OptionalId(tool.root, SectionId::kPath);
  io.Number(tool.slot_count, kMaxSlots);
  io.Number(tool.read_count, io.Rows(SectionId::kRead));
  if (tool.read_count > 0) io.Id(tool.first_read, SectionId::kRead);
}

template <typename Io, typename Row>
void VariableRowOf(Io& io, Row& variable) {
  io.Text(variable.name);
  io.Slot(variable.slot);
}

// Where something stands, but for what stands there. `last_line`: of the last row before that is
// somewhere. False if it is nowhere.
template <typename Io, typename Row>
bool PositionRow(Io& io, Row& at, uint32_t& last_line) {
  uint64_t line = 0;
  if constexpr (!Io::kReads) {
    if (at.line > 0) line = 1 + ZigZag(int64_t{at.line} - int64_t{last_line});
  }
  io.Number(line, uint64_t{1} << 34);
  if (line == 0) return false;
  if constexpr (Io::kReads) {
    const int64_t read = int64_t{last_line} + UnZigZag(line - 1);
    if (read < 1 || read > UINT32_MAX) io.Fail("a line is out of bounds");
    if (!io.ok()) return false;
    at.line = static_cast<uint32_t>(read);
  }
  last_line = at.line;
  io.Number(at.column, UINT32_MAX);
  if (at.column == 0) io.Fail("a column is out of bounds");
  io.Id(at.file, SectionId::kSource);
  return true;
}

}  // namespace writ::bundle
