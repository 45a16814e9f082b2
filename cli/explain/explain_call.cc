// Deciding a call twice, and explaining it.
// Tested by tests/cli/explain_test.cc and tests/referees/explain.py.
#include "cli/explain/explain_call.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/decision_json.h"
#include "proxy/judge.h"

namespace writ {
namespace {

// A call in one program, with all that it needs to be decided there.
class Court {
 public:
  Court(std::shared_ptr<const VerifiedProgram> program, const std::string& request)
      : machine_(std::move(program)), line_(request), reader_(machine_, kDefaultMaxDepth) {}

  std::optional<CallFault> Read() {
    call_ = &reader_.Read(line_.view());
    return FaultOf(*call_);
  }

  // REQUIRES: it was read.
  const Judgement& Decide(const Facts& facts, Time now, const StandingCounts& counts) {
    counts.Fill(*machine_.program(), now.seconds, counters_);
    judge_.emplace(machine_, counters_, &facts);
    return judge_->Decide(call_->tool, now,
                          {call_->client_name, call_->client_version, std::nullopt});
  }

  Machine& machine() { return machine_; }
  const ClientMessage& call() const { return *call_; }

 private:
  Machine machine_;
  PaddedText line_;
  MessageReader reader_;
  MemoryCounters counters_;
  const ClientMessage* call_ = nullptr;
  std::optional<Judge> judge_;
};

bool SpentItsBudget(const Judgement& judgement) {
  return judgement.decision.error == Error::kBudget ||
         std::any_of(judgement.shadows.begin(), judgement.shadows.end(),
                     [](const Shadow& shadow) { return shadow.error == Error::kBudget; });
}

std::string RuleText(const Program& program, uint32_t rule) {
  if (rule >= program.rules.size()) return "none";
  const Rule& named = program.rules[rule];
  return fmt::format("{} at {}:{}", named.name, named.at.line, named.at.column);
}

std::string QuotasText(const Program& program, const Decision& decision) {
  std::string text;
  for (uint32_t i = 0; i < decision.reservation_count; ++i) {
    const Reservation& reservation = decision.reservations[i];
    const Quota& quota = program.quotas[reservation.quota];
    const Counter& counter = program.counters[quota.counter];
    text += fmt::format("{} {} of {} {} {} up to {} for {};", RuleText(program, quota.rule),
                        reservation.amount, counter.space, counter.scope, counter.name,
                        reservation.limit, reservation.key);
  }
  return text;
}

std::string ShadowsText(const Program& program, const Judgement& judgement) {
  std::string text;
  for (const Shadow& shadow : judgement.shadows) {
    text += fmt::format("{} {} {};", RuleText(program, shadow.rule), CodeName(shadow.code),
                        shadow.message);
  }
  return text;
}

std::string Difference(const Program& a, const Judgement& of_a, const Program& b,
                       const Judgement& of_b) {
  const auto differ = [](std::string_view what, std::string_view first, std::string_view second) {
    return first == second ? std::string() : fmt::format("{}: {} / {}", what, first, second);
  };
  const std::string found[] = {
      differ("verdict", VerdictName(of_a.decision.verdict), VerdictName(of_b.decision.verdict)),
      differ("code", CodeName(of_a.decision.code), CodeName(of_b.decision.code)),
      differ("rule", RuleText(a, of_a.decision.rule), RuleText(b, of_b.decision.rule)),
      differ("message", of_a.message, of_b.message),
      differ("quotas", QuotasText(a, of_a.decision), QuotasText(b, of_b.decision)),
      differ("shadow", ShadowsText(a, of_a), ShadowsText(b, of_b)),
  };
  for (const std::string& text : found) {
    if (!text.empty()) return text;
  }
  return {};
}

// The explanation of a call that the court of such a program decides.
Explanation ExplainWith(const TracedProgram& traced, const ExplainedPolicies& policies,
                        Court& court, const Facts& facts, Time now, const StandingCounts& counts,
                        const Judgement** judgement) {
  const Recorder recorder(traced, court.machine());
  *judgement = &court.Decide(facts, now, counts);
  const auto used = [&](const Reservation& reservation) {
    return counts.UsedBy(**traced.program, reservation);
  };
  return Explain(
      {traced, policies.outlines, recorder, court.machine(), **judgement, court.call().tool, used});
}

}  // namespace

std::string Disagreement(const Program& a, const Judgement& of_a, const Program& b,
                         const Judgement& of_b) {
  if (SpentItsBudget(of_a) || SpentItsBudget(of_b)) return {};
  return Difference(a, of_a, b, of_b);
}

ExplainedPolicies ExplainedPolicies::Load(const std::vector<std::string>& paths,
                                          Diagnostics& diagnostics) {
  ExplainedPolicies policies;
  LoadOptions options;
  options.compile.traced = &policies.traced;
  options.compile.inspect = OutlineInto(policies.outlines);
  policies.program = LoadProgram(paths, diagnostics, options);
  if (policies.program != nullptr) policies.Complete();
  return policies;
}

void ExplainedPolicies::Complete() {
  if (traced.program == nullptr) {
    notes.push_back(
        fmt::format("the values of the rules' parts are not shown: the policies are too large to "
                    "be compiled part by part{}{}",
                    traced.why.empty() ? "" : ": ", traced.why));
    traced.program = program;
    traced.map = {};
    return;
  }
  const Program& watched = **traced.program;
  const bool all_have_parts = std::all_of(watched.rules.begin(), watched.rules.end(),
                                          [](const Rule& rule) { return rule.at.part != kNoPart; });
  if (all_have_parts) return;
  const bool has_debug_data =
      std::any_of(watched.rules.begin(), watched.rules.end(),
                  [](const Rule& rule) { return rule.at.part == kNoPart && rule.at.line != 0; });
  notes.push_back(fmt::format(
      "of a bundle's rules only names{} are known: the policies that it was made of show the value "
      "of every part",
      has_debug_data ? " and places" : ""));
}

tl::expected<ExplainedCall, CallFault> ExplainCall(const ExplainedPolicies& policies,
                                                   const std::string& request, const Facts& facts,
                                                   Time now, const StandingCounts& counts) {
  Court decides(policies.program, request);
  Court watched(policies.traced.program, request);
  if (auto fault = decides.Read(); fault.has_value()) return tl::unexpected(std::move(*fault));
  if (auto fault = watched.Read(); fault.has_value()) return tl::unexpected(std::move(*fault));
  const Judgement& decided = decides.Decide(facts, now, counts);
  const Program& program = **policies.program;
  const Judgement* seen = nullptr;
  ExplainedCall explained;
  explained.verdict = decided.decision.verdict;
  explained.decision = DecisionJson(*policies.program, decided);
  explained.explanation =
      ExplainWith(policies.traced, policies, watched, facts, now, counts, &seen);
  std::vector<std::string> notes = policies.notes;
  if (!Difference(program, decided, **policies.traced.program, *seen).empty()) {
    explained.disagreement = Disagreement(program, decided, **policies.traced.program, *seen);
    if (explained.disagreement.empty()) {
      // Evaluating every part on its own costs more than deciding.
      TracedProgram plain;
      plain.program = policies.program;
      Court again(policies.program, request);
      if (auto fault = again.Read(); fault.has_value()) return tl::unexpected(std::move(*fault));
      explained.explanation = ExplainWith(plain, policies, again, facts, now, counts, &seen);
      notes.emplace_back(
          "the values of the rules' parts are not shown: to evaluate each on its own takes more "
          "than a call's budget");
    }
  }
  for (std::string& note : notes) explained.explanation.notes.push_back(std::move(note));
  for (std::string& note : counts.Notes()) explained.explanation.notes.push_back(std::move(note));
  return explained;
}

}  // namespace writ
