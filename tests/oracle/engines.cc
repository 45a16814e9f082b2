// Runs an expression in one of the engines.
// Tested by the conformance cases and tests/exhaustive/.
#include "oracle/engines.h"

namespace writ::oracle {

std::string_view Name(Engine engine) {
  switch (engine) {
    case Engine::kOracle: return "oracle";
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
    : engine_(engine), expression_(expression), environment_(environment) {}

Result Subject::Run(const Bindings& bindings, const Value& now, Arena& arena) {
  switch (engine_) {
    case Engine::kOracle: {
      const Outcome outcome = Evaluate(expression_, environment_, bindings, now, arena);
      if (!outcome.value.is(Tag::kError)) return {outcome.value};
      return {outcome.value, expression_.ast.node(outcome.failed).at};
    }
  }
  return {};
}

}  // namespace writ::oracle
