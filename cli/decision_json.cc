// Decisions as JSON.
// Tested by tests/cli/command_line.py.
#include "cli/decision_json.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "vm/json_text.h"

namespace writ {
namespace {

std::string RuleJson(const Program& program, uint32_t rule) {
  if (rule >= program.rules.size()) return "null";
  const Rule& named = program.rules[rule];
  const std::string_view file =
      named.at.file < program.files.size() ? std::string_view(program.files[named.at.file]) : "";
  return fmt::format("{{\"name\":{},\"file\":{},\"line\":{},\"column\":{}}}", JsonQuote(named.name),
                     JsonQuote(file), named.at.line, named.at.column);
}

std::string ErrorJson(const Program& program, Error error, uint32_t instruction) {
  SourcePosition at;
  if (instruction < program.positions.size()) at = program.positions[instruction];
  return fmt::format("{{\"text\":{},\"line\":{},\"column\":{}}}", JsonQuote(ErrorText(error)),
                     at.line, at.column);
}

// A text is in quotes already; other values become texts.
std::string KeyJson(std::string_view key) {
  if (key.empty()) return "null";
  return key.front() == '"' ? std::string(key) : JsonQuote(key);
}

std::string QuotaJson(const Program& program, const Reservation& reservation) {
  const Quota& quota = program.quotas[reservation.quota];
  const Counter& counter = program.counters[quota.counter];
  return fmt::format("{{\"counter\":{},\"key\":{},\"amount\":{},\"limit\":{},\"window\":\"{}\"}}",
                     JsonQuote(counter.path), KeyJson(reservation.key),
                     FormatScaled(reservation.amount, quota.scale),
                     FormatScaled(reservation.limit, quota.scale), WindowName(counter.window));
}

std::string ShadowJson(const Program& program, const Shadow& shadow) {
  return fmt::format(
      "{{\"rule\":{},\"verdict\":\"{}\",\"code\":\"{}\",\"message\":{},\"error\":{}}}",
      RuleJson(program, shadow.rule), VerdictName(shadow.verdict), CodeName(shadow.code),
      JsonQuote(shadow.message),
      shadow.verdict == Verdict::kError ? ErrorJson(program, shadow.error, shadow.instruction)
                                        : "null");
}

}  // namespace

std::string DecisionJson(const VerifiedProgram& program, const Judgement& judgement) {
  const Decision& decision = judgement.decision;
  std::vector<std::string> quotas;
  for (uint32_t i = 0; i < decision.reservation_count; ++i) {
    quotas.push_back(QuotaJson(*program, decision.reservations[i]));
  }
  std::vector<std::string> shadows;
  for (const Shadow& shadow : judgement.shadows) shadows.push_back(ShadowJson(*program, shadow));
  return fmt::format(
      "{{\"verdict\":\"{}\",\"code\":\"{}\",\"rule\":{},\"message\":{},\"error\":{},"
      "\"quotas\":[{}],\"shadow\":[{}],\"program\":\"{}\"}}",
      VerdictName(decision.verdict), CodeName(decision.code), RuleJson(*program, decision.rule),
      JsonQuote(judgement.message),
      decision.verdict == Verdict::kError
          ? ErrorJson(*program, decision.error, decision.instruction)
          : "null",
      fmt::join(quotas, ","), fmt::join(shadows, ","), program->digest);
}

}  // namespace writ
