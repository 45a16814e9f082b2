// What a `writ: 1` rule costs at worst: its expressions and the variables they need, those of its
// quota and its message included, the globs of its tools and the names of its `only_args`. A
// variable is evaluated at most once a call, so it counts once.
//
// Where an expression fails, it may be evaluated a second time, with care, and one that rules share
// a third time (compiler/opt/share.h): these count as often as they may run.
//
// Tested by tests/compiler/emit/rule_cost_test.cc and tests/policies/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/emit/variable_needs.h"
#include "compiler/lower/cost.h"
#include "compiler/opt/share.h"
#include "compiler/policy.h"

namespace writ {

struct RuleCost {
  cel::CostBound bound;
  // The expression whose part without n is the largest, and that part; null for a rule without
  // expressions.
  const Expression* dearest = nullptr;
  double share = 0;
};

// Thread safety: none.
class RuleCosts {
 public:
  // REQUIRES: a `writ: 1` policy that outlives this.
  explicit RuleCosts(const Policy& policy);

  RuleCost Of(const RuleModel& rule);

 private:
  // One value or one test: how often it may run where it fails.
  double RunsOf(const std::vector<const cel::Checked*>& expressions) const;
  cel::CostBound BoundOnce(const Expression& expression);

  const Policy& policy_;
  VariableNeeds needs_;
  SharedPredicates shared_;
  std::vector<cel::CostBound> variables_;  // what evaluating each costs
  std::vector<cel::CostBound> sizes_;      // of the environment's variables
  cel::ConstantSizes constants_;
};

// What a rule costs whatever the call must fit the budget of one: reports the rules of which it
// does not, at the dearest of their expressions.
void CheckRuleCosts(const Policy& policy, Diagnostics& diagnostics);

}  // namespace writ
