// writ bench: what decisions cost.
// Tested by tests/cli/bench.py.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "cli/bench/compare.h"
#include "cli/bench/growth.h"
#include "cli/bench/make_calls.h"
#include "cli/bench/make_report.h"
#include "cli/bench/recorded_calls.h"
#include "cli/bench/stages.h"
#include "cli/bench/svg.h"
#include "cli/check/tools_to_check.h"
#include "cli/commands.h"
#include "cli/labels.h"
#include "cli/policy_sources.h"
#include "cli/print.h"
#include "cli/report.h"
#include "compiler/programs.h"
#include "compiler/read_file.h"

namespace writ {
namespace {

constexpr size_t kMadeCalls = 1024;
constexpr size_t kRecordedCalls = 10'000;

// What a command line asks for, once all of it is read.
struct Calls {
  BenchCalls calls;
  CallsOrigin origin;
};

int Fail(std::string_view message, std::string_view hint = {}) {
  PrintError(message, hint);
  return kExitUsage;
}

TableStyle StyleOfStdout() {
  return {WantsColor(STDOUT_FILENO)};
}

// Pictures that this command drew make way for new ones.
bool IsPicture(const std::string& path) {
  constexpr size_t kMostBytes = size_t{16} << 20;
  const auto text = ReadFile(path, kMostBytes, Readable::kFiles);
  return text.has_value() && text->starts_with(kSvgBeginning) && text->ends_with("</svg>\n");
}

// Prints the one, writes the other if it is wanted. An exit status.
int Show(const BenchOptions& options, const std::string& text, const std::string& json,
         const std::string& picture) {
  if (!options.svg.path.empty() && !WriteOutput(options.svg, picture)) return kExitUsage;
  // A picture on stdout is all that stands there.
  if (!options.svg.path.empty() && IsStdout(options.svg)) return kExitYes;
  if (options.json) {
    PrintJson(json);
  } else {
    PrintOut(text);
  }
  return kExitYes;
}

MeasureOptions MeasuringOf(const BenchOptions& options) {
  MeasureOptions measuring;
  measuring.seconds = options.seconds;
  measuring.seed = options.seed;
  return measuring;
}

int BenchGrowth(const BenchOptions& options, Stages& stages) {
  const auto report = MeasureGrowth(options.counts, MeasuringOf(options), stages);
  if (!report.has_value()) return Fail(report.error());
  return Show(options, GrowthTables(*report, StyleOfStdout()), GrowthJson(*report),
              GrowthPicture(*report));
}

// Of what was given, what the program asks for.
tl::expected<Facts::Labels, LabelFault> LabelsOf(const VerifiedProgram& program,
                                                 const Facts::Labels& given) {
  Facts::Labels labels;
  for (const std::string& name : program->labels) {
    const auto found = given.find(name);
    if (found != given.end()) labels.insert(*found);
  }
  if (auto checked = CheckLabels(program, labels); !checked.has_value()) {
    return tl::unexpected(std::move(checked.error()));
  }
  return labels;
}

bool AsksFor(const VerifiedProgram& program, const std::string& label) {
  return std::find(program->labels.begin(), program->labels.end(), label) != program->labels.end();
}

// A label that none of the programs asks for, or null.
const std::string* UnusedLabel(const Facts::Labels& given,
                               const std::vector<const VerifiedProgram*>& programs) {
  for (const auto& label : given) {
    const std::string& name = label.first;
    if (std::none_of(programs.begin(), programs.end(),
                     [&name](const VerifiedProgram* program) { return AsksFor(*program, name); })) {
      return &name;
    }
  }
  return nullptr;
}

tl::expected<std::unique_ptr<Decider>, LabelFault> MakeDecider(
    std::shared_ptr<const VerifiedProgram> program, const Facts::Labels& given) {
  auto labels = LabelsOf(*program, given);
  if (!labels.has_value()) return tl::unexpected(std::move(labels.error()));
  return std::make_unique<Decider>(std::move(program), *labels);
}

// An exit status, if there are none.
tl::expected<Calls, int> RecordedTraffic(const BenchOptions& options, Stages& stages) {
  auto recorded = ReadRecordedCalls(options.traffic, options.calls.value_or(kRecordedCalls),
                                    options.seed, stages);
  if (!recorded.has_value()) return tl::unexpected(Fail(recorded.error()));
  const TrafficSummary& summary = recorded->summary;
  Calls made{std::move(recorded->calls),
             {true, options.seed, summary.calls, summary.without_arguments, summary.refused,
              summary.unreadable}};
  if (!made.calls.empty()) return made;
  const std::string left_out = LeftOutText(made.origin);
  return tl::unexpected(Fail(fmt::format("there is no call to measure in the traffic{}{}",
                                         left_out.empty() ? "" : "; ", left_out),
                             summary.without_arguments > 0
                                 ? "writ run --audit-args records calls with their arguments"
                                 : ""));
}

tl::expected<Calls, int> MadeTraffic(const BenchOptions& options,
                                     const std::vector<Decider*>& deciders, Stages& stages) {
  CheckOptions listings;
  listings.tools = options.tools;
  ToolsToCheck tools;
  Diagnostics diagnostics;
  ReadToolsToCheck(listings, tools, diagnostics);
  Report(diagnostics);
  if (!tools.readable) return tl::unexpected(kExitUsage);
  CallsToMake wanted;
  wanted.count = std::max<size_t>(1, options.calls.value_or(kMadeCalls) / deciders.size());
  wanted.seed = options.seed;
  Calls made;
  made.origin.seed = options.seed;
  for (Decider* decider : deciders) {
    for (BenchCall& call : MakeCalls(*decider, tools.tools, wanted, stages)) {
      made.calls.push_back(std::move(call));
    }
  }
  return made;
}

int BenchComparison(const BenchOptions& options, Decider& old_program, Decider& new_program,
                    const Calls& calls, Stages& stages) {
  Comparison comparison =
      Compare(old_program, new_program, calls.calls, MeasuringOf(options), stages);
  comparison.old_policies = options.compare;
  comparison.new_policies = options.policies;
  comparison.origin = calls.origin;
  const int status = Show(options, ComparisonTables(comparison, StyleOfStdout()),
                          ComparisonJson(comparison), ComparisonPicture(comparison));
  return status == kExitYes && !comparison.decide_alike() ? kExitNo : status;
}

int BenchPolicies(const BenchOptions& options, Stages& stages) {
  Diagnostics diagnostics;
  const std::optional<Inspection> inspection = Inspect(options.policies, diagnostics);
  const auto old_program =
      options.compare.empty() ? nullptr : LoadProgram(options.compare, diagnostics);
  Report(diagnostics);
  if (!inspection.has_value()) return kExitUsage;
  if (!options.compare.empty() && old_program == nullptr) return kExitUsage;

  const auto given = ReadLabels(options.labels);
  if (!given.has_value()) return Fail(given.error().message, given.error().hint);
  std::vector<const VerifiedProgram*> programs = {inspection->program.get()};
  if (old_program != nullptr) programs.push_back(old_program.get());
  if (const std::string* unused = UnusedLabel(*given, programs)) {
    return Fail(fmt::format("no policy asks for the label {}", Quote(*unused)), "leave it out");
  }
  const auto decider = MakeDecider(inspection->program, *given);
  if (!decider.has_value()) return Fail(decider.error().message, decider.error().hint);
  std::vector<Decider*> deciders = {decider->get()};
  std::unique_ptr<Decider> old_decider;
  if (old_program != nullptr) {
    auto made = MakeDecider(old_program, *given);
    if (!made.has_value()) return Fail(made.error().message, made.error().hint);
    old_decider = std::move(*made);
    deciders.push_back(old_decider.get());
  }

  auto calls = options.traffic.empty() ? MadeTraffic(options, deciders, stages)
                                       : RecordedTraffic(options, stages);
  if (!calls.has_value()) return calls.error();
  if (old_decider != nullptr) {
    return BenchComparison(options, *old_decider, **decider, *calls, stages);
  }
  PolicySources sources(**inspection->program, options.policies);
  const BenchReport report = MakeBenchReport(*inspection, **decider, calls->calls, calls->origin,
                                             MeasuringOf(options), sources, stages);
  return Show(options, BenchTables(report, StyleOfStdout()), BenchJson(report),
              BenchPicture(report));
}

}  // namespace

int Bench(BenchOptions options) {
  if (!options.svg.path.empty()) {
    options.svg.makes_way = IsPicture;
    std::vector<std::string> inputs = options.policies;
    for (const auto* more : {&options.traffic, &options.tools, &options.compare}) {
      inputs.insert(inputs.end(), more->begin(), more->end());
    }
    if (!Spares(options.svg, inputs) || !MayWrite(options.svg)) return kExitUsage;
  }
  Stages stages(CanShowStages());
  return options.growth ? BenchGrowth(options, stages) : BenchPolicies(options, stages);
}

}  // namespace writ
