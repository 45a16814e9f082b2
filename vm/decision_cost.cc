// Bounds of decisions.
// Tested by tests/vm/decision_cost_test.cc.
#include "vm/decision_cost.h"

#include <algorithm>
#include <array>

#include "vm/selection.h"

namespace writ {
namespace {

// Instructions that are looked at to find out which blocks each decision reaches. What takes more
// is not bounded: it is no program that is only large.
constexpr uint64_t kMaxLookedAt = uint64_t{1} << 28;

// Counters are found by their names, sixteen bytes at a time.
uint64_t CounterCost(const Counter& counter) {
  return kCounterCost + (counter.space.size() + counter.scope.size() + counter.name.size()) / 16;
}

class DecisionBounds {
 public:
  DecisionBounds(const Program& program, const std::vector<uint64_t>& run_costs)
      : program_(program), run_costs_(run_costs) {
    BoundReads();
    BoundQuotas();
    BoundMessages();
  }

  uint64_t Run(uint64_t enough) {
    uint64_t values = 0;
    for (size_t i = 0; i < program_.blocks.size(); ++i) {
      if (program_.blocks[i].kind != BlockKind::kDecision) values = AddCost(values, run_costs_[i]);
    }
    const uint64_t coarse = AddCost(Dearest(false), values);
    return coarse <= enough ? coarse : Dearest(true);
  }

 private:
  // What is found going through a decision block once.
  struct Found {
    uint64_t candidates = 0;      // all that it chooses from
    uint64_t noted = 0;           // by quotas, and by messages of rules in shadow mode
    uint64_t dearest_denial = 0;  // the message of the rule that denies
    uint64_t dearest_chain = 0;   // of the blocks that it goes on in
  };

  // A candidate is looked at with what chooses it, and only then.
  bool IsCandidate(const Block& block) const {
    const uint32_t last = block.first_instruction + block.instruction_count - 1;
    return program_.code[last].op == Opcode::kContinue;
  }

  void BoundReads() {
    reads_.push_back(0);
    for (const CounterRead& read : program_.reads) {
      reads_.push_back(reads_.back() + CounterCost(program_.counters[read.counter]));
    }
  }

  void BoundQuotas() {
    for (const Quota& quota : program_.quotas) {
      uint64_t cost = CounterCost(program_.counters[quota.counter]);
      for (const uint32_t block : BlocksOf(quota)) cost = AddCost(cost, CostOf(block));
      quotas_.push_back(cost);
    }
  }

  void BoundMessages() {
    for (const Rule& rule : program_.rules) {
      uint64_t cost = 0;
      for (const MessagePart& part : rule.message) cost = AddCost(cost, CostOf(part.block));
      messages_.push_back(cost);
    }
  }

  static std::array<uint32_t, 3> BlocksOf(const Quota& quota) {
    return {quota.limit_block, quota.amount_block, quota.key_block};
  }

  // 0 for kNoBlock.
  uint64_t CostOf(uint32_t block) const { return block == kNoBlock ? 0 : run_costs_[block]; }

  uint64_t ReadCost(const ToolEntry& tool) const {
    return reads_[tool.first_read + tool.read_count] - reads_[tool.first_read];
  }

  // Of all tools' decisions, with the values that each reaches if `reached`. What a block goes on
  // in has a lower number.
  uint64_t Dearest(bool reached) {
    from_.assign(program_.blocks.size(), 0);
    seen_blocks_.assign(reached ? program_.blocks.size() : 0, kNoBlock);
    seen_rules_.assign(reached ? program_.rules.size() : 0, kNoBlock);
    for (uint32_t i = 0; i < program_.blocks.size(); ++i) {
      const Block& block = program_.blocks[i];
      if (block.kind != BlockKind::kDecision || IsCandidate(block)) continue;
      Found found;
      LookAt(i, block, reached, found);
      from_[i] = AddCost(AddCost(AddCost(run_costs_[i], found.candidates), found.noted),
                         std::max(found.dearest_denial, found.dearest_chain));
      if (reached) from_[i] = AddCost(from_[i], ReachedFrom(i));
      if (looked_at_ > kMaxLookedAt) return kUnboundedCost;
    }
    uint64_t dearest = 0;
    for (const ToolEntry& tool : program_.tools) {
      uint64_t cost = AddCost(from_[tool.block], ReadCost(tool));
      // A part of a linked program that passes goes on in one behind it.
      for (uint32_t i = 0; i < tool.next_count; ++i) {
        const NextPart& next = program_.next_parts[tool.first_next + i];
        cost = AddCost(cost, AddCost(from_[next.block], next.copy_count));
      }
      dearest = std::max(dearest, cost);
    }
    return dearest;
  }

