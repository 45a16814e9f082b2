// What can be told of conditions without a call.
// Tested by tests/policies/warned and tests/compiler/lint/lint_test.cc.
#include "compiler/lint/conditions.h"

#include <algorithm>
#include <vector>

#include "compiler/check/comparisons.h"
#include "compiler/check/constant_values.h"
#include "compiler/lower/fallible.h"

namespace writ {
namespace {

using cel::ConstantValues;

// Operands of one && that are held against each other.
constexpr size_t kMaxFacts = 16;
// What is larger is not evaluated again.
constexpr size_t kMaxConditionNodes = 256;

bool AreSameNodes(const cel::Ast& a, const cel::Node& x, const cel::Ast& b, const cel::Node& y) {
  return x.kind == y.kind && x.op == y.op && x.macro == y.macro && x.absolute == y.absolute &&
         x.member == y.member && x.optional == y.optional && x.optional_entry == y.optional_entry &&
         x.child_count == y.child_count && a.name(x) == b.name(y) && a.name2(x) == b.name2(y) &&
         (x.kind != cel::Kind::kLiteral || a.literal(x) == b.literal(y)) &&
         std::equal(a.children.begin() + x.first_child,
                    a.children.begin() + x.first_child + x.child_count,
                    b.children.begin() + y.first_child);
}

}  // namespace

std::optional<bool> TruthOf(const Expression& condition, const cel::Environment& environment) {
  const cel::Ast& ast = condition.checked.ast;
  if (ast.nodes.size() > kMaxConditionNodes) return std::nullopt;
  const ConstantValues values(condition.checked, environment, ConstantValues::Variables::kUnknown);
  const Value& value = values.at(ast.root);
  if (!value.is(Tag::kBool)) return std::nullopt;
  return value.i != 0;
}

bool IsNeverTrue(const Expression& condition, const cel::Environment& environment) {
  const cel::Ast& ast = condition.checked.ast;
  const cel::Node& root = ast.node(ast.root);
  if (ast.nodes.size() > kMaxConditionNodes) return false;
  const ConstantValues values(condition.checked, environment, ConstantValues::Variables::kUnknown);
  if (values.at(ast.root).is(Tag::kBool)) return values.at(ast.root).i == 0;
  if (root.kind != cel::Kind::kAnd) return false;
  std::vector<cel::Comparison> facts;
  for (uint32_t i = 0; i < root.child_count && facts.size() < kMaxFacts; ++i) {
    const auto comparison = cel::ReadComparison(ast, values, ast.child(root, i));
    if (!comparison) continue;
    for (const cel::Comparison& fact : facts) {
      if (fact.subject == comparison->subject && cel::Contradict(fact, *comparison)) return true;
    }
    facts.push_back(*comparison);
  }
  return false;
}

bool MayFail(const Expression& condition) {
  return cel::FindFallible(condition.checked)[condition.checked.ast.root];
}

// Trees that are the same have the same nodes in the same order.
bool AreSame(const Expression& a, const Expression& b) {
  const cel::Ast& left = a.checked.ast;
  const cel::Ast& right = b.checked.ast;
  return left.root == right.root &&
         std::equal(left.nodes.begin(), left.nodes.end(), right.nodes.begin(), right.nodes.end(),
                    [&](const cel::Node& x, const cel::Node& y) {
                      return AreSameNodes(left, x, right, y);
                    });
}

bool AreSame(const std::optional<Expression>& a, const std::optional<Expression>& b) {
  if (!a || !b) return !a && !b;
  return AreSame(*a, *b);
}

}  // namespace writ
