// Paths that only watch.
// Tested by tests/compiler/emit/watch_paths_test.cc.
#include "compiler/emit/watch_paths.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "vm/selection.h"

namespace writ {
namespace {

class Watcher {
 public:
  Watcher(ProgramBuilder& builder, PathTrieBuilder& trie)
      : program_(builder.program()),
        named_slots_(builder.named_slots()),
        shared_blocks_(builder.shared_rows()),
        trie_(trie),
        seen_(program_.blocks.size()),
        deciding_(program_.slot_names.size()),
        deciding_values_(program_.slot_names.size()) {}

  void Run() {
    const uint32_t shared_root = program_.tools[program_.other_tools].root;
    const std::vector<bool> is_shared = SharedRows(shared_root);
    std::vector<uint32_t> rows;
    for (uint32_t i = 0; i < is_shared.size(); ++i) {
      if (is_shared[i]) rows.push_back(i);
    }
    Watch(rows, shared_root);
    for (const ToolEntry& tool : program_.tools) {
      if (tool.root == kNoNode || tool.root == shared_root) continue;
      // Its trie holds the shared paths too.
      rows = RowFrom(tool.block, is_shared);
      Watch(rows, tool.root);
      for (const uint32_t slot : fresh_) deciding_[slot] = false;
      for (const uint32_t slot : fresh_values_) deciding_values_[slot] = false;
    }
    std::sort(program_.watches.begin(), program_.watches.end());
    program_.watches.erase(std::unique(program_.watches.begin(), program_.watches.end()),
                           program_.watches.end());
  }

 private:
  // The decision blocks that decide more than one tool, or one that has no paths of its own.
  std::vector<bool> SharedRows(uint32_t shared_root) const {
    std::vector<bool> is_shared(program_.blocks.size());
    for (const uint32_t block : shared_blocks_) is_shared[block] = true;
    for (const ToolEntry& tool : program_.tools) {
      if (tool.root != kNoNode && tool.root != shared_root) continue;
      for (const uint32_t block : RowFrom(tool.block, is_shared)) is_shared[block] = true;
    }
    return is_shared;
  }

  // From that block on to the first one of everyone's row: a long row is cut into several, and what
  // a block chooses from is part of it.
  std::vector<uint32_t> RowFrom(uint32_t at, const std::vector<bool>& is_shared) const {
    std::vector<uint32_t> row;
    while (at != kNoBlock && !is_shared[at]) {
      row.push_back(at);
      const Block& block = program_.blocks[at];
      at = kNoBlock;
      for (uint32_t i = 0; i < block.instruction_count; ++i) {
        const Instruction& instruction = program_.code[block.first_instruction + i];
        if (instruction.op == Opcode::kChain) {
          at = program_.operands[block.first_operand + instruction.b];
        } else if (instruction.op == Opcode::kChoose) {
          const Selection selection = SelectionOf(program_, block, instruction);
          row.insert(row.end(), selection.candidates(),
                     selection.candidates() + selection.candidate_count());
          at = selection.then();
        }
      }
    }
    return row;
  }

  static void Mark(const std::vector<uint32_t>& slots, std::vector<bool>& marks,
                   std::vector<uint32_t>& fresh) {
    fresh.clear();
    for (const uint32_t slot : slots) {
      if (!marks[slot]) fresh.push_back(slot);
      marks[slot] = true;
    }
  }

  // Marks what is below the root.
  void Watch(const std::vector<uint32_t>& rows, uint32_t root) {
    ++look_;
    value_slots_.clear();
    ForEach(rows, [this](const Block& block, const Instruction& instruction, uint32_t rule) {
      if (!IsShadow(rule)) Read(block, instruction);
    });
    ForEachNamed(rows, [this](uint32_t rule, uint32_t slot) {
      if (!IsShadow(rule)) slots_.push_back(slot);
    });
    Mark(Finish(), deciding_, fresh_);
    Mark(value_slots_, deciding_values_, fresh_values_);
    if (root == kNoNode) return;
    trie_.Watch(root, deciding_, deciding_values_);
    uint32_t last = kNoRule;
    const auto note = [&] {
      for (const uint32_t slot : Finish()) program_.watches.push_back({root, slot, last});
      ++look_;
    };
    ForEach(rows, [&](const Block& block, const Instruction& instruction, uint32_t rule) {
      if (!IsShadow(rule)) return;
      if (rule != last) note();
      last = rule;
      Read(block, instruction);
    });
    note();
    ForEachNamed(rows, [&](uint32_t rule, uint32_t slot) {
      if (IsShadow(rule)) program_.watches.push_back({root, slot, rule});
    });
  }

  bool IsShadow(uint32_t rule) const { return rule != kNoRule && program_.rules[rule].shadow; }

