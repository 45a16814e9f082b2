// Deciding twice, then measuring.
// Tested by tests/cli/bench.py.
#include "cli/bench/compare.h"

#include <fmt/core.h>

#include <map>
#include <utility>

namespace writ {
namespace {

constexpr size_t kExamples = 5;

std::string DecisionText(const Decider& decider, const Outcome& outcome) {
  const std::string_view rule = decider.RuleOf(outcome);
  std::string text(VerdictName(outcome.verdict));
  if (outcome.verdict == Verdict::kAllow) return text;
  text += fmt::format(", {}", CodeName(outcome.code));
  if (!rule.empty()) text += fmt::format(", {}", rule);
  return text;
}

// Calls of which the ratio is told.
CostRatio RatioOf(const std::vector<size_t>& calls, const Measurements& measured,
                  const std::vector<Work>& old_work, const std::vector<Work>& new_work) {
  CostRatio made;
  made.calls = calls.size();
  const std::vector<float> before = measured.programs[0].Parts(calls);
  const std::vector<float> after = measured.programs[1].Parts(calls);
  made.ratio = Spread::Of(RatiosOf(after, before));
  made.old_nanoseconds = Spread::Of(before).median;
  made.new_nanoseconds = Spread::Of(after).median;
  for (const size_t call : calls) {
    made.old_instructions += old_work[call].instructions;
    made.new_instructions += new_work[call].instructions;
  }
  return made;
}

std::vector<Work> WorkOf(Decider& decider, const BenchCalls& calls) {
  std::vector<Work> work;
  WorkCounter counter(decider);
  for (const BenchCall& call : calls) work.push_back(counter.Count(call).whole);
  return work;
}

}  // namespace

double CostRatio::instruction_ratio() const {
  if (old_instructions == 0) return 0;
  return static_cast<double>(new_instructions) / static_cast<double>(old_instructions);
}

Comparison Compare(Decider& old_program, Decider& new_program, const BenchCalls& calls,
                   const MeasureOptions& options, Stages& stages) {
  Comparison made;
  std::map<std::string, std::pair<ToolComparison, std::vector<size_t>>> tools;
  std::vector<size_t> all;
  for (size_t i = 0; i < calls.size(); ++i) {
    const BenchCall& call = calls[i];
    auto& [tool, its_calls] = tools[call.tool];
    tool.name = call.tool;
    its_calls.push_back(i);
    all.push_back(i);
    const Outcome before = old_program.Decide(call).value_or(Outcome());
    const std::string old_decision = DecisionText(old_program, before);
    const Outcome after = new_program.Decide(call).value_or(Outcome());
    const std::string new_decision = DecisionText(new_program, after);
    if (old_decision == new_decision) continue;
    ++tool.differing;
    ++(before.verdict == after.verdict ? made.other_reasons : made.other_verdicts);
    if (made.examples.size() < kExamples) {
      made.examples.push_back(
          {call.tool, std::string(call.line.view()), old_decision, new_decision});
    }
  }
  const Measurements measured =
      Measure({{&old_program, &calls}, {&new_program, &calls}}, options, stages);
  const std::vector<Work> old_work = WorkOf(old_program, calls);
  const std::vector<Work> new_work = WorkOf(new_program, calls);
  made.old_steadiness = Steadiness::Of(measured, 0);
  made.new_steadiness = Steadiness::Of(measured, 1);
  made.whole = RatioOf(all, measured, old_work, new_work);
  for (auto& [name, tool] : tools) {
    tool.first.cost = RatioOf(tool.second, measured, old_work, new_work);
    made.tools.push_back(std::move(tool.first));
  }
  return made;
}

}  // namespace writ
