// From a line to its decision, again and again.
// Tested by tests/cli/bench_calls_test.cc.
#include "cli/bench/decider.h"

namespace writ {
Decider::Decider(std::shared_ptr<const VerifiedProgram> program, const Facts::Labels& labels)
    : machine_(std::move(program)),
      reader_(machine_, kDefaultMaxDepth),
      facts_(labels),
      judge_(machine_, counters_, &facts_) {}

std::optional<Outcome> Decider::Decide(const BenchCall& call) {
  const ClientMessage& message = reader_.Read(call.line.view());
  if (message.kind != MessageKind::kRequest || !message.is_tool_call) return std::nullopt;
  // What the request itself says goes before.
  Claims claims = {call.client_name, call.client_version, call.server_name};
  if (message.client_name.has_value()) claims.client_name = message.client_name;
  if (message.client_version.has_value()) claims.client_version = message.client_version;
  const Judgement& judgement = judge_.Decide(message.tool, call.now, claims);
  const Decision& decision = judgement.decision;
  const Outcome outcome = {decision.verdict, decision.code, decision.rule};
  if (!judgement.receipt.rows.empty()) counters_.GiveBack(judgement.receipt);
  return outcome;
}

std::string_view Decider::RuleOf(const Outcome& outcome) const {
  Decision decision;
  decision.verdict = outcome.verdict;
  decision.code = outcome.code;
  decision.rule = outcome.rule;
  return RuleLabel(program(), decision);
}

}  // namespace writ
