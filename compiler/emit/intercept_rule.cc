// The code of version "1" rules.
// Tested by tests/compiler/emit/emit_test.cc.
#include <algorithm>

#include "compiler/emit/rule_code.h"
#include "compiler/load/constant.h"

namespace writ {
namespace {

Opcode OpcodeOf(Operator op) {
  switch (op) {
    case Operator::kEq:
    case Operator::kNeq: return Opcode::kCondEq;
    case Operator::kIn:
    case Operator::kNotIn: return Opcode::kCondIn;
    case Operator::kLt: return Opcode::kCondLt;
    case Operator::kLte: return Opcode::kCondLte;
    case Operator::kGt: return Opcode::kCondGt;
    case Operator::kGte: return Opcode::kCondGte;
    case Operator::kRegex: return Opcode::kCondRegex;
    case Operator::kContains: return Opcode::kCondContains;
    case Operator::kExists: return Opcode::kCondPresent;
  }
  return Opcode::kFail;
}

// A limit that not even an untouched counter keeps: no call can pass.
bool IsImpossible(const Condition& condition) {
  Arena arena;
  const Value limit = ToValue(condition.value, arena);
  if (limit.is(Tag::kInt)) return condition.op == Operator::kLt ? limit.i <= 0 : limit.i < 0;
  return !(condition.op == Operator::kLt ? limit.d > 0 : limit.d >= 0);
}

}  // namespace

bool RuleCode::IsOwnLimit(const RuleModel& rule, const Condition& condition) {
  return rule.counting.has_value() && condition.counter.has_value() &&
         *condition.counter == rule.counting->counter &&
         (condition.op == Operator::kLt || condition.op == Operator::kLte);
}

void RuleCode::Prepare(const RuleModel& rule, size_t policy, CallSlots& slots) {
  if (const auto shared = instances_.find({&rule, ""});
      policies_[policy].language == Language::kWrit && shared != instances_.end()) {
    Complete(rule, policy, slots, shared->second);
  }
  for (const Condition& condition : rule.conditions) {
    if (!condition.counter.has_value()) {
      slots.SlotOf(condition.names, condition.path_text, condition.op != Operator::kExists);
    } else if (!IsOwnLimit(rule, condition)) {
      const PolicyCounter counter{policy, *condition.counter};
      if (slots.counters.count(counter) > 0) continue;
      const uint32_t slot = builder_.NewSlot(condition.path_text);
      slots.counters.emplace(counter, slot);
      builder_.program().reads.push_back({slot, counters_.at(counter)});
    }
  }
  if (rule.counting.has_value() && !rule.counting->amount_names.empty()) {
    slots.SlotOf(rule.counting->amount_names, rule.counting->amount_path, true);
  }
}

bool RuleCode::EmitConditions(BlockBuilder& block, const RuleModel& rule, size_t policy,
                              uint32_t number, CallSlots& slots) {
  const SourcePosition at = At(policy, rule);
  std::vector<const Condition*> tests;
  bool impossible = rule.denies;
  for (const Condition& condition : rule.conditions) {
    if (!IsOwnLimit(rule, condition)) {
      tests.push_back(&condition);
    } else {
      impossible = impossible || IsImpossible(condition);
    }
  }
  Instruction deny{Opcode::kDeny};
  deny.b = block.Operand({number});
  if (impossible) {
    block.Add(deny, at);
    return false;
  }
  const Label denies = block.NewLabel();
  const Label passes = block.NewLabel();
  for (size_t i = 0; i < tests.size(); ++i) {
    const Label holds = i + 1 == tests.size() ? passes : block.NewLabel();
    EmitCondition(block, *tests[i], policy, slots, holds, denies);
    if (i + 1 < tests.size()) block.Bind(holds);
  }
  if (!tests.empty()) {
    block.Bind(denies);
    block.Add(deny, at);
    block.Bind(passes);
  }
  if (rule.counting.has_value()) EmitCounting(block, rule, policy, number, slots);
  return true;
}

void RuleCode::EmitCondition(BlockBuilder& block, const Condition& condition, size_t policy,
                             CallSlots& slots, Label holds, Label denies) {
  const bool is_counter = condition.counter.has_value();
  const uint32_t slot = is_counter ? slots.counters.at({policy, *condition.counter})
                                   : slots.SlotOf(condition.names, condition.path_text, false);
  Instruction test;
  test.op = OpcodeOf(condition.op);
  test.a = is_counter ? kCondCounter : 0;
  bool negated = condition.op == Operator::kNeq || condition.op == Operator::kNotIn;
  switch (test.op) {
    case Opcode::kCondPresent:
      test.b = block.Operand({slot});
      negated = !std::get<bool>(yaml::Resolve(*condition.value));
      break;
    case Opcode::kCondRegex:
      test.b = block.Operand(
          {slot, builder_.Pattern(std::get<std::string>(yaml::Resolve(*condition.value)))});
      break;
    default:
      test.b = block.Operand(
          {slot, builder_.Constant(ToValue(condition.value, *builder_.program().pool))});
  }
  // What is not there is denied whatever the operator.
  if (negated && test.op != Opcode::kCondPresent) test.a |= kCondAbsentIsTrue;
  block.Test(test, negated ? denies : holds, negated ? holds : denies,
             At(policy, condition.at, parts_.Of(condition)));
}

void RuleCode::EmitCounting(BlockBuilder& block, const RuleModel& rule, size_t policy,
                            uint32_t number, CallSlots& slots) {
  const Counting& counting = *rule.counting;
  Quota quota;
  quota.counter = counters_.at({policy, counting.counter});
  quota.rule = number;
  quota.limit = counting.limit;
  quota.amount = counting.amount;
  if (!counting.amount_names.empty()) {
    quota.amount_slot = slots.SlotOf(counting.amount_names, counting.amount_path, true);
    quota.amount_path = counting.amount_path;
  }
  Instruction reserve{Opcode::kReserve};
  reserve.b = block.Operand({static_cast<uint32_t>(builder_.program().quotas.size())});
  builder_.program().quotas.push_back(std::move(quota));
  block.Add(reserve, At(policy, counting.at, parts_.QuotaOf(rule)));
}

}  // namespace writ
