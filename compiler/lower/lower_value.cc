// Values of expressions, left in registers.
// Tested by tests/compiler/lower/lower_test.cc.
#include "compiler/lower/lowering.h"

namespace writ::cel {

void Lowering::Value(NodeId root, uint8_t dst) {
  std::vector<NodeId> spine = {root};
  while (!IsWhole(spine.back())) spine.push_back(Child(spine.back(), 0));
  size_t done = spine.size() - 1;
  const Variable* variable = VariableOf(spine.back());
  if (variable != nullptr && variable->storage == Variable::Storage::kArguments &&
      Known(spine.back()) == nullptr) {
    done = Path(spine, dst);
  } else {
    Whole(spine.back(), dst);
  }
  MarkPart(spine[done], dst);
  while (done > 0) {
    Step(spine[--done], dst);
    MarkPart(spine[done], dst);
  }
}

void Lowering::MarkPart(NodeId id, uint8_t dst) {
  if (!has_parts() || ast_.node(id).kind == Kind::kLiteral) return;
  SourcePosition position = target_.position(ast_.node(id).at);
  position.part = target_.first_part + id;
  block().Add({Opcode::kMove, dst, dst}, position);
}

bool Lowering::IsWhole(NodeId id) const {
  if (Known(id) != nullptr || !OnSpine(ast_.node(id))) return true;
  const Reference& reference = expression_.references[id];
  return reference.kind == Reference::Kind::kVariable || reference.kind == Reference::Kind::kType ||
         reference.kind == Reference::Kind::kUnknown || reference.target_is_namespace;
}

void Lowering::Whole(NodeId id, uint8_t dst) {
  const Node& node = ast_.node(id);
  if (const writ::Value* known = Known(id); known != nullptr) {
    LoadConst(id, dst, *known);
    return;
  }
  switch (expression_.references[id].kind) {
    case Reference::Kind::kVariable: LoadVariable(id, dst); return;
    case Reference::Kind::kLocal: LoadLocal(id, dst); return;
    case Reference::Kind::kType:
      LoadConst(id, dst,
                writ::Value::Text(Tag::kType,
                                  program().program().pool->Copy(expression_.references[id].text)));
      return;
    case Reference::Kind::kUnknown:
      Emit(id, {Opcode::kFail, static_cast<uint8_t>(Error::kUnknownName)});
      return;
    default: break;
  }
  switch (node.kind) {
    case Kind::kLiteral: LoadConst(id, dst, LiteralValue(id)); break;
    case Kind::kCall: CallFunction(id, dst, false); break;
    case Kind::kNot:
      // As in a test: what is no bool fails where it stands.
      Value(Child(id, 0), dst);
      Emit(Child(id, 0), {Opcode::kNot, dst, dst});
      break;
    case Kind::kNegate:
      Value(Child(id, 0), dst);
      Emit(id, {Opcode::kNegate, dst, dst});
      break;
    case Kind::kAnd:
    case Kind::kOr: Truth(id, dst); break;
    case Kind::kConditional: Conditional(id, dst); break;
    case Kind::kList: ListLiteral(id, dst); break;
    case Kind::kMap: MapLiteral(id, dst); break;
    case Kind::kBind: BindVariable(id, dst); break;
    case Kind::kBlock: BindBlock(id, dst); break;
    default: Emit(id, {Opcode::kFail, static_cast<uint8_t>(Error::kUnknownName)}); break;
  }
}

void Lowering::Step(NodeId id, uint8_t dst) {
  const Node& node = ast_.node(id);
  switch (node.kind) {
    case Kind::kSelect:
      Emit(id, {node.optional ? Opcode::kOptionalSelect : Opcode::kSelect, dst, dst,
                NameOperand(ast_.name(node))});
      break;
    case Kind::kHas: Emit(id, {Opcode::kHas, dst, dst, NameOperand(ast_.name(node))}); break;
    case Kind::kIndex: {
      const Use key = Hold(Child(id, 1));
      Emit(id, {node.optional ? Opcode::kOptionalIndex : Opcode::kIndex, dst, dst, key.at});
      Drop(key);
      break;
    }
    case Kind::kBinary: Binary(id, dst); break;
    case Kind::kCall: CallFunction(id, dst, true); break;
    case Kind::kComprehension: Comprehension(id, dst); break;
    default: FailAt(id, "not a chain"); break;
  }
}

void Lowering::LoadVariable(NodeId id, uint8_t dst) {
  const Variable& variable = *VariableOf(id);
  switch (variable.storage) {
    case Variable::Storage::kSlot:
      Emit(id, {Opcode::kLoadSlot, dst, block().Operand({variable.index})});
      break;
    case Variable::Storage::kConstant: LoadConst(id, dst, variable.constant); break;
    case Variable::Storage::kBlock:
      Emit(id, {Opcode::kForce, dst, block().Operand({variable.index})});
      break;
    case Variable::Storage::kArguments:
      Emit(id, {Opcode::kLoadSlot, dst, block().Operand({target_.paths.SlotOf({}, true)})});
      break;
    case Variable::Storage::kNowhere:
      Emit(id, {Opcode::kFail, static_cast<uint8_t>(Error::kUnknownName)});
      break;
  }
}

void Lowering::LoadLocal(NodeId id, uint8_t dst) {
  const Reference& reference = expression_.references[id];
  const Local& local = locals_.at({reference.index, reference.which});
  const auto levels = static_cast<uint16_t>(frame_.level - local.level);
  if (local.bound_block != kNoBlock) {
    Emit(id, {Opcode::kBind, dst, block().Operand({local.bound_block}), local.at, levels});
  } else if (levels == 0) {
    Emit(id, {Opcode::kMove, dst, local.at});
  } else {
    Emit(id, {Opcode::kOuter, dst, levels, local.at});
  }
}

std::optional<std::string> Lowering::PathName(NodeId id) const {
  const Node& node = ast_.node(id);
  if (node.kind == Kind::kSelect && !node.optional) return ast_.name(node);
  if (node.kind == Kind::kIndex && !node.optional) return KnownText(Child(id, 1));
  return std::nullopt;
}

size_t Lowering::Path(const std::vector<NodeId>& spine, uint8_t dst) {
  size_t done = spine.size() - 1;
  std::vector<std::string> path;
  while (done > 0) {
    std::optional<std::string> name = PathName(spine[done - 1]);
    if (!name.has_value()) break;
    path.push_back(std::move(*name));
    --done;
  }
  if (done > 0) {
    const NodeId next = spine[done - 1];
    const Node& node = ast_.node(next);
    if (node.kind == Kind::kHas) {
      PathHas(next, path, dst);
      return done - 1;
    }
    if (node.kind == Kind::kSelect && node.optional) {
      PathOptional(next, path, ast_.name(node), dst);
      return done - 1;
    }
  }
  Emit(spine[done], {Opcode::kLoadSlot, dst, block().Operand({target_.paths.SlotOf(path, true)})});
  return done;
}

void Lowering::NamePaths(NodeId root) {
  const ArgumentPaths paths =
      FindArgumentPaths(expression_, target_.environment, target_.known, root);
  for (const ArgumentPath& path : paths.named) {
    block().NameSlot(target_.paths.SlotOf(path, false));
  }
}

void Lowering::TestPath(NodeId id, std::vector<std::string> path, const std::string& name,
                        bool reads_value, uint8_t dst, Label there) {
  path.push_back(name);
  const Label not_there = block().NewLabel();
  Instruction test{Opcode::kTestPresent};
  test.b = block().Operand({target_.paths.SlotOf(path, reads_value)});
  block().Test(test, there, not_there, At(id));
  block().Bind(not_there);
  path.pop_back();
  if (path.empty()) return;
  Emit(id, {Opcode::kLoadSlot, dst, block().Operand({target_.paths.SlotOf(path, true)})});
}

void Lowering::PathHas(NodeId id, const std::vector<std::string>& path, uint8_t dst) {
  const Label there = block().NewLabel();
  const Label end = block().NewLabel();
  const std::string& name = ast_.name(ast_.node(id));
  TestPath(id, path, name, false, dst, there);
  if (path.empty()) {
    LoadConst(id, dst, writ::Value::Bool(false));
  } else {
    Emit(id, {Opcode::kHas, dst, dst, NameOperand(name)});
  }
  block().Jump(end, At(id));
  block().Bind(there);
  LoadConst(id, dst, writ::Value::Bool(true));
  block().Bind(end);
}

void Lowering::PathOptional(NodeId id, std::vector<std::string> path, const std::string& name,
                            uint8_t dst) {
  const Label there = block().NewLabel();
  const Label end = block().NewLabel();
  TestPath(id, path, name, true, dst, there);
  if (path.empty()) {
    Emit(id, {Opcode::kOptionalNone, dst});
  } else {
    Emit(id, {Opcode::kOptionalSelect, dst, dst, NameOperand(name)});
  }
  block().Jump(end, At(id));
  block().Bind(there);
  path.push_back(name);
  Emit(id, {Opcode::kLoadSlot, dst, block().Operand({target_.paths.SlotOf(path, true)})});
  Emit(id, {Opcode::kOptionalOf, dst, dst});
  block().Bind(end);
}

void Lowering::Binary(NodeId id, uint8_t dst) {
  const Use right = Hold(Child(id, 1));
  const uint8_t b = right.at;
  switch (ast_.node(id).op) {
    case Operator::kAdd: Emit(id, {Opcode::kAdd, dst, dst, b}); break;
    case Operator::kSubtract: Emit(id, {Opcode::kSubtract, dst, dst, b}); break;
    case Operator::kMultiply: Emit(id, {Opcode::kMultiply, dst, dst, b}); break;
    case Operator::kDivide: Emit(id, {Opcode::kDivide, dst, dst, b}); break;
    case Operator::kModulo: Emit(id, {Opcode::kModulo, dst, dst, b}); break;
    case Operator::kEqual: Emit(id, {Opcode::kEqual, dst, dst, b}); break;
    case Operator::kNotEqual:
      Emit(id, {Opcode::kEqual, dst, dst, b});
      Emit(id, {Opcode::kNot, dst, dst});
      break;
    case Operator::kLess: Emit(id, {Opcode::kLess, dst, dst, b}); break;
    case Operator::kLessEqual: Emit(id, {Opcode::kLessEqual, dst, dst, b}); break;
    case Operator::kGreater: Emit(id, {Opcode::kLess, dst, b, dst}); break;
    case Operator::kGreaterEqual: Emit(id, {Opcode::kLessEqual, dst, b, dst}); break;
    case Operator::kIn: Emit(id, {Opcode::kIn, dst, dst, b}); break;
  }
  Drop(right);
}

void Lowering::Truth(NodeId id, uint8_t dst) {
  const Label if_true = block().NewLabel();
  const Label if_false = block().NewLabel();
  TestInPlace(id, if_true, if_false);
  LoadTruth(id, dst, if_true, if_false);
}

void Lowering::LoadTruth(NodeId id, uint8_t dst, Label if_true, Label if_false) {
  const Label end = block().NewLabel();
  block().Bind(if_true);
  LoadConst(id, dst, writ::Value::Bool(true));
  block().Jump(end, At(id));
  block().Bind(if_false);
  LoadConst(id, dst, writ::Value::Bool(false));
  block().Bind(end);
}

void Lowering::Conditional(NodeId id, uint8_t dst) {
  const Node& node = ast_.node(id);
  const Label end = block().NewLabel();
  for (uint32_t i = 0; i + 1 < node.child_count; i += 2) {
    const Label value = block().NewLabel();
    const Label next = block().NewLabel();
    Test(ast_.child(node, i), value, next);
    block().Bind(value);
    Value(ast_.child(node, i + 1), dst);
    block().Jump(end, At(id));
    block().Bind(next);
  }
  Value(ast_.child(node, node.child_count - 1), dst);
  block().Bind(end);
}

void Lowering::ListLiteral(NodeId id, uint8_t dst) {
  static const List kEmpty{};
  LoadConst(id, dst, writ::Value::Of(&kEmpty));
  const Node& node = ast_.node(id);
  for (uint32_t i = 0; i < node.child_count; ++i) {
    const NodeId element = ast_.child(node, i);
    const Use use = Hold(element);
    Emit(element, {ast_.node(element).optional_entry ? Opcode::kAppendOptional : Opcode::kAppend,
                   dst, dst, use.at});
    Drop(use);
  }
}

void Lowering::MapLiteral(NodeId id, uint8_t dst) {
  static const Map kEmpty{};
  LoadConst(id, dst, writ::Value::Of(&kEmpty));
  const Node& node = ast_.node(id);
  for (uint32_t i = 0; i + 1 < node.child_count; i += 2) {
    const NodeId key = ast_.child(node, i);
    const Use key_use = Hold(key);
    const Use value_use = Hold(ast_.child(node, i + 1));
    Emit(key, {ast_.node(key).optional_entry ? Opcode::kInsertOptional : Opcode::kInsert, dst, dst,
               key_use.at, value_use.at});
    Drop(value_use);
    Drop(key_use);
  }
}

}  // namespace writ::cel
