// Holds the engines against each other.
// Tested by tests/exhaustive/.
#include "oracle/agree.h"

#include <fmt/core.h>

#include <memory>
#include <vector>

#include "oracle/print.h"
#include "vm/arena.h"

namespace writ::oracle {
namespace {

bool Agree(const Result& a, const Result& b, Arena& arena) {
  const bool failed = a.value.is(Tag::kError);
  if (failed != b.value.is(Tag::kError)) return false;
  return failed ? a.at == b.at : Same(a.value, b.value, arena);
}

// An expression may be too large for bytecode; bytecode that the verifier does not take is a fault.
bool SaysNothing(const Result& result) {
  if (!result.refused.empty()) return !result.refused.starts_with(kRefusedProgram);
  return result.value.is(Tag::kError) && result.value.code == Error::kBudget;
}

}  // namespace

std::optional<std::string> Disagreement(const cel::Checked& expression,
                                        const cel::Environment& environment,
                                        const Bindings& bindings, const Value& now) {
  Arena arena;
  std::vector<std::unique_ptr<Subject>> subjects;  // what values refer to
  std::optional<Result> first;
  bool agree = true;
  std::string said;
  for (const Engine engine : kEngines) {
    subjects.push_back(std::make_unique<Subject>(engine, expression, environment));
    const Result result = subjects.back()->Run(bindings, now, arena);
    said += fmt::format("{:<10} {}{}", Name(engine), Print(result.value, arena), result.refused);
    if (result.value.is(Tag::kError)) said += fmt::format(" (at byte {})", result.at);
    said += '\n';
    if (SaysNothing(result)) continue;
    if (!first.has_value()) first = result;
    agree = agree && Agree(*first, result, arena);
  }
  if (agree) return std::nullopt;
  return said;
}

}  // namespace writ::oracle
