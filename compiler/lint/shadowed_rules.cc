// Rules of `writ: 1` that deny nothing which an earlier rule has not denied.
// Tested by tests/policies/warned and tests/compiler/lint/lint_test.cc.
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "compiler/lint/analyses.h"
#include "compiler/lint/conditions.h"
#include "compiler/lint/tool_sets.h"

namespace writ {
namespace {

// What is asked of every rule once.
struct Facts {
  const RuleModel* rule;
  bool applies_always;     // to its tools
  bool denies_if_applies;  // every call
  bool when_may_fail;
};

Facts FactsOf(const RuleModel& rule, const cel::Environment& environment) {
  const auto any_is = [&environment](const std::vector<Expression>& conditions, bool truth) {
    return std::any_of(conditions.begin(), conditions.end(), [&](const Expression& condition) {
      return TruthOf(condition, environment) == truth;
    });
  };
  return {&rule, !rule.when || TruthOf(*rule.when, environment) == true,
          any_is(rule.require, false) || any_is(rule.forbid, true),
          rule.when && MayFail(*rule.when)};
}

bool IsAmong(const Expression& one, const std::vector<Expression>& others) {
  return std::any_of(others.begin(), others.end(),
                     [&one](const Expression& other) { return AreSame(one, other); });
}

bool AreAllAmong(const std::vector<Expression>& some, const std::vector<Expression>& others) {
  return std::all_of(some.begin(), some.end(),
                     [&others](const Expression& one) { return IsAmong(one, others); });
}

// Whether each argument that the earlier rule lets pass is let pass.
bool IsNoStricter(const std::optional<std::vector<std::string>>& later,
                  const std::optional<std::vector<std::string>>& earlier) {
  if (!later) return true;
  return earlier && std::all_of(earlier->begin(), earlier->end(), [&later](const auto& name) {
           return std::find(later->begin(), later->end(), name) != later->end();
         });
}

// Why `rule` denies no call that the earlier one, which is for all its tools, lets pass; empty if
// it may. A call for which the earlier one fails does not pass.
std::string WhyShadowed(const Facts& earlier, const Facts& facts) {
  const RuleModel& first = *earlier.rule;
  const RuleModel& rule = *facts.rule;
  const bool same_when = AreSame(first.when, rule.when);
  if (!earlier.applies_always && !same_when) return {};
  if (earlier.denies_if_applies) {
    return fmt::format("this rule is never reached: {} denies every call that it is for",
                       Placed(first));
  }
  if (rule.when && earlier.applies_always && IsAmong(*rule.when, first.forbid)) {
    return fmt::format("this rule never applies: {} denies every call for which its when is true",
                       Placed(first));
  }
  if (rule.quota || (!same_when && facts.when_may_fail)) return {};
  if (!AreAllAmong(rule.require, first.require) || !AreAllAmong(rule.forbid, first.forbid) ||
      !IsNoStricter(rule.only_args, first.only_args)) {
    return {};
  }
  return fmt::format("this rule never denies anything: {} has its conditions", Placed(first));
}

}  // namespace

void FindShadowedRules(const Policy& policy, LintReport& report) {
  std::vector<Facts> earlier;
  size_t comparisons = 0;
  for (const RuleModel& rule : policy.rules) {
    const Facts facts = FactsOf(rule, policy.environment);
    for (const Facts& first : earlier) {
      comparisons += 1 + first.rule->tools.size() * rule.tools.size();
      if (comparisons > kMaxComparisons) return;
      if (!Covers(first.rule->tools, rule.tools)) continue;
      std::string why = WhyShadowed(first, facts);
      if (why.empty()) continue;
      report.Warn(DiagnosticCode::kShadowedRule, rule.at, rule.name, std::move(why),
                  "remove one of the two, or correct what tells them apart");
      break;
    }
    // One in shadow denies nothing.
    if (!rule.shadow) earlier.push_back(facts);
  }
}

}  // namespace writ
