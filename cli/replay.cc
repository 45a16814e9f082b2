// writ replay: recorded calls decided anew.
// Tested by tests/cli/replay.py.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/decision_json.h"
#include "cli/labels.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/traffic/judge.h"
#include "cli/traffic/reader.h"
#include "compiler/programs.h"
#include "vm/json_text.h"

namespace writ {
namespace {

// Rows of the table: whoever sends calls chooses names.
constexpr size_t kMostRows = 10'000;
constexpr std::string_view kOtherTools = "(other tools)";
constexpr size_t kShownMessage = 300;

constexpr std::array<Verdict, 3> kVerdicts = {Verdict::kAllow, Verdict::kDeny, Verdict::kError};

bool Allows(const RecordedVerdict& recorded) {
  return recorded.verdict == VerdictName(Verdict::kAllow);
}

// What became of all calls, by tool, verdict and rule.
class Outcome {
 public:
  void Add(const RecordedCall& call, const Judgement& judgement, std::string_view rule) {
    const Verdict verdict = judgement.decision.verdict;
    ++by_verdict_[static_cast<size_t>(verdict)];
    std::tuple key(std::string(call.tool), verdict, std::string(rule));
    if (rows_.size() >= kMostRows && rows_.count(key) == 0) std::get<0>(key) = kOtherTools;
    Row& row = rows_[std::move(key)];
    ++row.calls;
    if (!call.verdict) return;
    ++judged_;
    for (const Verdict recorded : kVerdicts) {
      if (call.verdict->verdict == VerdictName(recorded))
        ++row.recorded[static_cast<size_t>(recorded)];
    }
    if (Allows(*call.verdict) != (verdict == Verdict::kAllow)) {
      ++row.changed;
      ++changed_;
    }
  }

  std::string Text(const TableStyle& style) const {
    Table table = judged_ > 0
                      ? Table({{"TOOL"}, {"VERDICT"}, {"RULE"}, {"CALLS", true}, {"RECORDED AS"}})
                      : Table({{"TOOL"}, {"VERDICT"}, {"RULE"}, {"CALLS", true}});
    for (const auto& [key, row] : rows_) {
      const auto& [tool, verdict, rule] = key;
      const Ink ink = verdict == Verdict::kAllow ? Ink::kGreen : Ink::kRed;
      std::vector<Table::Cell> cells = {{tool, Ink::kPlain},
                                        {std::string(VerdictName(verdict)), ink},
                                        {rule, Ink::kPlain},
                                        {fmt::format("{}", row.calls), Ink::kPlain}};
      if (judged_ > 0) {
        cells.push_back({Recorded(row), row.changed > 0 ? Ink::kYellow : Ink::kPlain});
      }
      table.Add(std::move(cells));
    }
    std::string text;
    table.Draw(style.columns, style.color, text);
    text += fmt::format("{}: {} allowed, {} denied, {}\n",
                        CountOf(by_verdict_[0] + by_verdict_[1] + by_verdict_[2], "call"),
                        by_verdict_[0], by_verdict_[1], CountOf(by_verdict_[2], "error"));
    if (judged_ > 0) {
      text +=
          fmt::format("{} recorded with {}: {} allowed now that {} not, or the other way round\n",
                      CountOf(judged_, "call was", "calls were"),
                      judged_ == 1 ? "its verdict" : "their verdicts",
                      CountOf(changed_, "is", "are"), changed_ == 1 ? "was" : "were");
    }
    return text;
  }

 private:
  struct Row {
    uint64_t calls = 0;
    uint64_t changed = 0;
    std::array<uint64_t, kVerdicts.size()> recorded{};
  };

  static std::string Recorded(const Row& row) {
    std::string text;
    for (const Verdict verdict : kVerdicts) {
      const uint64_t count = row.recorded[static_cast<size_t>(verdict)];
      if (count == 0) continue;
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", VerdictName(verdict), count);
    }
    return text;
  }

  std::map<std::tuple<std::string, Verdict, std::string>, Row> rows_;
  std::array<uint64_t, kVerdicts.size()> by_verdict_{};
  uint64_t judged_ = 0;
  uint64_t changed_ = 0;
};

std::string CallJson(const RecordedCall& call, const VerifiedProgram& program,
                     const Judgement& judgement) {
  std::string recorded = "null";
  if (call.verdict) {
    recorded = fmt::format("{{\"verdict\":{},\"code\":{},\"rule\":{}}}",
                           JsonQuote(call.verdict->verdict), JsonQuote(call.verdict->code),
                           call.verdict->rule.empty() ? "null" : JsonQuote(call.verdict->rule));
  }
  return fmt::format(
      "{{\"file\":{},\"line\":{},\"time\":{},\"session\":{},\"tool\":{},\"recorded\":{},"
      "\"decision\":{}}}\n",
      JsonQuote(call.file), call.line, call.is_timed ? JsonQuote(TimeText(call.time)) : "null",
      JsonQuote(call.session), JsonQuote(call.tool), recorded, DecisionJson(program, judgement));
}

std::string CallText(const RecordedCall& call, std::string_view rule, const Judgement& judgement) {
  std::string text = fmt::format("{}: ", PlaceOf(call));
  if (call.is_timed) text += TimeText(call.time) + " ";
  text +=
      fmt::format("{}: {}", ShownWithin(call.tool, 80), VerdictName(judgement.decision.verdict));
  if (!rule.empty()) text += fmt::format(" by {}", ShownWithin(rule, 80));
  if (!judgement.message.empty()) {
    text += fmt::format(": {}", ShownWithin(judgement.message, kShownMessage));
  }
  if (call.verdict) text += fmt::format(" (recorded: {})", Shown(call.verdict->verdict));
  return text + '\n';
}

}  // namespace

int Replay(const ReplayOptions& options) {
  Diagnostics diagnostics;
  const std::shared_ptr<const VerifiedProgram> program = LoadProgram(options.policies, diagnostics);
  Report(diagnostics);
  if (program == nullptr) return kExitUsage;
  const tl::expected<Facts::Labels, LabelFault> labels = LabelsFor(*program, options.labels);
  if (!labels.has_value()) {
    PrintError(labels.error().message, labels.error().hint);
    return kExitUsage;
  }
  const std::unique_ptr<TrafficReader> reader = OpenTraffic(options.traffic);
  if (reader == nullptr) return kExitUsage;
  TrafficJudge judge(program, *labels);
  Outcome outcome;
  Progress progress("replaying");
  for (auto found = reader->Next(); found != TrafficReader::Found::kEnd; found = reader->Next()) {
    if (found == TrafficReader::Found::kAnswer) {
      judge.Take(reader->answer());
      continue;
    }
    const RecordedCall& call = reader->call();
    const Judgement& judgement = judge.Decide(call);
    const std::string_view rule = RuleLabel(*program, judgement.decision);
    if (options.json) {
      PrintJson(CallJson(call, *program, judgement));
    } else {
      outcome.Add(call, judgement, rule);
      if (options.verbose) PrintOut(CallText(call, rule, judgement));
    }
    progress.At(reader->bytes_read(), reader->bytes());
  }
  progress.Clear();
  if (!TellOfTraffic(reader->summary(), reader->start())) return kExitUsage;
  if (!options.json) PrintOut(outcome.Text({WantsColor(STDOUT_FILENO)}));
  return kExitYes;
}

}  // namespace writ