  // Leaves in open_ which values the block runs, its quotas' and its messages' among them. Of what
  // it chooses from likewise: `number` is the block that chooses.
  void LookAt(uint32_t number, const Block& block, bool reached, Found& found) {
    const auto run = [&](uint32_t value) {
      if (reached && value != kNoBlock) open_.push_back(value);
    };
    const auto show = [&](uint32_t rule) {
      if (!reached || seen_rules_[rule] == number) return;
      seen_rules_[rule] = number;
      looked_at_ += program_.rules[rule].message.size();
      for (const MessagePart& part : program_.rules[rule].message) run(part.block);
    };
    for (uint32_t i = 0; i < block.instruction_count; ++i) {
      const Instruction& at = program_.code[block.first_instruction + i];
      const OperandClass operand = Info(at.op).b;
      if (operand == OperandClass::kSelection) {
        LookAtCandidates(number, SelectionOf(program_, block, at), reached, found);
        continue;
      }
      if (operand != OperandClass::kBlock && operand != OperandClass::kQuota &&
          operand != OperandClass::kRule) {
        continue;
      }
      const uint32_t named = program_.operands[block.first_operand + at.b];
      if (at.op == Opcode::kChain) {
        found.dearest_chain = std::max(found.dearest_chain, from_[named]);
      } else if (operand == OperandClass::kBlock) {
        run(named);
      } else if (operand == OperandClass::kQuota) {
        const Quota& quota = program_.quotas[named];
        found.noted = AddCost(found.noted, quotas_[named]);
        found.dearest_denial = std::max(found.dearest_denial, messages_[quota.rule]);
        for (const uint32_t its : BlocksOf(quota)) run(its);
        show(quota.rule);
      } else {
        if (at.op == Opcode::kDeny) {
          found.dearest_denial = std::max(found.dearest_denial, messages_[named]);
        } else {
          found.noted = AddCost(found.noted, messages_[named]);
        }
        show(named);
      }
    }
  }

  // All may be run. None of them chooses in turn.
  void LookAtCandidates(uint32_t number, const Selection& selection, bool reached, Found& found) {
    for (uint32_t i = 0; i < selection.candidate_count(); ++i) {
      const uint32_t candidate = selection.candidate(i);
      looked_at_ += program_.blocks[candidate].instruction_count;
      if (looked_at_ > kMaxLookedAt) return;
      found.candidates = AddCost(found.candidates, run_costs_[candidate]);
      LookAt(number, program_.blocks[candidate], reached, found);
    }
    found.dearest_chain = std::max(found.dearest_chain, from_[selection.then()]);
  }

  // Of the values in open_ and what these run, each once. What a block chains to has been counted.
  uint64_t ReachedFrom(uint32_t number) {
    uint64_t cost = 0;
    while (!open_.empty()) {
      const uint32_t value = open_.back();
      open_.pop_back();
      if (seen_blocks_[value] == number) continue;
      seen_blocks_[value] = number;
      cost = AddCost(cost, run_costs_[value]);
      const Block& block = program_.blocks[value];
      looked_at_ += block.instruction_count;
      if (looked_at_ > kMaxLookedAt) break;
      for (uint32_t i = 0; i < block.instruction_count; ++i) {
        const Instruction& at = program_.code[block.first_instruction + i];
        if (Info(at.op).b != OperandClass::kBlock) continue;
        open_.push_back(program_.operands[block.first_operand + at.b]);
      }
    }
    return cost;
  }

  const Program& program_;
  const std::vector<uint64_t>& run_costs_;
  std::vector<uint64_t> reads_;     // of all before each
  std::vector<uint64_t> quotas_;    // each time one is noted
  std::vector<uint64_t> messages_;  // by rule
  std::vector<uint64_t> from_;      // of a decision block and what it goes on in
  // For which decision block they were reached last.
  std::vector<uint32_t> seen_blocks_;
  std::vector<uint32_t> seen_rules_;
  std::vector<uint32_t> open_;
  uint64_t looked_at_ = 0;
};

}  // namespace

uint64_t BoundDecisions(const Program& program, const std::vector<uint64_t>& run_costs,
                        uint64_t enough) {
  return DecisionBounds(program, run_costs).Run(enough);
}

}  // namespace writ
