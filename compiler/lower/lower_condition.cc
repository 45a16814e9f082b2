// Conditions, which go on at one of two labels.
// Tested by tests/compiler/lower/lower_test.cc.
#include <algorithm>

#include "compiler/lower/lowering.h"

namespace writ::cel {

void Lowering::Test(NodeId id, Label if_true, Label if_false, NodeId blamed) {
  if (has_parts()) {
    TestValue(id, if_true, if_false, blamed);
  } else {
    TestInPlace(id, if_true, if_false, blamed);
  }
}

void Lowering::TestValue(NodeId id, Label if_true, Label if_false, NodeId blamed) {
  const Use use = Hold(id);
  block().Test({Opcode::kTestTrue, use.at}, if_true, if_false, At(blamed == kNoNode ? id : blamed));
  Drop(use);
}

void Lowering::TestInPlace(NodeId id, Label if_true, Label if_false, NodeId blamed) {
  while (Known(id) == nullptr && ast_.node(id).kind == Kind::kNot) {
    id = Child(id, 0);
    blamed = kNoNode;
    std::swap(if_true, if_false);
  }
  const Node& node = ast_.node(id);
  if (const writ::Value* known = Known(id); known != nullptr && known->is(Tag::kBool)) {
    block().Jump(known->i != 0 ? if_true : if_false, At(id));
    return;
  }
  if (is_fast_path_ && Known(id) == nullptr && TestSlot(id, if_true, if_false)) return;
  if (Known(id) == nullptr) {
    switch (node.kind) {
      case Kind::kAnd:
      case Kind::kOr: {
        std::vector<NodeId> operands;
        for (uint32_t i = 0; i < node.child_count; ++i) operands.push_back(ast_.child(node, i));
        Group(id, operands, node.kind == Kind::kOr, if_true, if_false);
        return;
      }
      case Kind::kConditional: TestConditional(id, if_true, if_false, blamed); return;
      case Kind::kBinary:
        if (node.op >= Operator::kEqual) {
          TestBinary(id, if_true, if_false);
          return;
        }
        break;
      case Kind::kHas:
        if (!IsWhole(id) && TestHas(id, if_true, if_false)) return;
        break;
      case Kind::kCall:
        if (TestCall(id, if_true, if_false)) return;
        break;
      default: break;
    }
  }
  TestValue(id, if_true, if_false, blamed);
}

void Lowering::Group(NodeId id, const std::vector<NodeId>& operands, bool any, Label if_true,
                     Label if_false) {
  const bool absorbs =
      !is_fast_path_ && std::any_of(operands.begin(), operands.end(),
                                    [this](NodeId operand) { return TestIsFallible(operand); });
  LowerLogic(
      block(), operands.size(), absorbs, any, if_true, if_false, At(id),
      [&](size_t i) { return At(operands[i]); },
      [&](size_t i, Label yes, Label no) { Test(operands[i], yes, no); });
}

void Lowering::ReturnTest(NodeId root) {
  const Label if_true = block().NewLabel();
  const Label if_false = block().NewLabel();
  Test(root, if_true, if_false);
  block().Bind(if_true);
  Emit(root, {Opcode::kReturnConst, 0, ConstantOperand(writ::Value::Bool(true))});
  block().Bind(if_false);
  Emit(root, {Opcode::kReturnConst, 0, ConstantOperand(writ::Value::Bool(false))});
}

void Lowering::TestConditional(NodeId id, Label if_true, Label if_false, NodeId blamed) {
  const Node& node = ast_.node(id);
  if (blamed == kNoNode) blamed = id;
  for (uint32_t i = 0; i + 1 < node.child_count; i += 2) {
    const Label value = block().NewLabel();
    const Label next = block().NewLabel();
    Test(ast_.child(node, i), value, next);
    block().Bind(value);
    Test(ast_.child(node, i + 1), if_true, if_false, blamed);
    block().Bind(next);
  }
  Test(ast_.child(node, node.child_count - 1), if_true, if_false, blamed);
}

void Lowering::TestBinary(NodeId id, Label if_true, Label if_false) {
  const Use left = Hold(Child(id, 0));
  const Use right = Hold(Child(id, 1));
  Instruction test;
  test.a = left.at;
  test.b = right.at;
  switch (ast_.node(id).op) {
    case Operator::kNotEqual: std::swap(if_true, if_false); [[fallthrough]];
    case Operator::kEqual: test.op = Opcode::kTestEqual; break;
    case Operator::kLess: test.op = Opcode::kTestLess; break;
    case Operator::kLessEqual: test.op = Opcode::kTestLessEqual; break;
    case Operator::kGreater: test = {Opcode::kTestLess, right.at, left.at}; break;
    case Operator::kGreaterEqual: test = {Opcode::kTestLessEqual, right.at, left.at}; break;
    default: test.op = Opcode::kTestIn; break;
  }
  block().Test(test, if_true, if_false, At(id));
  CheckRoom(id);
  Drop(right);
  Drop(left);
}

bool Lowering::TestHas(NodeId id, Label if_true, Label if_false) {
  std::vector<std::string> path;
  NodeId at = Child(id, 0);
  for (; !IsWhole(at); at = Child(at, 0)) {
    std::optional<std::string> name = PathName(at);
    if (!name.has_value()) return false;
    path.push_back(std::move(*name));
  }
  const Variable* variable = VariableOf(at);
  if (variable == nullptr || variable->storage != Variable::Storage::kArguments ||
      Known(at) != nullptr) {
    return false;
  }
  std::reverse(path.begin(), path.end());
  const uint8_t scratch = block().NewRegister();
  const std::string& name = ast_.name(ast_.node(id));
  TestPath(id, path, name, false, scratch, if_true);
  if (path.empty()) {
    block().Jump(if_false, At(id));
  } else {
    Emit(id, {Opcode::kHas, scratch, scratch, NameOperand(name)});
    block().Test({Opcode::kTestTrue, scratch}, if_true, if_false, At(id));
  }
  block().Release(scratch);
  return true;
}

bool Lowering::TestCall(NodeId id, Label if_true, Label if_false) {
  const Reference& reference = expression_.references[id];
  if (reference.kind != Reference::Kind::kFunction || reference.target_is_namespace) return false;
  const auto function = static_cast<FunctionId>(reference.index);
  if (function == FunctionId::kMatches && ast_.node(id).child_count == 2 &&
      ConstantPattern(Child(id, 1))) {
    const Use text = Hold(Child(id, 0));
    TestMatches(id, text.at, if_true, if_false);
    Drop(text);
    return true;
  }
  if (function == FunctionId::kOptionalHasValue && ast_.node(id).child_count == 1) {
    const Use optional = Hold(Child(id, 0));
    block().Test({Opcode::kTestHasValue, optional.at}, if_true, if_false, At(id));
    Drop(optional);
    return true;
  }
  return false;
}

}  // namespace writ::cel
