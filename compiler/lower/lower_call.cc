// Calls of functions.
// Tested by tests/compiler/lower/lower_test.cc.
#include <fmt/core.h>
#include <re2/re2.h>

#include "compiler/lower/lowering.h"

namespace writ::cel {

void Lowering::CallFunction(NodeId id, uint8_t dst, bool target_is_in_dst) {
  const Node& node = ast_.node(id);
  const Reference& reference = expression_.references[id];
  const auto function = static_cast<FunctionId>(reference.index);
  const uint32_t first = reference.target_is_namespace ? 1 : 0;
  const uint32_t count = node.child_count - first;
  if (target_is_in_dst && OptionalCall(id, function, dst)) return;
  if (function == FunctionId::kOptionalNone && count == 0) {
    Emit(id, {Opcode::kOptionalNone, dst});
    return;
  }
  if (count == 1 && (function == FunctionId::kOptionalOf || function == FunctionId::kDyn)) {
    Value(ast_.child(node, first), dst);
    if (function == FunctionId::kOptionalOf) Emit(id, {Opcode::kOptionalOf, dst, dst});
    return;
  }
  if (function == FunctionId::kMatches && count == 2 && ConstantPattern(Child(id, first + 1))) {
    Matches(id, dst, target_is_in_dst);
    return;
  }
  if (count == 1 && function == FunctionId::kSize) {
    if (!target_is_in_dst) Value(ast_.child(node, first), dst);
    Emit(id, {Opcode::kSize, dst, dst});
    return;
  }
  if (count > kMaxArguments) {
    ManyArguments(id, function, first, dst);
    return;
  }
  if (TakesTimeZone(function, count) && !KnownText(Child(id, first + count - 1))) {
    program().program().all_time_zones = true;
  }
  // Arguments stand in a row, which starts at dst where the registers after it are free.
  const bool in_place = count > 0 && block().TakeRegisters(dst + 1u, count - 1);
  const uint8_t arguments = in_place ? dst : count == 0 ? 0 : block().NewRegisters(count);
  for (uint32_t i = 0; i < count; ++i) {
    const auto at = static_cast<uint8_t>(arguments + i);
    if (i > 0 || !target_is_in_dst) {
      Value(ast_.child(node, first + i), at);
    } else if (!in_place) {
      Emit(id, {Opcode::kMove, at, dst});
    }
  }
  Emit(id, {Opcode::kCall, dst, static_cast<uint16_t>(function), arguments,
            static_cast<uint16_t>(count)});
  if (in_place) {
    block().Release(static_cast<uint8_t>(dst + 1), count - 1);
  } else if (count > 0) {
    block().Release(arguments, count);
  }
}

void Lowering::ManyArguments(NodeId id, FunctionId function, uint32_t first, uint8_t dst) {
  if (function != FunctionId::kMathGreatest && function != FunctionId::kMathLeast) {
    FailAt(id, fmt::format("a function takes at most {} arguments", kMaxArguments));
    return;
  }
  static const List kEmpty{};
  const uint8_t list = block().NewRegister();
  LoadConst(id, list, writ::Value::Of(&kEmpty));
  for (uint32_t i = first; i < ast_.node(id).child_count; ++i) {
    const Use use = Hold(Child(id, i));
    Emit(id, {Opcode::kAppend, list, list, use.at});
    Drop(use);
  }
  Emit(id, {Opcode::kCall, dst, static_cast<uint16_t>(function), list, 1});
  block().Release(list);
}

bool Lowering::OptionalCall(NodeId id, FunctionId function, uint8_t dst) {
  const uint32_t arguments = ast_.node(id).child_count - 1;
  switch (function) {
    case FunctionId::kOptionalValue:
      if (arguments != 0) return false;
      Emit(id, {Opcode::kOptionalValue, dst, dst});
      return true;
    case FunctionId::kOptionalHasValue: {
      if (arguments != 0) return false;
      const Label yes = block().NewLabel();
      const Label no = block().NewLabel();
      block().Test({Opcode::kTestHasValue, dst}, yes, no, At(id));
      LoadTruth(id, dst, yes, no);
      return true;
    }
    case FunctionId::kOptionalOr:
    case FunctionId::kOptionalOrValue: {
      if (arguments != 1) return false;
      const Label yes = block().NewLabel();
      const Label no = block().NewLabel();
      const Label end = block().NewLabel();
      block().Test({Opcode::kTestHasValue, dst}, yes, no, At(id));
      block().Bind(yes);
      if (function == FunctionId::kOptionalOrValue) {
        Emit(id, {Opcode::kOptionalValue, dst, dst});
      }
      block().Jump(end, At(id));
      block().Bind(no);
      Value(Child(id, 1), dst);
      if (function == FunctionId::kOptionalOr) {
        // What stands in for an optional must be one.
        block().Test({Opcode::kTestHasValue, dst}, end, end, At(id));
      }
      block().Bind(end);
      return true;
    }
    default: return false;
  }
}

bool Lowering::ConstantPattern(NodeId id) const {
  const std::optional<std::string> pattern = KnownText(id);
  if (!pattern.has_value()) return false;
  re2::RE2::Options options;
  options.set_log_errors(false);
  return re2::RE2(*pattern, options).ok();
}

bool Lowering::TestMatches(NodeId id, uint8_t text, Label if_true, Label if_false) {
  const Reference& reference = expression_.references[id];
  if (ast_.node(id).kind != Kind::kCall || reference.kind != Reference::Kind::kFunction ||
      static_cast<FunctionId>(reference.index) != FunctionId::kMatches ||
      ast_.node(id).child_count != 2 || !ConstantPattern(Child(id, 1))) {
    return false;
  }
  Instruction test{Opcode::kTestMatches, text};
  test.b = block().Operand({program().Pattern(*KnownText(Child(id, 1)))});
  block().Test(test, if_true, if_false, At(id));
  return true;
}

void Lowering::Matches(NodeId id, uint8_t dst, bool target_is_in_dst) {
  const Label if_true = block().NewLabel();
  const Label if_false = block().NewLabel();
  if (!target_is_in_dst) Value(Child(id, 0), dst);
  TestMatches(id, dst, if_true, if_false);
  LoadTruth(id, dst, if_true, if_false);
}

}  // namespace writ::cel
