// What rules cost at worst.
// Tested by tests/compiler/emit/rule_cost_test.cc.
#include "compiler/emit/rule_cost.h"

#include <fmt/core.h>

#include <algorithm>

#include "compiler/lower/second_run.h"
#include "vm/machine.h"

namespace writ {
namespace {

// Calls look() with what is one test, and with each of what is a value for itself.
template <typename Look>
void ForEachGroup(const RuleModel& rule, const Look& look) {
  const auto look_at = [&look](const std::optional<Expression>& expression) {
    if (expression.has_value()) look(std::vector<const Expression*>{&*expression}, false);
  };
  const auto look_at_tests = [&look](const std::vector<Expression>& expressions) {
    std::vector<const Expression*> group;
    group.reserve(expressions.size());
    for (const Expression& expression : expressions) group.push_back(&expression);
    look(group, true);
  };
  if (rule.when.has_value()) look(std::vector<const Expression*>{&*rule.when}, true);
  look_at_tests(rule.require);
  look_at_tests(rule.forbid);
  if (rule.quota.has_value()) {
    look_at(rule.quota->max_of);
    look_at(rule.quota->amount);
    look_at(rule.quota->key);
  }
  for (const MessagePartModel& part : rule.message) look_at(part.value);
}

}  // namespace

RuleCosts::RuleCosts(const Policy& policy)
    : policy_(policy),
      needs_(policy),
      sizes_(policy.environment.variables.size(), cel::CostBound::LineBytes(1)) {
  for (const RuleModel& rule : policy.rules) shared_.Add(rule, 0);
  for (const VariableModel& variable : policy.variables) {
    const cel::Checked& checked = variable.expression.checked;
    const cel::ExpressionBound bound =
        cel::BoundExpression(checked, policy.environment, constants_, sizes_);
    sizes_[policy.first_variable + variables_.size()] = bound.size;
    variables_.push_back(bound.cost * cel::CostBound(RunsOf({&checked})));
  }
}

double RuleCosts::RunsOf(const std::vector<const cel::Checked*>& expressions) const {
  return cel::MayRunTwice(expressions, policy_.environment) ? 2 : 1;
}

cel::CostBound RuleCosts::BoundOnce(const Expression& expression) {
  return cel::BoundExpression(expression.checked, policy_.environment, constants_, sizes_).cost;
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
  std::vector<uint32_t> named;
  ForEachGroup(rule, [&](const std::vector<const Expression*>& group, bool is_test) {
    std::vector<const cel::Checked*> checked;
    checked.reserve(group.size());
    for (const Expression* expression : group) checked.push_back(&expression->checked);
    const double runs = RunsOf(checked);
    // A predicate that rules share has a block of its own, which a fast path runs, and which may
    // have one in turn.
    const auto is_shared = [this](const Expression* expression) {
      return shared_.Has(*expression, 0);
    };
    const bool may_share = is_test && std::any_of(group.begin(), group.end(), is_shared) &&
                           cel::FitsFastPath(checked, policy_.environment);
    for (const Expression* expression : group) {
      const double more = may_share && is_shared(expression) ? 1 : 0;
      add(*expression, BoundOnce(*expression) * cel::CostBound(runs + more));
      const std::vector<uint32_t> variables = needs_.NamedIn(*expression);
      named.insert(named.end(), variables.begin(), variables.end());
    }
  });
  const std::vector<uint32_t> needed = needs_.All(named);
  for (auto variable = needed.rbegin(); variable != needed.rend(); ++variable) {
    add(policy_.variables[*variable].expression, variables_[*variable]);
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
