// Local variables and comprehensions.
// Tested by tests/compiler/lower/lower_test.cc.
#include "compiler/lower/lowering.h"

namespace writ::cel {

uint32_t Lowering::ValueBlock(NodeId value) {
  return InnerBlock(value, BlockKind::kValue, [&] {
    const uint8_t at = block().NewRegister();
    Value(value, at);
    Emit(value, {Opcode::kReturn, at});
  });
}

void Lowering::BindVariable(NodeId id, uint8_t dst) {
  const uint32_t value = ValueBlock(Child(id, 0));
  locals_[{id, 0}] = {frame_.level, block().NewKeptRegister(), value};
  Value(Child(id, 1), dst);
}

void Lowering::BindBlock(NodeId id, uint8_t dst) {
  const uint32_t count = ast_.node(id).child_count;
  for (uint32_t i = 0; i + 1 < count; ++i) {
    const uint32_t value = ValueBlock(Child(id, i));
    locals_[{id, i}] = {frame_.level, block().NewKeptRegister(), value};
  }
  Value(Child(id, count - 1), dst);
}

void Lowering::Comprehension(NodeId id, uint8_t dst) {
  switch (ast_.node(id).macro) {
    case Macro::kOptMap:
    case Macro::kOptFlatMap: OptionalMap(id, dst); break;
    case Macro::kAll: Quantifier(id, dst, false); break;
    case Macro::kExists: Quantifier(id, dst, true); break;
    case Macro::kExistsOne: ExistsOne(id, dst); break;
    case Macro::kSortBy: SortBy(id, dst); break;
    default: Collect(id, dst); break;
  }
}

void Lowering::OptionalMap(NodeId id, uint8_t dst) {
  const Label some = block().NewLabel();
  const Label none = block().NewLabel();
  const Label end = block().NewLabel();
  block().Test({Opcode::kTestHasValue, dst}, some, none, At(id));
  block().Bind(some);
  const uint8_t value = block().NewRegister();
  Emit(id, {Opcode::kOptionalValue, value, dst});
  locals_[{id, 0}] = {frame_.level, value};
  Value(Child(id, 1), dst);
  block().Release(value);
  if (ast_.node(id).macro == Macro::kOptMap) {
    Emit(id, {Opcode::kOptionalOf, dst, dst});
    block().Jump(end, At(id));
  } else {
    block().Test({Opcode::kTestHasValue, dst}, end, end, At(id));
  }
  block().Bind(none);
  Emit(id, {Opcode::kOptionalNone, dst});
  block().Bind(end);
}

void Lowering::NameElements(NodeId id) {
  locals_[{id, 0}] = {frame_.level, 1};
  if (ast_.node(id).name2 != 0) locals_[{id, 1}] = {frame_.level, 2};
}

void Lowering::Quantifier(NodeId id, uint8_t dst, bool any) {
  const NodeId predicate = Child(id, 1);
  const bool absorbs = !is_fast_path_ && TestIsFallible(predicate);
  Loop(id, dst, writ::Value::Bool(!any), absorbs ? kLoopKeepsErrors : 0, [&] {
    const Label go_on = block().NewLabel();
    const Label decided = block().NewLabel();
    const uint8_t kept = block().NewRegister();
    if (absorbs) {
      const Label second = block().NewLabel();
      Emit(id, {Opcode::kScopeBegin, kept});
      block().AddWithLabel({Opcode::kOperand, kept, 0}, second, At(id));
      block().Test({Opcode::kTestTrue, 0}, any ? decided : second, any ? second : decided, At(id));
      block().Bind(second);
      block().AddWithLabel({Opcode::kOperand, kept, 1}, go_on, At(predicate));
    }
    Test(predicate, any ? decided : go_on, any ? go_on : decided);
    block().Bind(go_on);
    if (absorbs) Emit(id, {Opcode::kScopeEnd, kept});
    const uint8_t result = block().NewRegister();
    if (is_fast_path_) {
      // No error was kept, so the accumulator is what it was at the start.
      Emit(id, {Opcode::kReturn, 0});
    } else {
      LoadConst(id, result, writ::Value::Bool(!any));
      Emit(id, {Opcode::kReturn, result});
    }
    block().Bind(decided);
    if (absorbs) Emit(id, {Opcode::kScopeDrop, kept});
    LoadConst(id, result, writ::Value::Bool(any));
    Emit(id, {Opcode::kBreak, result});
  });
}

void Lowering::ExistsOne(NodeId id, uint8_t dst) {
  Loop(id, dst, writ::Value::Int(0), 0, [&] {
    const Label yes = block().NewLabel();
    const Label no = block().NewLabel();
    Test(Child(id, 1), yes, no);
    block().Bind(yes);
    const uint8_t one = block().NewRegister();
    LoadConst(id, one, writ::Value::Int(1));
    Emit(id, {Opcode::kAdd, 0, 0, one});
    block().Bind(no);
    Emit(id, {Opcode::kReturn, 0});
  });
  const uint8_t one = block().NewRegister();
  LoadConst(id, one, writ::Value::Int(1));
  Emit(id, {Opcode::kEqual, dst, dst, one});
  block().Release(one);
}

void Lowering::Collect(NodeId id, uint8_t dst) {
  static const List kNoItems{};
  static const Map kNoEntries{};
  const Macro macro = ast_.node(id).macro;
  const bool makes_map = macro == Macro::kTransformMap || macro == Macro::kTransformMapEntry;
  const writ::Value start = makes_map ? writ::Value::Of(&kNoEntries) : writ::Value::Of(&kNoItems);
  Loop(id, dst, start, 0, [&] {
    const bool filters = macro == Macro::kFilter || ast_.node(id).child_count == 3;
    const Label taken = block().NewLabel();
    const Label left_out = block().NewLabel();
    if (filters) {
      Test(Child(id, 1), taken, left_out);
      block().Bind(taken);
    }
    if (macro == Macro::kFilter) {
      Emit(id, {Opcode::kAppend, 0, 0, 1});
    } else {
      const NodeId transform = Child(id, ast_.node(id).child_count - 1);
      const Use value = Hold(transform);
      if (macro == Macro::kTransformMap) {
        Emit(id, {Opcode::kInsert, 0, 0, 1, value.at});
      } else {
        Emit(id, {macro == Macro::kTransformMapEntry ? Opcode::kInsertAll : Opcode::kAppend, 0, 0,
                  value.at});
      }
      Drop(value);
    }
    block().Bind(left_out);
    Emit(id, {Opcode::kReturn, 0});
  });
}

void Lowering::SortBy(NodeId id, uint8_t dst) {
  static const List kNoItems{};
  const uint8_t arguments = block().NewRegisters(2);
  const auto keys = static_cast<uint8_t>(arguments + 1);
  Emit(id, {Opcode::kMove, arguments, dst});
  Emit(id, {Opcode::kMove, keys, dst});
  Loop(id, keys, writ::Value::Of(&kNoItems), 0, [&] {
    const Use key = Hold(Child(id, 1));
    Emit(id, {Opcode::kAppend, 0, 0, key.at});
    Emit(id, {Opcode::kReturn, 0});
    Drop(key);
  });
  Emit(id, {Opcode::kCall, dst, static_cast<uint16_t>(FunctionId::kListSortByKeys), arguments,
            uint16_t{2}});
  block().Release(arguments, 2);
}

}  // namespace writ::cel
