// Rules of `writ: 1` that never decide anything, or deny all that they apply to, whatever stands
// beside them.
// Tested by tests/policies/warned.
#include <fmt/core.h>

#include <algorithm>

#include "compiler/lint/analyses.h"
#include "compiler/lint/conditions.h"
#include "compiler/lint/tool_sets.h"

namespace writ {
namespace {

// Of tools by name each that is not called is told by the loader.
std::string_view WhyItHasNoTools(const Policy& policy, const RuleModel& rule) {
  const bool has_glob = std::any_of(rule.tools.begin(), rule.tools.end(),
                                    [](const ToolPattern& tool) { return tool.is_glob; });
  if (!has_glob) return {};
  std::string_view why;
  for (const ToolPattern& tool : rule.tools) {
    why = WhyNeverCalled(policy, tool.text);
    if (why.empty()) return {};
  }
  return why;
}

// What it requires always holds, what it forbids never does, and it has nothing else to deny by.
bool DeniesNothing(const RuleModel& rule, const cel::Environment& environment) {
  if (rule.quota || rule.only_args) return false;
  if (rule.when && MayFail(*rule.when)) return false;
  const auto all_are = [&environment](const std::vector<Expression>& conditions, bool truth) {
    return std::all_of(conditions.begin(), conditions.end(), [&](const Expression& condition) {
      return TruthOf(condition, environment) == truth;
    });
  };
  return all_are(rule.require, true) && all_are(rule.forbid, false);
}

void Look(const Policy& policy, const RuleModel& rule, LintReport& report) {
  const auto warn = [&](DiagnosticCode code, std::string message, std::string hint) {
    report.Warn(code, rule.at, rule.name, std::move(message), std::move(hint));
  };
  if (const std::string_view why = WhyItHasNoTools(policy, rule); !why.empty()) {
    warn(DiagnosticCode::kDeadRule,
         fmt::format("this rule never decides anything: no call of its tools comes to it, {}", why),
         "correct tools, or remove the rule");
    return;
  }
  if (rule.when && IsNeverTrue(*rule.when, policy.environment)) {
    warn(DiagnosticCode::kDeadRule, "this rule never applies: its when is never true",
         MayFail(*rule.when)
             ? "correct when; as it is, the rule only stops calls for which it fails"
             : "correct when, or remove the rule");
    return;
  }
  if (DeniesNothing(rule, policy.environment)) {
    warn(DiagnosticCode::kDeadRule,
         fmt::format("this rule never denies anything: what it {} is always {}",
                     rule.require.empty() ? "forbids" : "requires", !rule.require.empty()),
         "write what a call is to be denied for, or remove the rule");
    return;
  }
  // forbid: true says plainly what it does.
  const bool is_false =
      std::any_of(rule.require.begin(), rule.require.end(), [&policy](const Expression& condition) {
        return TruthOf(condition, policy.environment) == false;
      });
  if (is_false) {
    warn(DiagnosticCode::kAlwaysDenies,
         "this rule denies every call it applies to: what it requires is never true",
         "correct require, or write forbid: true if that is meant");
  }
}

}  // namespace

void FindDeadRules(const Policy& policy, LintReport& report) {
  for (const RuleModel& rule : policy.rules) Look(policy, rule, report);
}

}  // namespace writ
