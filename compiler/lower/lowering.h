// How lower.h does it, for the files that share the work: lower_value.cc leaves values in
// registers, lower_condition.cc goes on at one of two labels, lower_slot_test.cc does that in one
// instruction, lower_call.cc and lower_comprehension.cc are what their names say. The first two are
// mutually recursive, as in every compiler of conditions.
//
// Code may have a fast path: without error scopes, and with tests of a slot and a constant in one
// instruction. It is right as long as nothing fails; where something does, the code goes on at the
// slow path behind it (BlockBuilder::Recover), from its start, which finds out what the error is
// and whether it counts.
//
// Chains (a.b.c, a + b + c) are walked in a loop from the inside out; recursion is for nesting
// only, which the parser bounds.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/argument_paths.h"
#include "compiler/lower/fallible.h"
#include "compiler/lower/lower.h"
#include "compiler/lower/slot_keys.h"

namespace writ::cel {

// && and || (`any`). Where an operand may fail, an error scope keeps the leftmost error until the
// others are known not to decide.
template <typename At, typename Test>
void LowerLogic(BlockBuilder& block, size_t operands, bool absorbs, bool any, Label if_true,
                Label if_false, SourcePosition whole, const At& at, const Test& test) {
  const Label undecided = any ? if_false : if_true;
  const Label decided = any ? if_true : if_false;
  if (!absorbs) {
    for (size_t i = 0; i < operands; ++i) {
      const bool last = i + 1 == operands;
      const Label next = last ? undecided : block.NewLabel();
      test(i, any ? decided : next, any ? next : decided);
      if (!last) block.Bind(next);
    }
    return;
  }
  const uint8_t kept = block.NewRegister();
  const Label leave = block.NewLabel();
  block.Add({Opcode::kScopeBegin, kept}, whole);
  for (size_t i = 0; i < operands; ++i) {
    const Label next = block.NewLabel();
    block.AddWithLabel({Opcode::kOperand, kept, static_cast<uint16_t>(i)}, next, at(i));
    test(i, any ? leave : next, any ? next : leave);
    block.Bind(next);
  }
  block.Add({Opcode::kScopeEnd, kept}, whole);
  block.Jump(undecided, whole);
  block.Bind(leave);
  block.Add({Opcode::kScopeDrop, kept}, whole);
  block.Jump(decided, whole);
  block.Release(kept);
}

class Lowering {
 public:
  Lowering(const Checked& expression, const LowerTarget& target, BlockBuilder& block)
      : expression_(expression),
        ast_(expression.ast),
        target_(target),
        fallible_(FindFallible(expression, target)),
        frame_{&block, 0} {}

  const std::optional<LowerFailure>& failure() const { return failure_; }
  bool root_test_is_fallible() const { return TestIsFallible(ast_.root); }

  // What is written from here on is the fast path.
  void TakeFastPath() { is_fast_path_ = true; }
  // Whether it would be another than the slow one.
  bool has_fast_path() const;

  // Ends the block with the node's value.
  void ReturnValue(NodeId root) {
    const uint8_t result = block().NewRegister();
    Value(root, result);
    block().Add({Opcode::kReturn, result}, target_.position(0));
    block().Release(result);
    CheckRoom(root);
  }
  // The same of a node that is a test.
  void ReturnTest(NodeId root);
  // Has the trie hold what the code before looks up without a slot of its own, so that its
  // look-alikes are seen.
  void NamePaths(NodeId root);
  void NamePaths() { NamePaths(ast_.root); }
  void RootTest(Label if_true, Label if_false) {
    Test(ast_.root, if_true, if_false);
    CheckRoom(ast_.root);
  }
  // The same of a block that has the root's value.
  void RootTest(uint32_t value_block, Label if_true, Label if_false) {
    const uint8_t value = block().NewRegister();
    Emit(ast_.root, {Opcode::kForce, value, block().Operand({value_block})});
    block().Test({Opcode::kTestTrue, value}, if_true, if_false, At(ast_.root));
    block().Release(value);
    CheckRoom(ast_.root);
  }

