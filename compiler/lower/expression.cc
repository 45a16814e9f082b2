// Programs of one expression.
// Tested by tests/compiler/lower/expression_test.cc.
#include "compiler/lower/expression.h"

#include <fmt/core.h>

#include "compiler/emit/call_slots.h"
#include "compiler/lower/argument_paths.h"
#include "compiler/opt/fold.h"
#include "vm/copy.h"

namespace writ::cel {
namespace {

// The tool entry that every program has: all calls pass.
ToolEntry AddPassingTool(ProgramBuilder& builder) {
  BlockBuilder pass(builder, BlockKind::kDecision, 0);
  pass.Add({Opcode::kPass}, {});
  ToolEntry entry;
  entry.block = pass.Finish();
  return entry;
}

tl::expected<CompiledExpression, LowerFailure> Compile(const Checked& expression,
                                                       const Environment& environment, NodeId root,
                                                       bool optimise) {
  ProgramBuilder builder;
  if (!optimise) builder.KeepPlain();
  size_t slots = 0;
  for (const Variable& variable : environment.variables) {
    if (variable.storage == Variable::Storage::kSlot) ++slots;
  }
  for (size_t i = 0; i < slots; ++i) builder.NewSlot("");
  for (const Variable& variable : environment.variables) {
    if (variable.storage != Variable::Storage::kSlot) continue;
    builder.program().slot_names[variable.index] = variable.name;
  }
  PathTrieBuilder trie;
  CallSlots paths(builder, trie);
  std::vector<Value> known;
  if (optimise) {
    known = Fold(expression, environment, *builder.program().pool);
    if (FindArgumentPaths(expression, environment, &known, root).too_many) {
      return tl::unexpected(LowerFailure{
          0, 1,
          fmt::format("the expression looks up more than {} names", kMaxNamesOfAnExpression)});
    }
  }
  const LowerTarget target{environment, paths,
                           [](uint32_t at) {
                             return SourcePosition{0, 1, at + 1};
                           },
                           optimise ? &known : nullptr};
  const tl::expected<uint32_t, LowerFailure> block = LowerValue(builder, expression, target, root);
  if (!block.has_value()) return tl::unexpected(block.error());
  ToolEntry entry = AddPassingTool(builder);
  entry.root = paths.root();
  Program program = std::move(builder.program());
  program.files = {"expression"};
  program.paths = trie.Build();
  program.shared_slots = static_cast<uint32_t>(program.slot_names.size());
  program.tools.push_back(entry);
  auto verified = Verify(std::move(program));
  if (!verified.has_value()) {
    return tl::unexpected(LowerFailure{0, 1, "the program was refused: " + verified.error().text});
  }
  return CompiledExpression{std::move(*verified), *block};
}

}  // namespace

tl::expected<CompiledExpression, LowerFailure> CompileExpression(const Checked& expression,
                                                                 const Environment& environment,
                                                                 bool optimise) {
  return Compile(expression, environment, expression.ast.root, optimise);
}

tl::expected<CompiledExpression, LowerFailure> CompilePart(const Checked& expression,
                                                           const Environment& environment,
                                                           NodeId node) {
  return Compile(expression, environment, node, false);
}

std::optional<Value> EvaluateConstant(const Checked& expression, const Environment& environment,
                                      NodeId node, int64_t budget, size_t max_values, Arena& pool) {
  const auto compiled = Compile(expression, environment, node, false);
  if (!compiled.has_value()) return std::nullopt;
  Machine machine(compiled->program);
  machine.SetBudget(budget);
  machine.BeginCall("");
  const Value value = machine.Evaluate(compiled->block);
  if (value.is(Tag::kError)) return std::nullopt;
  return DeepCopy(value, max_values, pool);
}

}  // namespace writ::cel
