// Policies as an explanation names their pieces.
// Tested by tests/cli/explain_test.cc.
#include "cli/explain/outline.h"

#include <fmt/core.h>

#include "compiler/load/constant.h"
#include "compiler/load/name_list.h"
#include "vm/disasm.h"

namespace writ {
namespace {

constexpr size_t kMaxConstantBytes = 120;

std::string_view NameOf(Operator op) {
  switch (op) {
    case Operator::kEq: return "eq";
    case Operator::kNeq: return "neq";
    case Operator::kIn: return "in";
    case Operator::kNotIn: return "not_in";
    case Operator::kLt: return "lt";
    case Operator::kLte: return "lte";
    case Operator::kGt: return "gt";
    case Operator::kGte: return "gte";
    case Operator::kRegex: return "regex";
    case Operator::kContains: return "contains";
    case Operator::kExists: return "exists";
  }
  return "?";
}

std::string TextOf(const Condition& condition) {
  Arena arena;
  return fmt::format("{} {}", NameOf(condition.op),
                     FormatValue(ToValue(condition.value, arena), kMaxConstantBytes));
}

void AddRule(const RuleModel& rule, std::vector<ToolPattern> tools, PolicyOutline& outline) {
  outline.rules[rule.at] = std::move(tools);
  for (const Condition& condition : rule.conditions) {
    outline.conditions[condition.at] = TextOf(condition);
  }
}

PolicyOutline OutlineOf(const Policy& policy) {
  PolicyOutline outline;
  outline.source = policy.source;
  outline.default_deny = policy.default_deny;
  outline.hides_all = policy.hides_all;
  outline.allow = policy.allow;
  outline.hide = policy.hide;
  for (size_t i = 0; i < policy.hidden.size(); ++i) {
    const Position at = i < policy.hidden_at.size() ? policy.hidden_at[i] : Position{};
    outline.hide.push_back({at, policy.hidden[i], false});
  }
  for (const VariableModel& variable : policy.variables) outline.variables.push_back(variable.name);
  for (const ToolModel& tool : policy.tools) {
    outline.allow.push_back({tool.at, tool.name, false});
    for (const RuleModel& rule : tool.rules) {
      AddRule(rule, {{tool.at, tool.name, false}}, outline);
    }
  }
  for (const RuleModel& rule : policy.every_tool) AddRule(rule, {}, outline);
  for (const RuleModel& rule : policy.rules) AddRule(rule, rule.tools, outline);
  return outline;
}

}  // namespace

bool PolicyOutline::Hides(std::string_view tool) const {
  return hides_all || Names(hide, tool);
}

bool PolicyOutline::Lists(std::string_view tool) const {
  return !default_deny || Names(allow, tool);
}

PolicyInspector OutlineInto(std::vector<PolicyOutline>& outlines) {
  return [&outlines](const std::vector<Policy>& policies) {
    for (const Policy& policy : policies) outlines.push_back(OutlineOf(policy));
  };
}

}  // namespace writ