  // By which values a condition may be found: see FindSlotKeys().
  std::vector<SlotKeys> KeysIf(NodeId id, bool holds);

 private:
  // The block being written, and how many frames are around its own when it runs.
  struct Frame {
    BlockBuilder* block;
    uint32_t level;
  };

  // Where a local variable's value is.
  struct Local {
    uint32_t level;  // of its frame
    uint8_t at;
    uint32_t bound_block = kNoBlock;  // evaluated on first use, kept in `at`
  };

  // ---- Small things.

  BlockBuilder& block() { return *frame_.block; }
  ProgramBuilder& program() { return block().program(); }
  // Where a node stands and, for what may fail there, how it reads.
  SourcePosition At(NodeId node) {
    SourcePosition position = target_.position(ast_.node(node).at);
    position.text = program().Text(ast_.text(ast_.node(node)));
    return position;
  }
  // Whether the parts of the expression are those of a source map: each is evaluated on its own
  // then, a test too, and its value is marked.
  bool has_parts() const { return target_.first_part != kNoPart; }
  NodeId Child(NodeId node, uint32_t i) const { return ast_.child(ast_.node(node), i); }

  void FailAt(NodeId node, std::string message) {
    if (failure_.has_value()) return;
    failure_ = {ast_.node(node).at, ast_.node(node).at_length, std::move(message)};
  }

  void CheckRoom(NodeId node) {
    if (block().overflowed()) FailAt(node, "the expression is too large for one block");
  }

  void Emit(NodeId node, const Instruction& instruction) {
    const bool says_what_it_reads = instruction.op == Opcode::kLoadSlot;
    const bool cannot_fail = instruction.op == Opcode::kLoadConst ||
                             instruction.op == Opcode::kMove || instruction.op == Opcode::kReturn;
    block().Add(instruction, says_what_it_reads || cannot_fail
                                 ? target_.position(ast_.node(node).at)
                                 : At(node));
    CheckRoom(node);
  }

  uint16_t ConstantOperand(const writ::Value& value) {
    return block().Operand({program().Constant(value)});
  }

  uint16_t NameOperand(const std::string& name) {
    return ConstantOperand(writ::Value::String(program().program().pool->Copy(name)));
  }

  void LoadConst(NodeId node, uint8_t dst, const writ::Value& value) {
    Emit(node, {Opcode::kLoadConst, dst, ConstantOperand(value)});
  }

  const writ::Value* Known(NodeId node) const {
    if (target_.known == nullptr || (*target_.known)[node].is(Tag::kAbsent)) return nullptr;
    return &(*target_.known)[node];
  }

  writ::Value LiteralValue(NodeId id) {
    const Literal& literal = ast_.literal(ast_.node(id));
    Arena& pool = *program().program().pool;
    if (const auto* b = std::get_if<bool>(&literal)) return writ::Value::Bool(*b);
    if (const auto* i = std::get_if<int64_t>(&literal)) return writ::Value::Int(*i);
    if (const auto* u = std::get_if<uint64_t>(&literal)) return writ::Value::Uint(*u);
    if (const auto* d = std::get_if<double>(&literal)) return writ::Value::Double(*d);
    if (const auto* s = std::get_if<std::string>(&literal)) {
      return writ::Value::String(pool.Copy(*s));
    }
    if (const auto* bytes = std::get_if<Bytes>(&literal)) {
      return writ::Value::Text(Tag::kBytes, pool.Copy(bytes->value));
    }
    return writ::Value::Null();
  }

  // Whether a test of the node may end in an error: its value may not exist, or be no bool.
  bool TestIsFallible(NodeId id) const {
    if (fallible_[id]) return true;
    if (const writ::Value* known = Known(id); known != nullptr) return !known->is(Tag::kBool);
    const Node& node = ast_.node(id);
    if (node.kind == Kind::kLiteral) return !std::holds_alternative<bool>(ast_.literal(node));
    return !expression_.types[id].is(TypeKind::kBool);
  }

  // The text of a node that is a known string.
  std::optional<std::string> KnownText(NodeId id) const {
    return ConstantText(expression_, target_.known, id);
  }

