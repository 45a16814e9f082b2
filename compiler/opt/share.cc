// Predicates that rules have in common.
// Tested by tests/compiler/opt/share_test.cc.
#include "compiler/opt/share.h"

namespace writ {
namespace {

// Running a block costs about as much as a few comparisons.
constexpr size_t kFewNodes = 8;

// One that may end in what is no bool would be found out somewhere else than in a test.
bool IsWorthwhile(const Expression& expression) {
  return expression.checked.ast.nodes.size() > kFewNodes &&
         expression.checked.type().is(cel::TypeKind::kBool);
}

}  // namespace

void SharedPredicates::Add(const Expression& expression, size_t policy) {
  if (!IsWorthwhile(expression)) return;
  PolicyPredicate predicate{policy, expression.checked.ast.source};
  if (!once_.insert(predicate).second) several_times_.insert(std::move(predicate));
}

void SharedPredicates::Add(const RuleModel& rule, size_t policy) {
  if (rule.when.has_value()) Add(*rule.when, policy);
  for (const Expression& expression : rule.require) Add(expression, policy);
  for (const Expression& expression : rule.forbid) Add(expression, policy);
}

bool SharedPredicates::Has(const Expression& expression, size_t policy) const {
  return several_times_.count({policy, expression.checked.ast.source}) > 0;
}

}  // namespace writ
