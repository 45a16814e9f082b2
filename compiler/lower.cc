// Expressions to bytecode: the ways in.
// Tested by tests/compiler/lower_test.cc.
#include "compiler/lower.h"

#include <algorithm>

#include "compiler/lowering.h"

namespace writ::cel {

tl::expected<uint32_t, LowerFailure> LowerValue(ProgramBuilder& builder, const Checked& expression,
                                                const LowerTarget& target, NodeId root) {
  BlockBuilder block(builder, BlockKind::kValue, 0);
  Lowering lowering(expression, target, block);
  const uint8_t result = block.NewRegister();
  lowering.RootValue(root == kNoNode ? expression.ast.root : root, result);
  block.Add({Opcode::kReturn, result}, target.position(0));
  if (lowering.failure().has_value()) return tl::unexpected(*lowering.failure());
  return block.Finish();
}

std::optional<LowerFailure> LowerTest(BlockBuilder& block, const Checked& expression,
                                      const LowerTarget& target, Label if_true, Label if_false) {
  Lowering lowering(expression, target, block);
  lowering.RootTest(if_true, if_false);
  return lowering.failure();
}

std::optional<LowerFailure> LowerGroup(BlockBuilder& block,
                                       const std::vector<LowerOperand>& operands, bool any,
                                       Label if_true, Label if_false, size_t* failed) {
  std::vector<Lowering> lowerings;
  lowerings.reserve(operands.size());
  bool absorbs = false;
  for (const LowerOperand& operand : operands) {
    lowerings.emplace_back(*operand.expression, *operand.target, block);
    absorbs = absorbs || lowerings.back().root_test_is_fallible();
  }
  const auto at = [&](size_t i) {
    const LowerOperand& operand = operands[i];
    return operand.target->position(operand.expression->ast.node(operand.expression->ast.root).at);
  };
  LowerLogic(block, operands.size(), absorbs && operands.size() > 1, any, if_true, if_false, at(0),
             at, [&](size_t i, Label yes, Label no) { lowerings[i].RootTest(yes, no); });
  for (size_t i = 0; i < operands.size(); ++i) {
    if (!lowerings[i].failure().has_value()) continue;
    *failed = i;
    return lowerings[i].failure();
  }
  return std::nullopt;
}

}  // namespace writ::cel
