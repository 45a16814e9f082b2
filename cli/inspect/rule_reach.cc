// From the tools' decision blocks, and those they go on in, to the rules that are named there.
// Tested by tests/cli/bundles.py.
#include "cli/inspect/rule_reach.h"

#include <algorithm>
#include <utility>

#include "vm/selection.h"

namespace writ {
namespace {

// Pairs of a tool and a block, or of a tool and a rule, that are gone through: a bundle may be made
// to have more than anybody waits for.
constexpr uint64_t kMaxPairs = uint64_t{1} << 22;

// Sorted, with nothing twice.
void Tidy(std::vector<uint32_t>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

// What a decision block names.
struct Named {
  std::vector<uint32_t> rules;
  std::vector<uint32_t> blocks;  // that it goes on in
};

Named NamedBy(const Program& program, const Block& block) {
  Named named;
  if (block.kind != BlockKind::kDecision) return named;
  for (uint32_t i = 0; i < block.instruction_count; ++i) {
    const Instruction& at = program.code[block.first_instruction + i];
    const OperandClass operand = Info(at.op).b;
    const auto entry = [&] { return program.operands[block.first_operand + at.b]; };
    if (operand == OperandClass::kRule) named.rules.push_back(entry());
    if (operand == OperandClass::kQuota) named.rules.push_back(program.quotas[entry()].rule);
    if (at.op == Opcode::kChain) named.blocks.push_back(entry());
    if (at.op == Opcode::kChoose) {
      SelectionOf(program, block, at).ForEachBlock([&named](uint32_t target) {
        named.blocks.push_back(target);
      });
    }
  }
  Tidy(named.rules);
  Tidy(named.blocks);
  return named;
}

class Finder {
 public:
  explicit Finder(const Program& program) : program_(program) {
    for (const Block& block : program.blocks) named_.push_back(NamedBy(program, block));
    reached_.resize(program.blocks.size());
    seen_.resize(program.blocks.size(), UINT32_MAX);
  }

  bool FindBlocks() {
    for (uint32_t tool = 0; tool < program_.tools.size(); ++tool) {
      const ToolEntry& entry = program_.tools[tool];
      open_.push_back(entry.block);
      for (uint32_t i = 0; i < entry.next_count; ++i) {
        open_.push_back(program_.next_parts[entry.first_next + i].block);
      }
      while (!open_.empty()) {
        const uint32_t block = open_.back();
        open_.pop_back();
        if (seen_[block] == tool) continue;
        seen_[block] = tool;
        if (pairs_++ == kMaxPairs) return false;
        reached_[block].push_back(tool);
        const std::vector<uint32_t>& next = named_[block].blocks;
        if (next.size() > kMaxPairs - pairs_) return false;
        open_.insert(open_.end(), next.begin(), next.end());
      }
    }
    return true;
  }

  bool FindRules(std::vector<RuleReach>& rules) {
    rules.assign(program_.rules.size(), {});
    for (size_t block = 0; block < named_.size(); ++block) {
      const std::vector<uint32_t>& tools = reached_[block];
      for (const uint32_t number : named_[block].rules) {
        RuleReach& rule = rules[number];
        if (tools.size() == program_.tools.size()) rule = {true, {}};
        if (rule.every_tool) continue;
        if (tools.size() > kMaxPairs - pairs_) return false;
        pairs_ += tools.size();
        rule.tools.insert(rule.tools.end(), tools.begin(), tools.end());
      }
    }
    for (RuleReach& rule : rules) {
      Tidy(rule.tools);
      if (rule.tools.size() == program_.tools.size()) rule = {true, {}};
    }
    return true;
  }

 private:
  const Program& program_;
  std::vector<Named> named_;                    // of each block
  std::vector<std::vector<uint32_t>> reached_;  // by which tools each block is
  std::vector<uint32_t> seen_;                  // of which tool each block was last seen
  std::vector<uint32_t> open_;
  uint64_t pairs_ = 0;
};

}  // namespace

bool FindReach(const Program& program, std::vector<RuleReach>& rules,
               std::vector<uint64_t>& rules_of_tools) {
  rules.clear();
  rules_of_tools.clear();
  Finder finder(program);
  if (!finder.FindBlocks() || !finder.FindRules(rules)) {
    rules.clear();
    return false;
  }
  uint64_t of_every = 0;
  rules_of_tools.assign(program.tools.size(), 0);
  for (const RuleReach& rule : rules) {
    if (rule.every_tool) ++of_every;
    for (const uint32_t tool : rule.tools) ++rules_of_tools[tool];
  }
  for (uint64_t& count : rules_of_tools) count += of_every;
  return true;
}

}  // namespace writ
