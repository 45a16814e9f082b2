// writ diff: recorded calls that two policies decide differently.
// Tested by tests/cli/diff.py.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "cli/commands.h"
#include "cli/labels.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/traffic/judge.h"
#include "cli/traffic/reader.h"
#include "compiler/programs.h"
#include "vm/json_text.h"
#include "vm/utf8.h"

namespace writ {
namespace {

constexpr size_t kShownPlace = 100;      // columns of a table
constexpr size_t kShownArguments = 60;   // columns of a table
constexpr size_t kKeptArguments = 4096;  // bytes of an example; longer ones are left out
constexpr size_t kKeptName = 256;        // bytes of its tool

// The policies of a side, of which all must allow: a file that is there, or several with commas
// between them.
std::vector<std::string> FilesOf(const std::string& side) {
  if (access(side.c_str(), F_OK) == 0) return {side};
  std::vector<std::string> files;
  for (size_t at = 0; at <= side.size();) {
    const size_t end = std::min(side.find(',', at), side.size());
    files.push_back(side.substr(at, end - at));
    at = end + 1;
  }
  return files;
}

struct Side {
  std::shared_ptr<const VerifiedProgram> program;
  Facts::Labels labels;
};

// Each side is given the labels that it asks for.
std::optional<Side> Load(const std::string& policies, const Facts::Labels& given) {
  Side side;
  Diagnostics diagnostics;
  side.program = LoadProgram(FilesOf(policies), diagnostics);
  Report(diagnostics);
  if (side.program == nullptr) return std::nullopt;
  for (const std::string& name : (*side.program)->labels) {
    const auto label = given.find(name);
    if (label != given.end()) side.labels.insert(*label);
  }
  if (const auto checked = CheckLabels(*side.program, side.labels); !checked.has_value()) {
    PrintError(fmt::format("{}: {}", policies, checked.error().message), checked.error().hint);
    return std::nullopt;
  }
  return side;
}

// A rule, as the policy that has it is read by people: one that is compiled for several tools is
// one.
struct RuleKey {
  std::string name;
  std::string file;
  uint32_t line = 0;
  friend auto operator<=>(const RuleKey&, const RuleKey&) = default;
};

RuleKey KeyOf(const VerifiedProgram& program, const Decision& decision) {
  RuleKey key;
  key.name = RuleLabel(program, decision);
  const bool is_named = decision.code != Code::kHidden && decision.code != Code::kDefault &&
                        decision.rule < program->rules.size();
  if (is_named) {
    const SourcePosition& at = program->rules[decision.rule].at;
    if (at.file < program->files.size()) key.file = program->files[at.file];
    key.line = at.line;
  }
  return key;
}

struct Group {
  uint64_t calls = 0;
  uint64_t errors = 0;  // of the side that denies
  // The first of them.
  std::string file;
  uint64_t line = 0;
  std::string time;  // empty: none
  std::string tool;
  std::string arguments;
  bool has_arguments = true;  // else they are too long to be kept
};

// Calls that one side allows and the other does not, by the rule that does not.
class Changes {
 public:
  void Add(const RecordedCall& call, const VerifiedProgram& program, const Judgement& denial) {
    ++calls_;
    Group& group = groups_[KeyOf(program, denial.decision)];
    if (group.calls++ == 0) {
      group.file = call.file;
      group.line = call.line;
      if (call.is_timed) group.time = TimeText(call.time);
      group.tool = CutToBytes(call.tool, kKeptName);
      group.has_arguments = call.arguments.size() <= kKeptArguments;
      if (group.has_arguments) group.arguments = call.arguments;
      // In JSON a tab is white space, and never a part of a text.
      std::replace(group.arguments.begin(), group.arguments.end(), '\t', ' ');
    }
    if (denial.decision.verdict == Verdict::kError) ++group.errors;
  }

  uint64_t calls() const { return calls_; }

  Table AsTable() const {
    Table table({{"CALLS", true},
                 {"ERRORS", true},
                 {"RULE"},
                 {"AT", false, kShownPlace},
                 {"FIRST", false, kShownPlace},
                 {"TOOL"},
                 {"ARGUMENTS", false, kShownArguments}});
    for (const auto* entry : Sorted()) {
      const auto& [rule, group] = *entry;
      table.Add(
          {{fmt::format("{}", group.calls), Ink::kBold},
           {group.errors > 0 ? fmt::format("{}", group.errors) : "", Ink::kYellow},
           {rule.name, Ink::kPlain},
           {rule.line > 0 ? fmt::format("{}:{}", rule.file, rule.line) : rule.file, Ink::kFaint},
           {fmt::format("{}:{}", group.file, group.line), Ink::kPlain},
           {group.tool, Ink::kPlain},
           {group.has_arguments ? group.arguments : "(long)", Ink::kFaint}});
    }
    return table;
  }

