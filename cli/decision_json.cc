// Decisions as JSON.
// Tested by tests/cli/command_line.py.
#include "cli/decision_json.h"

#include <fmt/format.h>

#include "vm/json_text.h"

namespace writ {
namespace {

std::string RuleJson(const Program& program, uint32_t rule) {
  if (rule >= program.rules.size()) return "null";
  const Rule& named = program.rules[rule];
  return fmt::format("{{\"name\":{},\"file\":{},\"line\":{},\"column\":{}}}", JsonQuote(named.name),
                     JsonQuote(program.files[named.at.file]), named.at.line, named.at.column);
}

std::string ErrorJson(const Program& program, const Decision& decision) {
  if (decision.verdict != Verdict::kError) return "null";
  SourcePosition at;
  if (decision.instruction < program.positions.size()) at = program.positions[decision.instruction];
  return fmt::format("{{\"text\":{},\"line\":{},\"column\":{}}}",
                     JsonQuote(ErrorText(decision.error)), at.line, at.column);
}

}  // namespace

std::string DecisionJson(const VerifiedProgram& program, const Judgement& judgement) {
  const Decision& decision = judgement.decision;
  std::string quotas;
  for (uint32_t i = 0; i < decision.reservation_count; ++i) {
    const Quota& quota = program->quotas[decision.reservations[i].quota];
    const Counter& counter = program->counters[quota.counter];
    if (i > 0) quotas += ',';
    quotas += fmt::format("{{\"counter\":{},\"amount\":{},\"limit\":{},\"window\":\"{}\"}}",
                          JsonQuote(counter.path), decision.reservations[i].amount, quota.limit,
                          WindowName(counter.window));
  }
  return fmt::format(
      "{{\"verdict\":\"{}\",\"code\":\"{}\",\"rule\":{},\"message\":{},\"error\":{},"
      "\"quotas\":[{}],\"shadow\":[],\"program\":\"{}\"}}",
      VerdictName(decision.verdict), CodeName(decision.code), RuleJson(*program, decision.rule),
      JsonQuote(judgement.message), ErrorJson(*program, decision), quotas, program->digest);
}

}  // namespace writ
