// A failed call, played again by a program that is watched.
// Tested by tests/cli/suites.py.
#include "cli/test/failed_call.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "cli/explain/explanation.h"
#include "cli/explain/text.h"
#include "cli/policy_places.h"
#include "cli/test/player.h"
#include "cli/trace/recorder.h"

namespace writ {
namespace {

Diagnostic DecidedBy(const VerifiedProgram& program, const SourceMap& map,
                     const Decision& decision) {
  Diagnostic by;
  if (map.sources.empty()) return by;
  Place place;
  if (decision.code == Code::kHidden || decision.code == Code::kDefault) {
    by.source = map.sources.front();
    place = PlaceOfKey(by.source, decision.code == Code::kHidden ? "hide" : "default");
  } else if (decision.rule < program->rules.size()) {
    const Rule& rule = program->rules[decision.rule];
    by.source = map.sources[rule.at.file];
    place = PlaceOfName(*by.source, {rule.at.line, rule.at.column}, rule.name);
  }
  by.at = place.at;
  by.length = place.length;
  by.code = DiagnosticCode::kFailedTest;
  return by;
}

// Leaves of the rules the one that decided and the one that was to; where there are none, those
// that were looked into.
void KeepTellingRules(const Program& program, const Step& failed, const Decision& decision,
                      Explanation& explanation) {
  const auto decided = [&](const ExplainedRule& rule) {
    return rule.rule == decision.rule ||
           (failed.rule.has_value() && program.rules[rule.rule].name == *failed.rule);
  };
  std::vector<ExplainedRule>& rules = explanation.rules;
  if (std::any_of(rules.begin(), rules.end(), decided)) {
    std::erase_if(rules, [&](const ExplainedRule& rule) { return !decided(rule); });
  } else {
    std::erase_if(rules, [](const ExplainedRule& rule) {
      return rule.state == ExplainedRule::State::kNotReached ||
             rule.state == ExplainedRule::State::kOtherTool;
    });
  }
  explanation.other_rules = 0;
  explanation.notes.clear();
  explanation.answer.clear();  // the failure says what it is
}

// Each line two columns further in.
std::string Indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty()) out += fmt::format("  {}", line);
    out += '\n';
  }
  return out;
}

}  // namespace

FailedCall ExplainFailure(const Suite& suite, const Case& made, const Step& failed,
                          int64_t repetition, const Decision& decision) {
  FailedCall call;
  const TracedProgram& traced = suite.policy->traced();
  call.decided_by = DecidedBy(*suite.program, traced.map, decision);
  if (traced.program == nullptr) return call;
  Player player(suite, traced.program);
  player.machine().SetBudget(kWatchedBudget);
  int64_t now = suite.now;
  for (const Step& step : made.steps) {
    if (step.kind == Step::Kind::kAdvance) now += step.advance;
    if (step.kind != Step::Kind::kCall) continue;
    const int64_t before = &step == &failed ? repetition : step.repeat;
    for (int64_t i = 0; i < before; ++i) {
      player.Play(step, now);
      player.Answer(step.upstream);
    }
    if (&step == &failed) break;
  }
  const Recorder recorder(traced, player.machine());
  const Judgement& watched = player.Play(failed, now);
  if (watched.decision.verdict != decision.verdict || watched.decision.rule != decision.rule) {
    return call;  // its budget was spent
  }
  Explanation explanation = Explain(
      {traced, suite.policy->outlines(), recorder, player.machine(), watched, failed.tool,
       [&](const Reservation& reservation) { return player.UsedBefore(reservation, now); }});
  KeepTellingRules(**traced.program, failed, decision, explanation);
  call.saw = Indented(ExplanationText(explanation, false));
  return call;
}

}  // namespace writ
