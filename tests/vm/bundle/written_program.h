// A program that has a row in every section, and what else a bundle of it holds.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "vm/assembler.h"
#include "vm/bundle/contents.h"
#include "vm/program.h"

namespace writ::bundle {

struct WrittenProgram {
  Program program;
  Extras extras;
};

inline WrittenProgram WriteByHand() {
  WrittenProgram written;
  Program& program = written.program;
  program = Assemble(R"(
    value 2
      LoadSlot r0 args.amount
      LoadConst r1 {"usd":[1,2.5,-3],"eur":null}
      Index r0 r1 r0
      Return r0
    decision 3
      rule small
      a:
      TestSlotLess args.amount 100 @b @b
      b:
      ScopeBegin r0
      Operand r0 0 @c
      LoadSlot r1 args.path.to
      TestTrue r1 @c @c
      c:
      ScopeEnd r0
      CondRegex 0 args.path.to ^/srv/ @f @e
      e:
      Deny small
      f:
      rule watched
      CondIn 2 args.path ["a","b"] @g @g
      g:
      Shadow watched
      Force r2 block0
      Reserve daily
      Pass
      recover a b b)");
  program.rules[0].check_message = "Denied by rule \"small\"";
  program.rules[0].quota_message = "Denied by rule \"small\"";
  program.rules[0].message = {{"at most ", kNoBlock}, {"", 0}};
  program.rules[1].shadow = true;
  program.rules[1].check_message = "nobody reads this";
  program.rules[1].quota_message = "nor this";
  program.counters[0].scope = "_global";
  program.counters[0].global = true;
  program.counters[0].window = {86400, true};
  program.quotas[0].limit = -1;
  program.quotas[0].amount_slot = 0;
  program.quotas[0].amount_path = "args.amount";
  program.quotas[0].key_block = 0;
  program.quotas[0].scale = 2;
  // The first slot is every tool's.
  program.slot_names.insert(program.slot_names.begin(), "tool.name");
  for (Block& block : program.blocks) {
    for (uint32_t i = 0; i < block.instruction_count; ++i) {
      const Instruction& at = program.code[block.first_instruction + i];
      const OperandClass operand = Info(at.op).b;
      if (operand == OperandClass::kSlot || operand == OperandClass::kSlotConst ||
          operand == OperandClass::kSlotPattern) {
        ++program.operands[block.first_operand + at.b];
      }
    }
  }
  ++program.quotas[0].amount_slot;
  std::vector<PathRow> paths = RowsOf(program.paths);
  for (PathRow& row : paths) {
    if (row.slot != kNoSlot) ++row.slot;
  }
  program.shared_slots = 1;
  program.facts = {{Fact::kToolName, 0}};
  program.labels = {"env", "team"};
  program.hidden = {"drop_table"};
  program.hidden_globs = {"*_admin", "x*"};
  program.all_time_zones = true;
  ToolEntry& tool = program.tools[0];
  tool.first_slot = 1;
  program.tools.push_back({tool.block, kNoNode, 4, 1, 0, 1});
  program.slot_names.push_back("state.daily");
  program.reads = {{4, 0}};
  program.tool_index = {{"create_charge", 0}};
  program.other_tools = 1;
  program.watches = {{0, 3, 1}};
  program.files = {"policy.yaml"};
  program.texts = {"args.path.to", "args.amount < 100"};
  program.positions.resize(program.code.size());
  for (uint32_t i = 0; i + 1 < program.positions.size(); ++i) {
    program.positions[i] = {0, 20 - i, 1 + i, i % 3 == 2 ? kNoText : i % 3};
  }
  program.rules[0].at = {0, 7, 9};
  program.rules[1].at = {0, 5, 9};

  Extras& extras = written.extras;
  extras.slot_count = static_cast<uint32_t>(program.slot_names.size());
  program.policies = {{Language::kWrit, true, "payments", "payments"}};
  extras.counter_policies = {0};
  extras.paths = std::move(paths);
  program.paths = std::move(*TrieOf(extras.paths));
  program.file_hashes = {{1, 2, 3}};
  return written;
}

inline std::vector<SectionView> ViewsOf(const std::vector<Section>& sections) {
  std::vector<SectionView> views;
  views.reserve(sections.size());
  for (const Section& section : sections) {
    views.push_back({section.id, section.rows, section.bytes});
  }
  return views;
}

}  // namespace writ::bundle
