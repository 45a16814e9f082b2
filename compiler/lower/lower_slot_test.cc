// Tests of a slot with a constant, in one instruction.
// Tested by tests/compiler/lower/lower_test.cc.
#include "compiler/lower/lowering.h"

namespace writ::cel {

bool Lowering::has_fast_path() const {
  for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
    if (Known(id) != nullptr) continue;
    const Node& node = ast_.node(id);
    const bool logic = node.kind == Kind::kAnd || node.kind == Kind::kOr ||
                       (node.kind == Kind::kComprehension &&
                        (node.macro == Macro::kAll || node.macro == Macro::kExists));
    if ((logic && fallible_[id]) || IsSlotTest(id)) return true;
  }
  return false;
}

bool Lowering::IsSlot(NodeId id) const {
  for (;;) {
    if (Known(id) != nullptr) return false;
    if (const Variable* variable = VariableOf(id); variable != nullptr) {
      return variable->storage == Variable::Storage::kArguments ||
             variable->storage == Variable::Storage::kSlot;
    }
    if (IsWhole(id) || !PathName(id).has_value()) return false;
    id = Child(id, 0);
    // Below a value that is no part of the trie a name is looked up when it is needed.
    const Variable* variable = VariableOf(id);
    if (variable != nullptr && variable->storage == Variable::Storage::kSlot) return false;
  }
}

uint32_t Lowering::SlotOf(NodeId id) {
  const SlotPath path = PathOf(id);
  return path.fact_slot != kNoSlot ? path.fact_slot : target_.paths.SlotOf(path.names, true);
}

Opcode Lowering::SlotTestOf(Operator op, bool slot_is_left) {
  switch (op) {
    case Operator::kLess: return slot_is_left ? Opcode::kTestSlotLess : Opcode::kTestSlotGreater;
    case Operator::kLessEqual:
      return slot_is_left ? Opcode::kTestSlotLessEqual : Opcode::kTestSlotGreaterEqual;
    case Operator::kGreater: return slot_is_left ? Opcode::kTestSlotGreater : Opcode::kTestSlotLess;
    case Operator::kGreaterEqual:
      return slot_is_left ? Opcode::kTestSlotGreaterEqual : Opcode::kTestSlotLessEqual;
    case Operator::kIn: return Opcode::kTestSlotIn;
    default: return Opcode::kTestSlotEqual;
  }
}

std::optional<Opcode> Lowering::SlotTestOf(FunctionId function) {
  switch (function) {
    case FunctionId::kStartsWith: return Opcode::kTestSlotStartsWith;
    case FunctionId::kEndsWith: return Opcode::kTestSlotEndsWith;
    case FunctionId::kContains: return Opcode::kTestSlotContains;
    case FunctionId::kMatches: return Opcode::kTestSlotMatches;
    default: return std::nullopt;
  }
}

bool Lowering::IsSlotTest(NodeId id) const {
  const Node& node = ast_.node(id);
  if (node.kind == Kind::kBinary && node.op >= Operator::kEqual) {
    const NodeId left = Child(id, 0);
    const NodeId right = Child(id, 1);
    if (node.op == Operator::kIn) {
      const writ::Value* const container = Known(right);
      return container != nullptr && (container->is(Tag::kList) || container->is(Tag::kMap)) &&
             IsSlot(left);
    }
    return (IsSlot(left) && IsConstant(right)) || (IsConstant(left) && IsSlot(right));
  }
  const Reference& reference = expression_.references[id];
  if (node.kind != Kind::kCall || node.child_count != 2 || reference.target_is_namespace ||
      reference.kind != Reference::Kind::kFunction) {
    return false;
  }
  const auto function = static_cast<FunctionId>(reference.index);
  if (!SlotTestOf(function).has_value() || !IsSlot(Child(id, 0))) return false;
  return function == FunctionId::kMatches ? ConstantPattern(Child(id, 1))
                                          : KnownText(Child(id, 1)).has_value();
}

bool Lowering::TestSlot(NodeId id, Label if_true, Label if_false) {
  if (!IsSlotTest(id)) return false;
  const Node& node = ast_.node(id);
  NodeId slot = Child(id, 0);
  NodeId constant = Child(id, 1);
  Instruction test;
  if (node.kind == Kind::kCall) {
    test.op = *SlotTestOf(static_cast<FunctionId>(expression_.references[id].index));
  } else {
    const bool slot_is_left = IsSlot(slot);
    if (!slot_is_left) std::swap(slot, constant);
    test.op = SlotTestOf(node.op, slot_is_left);
    if (node.op == Operator::kNotEqual) std::swap(if_true, if_false);
  }
  const uint32_t second = test.op == Opcode::kTestSlotMatches
                              ? program().Pattern(*KnownText(constant))
                              : program().Constant(ConstantOf(constant));
  test.b = block().Operand({SlotOf(slot), second});
  block().Test(test, if_true, if_false, At(id));
  CheckRoom(id);
  return true;
}

}  // namespace writ::cel
