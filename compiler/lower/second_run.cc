// What runs twice where it fails.
// Tested by tests/compiler/lower/cost_test.cc.
#include "compiler/lower/second_run.h"

#include <algorithm>

#include "compiler/lower/cost.h"
#include "compiler/lower/fallible.h"

namespace writ::cel {
namespace {

// Plain selections from the arguments or from a fact.
bool MayBeSlot(const Checked& expression, const Environment& environment, NodeId id) {
  const Ast& ast = expression.ast;
  while (expression.references[id].kind != Reference::Kind::kVariable) {
    const Node& node = ast.node(id);
    if ((node.kind != Kind::kSelect && node.kind != Kind::kIndex) || node.optional) return false;
    id = ast.child(node, 0);
  }
  const Variable& variable = environment.variables[expression.references[id].index];
  return variable.storage == Variable::Storage::kArguments ||
         variable.storage == Variable::Storage::kSlot;
}

// Tests of a slot with something else, which may be a constant.
bool MayBeSlotTest(const Checked& expression, const Environment& environment, NodeId id) {
  const Ast& ast = expression.ast;
  const Node& node = ast.node(id);
  const bool is_test =
      node.kind == Kind::kBinary ? node.op >= Operator::kEqual : node.kind == Kind::kCall;
  if (!is_test || node.child_count != 2) return false;
  return MayBeSlot(expression, environment, ast.child(node, 0)) ||
         MayBeSlot(expression, environment, ast.child(node, 1));
}

bool MayHaveFastPath(const Checked& expression, const Environment& environment) {
  const std::vector<bool> fallible = FindFallible(expression);
  for (NodeId id = 0; id < expression.ast.nodes.size(); ++id) {
    const Node& node = expression.ast.node(id);
    const bool is_logic = node.kind == Kind::kAnd || node.kind == Kind::kOr ||
                          node.macro == Macro::kAll || node.macro == Macro::kExists;
    if ((is_logic && fallible[id]) || MayBeSlotTest(expression, environment, id)) return true;
  }
  return false;
}

}  // namespace

bool FitsFastPath(const std::vector<const Checked*>& expressions, const Environment& environment) {
  size_t nodes = 0;
  for (const Checked* expression : expressions) nodes += expression->ast.nodes.size();
  if (nodes > kMaxNodesRunTwice) return false;
  double cost = 0;
  for (const Checked* expression : expressions) {
    cost += BoundCost(*expression, environment).constant();
  }
  return cost <= kMaxCostRunTwice;
}

bool MayRunTwice(const std::vector<const Checked*>& expressions, const Environment& environment) {
  const bool may = expressions.size() > 1 ||
                   std::any_of(expressions.begin(), expressions.end(), [&](const Checked* one) {
                     return MayHaveFastPath(*one, environment);
                   });
  return may && FitsFastPath(expressions, environment);
}

CostBound BoundRuns(const Checked& expression, const Environment& environment) {
  const CostBound once = BoundCost(expression, environment);
  return MayRunTwice({&expression}, environment) ? once + once : once;
}

}  // namespace writ::cel
