// Runs an expression in one of the engines.
// Tested by the conformance cases and tests/exhaustive/.
#include "oracle/engines.h"

#include <utility>

#include "compiler/lower/expression.h"

namespace writ::oracle {

std::string_view Name(Engine engine) {
  switch (engine) {
    case Engine::kOracle: return "oracle";
    case Engine::kPlain: return "plain";
    case Engine::kOptimised: return "optimised";
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
  auto compiled = cel::CompileExpression(expression, environment, engine == Engine::kOptimised);
  if (compiled.has_value()) {
    machine_.emplace(std::move(compiled->program));
    block_ = compiled->block;
  } else {
    refused_ = compiled.error().message;
  }
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
  for (size_t i = 0; i < bindings.size(); ++i) {
    const cel::Variable& variable = environment_.variables[i];
    if (variable.storage != cel::Variable::Storage::kSlot) continue;
    machine_->SetSlot(variable.index, bindings[i]);
  }
  const Value value = machine_->Evaluate(block_);
  if (!value.is(Tag::kError)) return {value};
  // Columns are bytes of the expression plus one.
  return {value, machine_->program()->positions[value.size].column - 1};
}

}  // namespace writ::oracle
