// What rules cost at worst.
// Tested by tests/compiler/emit/rule_cost_test.cc.
#include "compiler/emit/rule_cost.h"

#include <fmt/format.h>

#include <algorithm>

#include "vm/machine.h"

namespace writ {
namespace {

template <typename Look>
void ForEachExpression(const RuleModel& rule, const Look& look) {
  const auto look_at = [&look](const std::optional<Expression>& expression) {
    if (expression.has_value()) look(*expression);
  };
  look_at(rule.when);
  for (const Expression& expression : rule.require) look(expression);
  for (const Expression& expression : rule.forbid) look(expression);
  if (rule.quota.has_value()) {
    look_at(rule.quota->max_of);
    look_at(rule.quota->amount);
    look_at(rule.quota->key);
  }
  for (const MessagePartModel& part : rule.message) look_at(part.value);
}

}  // namespace

RuleCosts::RuleCosts(const Policy& policy)
    : policy_(policy), sizes_(policy.environment.variables.size(), cel::CostBound::LineBytes(1)) {
  for (const VariableModel& variable : policy.variables) {
    const Expression& expression = variable.expression;
    const cel::ExpressionBound bound =
        cel::BoundExpression(expression.checked, policy.environment, constants_, sizes_);
    sizes_[policy.first_variable + variables_.size()] = bound.size;
    variables_.push_back({bound.cost, VariablesOf(expression)});
  }
}

std::vector<uint32_t> RuleCosts::VariablesOf(const Expression& expression) const {
  const uint32_t first = policy_.first_variable;
  std::vector<uint32_t> found;
  for (const cel::Reference& reference : expression.checked.references) {
    if (reference.kind != cel::Reference::Kind::kVariable || reference.index < first) continue;
    if (reference.index - first < policy_.variables.size())
      found.push_back(reference.index - first);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

RuleCost RuleCosts::Of(const RuleModel& rule) {
  RuleCost cost;
  const auto add = [&cost](const Expression& expression, const cel::CostBound& bound) {
    cost.bound += bound;
    if (cost.dearest != nullptr && bound.constant() <= cost.share) return;
    cost.dearest = &expression;
    cost.share = bound.constant();
  };
  for (const ToolPattern& tool : rule.tools) {
    if (tool.is_glob) cost.bound += cel::BoundToolGlob(tool.text);
  }
  if (rule.only_args.has_value()) cost.bound += cel::BoundOnlyArgs(*rule.only_args);
  std::vector<bool> needed;
  const auto need = [this, &needed](const std::vector<uint32_t>& variables) {
    if (!variables.empty()) needed.resize(variables_.size());
    for (const uint32_t variable : variables) needed[variable] = true;
  };
  ForEachExpression(rule, [&](const Expression& expression) {
    add(expression,
        cel::BoundExpression(expression.checked, policy_.environment, constants_, sizes_).cost);
    need(VariablesOf(expression));
  });
  for (size_t i = needed.size(); i-- > 0;) {
    if (!needed[i]) continue;
    add(policy_.variables[i].expression, variables_[i].cost);
    need(variables_[i].reads);
  }
  return cost;
}

void CheckRuleCosts(const Policy& policy, Diagnostics& diagnostics) {
  if (policy.language != Language::kWrit) return;
  RuleCosts costs(policy);
  for (const RuleModel& rule : policy.rules) {
    const RuleCost cost = costs.Of(rule);
    if (cost.bound.constant() <= static_cast<double>(Machine::kRunBudget)) continue;
    if (cost.dearest == nullptr) {
      diagnostics.Error(
          policy.source, rule.at, 1,
          fmt::format("rule {} may cost {:.0f} instructions whatever the call, all of them for the "
                      "globs of its tools, and a call may cost {}",
                      Quote(rule.name), cost.bound.constant(), Machine::kRunBudget),
          "name fewer tools, or write fewer globs for them");
      continue;
    }
    const Expression& dearest = *cost.dearest;
    const cel::Node& root = dearest.checked.ast.node(dearest.checked.ast.root);
    diagnostics.Error(
        dearest.source.source(), dearest.source.At(root.begin),
        dearest.source.Underline(root.begin, root.end - root.begin),
        fmt::format("rule {} may cost {:.0f} instructions whatever the call, {:.0f} of them for "
                    "this, and a call may cost {}",
                    Quote(rule.name), cost.bound.constant(), cost.share, Machine::kRunBudget),
        "loop over fewer constants, or let `in` find one of them");
  }
}

}  // namespace writ
