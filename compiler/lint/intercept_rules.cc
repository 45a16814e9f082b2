// Rules of version "1" that never decide anything.
// Tested by tests/policies/warned.
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "compiler/lint/analyses.h"
#include "compiler/yaml/yaml.h"

namespace writ {
namespace {

using yaml::Kind;
using yaml::Node;

bool AreSameScalars(const Node* a, const Node* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->kind == Kind::kScalar && b->kind == Kind::kScalar &&
         yaml::Resolve(*a) == yaml::Resolve(*b);
}

// Values that are the same; mappings and lists of those are not looked into.
bool AreSameValues(const Node* a, const Node* b) {
  if (a == nullptr || b == nullptr || a->kind != Kind::kSequence) return AreSameScalars(a, b);
  return b->kind == Kind::kSequence && std::equal(a->items.begin(), a->items.end(),
                                                  b->items.begin(), b->items.end(), AreSameScalars);
}

// Of arguments; counters are read as they are then.
bool AreSame(const Condition& a, const Condition& b) {
  return !a.counter && !b.counter && a.op == b.op && a.names == b.names &&
         AreSameValues(a.value, b.value);
}

bool HasItsConditions(const RuleModel& earlier, const RuleModel& rule) {
  return std::all_of(rule.conditions.begin(), rule.conditions.end(), [&](const Condition& one) {
    return std::any_of(earlier.conditions.begin(), earlier.conditions.end(),
                       [&one](const Condition& other) { return AreSame(one, other); });
  });
}

std::string WhyShadowed(const RuleModel& earlier, const RuleModel& rule) {
  if (earlier.denies) {
    return fmt::format("this rule is never reached: {} denies every call", Placed(earlier));
  }
  if (rule.denies || rule.counting || rule.conditions.empty()) return {};
  if (!HasItsConditions(earlier, rule)) return {};
  return fmt::format("this rule never denies anything: {} has its conditions", Placed(earlier));
}

void FindShadowed(const std::vector<RuleModel>& rules, size_t& comparisons, LintReport& report) {
  for (size_t i = 1; i < rules.size(); ++i) {
    const RuleModel& rule = rules[i];
    for (size_t k = 0; k < i; ++k) {
      comparisons += 1 + rules[k].conditions.size() * rule.conditions.size();
      if (comparisons > kMaxComparisons) return;
      std::string why = WhyShadowed(rules[k], rule);
      if (why.empty()) continue;
      report.Warn(DiagnosticCode::kShadowedRule, rule.at, rule.name, std::move(why),
                  "remove one of the two, or correct what tells them apart");
      break;
    }
  }
}

}  // namespace

void FindIdleInterceptRules(const Policy& policy, LintReport& report) {
  const std::set<std::string_view> hidden(policy.hidden.begin(), policy.hidden.end());
  size_t comparisons = 0;
  for (const ToolModel& tool : policy.tools) {
    if (!tool.rules.empty() && (policy.hides_all || hidden.contains(tool.name))) {
      report.Warn(DiagnosticCode::kDeadRule, tool.at, tool.name,
                  fmt::format("the rules of {} never decide anything: the tool is hidden",
                              Quote(tool.name)),
                  "remove them, or take the tool out of hide");
      continue;
    }
    FindShadowed(tool.rules, comparisons, report);
  }
  FindShadowed(policy.every_tool, comparisons, report);
}

}  // namespace writ