  const Variable* VariableOf(NodeId id) const {
    const Reference& reference = expression_.references[id];
    if (reference.kind != Reference::Kind::kVariable) return nullptr;
    return &target_.environment.variables[reference.index];
  }

  // A register that holds the node's value: the local variable's own where it has one here.
  struct Use {
    uint8_t at;
    bool owned;
  };
  Use Hold(NodeId id) {
    if (Known(id) == nullptr && !has_parts()) {
      const Reference& reference = expression_.references[id];
      if (reference.kind == Reference::Kind::kLocal) {
        const Local& local = locals_.at({reference.index, reference.which});
        if (local.level == frame_.level && local.bound_block == kNoBlock) {
          return {local.at, false};
        }
      }
    }
    const uint8_t at = block().NewRegister();
    Value(id, at);
    return {at, true};
  }
  void Drop(const Use& use) {
    if (use.owned) block().Release(use.at);
  }

  // ---- Values.

  // Leaves the node's value in `dst`.
  void Value(NodeId root, uint8_t dst);

  // Says for whoever traces the program that `dst` holds the value of the part.
  void MarkPart(NodeId id, uint8_t dst);

  // Whether a node is not evaluated by way of its first child.
  bool IsWhole(NodeId id) const;

  void Whole(NodeId id, uint8_t dst);

  // What `id` makes of its first child, whose value is in `dst`.
  void Step(NodeId id, uint8_t dst);

  void LoadVariable(NodeId id, uint8_t dst);

  void LoadLocal(NodeId id, uint8_t dst);

  // The name that a step of a constant path looks up.
  std::optional<std::string> PathName(NodeId id) const;

  // A chain below the arguments: its constant part is one slot. The index in `spine` of the last
  // node that is done.
  size_t Path(const std::vector<NodeId>& spine, uint8_t dst);

  // Goes on at `there` if path.name is there. Else it is not, or path itself is not there or no
  // object: then path is loaded to `dst` as usual, which is an error or a map; below the arguments
  // themselves, which always are one, there is nothing to load.
  void TestPath(NodeId id, std::vector<std::string> path, const std::string& name, bool reads_value,
                uint8_t dst, Label there);

  void PathHas(NodeId id, const std::vector<std::string>& path, uint8_t dst);

  void PathOptional(NodeId id, std::vector<std::string> path, const std::string& name, uint8_t dst);

  // Left operand in dst.
  void Binary(NodeId id, uint8_t dst);

  void Truth(NodeId id, uint8_t dst);
  // Where a test went on at one of the labels: true or false in dst.
  void LoadTruth(NodeId id, uint8_t dst, Label if_true, Label if_false);

  void Conditional(NodeId id, uint8_t dst);

  void ListLiteral(NodeId id, uint8_t dst);

  void MapLiteral(NodeId id, uint8_t dst);

  // ---- Calls.

  void CallFunction(NodeId id, uint8_t dst, bool target_is_in_dst);

  // math.greatest(a, b, ...) of more arguments than a call takes is that of a list.
  void ManyArguments(NodeId id, FunctionId function, uint32_t first, uint8_t dst);

  // Members of optionals that are no calls: their argument may not be evaluated.
  bool OptionalCall(NodeId id, FunctionId function, uint8_t dst);

  bool ConstantPattern(NodeId id) const;

  // matches() with a constant pattern. False if it is another call.
  bool TestMatches(NodeId id, uint8_t text, Label if_true, Label if_false);

  // A matches() call as a value; its text may be in dst already.
  void Matches(NodeId id, uint8_t dst, bool target_is_in_dst);

  // ---- Tests.

  // Goes on at one of the labels, which are bound after. A value that is no bool is an error at
  // `blamed`: at the node itself, unless it is what a conditional chose, which is at fault then as
  // it would be if it had been a value first.
  void Test(NodeId id, Label if_true, Label if_false, NodeId blamed = kNoNode);

  // The same of its value.
  void TestValue(NodeId id, Label if_true, Label if_false, NodeId blamed);

