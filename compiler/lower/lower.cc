// Expressions to bytecode: the ways in.
// Tested by tests/compiler/lower/lower_test.cc.
#include "compiler/lower/lower.h"

#include <algorithm>

#include "compiler/lower/lowering.h"
#include "compiler/lower/second_run.h"

namespace writ::cel {

namespace {

// What cel.bind() and cel.block() name has a register of the block for itself, on either path.
constexpr size_t kMaxNamesOnFastPath = 16;

// Whether what goes into one block may have a fast path.
bool MayHaveFastPath(const ProgramBuilder& builder, const std::vector<LowerOperand>& operands) {
  if (!builder.optimises()) return false;
  size_t names = 0;
  std::vector<const Checked*> expressions;
  for (const LowerOperand& operand : operands) {
    if (operand.target->known == nullptr) return false;
    names += CountNames(operand.expression->ast);
    expressions.push_back(operand.expression);
  }
  return names <= kMaxNamesOnFastPath &&
         FitsFastPath(expressions, operands.front().target->environment);
}

// A test's kinds: their values are true or false, or there is none.
bool IsTest(const Node& node) {
  return node.kind == Kind::kAnd || node.kind == Kind::kOr || node.kind == Kind::kNot ||
         (node.kind == Kind::kBinary && node.op >= Operator::kEqual);
}

}  // namespace

size_t CountNames(const Ast& ast) {
  size_t count = 0;
  for (const Node& node : ast.nodes) {
    if (node.kind == Kind::kBind) ++count;
    if (node.kind == Kind::kBlock) count += node.child_count - 1;
  }
  return count;
}

tl::expected<uint32_t, LowerFailure> LowerValue(ProgramBuilder& builder, const Checked& expression,
                                                const LowerTarget& target, NodeId root) {
  BlockBuilder block(builder, BlockKind::kValue, 0);
  if (root == kNoNode) root = expression.ast.root;
  Lowering slow(expression, target, block);
  if (slow.has_fast_path() && MayHaveFastPath(builder, {{&expression, &target}})) {
    Lowering fast(expression, target, block);
    fast.TakeFastPath();
    if (IsTest(expression.ast.node(root))) {
      fast.ReturnTest(root);
    } else {
      fast.ReturnValue(root);
    }
    block.RecoverHere(0);
    if (fast.failure().has_value()) return tl::unexpected(*fast.failure());
  }
  slow.ReturnValue(root);
  if (slow.failure().has_value()) return tl::unexpected(*slow.failure());
  slow.NamePaths(root);
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
  const auto write = [&](bool fast) -> std::optional<LowerFailure> {
    std::vector<Lowering> lowerings;
    lowerings.reserve(operands.size());
    bool absorbs = false;
    for (const LowerOperand& operand : operands) {
      lowerings.emplace_back(*operand.expression, *operand.target, block);
      if (fast) lowerings.back().TakeFastPath();
      absorbs = absorbs || lowerings.back().root_test_is_fallible();
    }
    LowerLogic(block, operands.size(), absorbs && operands.size() > 1 && !fast, any, if_true,
               if_false, at(0), at, [&](size_t i, Label yes, Label no) {
                 // Its error, if it ends in one, is told where it stands here, not where the block
                 // has it from.
                 if (fast && operands[i].block != kNoBlock) {
                   lowerings[i].RootTest(operands[i].block, yes, no);
                 } else {
                   lowerings[i].RootTest(yes, no);
                 }
               });
    for (size_t i = 0; i < operands.size(); ++i) {
      if (!lowerings[i].failure().has_value()) continue;
      *failed = i;
      return lowerings[i].failure();
    }
    if (fast) return std::nullopt;
    for (Lowering& lowering : lowerings) lowering.NamePaths();
    return std::nullopt;
  };
  const bool has_fast_path =
      std::any_of(operands.begin(), operands.end(), [&](const LowerOperand& operand) {
        const Lowering lowering(*operand.expression, *operand.target, block);
        return operand.block != kNoBlock || lowering.has_fast_path() ||
               (operands.size() > 1 && lowering.root_test_is_fallible());
      });
  if (has_fast_path && MayHaveFastPath(block.program(), operands)) {
    const uint32_t first = block.size();
    if (auto failure = write(true); failure.has_value()) return failure;
    block.RecoverHere(first);
  }
  return write(false);
}

}  // namespace writ::cel
