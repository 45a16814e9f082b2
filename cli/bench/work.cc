// Counting what the machine's loop does.
// Tested by tests/cli/bench.py and tests/cli/bench_calls_test.cc.
#include "cli/bench/work.h"

#include <algorithm>

#include "vm/instruction.h"

namespace writ {
namespace {

// For instructions outside decision blocks: they belong to whichever rule has them run.
constexpr uint32_t kCallers = UINT32_MAX - 1;

}  // namespace

WorkCounter::WorkCounter(Decider& decider)
    : decider_(decider), program_(*decider.program()), rules_(program_.code.size(), kCallers) {
  for (const Block& block : program_.blocks) {
    if (block.kind != BlockKind::kDecision) continue;
    auto start = std::lower_bound(
        program_.rule_starts.begin(), program_.rule_starts.end(), block.first_instruction,
        [](const RuleStart& at, uint32_t instruction) { return at.instruction < instruction; });
    uint32_t rule = kNoRule;
    for (uint32_t i = 0; i < block.instruction_count; ++i) {
      const uint32_t instruction = block.first_instruction + i;
      for (; start != program_.rule_starts.end() && start->instruction <= instruction; ++start) {
        rule = start->rule;
      }
      rules_[instruction] = rule;
    }
  }
  // What follows a decision is run by itself.
  for (const Quota& quota : program_.quotas) {
    for (const uint32_t block : {quota.limit_block, quota.amount_block, quota.key_block}) {
      if (block != kNoBlock) owners_.emplace(block, quota.rule);
    }
  }
  for (uint32_t rule = 0; rule < program_.rules.size(); ++rule) {
    for (const MessagePart& part : program_.rules[rule].message) {
      if (part.block != kNoBlock) owners_.emplace(part.block, rule);
    }
  }
  decider_.machine().TraceWith(this);
}

WorkCounter::~WorkCounter() {
  decider_.machine().TraceWith(nullptr);
}

CallWork WorkCounter::Count(const BenchCall& call) {
  work_ = {};
  depth_ = 0;
  GoOnIn(kNoRule);
  decider_.Decide(call);
  return std::move(work_);
}

void WorkCounter::GoOnIn(uint32_t rule) {
  rule_ = rule;
  of_rule_ = nullptr;
}

void WorkCounter::Begin() {
  depth_ = 0;
}

void WorkCounter::Enter(uint32_t block) {
  if (depth_++ > 0) return;
  const auto owner = owners_.find(block);
  GoOnIn(owner == owners_.end() ? kNoRule : owner->second);
}

void WorkCounter::Step(uint32_t instruction, const Value* /*registers*/) {
  const uint32_t rule = rules_[instruction];
  if (rule != kCallers && rule != rule_) GoOnIn(rule);
  if (of_rule_ == nullptr) {
    of_rule_ = &work_.rules[rule_];
    lines_of_rule_ = rule_ == kNoRule ? nullptr : &lines_[rule_];
  }
  const uint32_t units = Info(program_.code[instruction].op).cost;
  work_.whole.Add(units);
  of_rule_->Add(units);
  if (lines_of_rule_ == nullptr || instruction >= program_.positions.size()) return;
  const SourcePosition& at = program_.positions[instruction];
  if (at.line != 0) (*lines_of_rule_)[{at.file, at.line}] += units;
}

void WorkCounter::Leave(const Value* /*result*/) {
  if (depth_ > 0) --depth_;
}

}  // namespace writ