  // The same without it, where there is a way.
  void TestInPlace(NodeId id, Label if_true, Label if_false, NodeId blamed = kNoNode);

  void Group(NodeId id, const std::vector<NodeId>& operands, bool any, Label if_true,
             Label if_false);

  void TestConditional(NodeId id, Label if_true, Label if_false, NodeId blamed);

  void TestBinary(NodeId id, Label if_true, Label if_false);

  // has() of a constant path below the arguments. False if it is another.
  bool TestHas(NodeId id, Label if_true, Label if_false);

  bool TestCall(NodeId id, Label if_true, Label if_false);

  // ---- Tests of a slot with a constant, on the fast path.

  // Whether the node's value is that of a slot.
  bool IsSlot(NodeId id) const;
  // REQUIRES: IsSlot(id).
  SlotPath PathOf(NodeId id) const;
  uint32_t SlotOf(NodeId id);
  // REQUIRES: a test of a slot with what may be a key, or with several.
  std::vector<SlotKeys> KeysOfTest(NodeId id);
  // REQUIRES: has().
  std::vector<SlotKeys> KeysOfPresence(NodeId id);
  bool IsConstant(NodeId id) const {
    return Known(id) != nullptr || ast_.node(id).kind == Kind::kLiteral;
  }
  // REQUIRES: IsConstant(id).
  writ::Value ConstantOf(NodeId id) { return Known(id) != nullptr ? *Known(id) : LiteralValue(id); }
  bool IsSlotTest(NodeId id) const;
  // The opcode that tests slot and constant for that operator.
  static Opcode SlotTestOf(Operator op, bool slot_is_left);
  static std::optional<Opcode> SlotTestOf(FunctionId function);
  // False if it is another test.
  bool TestSlot(NodeId id, Label if_true, Label if_false);

  // ---- Local variables.

  // Writes a block that runs inside the current one.
  template <typename Body>
  uint32_t InnerBlock(NodeId id, BlockKind kind, const Body& body) {
    BlockBuilder inner(program(), kind, block().outer_levels() + 1);
    const Frame around = frame_;
    frame_ = {&inner, around.level + 1};
    if (around.level + 2 >= kMaxNestedBlocks) FailAt(id, "the expression is nested too deeply");
    if (!failure_.has_value()) body();
    CheckRoom(id);
    frame_ = around;
    return failure_.has_value() ? 0 : inner.Finish();
  }

  uint32_t ValueBlock(NodeId value);

  void BindVariable(NodeId id, uint8_t dst);

  void BindBlock(NodeId id, uint8_t dst);

  // ---- Comprehensions. The range is in dst.

  void Comprehension(NodeId id, uint8_t dst);

  void OptionalMap(NodeId id, uint8_t dst);

  // Names the variables of the body being written.
  void NameElements(NodeId id);

  template <typename Body>
  void Loop(NodeId id, uint8_t dst, const writ::Value& start, uint16_t flags, const Body& body) {
    const uint32_t loop = InnerBlock(id, BlockKind::kLoopBody, [&] {
      NameElements(id);
      body();
    });
    if (ast_.node(id).name2 != 0) flags |= kLoopTwoVariables;
    const uint8_t range = block().NewRegister();
    Emit(id, {Opcode::kMove, range, dst});
    LoadConst(id, dst, start);
    Emit(id, {Opcode::kLoop, dst, block().Operand({loop}), range, flags});
    block().Release(range);
  }

  void Quantifier(NodeId id, uint8_t dst, bool any);

  void ExistsOne(NodeId id, uint8_t dst);

  // map, filter, transformList, transformMap, transformMapEntry.
  void Collect(NodeId id, uint8_t dst);

  // range.sortBy(x, key): the keys are a list of their own.
  void SortBy(NodeId id, uint8_t dst);

  const Checked& expression_;
  const Ast& ast_;
  const LowerTarget& target_;
  const std::vector<bool> fallible_;
  Frame frame_;
  std::map<std::pair<uint32_t, uint32_t>, Local> locals_;
  std::optional<LowerFailure> failure_;
  bool is_fast_path_ = false;
};

}  // namespace writ::cel
