// What the conditions of one rule say of the same things.
// Tested by tests/policies/warned.
#include "compiler/check/condition_facts.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace writ::cel {
namespace {

// Of one rule; and what is large is not evaluated again.
constexpr size_t kMaxFacts = 16;
constexpr size_t kMaxConditionNodes = 256;

}  // namespace

std::optional<Problem> ConditionFacts::Add(const Checked& condition, bool must_hold) {
  const Ast& ast = condition.ast;
  if (ast.nodes.size() > kMaxConditionNodes || facts_.size() >= kMaxFacts) return std::nullopt;
  auto values = std::make_unique<const ConstantValues>(condition, environment_,
                                                       ConstantValues::Variables::kIncluded);
  // All operands of && must be true, all of || false.
  const Node& root = ast.node(ast.root);
  std::vector<NodeId> operands;
  if (root.kind == (must_hold ? Kind::kAnd : Kind::kOr)) {
    for (uint32_t i = 0; i < root.child_count; ++i) operands.push_back(ast.child(root, i));
  } else {
    operands.push_back(ast.root);
  }
  std::optional<Problem> problem;
  std::vector<Comparison> found;
  for (const NodeId operand : operands) {
    std::optional<Comparison> comparison = ReadComparison(ast, *values, operand);
    if (!comparison || (!must_hold && comparison->op == Operator::kIn)) continue;
    if (!must_hold) comparison->op = Negated(comparison->op);
    const bool contradicts = std::any_of(facts_.begin(), facts_.end(), [&](const Comparison& fact) {
      return fact.subject == comparison->subject && Contradict(fact, *comparison);
    });
    if (contradicts && !problem) {
      const Node& node = ast.node(operand);
      problem = Problem{
          Severity::kWarning,
          node.at,
          node.at_length,
          fmt::format("with what the rule says of {} before, this is never {}",
                      comparison->subject.size() > 40 ? "the same value" : comparison->subject,
                      must_hold ? "true" : "false"),
          must_hold ? "so the rule denies every call it applies to; join alternatives with ||"
                    : "so the rule denies every call it applies to; if that is meant, "
                      "write forbid: true",
          DiagnosticCode::kContradiction};
    }
    found.push_back(*comparison);
  }
  facts_.insert(facts_.end(), found.begin(), found.end());
  if (!found.empty()) values_.push_back(std::move(values));
  return problem;
}

}  // namespace writ::cel