  // Calls visit(block, instruction, its rule) for all of the rows.
  template <typename Visit>
  void ForEach(const std::vector<uint32_t>& rows, const Visit& visit) const {
    const std::vector<RuleStart>& starts = program_.rule_starts;
    for (const uint32_t number : rows) {
      const Block& block = program_.blocks[number];
      auto start = std::lower_bound(
          starts.begin(), starts.end(), block.first_instruction,
          [](const RuleStart& a, uint32_t instruction) { return a.instruction < instruction; });
      uint32_t rule = kNoRule;
      for (uint32_t i = 0; i < block.instruction_count; ++i) {
        const uint32_t at = block.first_instruction + i;
        for (; start != starts.end() && start->instruction == at; ++start) rule = start->rule;
        visit(block, program_.code[at], rule);
      }
    }
  }

  // Calls visit(rule, slot) for what the rows themselves name.
  template <typename Visit>
  void ForEachNamed(const std::vector<uint32_t>& rows, const Visit& visit) const {
    for (const uint32_t number : rows) {
      const auto found = named_slots_.find(number);
      if (found == named_slots_.end()) continue;
      for (const ProgramBuilder::NamedSlot& named : found->second) visit(named.rule, named.slot);
    }
  }

  // Notes the slots that an instruction reads, and the blocks that it runs.
  void Read(const Block& block, const Instruction& instruction) {
    const OpcodeInfo& info = Info(instruction.op);
    const size_t before = slots_.size();
    ReadOperand(block, info.b, instruction.b);
    ReadOperand(block, info.c, instruction.c);
    ReadOperand(block, info.d, instruction.d);
    if (instruction.op == Opcode::kTestPresent || instruction.op == Opcode::kTestOnlyArgs) return;
    value_slots_.insert(value_slots_.end(), slots_.begin() + static_cast<ptrdiff_t>(before),
                        slots_.end());
  }

  void ReadOperand(const Block& block, OperandClass operand, uint16_t value) {
    const auto entry = [&] { return program_.operands[block.first_operand + value]; };
    switch (operand) {
      case OperandClass::kSlot:
      case OperandClass::kSlotConst:
      case OperandClass::kSlotPattern: slots_.push_back(entry()); break;
      case OperandClass::kBlock: Need(entry()); break;
      case OperandClass::kQuota: {
        const Quota& quota = program_.quotas[entry()];
        if (quota.amount_slot != kNoSlot) slots_.push_back(quota.amount_slot);
        Need(quota.limit_block);
        Need(quota.amount_block);
        Need(quota.key_block);
        break;
      }
      default: break;
    }
  }

  void Need(uint32_t block) {
    // A decision block that is chained to is shared.
    if (block == kNoBlock || program_.blocks[block].kind == BlockKind::kDecision) return;
    if (seen_[block] == look_) return;
    seen_[block] = look_;
    open_.push_back(block);
  }

  // What was noted, and what is read by the blocks that were, each once.
  std::vector<uint32_t> Finish() {
    while (!open_.empty()) {
      const uint32_t number = open_.back();
      const Block& block = program_.blocks[number];
      open_.pop_back();
      if (const auto found = named_slots_.find(number); found != named_slots_.end()) {
        for (const ProgramBuilder::NamedSlot& named : found->second) slots_.push_back(named.slot);
      }
      for (uint32_t i = 0; i < block.instruction_count; ++i) {
        Read(block, program_.code[block.first_instruction + i]);
      }
    }
    std::sort(slots_.begin(), slots_.end());
    slots_.erase(std::unique(slots_.begin(), slots_.end()), slots_.end());
    return std::exchange(slots_, {});
  }

  Program& program_;
  const std::map<uint32_t, std::vector<ProgramBuilder::NamedSlot>>& named_slots_;
  const std::vector<uint32_t>& shared_blocks_;
  PathTrieBuilder& trie_;
  // Blocks that were found since the last look began.
  std::vector<uint32_t> seen_;
  uint32_t look_ = 0;
  std::vector<uint32_t> open_;
  std::vector<uint32_t> slots_;
  std::vector<uint32_t> value_slots_;  // of these, what is more than asked to be there
  std::vector<bool> deciding_;         // by slot
  std::vector<bool> deciding_values_;
  // What the last root had begin to decide.
  std::vector<uint32_t> fresh_;
  std::vector<uint32_t> fresh_values_;
};

}  // namespace

void WatchPaths(ProgramBuilder& builder, PathTrieBuilder& trie) {
  const Program& program = builder.program();
  const bool watches =
      std::any_of(program.rules.begin(), program.rules.end(),
                  [](const Rule& rule) { return rule.shadow || !rule.message.empty(); });
  if (watches) Watcher(builder, trie).Run();
}

}  // namespace writ
