// Expressions to bytecode: the ways in.
// Tested by tests/compiler/lower/lower_test.cc.
#include "compiler/lower/lower.h"

#include <algorithm>

#include "compiler/lower/cost.h"
#include "compiler/lower/lowering.h"
#include "vm/machine.h"

namespace writ::cel {

namespace {

// Code written twice is twice as long, and what failed once costs twice.
constexpr size_t kMaxNodesWrittenTwice = 500;
// What cel.bind() and cel.block() name has a register of the block for itself, in each copy.
constexpr size_t kMaxNamesWrittenTwice = 32;

bool MayBeWrittenTwice(const Lowering& lowering, const Checked& expression,
                       const LowerTarget& target) {
  return target.known != nullptr && lowering.node_count() <= kMaxNodesWrittenTwice &&
         lowering.named_count() <= kMaxNamesWrittenTwice &&
         BoundCost(expression, target.environment).constant() <=
             static_cast<double>(Machine::kRunBudget) / 2;
}

// A test's kinds: their values are true or false, or there is none.
bool IsTest(const Node& node) {
  return node.kind == Kind::kAnd || node.kind == Kind::kOr || node.kind == Kind::kNot ||
         (node.kind == Kind::kBinary && node.op >= Operator::kEqual);
}

}  // namespace

tl::expected<uint32_t, LowerFailure> LowerValue(ProgramBuilder& builder, const Checked& expression,
                                                const LowerTarget& target, NodeId root) {
  BlockBuilder block(builder, BlockKind::kValue, 0);
  if (root == kNoNode) root = expression.ast.root;
  Lowering careful(expression, target, block);
  if (MayBeWrittenTwice(careful, expression, target) && careful.carelessness_pays()) {
    Lowering careless(expression, target, block);
    careless.BeCareless();
    if (IsTest(expression.ast.node(root))) {
      careless.ReturnTest(root);
    } else {
      careless.ReturnValue(root);
    }
    const Label again = block.NewLabel();
    block.Recover(0, again);
    block.Bind(again);
    if (careless.failure().has_value()) return tl::unexpected(*careless.failure());
  }
  careful.ReturnValue(root);
  if (careful.failure().has_value()) return tl::unexpected(*careful.failure());
  careful.NamePaths(root);
  return block.Finish();
}

std::optional<LowerFailure> LowerTest(BlockBuilder& block, const Checked& expression,
                                      const LowerTarget& target, Label if_true, Label if_false) {
  Lowering lowering(expression, target, block);
  lowering.RootTest(if_true, if_false);
  lowering.NamePaths();
  return lowering.failure();
}

std::optional<LowerFailure> LowerGroup(BlockBuilder& block,
                                       const std::vector<LowerOperand>& operands, bool any,
                                       Label if_true, Label if_false, size_t* failed) {
  const auto at = [&](size_t i) {
    const LowerOperand& operand = operands[i];
    return operand.target->position(operand.expression->ast.node(operand.expression->ast.root).at);
  };
  const auto write = [&](bool careless) -> std::optional<LowerFailure> {
    std::vector<Lowering> lowerings;
    lowerings.reserve(operands.size());
    bool absorbs = false;
    for (const LowerOperand& operand : operands) {
      lowerings.emplace_back(*operand.expression, *operand.target, block);
      if (careless) lowerings.back().BeCareless();
      absorbs = absorbs || lowerings.back().root_test_is_fallible();
    }
    LowerLogic(block, operands.size(), absorbs && operands.size() > 1 && !careless, any, if_true,
               if_false, at(0), at, [&](size_t i, Label yes, Label no) {
                 // Its error, if it ends in one, is told where it stands here, not where the block
                 // has it from.
                 if (operands[i].block == kNoBlock || !careless) {
                   lowerings[i].RootTest(yes, no);
                 } else {
                   lowerings[i].RootTest(operands[i].block, yes, no);
                 }
               });
    for (size_t i = 0; i < operands.size(); ++i) {
      if (!lowerings[i].failure().has_value()) continue;
      *failed = i;
      return lowerings[i].failure();
    }
    for (size_t i = 0; !careless && i < operands.size(); ++i) {
      if (operands[i].block == kNoBlock) lowerings[i].NamePaths();
    }
    return std::nullopt;
  };
  bool pays = false;
  bool may = true;
  size_t nodes = 0;
  for (const LowerOperand& operand : operands) {
    const Lowering lowering(*operand.expression, *operand.target, block);
    may = may && MayBeWrittenTwice(lowering, *operand.expression, *operand.target);
    pays = pays || operand.block != kNoBlock || lowering.carelessness_pays() ||
           (operands.size() > 1 && lowering.root_test_is_fallible());
    nodes += lowering.node_count();
  }
  if (pays && may && nodes <= kMaxNodesWrittenTwice) {
    const uint32_t first = block.size();
    if (auto failure = write(true); failure.has_value()) return failure;
    const Label again = block.NewLabel();
    block.Recover(first, again);
    block.Bind(again);
  }
  return write(false);
}

}  // namespace writ::cel
