// Logic trees and their truth.
// Tested by tests/exhaustive/logic_test.cc.
#include "exhaustive/logic_tree.h"

#include <utility>

namespace writ::exhaustive {
namespace {

using Operator = LogicTree::Operator;

LogicTree Make(Operator op, std::vector<LogicTree> operands) {
  LogicTree tree;
  tree.op = op;
  tree.leaves = 0;
  for (const LogicTree& operand : operands) tree.leaves += operand.leaves;
  tree.operands = std::move(operands);
  return tree;
}

bool IsError(TruthOrLeaf value) {
  return value.truth != Truth::kFalse && value.truth != Truth::kTrue;
}

// && is false if an operand is, whatever the other; || is true likewise. Else the leftmost error.
TruthOrLeaf Decide(TruthOrLeaf left, TruthOrLeaf right, Truth deciding) {
  if (left.truth == deciding) return left;
  if (right.truth == deciding) return right;
  return IsError(left) ? left : right;
}

std::string TextFrom(const LogicTree& tree, const std::vector<std::string>& leaf_texts,
                     uint32_t& next) {
  if (tree.op == Operator::kLeaf) return leaf_texts[next++];
  std::vector<std::string> texts;
  for (const LogicTree& operand : tree.operands) {
    texts.push_back(TextFrom(operand, leaf_texts, next));
  }
  switch (tree.op) {
    case Operator::kNot: return "!" + texts[0];
    case Operator::kAnd: return "(" + texts[0] + " && " + texts[1] + ")";
    case Operator::kOr: return "(" + texts[0] + " || " + texts[1] + ")";
    default: return "(" + texts[0] + " ? " + texts[1] + " : " + texts[2] + ")";
  }
}

}  // namespace

std::string LogicTree::Text(const std::vector<std::string>& leaf_texts) const {
  uint32_t next = 0;
  return TextFrom(*this, leaf_texts, next);
}

TruthOrLeaf LogicTree::Expected(const Leaves& values, uint32_t first) const {
  if (op == Operator::kLeaf) {
    const Truth value = values[first];
    return {value == Truth::kAbsent ? Truth::kError : value, first};
  }
  TruthOrLeaf value = operands[0].Expected(values, first);
  const uint32_t second = first + operands[0].leaves;
  switch (op) {
    case Operator::kNot:
      if (IsError(value)) return value;
      return {value.truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue, 0};
    case Operator::kAnd: return Decide(value, operands[1].Expected(values, second), Truth::kFalse);
    case Operator::kOr: return Decide(value, operands[1].Expected(values, second), Truth::kTrue);
    default:
      if (IsError(value)) return value;
      if (value.truth == Truth::kTrue) return operands[1].Expected(values, second);
      return operands[2].Expected(values, second + operands[1].leaves);
  }
}

std::vector<LogicTree> LogicTrees(uint32_t operators) {
  if (operators == 0) return {LogicTree()};
  std::vector<LogicTree> trees;
  const uint32_t below = operators - 1;
  for (const LogicTree& operand : LogicTrees(below)) {
    trees.push_back(Make(Operator::kNot, {operand}));
  }
  for (uint32_t left = 0; left <= below; ++left) {
    for (const LogicTree& a : LogicTrees(left)) {
      for (const LogicTree& b : LogicTrees(below - left)) {
        trees.push_back(Make(Operator::kAnd, {a, b}));
        trees.push_back(Make(Operator::kOr, {a, b}));
      }
      for (uint32_t middle = 0; left + middle <= below; ++middle) {
        for (const LogicTree& b : LogicTrees(middle)) {
          for (const LogicTree& c : LogicTrees(below - left - middle)) {
            trees.push_back(Make(Operator::kConditional, {a, b, c}));
          }
        }
      }
    }
  }
  return trees;
}

}  // namespace writ::exhaustive
