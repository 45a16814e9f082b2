// In which ways rules can be found.
// Tested by tests/compiler/lower/slot_keys_test.cc and tests/compiler/emit/index_report_test.cc.
#include <algorithm>

#include "compiler/emit/rule_code.h"
#include "compiler/load/constant.h"

namespace writ {
namespace {

// Of a rule's tools.
constexpr size_t kMaxGlobsOfRule = 1000;

std::vector<RuleKeys> WaysOf(const std::vector<cel::SlotKeys>& found) {
  std::vector<RuleKeys> ways;
  for (const cel::SlotKeys& keys : found) {
    if (keys.any_value || keys.keys.empty()) continue;
    ways.push_back({TableKind::kValues, keys.path, keys.not_if_absent, keys.keys});
  }
  return ways;
}

}  // namespace

std::vector<RuleKeys> RuleCode::KeysOf(const RuleModel& rule, size_t policy,
                                       const std::string& tool, CallSlots& slots) {
  // The same for all tools that the rule is emitted for.
  auto known = keys_.find(&rule);
  if (known == keys_.end()) {
    const bool has_conditions = policies_[policy].language == Language::kIntercept;
    known = keys_
                .emplace(&rule, has_conditions ? KeysOfConditions(rule)
                                               : KeysOfExpressions(rule, policy, slots))
                .first;
  }
  std::vector<RuleKeys> ways = known->second;
  if (!tool.empty() || rule.tools.empty() || rule.tools.size() > kMaxGlobsOfRule) return ways;
  RuleKeys globs{TableKind::kGlobs, {{}, FactSlotOf(Fact::kToolName)}, false, {}};
  for (const ToolPattern& pattern : rule.tools) {
    if (!pattern.is_glob) continue;
    if (pattern.text.size() > kMaxKeyBytes) return ways;
    globs.keys.push_back(Value::String(pattern.text));
  }
  std::sort(globs.keys.begin(), globs.keys.end(), cel::KeyLess);
  globs.keys.erase(std::unique(globs.keys.begin(), globs.keys.end(),
                               [](const Value& a, const Value& b) { return !cel::KeyLess(a, b); }),
                   globs.keys.end());
  ways.push_back(std::move(globs));
  return ways;
}

// A rule whose `when` is false does nothing. So does one without, if it only forbids or requires
// what is so, and counts nothing.
std::vector<RuleKeys> RuleCode::KeysOfExpressions(const RuleModel& rule, size_t policy,
                                                  CallSlots& slots) {
  const auto keys_of = [&](const Expression& expression, bool holds) {
    // As where it is lowered: what is known of it depends on the variables.
    NeedVariables(expression, policy, slots);
    return cel::FindSlotKeys(expression.checked, TargetOf(expression, policy, slots), builder_,
                             holds);
  };
  if (rule.when.has_value()) {
    std::vector<RuleKeys> ways = WaysOf(keys_of(*rule.when, true));
    if (!ways.empty()) return ways;
  }
  if (rule.when.has_value() || rule.quota.has_value() || rule.only_args.has_value()) return {};
  std::vector<std::vector<cel::SlotKeys>> tests;
  for (const Expression& expression : rule.require) tests.push_back(keys_of(expression, false));
  for (const Expression& expression : rule.forbid) tests.push_back(keys_of(expression, true));
  return WaysOf(cel::AllOf(tests));
}

// Conditions deny where they do not hold: what can be found are those of which each holds but for
// some texts of one path.
std::vector<RuleKeys> RuleCode::KeysOfConditions(const RuleModel& rule) {
  if (rule.denies || rule.counting.has_value() || rule.conditions.empty()) return {};
  RuleKeys keys{TableKind::kTexts, {rule.conditions.front().names, kNoSlot}, false, {}};
  const auto add = [&keys](const Value& value) {
    const bool is_key = value.is(Tag::kString) && value.size <= kMaxKeyBytes &&
                        keys.keys.size() < cel::kMaxSlotKeys;
    if (is_key) keys.keys.push_back(value);
    return is_key;
  };
  for (const Condition& condition : rule.conditions) {
    if (condition.counter.has_value() || condition.names != keys.path.names) return {};
    const Value value = ToValue(condition.value, *builder_.program().pool);
    if (condition.op == Operator::kNeq) {
      if (!add(value)) return {};
    } else if (condition.op == Operator::kNotIn) {
      if (!std::all_of(value.list->items, value.list->items + value.list->size, add)) return {};
    } else {
      return {};
    }
  }
  std::sort(keys.keys.begin(), keys.keys.end(), cel::KeyLess);
  keys.keys.erase(std::unique(keys.keys.begin(), keys.keys.end(),
                              [](const Value& a, const Value& b) { return !cel::KeyLess(a, b); }),
                  keys.keys.end());
  return {std::move(keys)};
}

}  // namespace writ
