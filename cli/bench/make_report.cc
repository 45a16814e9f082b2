// Summing up calls by tool and by rule.
// Tested by tests/cli/bench.py.
#include "cli/bench/make_report.h"

#include <algorithm>
#include <map>
#include <utility>

namespace writ {
namespace {

constexpr uint32_t kNoWrittenRule = UINT32_MAX;

// Which rule as it is written each of Program::rules is.
class WrittenRules {
 public:
  explicit WrittenRules(const std::vector<InspectedRule>& rules) {
    for (const InspectedRule& rule : rules) numbers_.push_back(rule.number);
  }
  uint32_t Of(uint32_t rule) const {
    if (rule == kNoRule) return kNoWrittenRule;
    // The last that begins at or before it.
    const auto after = std::upper_bound(numbers_.begin(), numbers_.end(), rule);
    return static_cast<uint32_t>(after - numbers_.begin() - 1);
  }
  uint32_t number(uint32_t written) const { return numbers_[written]; }

 private:
  std::vector<uint32_t> numbers_;
};

struct RuleSamples {
  std::vector<float> instructions;
  std::vector<float> nanoseconds;
  uint64_t all = 0;
  std::map<LineOfFile, uint64_t> lines;
};

struct ToolSamples {
  OutcomeCounts outcomes;
  std::vector<float> nanoseconds;
  std::vector<float> instructions;
};

void Append(std::vector<float>& to, const std::vector<float>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

class Summing {
 public:
  Summing(const Inspection& inspection, PolicySources& sources)
      : program_(**inspection.program), sources_(sources), written_(inspection.rules) {}

  void Add(const BenchCall& call, const Outcome& outcome, const CallWork& work,
           const CallTimes& times) {
    const auto instructions = static_cast<float>(work.whole.instructions);
    report_.outcomes.Add(outcome);
    Append(report_.samples, times.whole);
    Append(reading_, times.reading);
    instructions_.push_back(instructions);
    ToolSamples& tool = tools_[call.tool];
    tool.outcomes.Add(outcome);
    Append(tool.nanoseconds, times.whole);
    tool.instructions.push_back(instructions);

    // A rule that is compiled more than once is one here.
    std::map<uint32_t, Work> rules;
    for (const auto& [rule, of_rule] : work.rules) {
      Work& sum = rules[written_.Of(rule)];
      sum.instructions += of_rule.instructions;
      sum.units += of_rule.units;
    }
    const double deciding = times.MedianDeciding();
    const auto units = static_cast<double>(std::max<uint64_t>(1, work.whole.units));
    for (const auto& [rule, sum] : rules) {
      RuleSamples& samples = rules_[rule];
      samples.instructions.push_back(static_cast<float>(sum.instructions));
      samples.nanoseconds.push_back(
          static_cast<float>(deciding * static_cast<double>(sum.units) / units));
      samples.all += sum.instructions;
    }
  }

  void AddLines(const std::map<uint32_t, std::map<LineOfFile, uint64_t>>& lines) {
    for (const auto& [rule, of_rule] : lines) {
      const auto found = rules_.find(written_.Of(rule));
      if (found == rules_.end()) continue;
      for (const auto& [line, units] : of_rule) found->second.lines[line] += units;
    }
  }

  BenchReport Finish() {
    report_.whole = Percentiles::Of(report_.samples);
    report_.reading = Percentiles::Of(std::move(reading_));
    report_.instructions = Percentiles::Of(std::move(instructions_));
    for (auto& [name, samples] : tools_) {
      report_.tools.push_back({name, samples.outcomes,
                               Percentiles::Of(std::move(samples.nanoseconds)),
                               Percentiles::Of(std::move(samples.instructions))});
    }
    for (auto& [rule, samples] : rules_) report_.rules.push_back(CostOf(rule, samples));
    std::stable_sort(report_.rules.begin(), report_.rules.end(),
                     [](const RuleCost& a, const RuleCost& b) {
                       return a.instructions_of_all > b.instructions_of_all;
                     });
    return std::move(report_);
  }

 private:
  RuleCost CostOf(uint32_t written, RuleSamples& samples) {
    RuleCost cost;
    cost.calls = samples.instructions.size();
    cost.instructions_of_all = samples.all;
    cost.instructions = Percentiles::Of(std::move(samples.instructions));
    cost.nanoseconds = Percentiles::Of(std::move(samples.nanoseconds));
    if (written == kNoWrittenRule) return cost;
    const Rule& rule = program_.rules[written_.number(written)];
    cost.name = rule.name;
    if (rule.at.line == 0 || rule.at.file >= program_.files.size()) return cost;
    cost.file = program_.files[rule.at.file];
    cost.line = rule.at.line;
    cost.column = rule.at.column;
    const auto dearest =
        std::max_element(samples.lines.begin(), samples.lines.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (dearest == samples.lines.end() || dearest->first.first != rule.at.file) return cost;
    cost.dearest_line = dearest->first.second;
    cost.dearest_text = Trimmed(sources_.Line(rule.at.file, cost.dearest_line).value_or(""));
    return cost;
  }

  static std::string Trimmed(const std::string& line) {
    const size_t first = line.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return line.substr(first, line.find_last_not_of(" \t\r") + 1 - first);
  }

  const Program& program_;
  PolicySources& sources_;
  WrittenRules written_;
  BenchReport report_;
  std::vector<float> reading_;
  std::vector<float> instructions_;
  std::map<std::string, ToolSamples> tools_;
  std::map<uint32_t, RuleSamples> rules_;
};

}  // namespace

void OutcomeCounts::Add(const Outcome& outcome) {
  switch (outcome.verdict) {
    case Verdict::kAllow: ++allowed; return;
    case Verdict::kDeny: ++denied; return;
    case Verdict::kError: ++errors; return;
  }
}

BenchReport MakeBenchReport(const Inspection& inspection, Decider& decider, const BenchCalls& calls,
                            const CallsOrigin& origin, const MeasureOptions& options,
                            PolicySources& sources, Stages& stages) {
  const Measurements measured = Measure({{&decider, &calls}}, options, stages);
  WorkCounter counter(decider);
  Summing summing(inspection, sources);
  for (size_t i = 0; i < calls.size(); ++i) {
    const CallWork work = counter.Count(calls[i]);
    summing.Add(calls[i], decider.Decide(calls[i]).value_or(Outcome()), work,
                measured.programs.front().calls[i]);
  }
  summing.AddLines(counter.lines());
  BenchReport report = summing.Finish();
  for (const InspectedFile& file : inspection.files) report.policies.push_back(file.path);
  report.digest = (*inspection.program)->digest;
  report.origin = origin;
  report.steadiness = Steadiness::Of(measured, 0);
  report.load = MeasureLoading(inspection, stages);
  return report;
}

}  // namespace writ
