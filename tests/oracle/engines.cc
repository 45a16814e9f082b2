// Runs an expression in one of the engines.
// Tested by the conformance cases and tests/exhaustive/.
#include "oracle/engines.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace writ::oracle {

std::string_view Name(Engine engine) {
  switch (engine) {
    case Engine::kOracle: return "oracle";
    case Engine::kPlain: return "plain";
    case Engine::kOptimised: return "optimised";
    case Engine::kBundled: return "bundled";
  }
  return "";
}

std::optional<Engine> EngineNamed(std::string_view name) {
  for (const Engine engine : kEngines) {
    if (Name(engine) == name) return engine;
  }
  return std::nullopt;
}

Subject::Subject(Engine engine, const cel::Checked& expression, const cel::Environment& environment)
    : expression_(expression), environment_(environment) {
  if (engine == Engine::kOracle) return;
  auto compiled = cel::CompileExpression(expression, environment, engine != Engine::kPlain);
  if (!compiled.has_value()) {
    refused_ = compiled.error().message;
    return;
  }
  for (const cel::Variable& variable : environment.variables) {
    if (variable.storage != cel::Variable::Storage::kSlot) continue;
    variables_.push_back({variable.name, variable.index});
  }
  positions_ = compiled->program;
  if (engine == Engine::kBundled) {
    UseBundle(*compiled);
  } else {
    Use(std::move(*compiled));
  }
}

void Subject::Use(cel::CompiledExpression compiled) {
  machine_.emplace(std::move(compiled.program));
  block_ = compiled.block;
}

void Subject::UseBundle(const cel::CompiledExpression& compiled) {
  const auto bytes = bundle::WriteExpression(**compiled.program, {compiled.block, variables_});
  if (!bytes.has_value()) {
    refused_ = fmt::format("{}: it cannot be written: {}", kRefusedProgram, bytes.error());
    return;
  }
  auto loaded = bundle::Read(*bytes, "expression.writ");
  if (!loaded.has_value()) {
    refused_ = fmt::format("{}: it cannot be read: {}", kRefusedProgram, loaded.error());
    return;
  }
  const bundle::Expression& expression = loaded->expression;
  if (loaded->kind != bundle::Kind::kExpression || expression.variables != variables_ ||
      bundle::WriteExpression(**loaded->program, expression) != bytes) {
    refused_ = fmt::format("{}: it is read as another than was written", kRefusedProgram);
    return;
  }
  machine_.emplace(std::move(loaded->program));
  block_ = expression.block;
}

Result Subject::Run(const Bindings& bindings, const Value& now, Arena& arena) {
  if (!refused_.empty()) return {{}, 0, refused_};
  return machine_.has_value() ? RunBytecode(bindings, now) : RunOracle(bindings, now, arena);
}

Result Subject::RunOracle(const Bindings& bindings, const Value& now, Arena& arena) const {
  const Outcome outcome = Evaluate(expression_, environment_, bindings, now, arena);
  if (!outcome.value.is(Tag::kError)) return {outcome.value};
  return {outcome.value, expression_.ast.node(outcome.failed).at};
}

Result Subject::RunBytecode(const Bindings& bindings, const Value& now) {
  machine_->ResetArena();
  machine_->BeginCall("");
  machine_->SetNow(now);
  size_t slot = 0;
  for (size_t i = 0; i < bindings.size(); ++i) {
    if (environment_.variables[i].storage != cel::Variable::Storage::kSlot) continue;
    machine_->SetSlot(variables_[slot++].slot, bindings[i]);
  }
  const Value value = machine_->Evaluate(block_);
  if (!value.is(Tag::kError)) return {value};
  // Columns are bytes of the expression plus one.
  return {value, (*positions_)->positions[value.size].column - 1};
}

}  // namespace writ::oracle