  std::string Json() const {
    std::string text;
    for (const auto* entry : Sorted()) {
      const auto& [rule, group] = *entry;
      text += fmt::format(
          "{}\n  {{\"rule\":{{\"name\":{},\"file\":{},\"line\":{}}},\"calls\":{},\"errors\":{},"
          "\"first\":{{\"file\":{},\"line\":{},\"time\":{},\"tool\":{},\"args\":{}}}}}",
          text.empty() ? "" : ",", JsonQuote(rule.name),
          rule.file.empty() ? "null" : JsonQuote(rule.file),
          rule.line == 0 ? "null" : fmt::format("{}", rule.line), group.calls, group.errors,
          JsonQuote(group.file), group.line, group.time.empty() ? "null" : JsonQuote(group.time),
          JsonQuote(group.tool),
          !group.has_arguments || group.arguments.empty() ? "null" : group.arguments);
    }
    return fmt::format("[{}]", text);
  }

 private:
  // The most frequent first.
  std::vector<const std::pair<const RuleKey, Group>*> Sorted() const {
    std::vector<const std::pair<const RuleKey, Group>*> sorted;
    for (const auto& entry : groups_) sorted.push_back(&entry);
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
      return a->second.calls > b->second.calls;
    });
    return sorted;
  }

  std::map<RuleKey, Group> groups_;
  uint64_t calls_ = 0;
};

std::string Text(const Changes& denied, const Changes& allowed, uint64_t calls,
                 const TableStyle& style) {
  Sheet sheet(style);
  std::string text;
  if (denied.calls() > 0) {
    sheet.Title(fmt::format("{} allowed, and denied by the new policy",
                            CountOf(denied.calls(), "call was", "calls were")),
                "by the rule that denies now");
    sheet.Put(denied.AsTable(), 0, "");
  }
  if (allowed.calls() > 0) {
    sheet.Title(fmt::format("{} denied, and allowed by the new policy",
                            CountOf(allowed.calls(), "call was", "calls were")),
                "by the rule that denied");
    sheet.Put(allowed.AsTable(), 0, "");
  }
  text = std::move(sheet.text());
  if (!text.empty()) text = text.substr(1) + "\n";  // titles begin with an empty line
  return text + fmt::format("{}: {} from allow to deny, {} from deny to allow\n",
                            CountOf(calls, "call"), denied.calls(), allowed.calls());
}

}  // namespace

int Diff(const DiffOptions& options) {
  const tl::expected<Facts::Labels, LabelFault> labels = ReadLabels(options.labels);
  if (!labels.has_value()) {
    PrintError(labels.error().message, labels.error().hint);
    return kExitUsage;
  }
  const std::optional<Side> before = Load(options.before, *labels);
  const std::optional<Side> after = Load(options.after, *labels);
  if (!before || !after) return kExitUsage;
  for (const auto& [name, value] : *labels) {
    if (before->labels.count(name) + after->labels.count(name) > 0) continue;
    PrintError(fmt::format("neither policy has a label {}", Quote(name)), "leave it out");
    return kExitUsage;
  }
  const std::unique_ptr<TrafficReader> reader = OpenTraffic(options.traffic);
  if (reader == nullptr) return kExitUsage;
  TrafficJudge old_judge(before->program, before->labels);
  TrafficJudge new_judge(after->program, after->labels);
  Changes denied;
  Changes allowed;
  Progress progress("comparing");
  for (auto found = reader->Next(); found != TrafficReader::Found::kEnd; found = reader->Next()) {
    if (found == TrafficReader::Found::kAnswer) {
      old_judge.Take(reader->answer());
      new_judge.Take(reader->answer());
      continue;
    }
    const RecordedCall& call = reader->call();
    const Judgement& was = old_judge.Decide(call);
    const Judgement& is = new_judge.Decide(call);
    const bool was_allowed = was.decision.verdict == Verdict::kAllow;
    const bool is_allowed = is.decision.verdict == Verdict::kAllow;
    if (was_allowed && !is_allowed) denied.Add(call, *after->program, is);
    if (!was_allowed && is_allowed) allowed.Add(call, *before->program, was);
    progress.At(reader->bytes_read(), reader->bytes());
  }
  progress.Clear();
  const TrafficSummary& summary = reader->summary();
  if (!TellOfTraffic(summary, reader->start())) return kExitUsage;
  const uint64_t changed = denied.calls() + allowed.calls();
  if (options.json) {
    PrintJson(fmt::format("{{\"calls\":{},\"changed\":{},\"denied\":{},\"allowed\":{}}}\n",
                          summary.calls, changed, denied.Json(), allowed.Json()));
  } else {
    PrintOut(Text(denied, allowed, summary.calls, {WantsColor(STDOUT_FILENO)}));
  }
  return changed == 0 ? kExitYes : kExitNo;
}

}  // namespace writ
