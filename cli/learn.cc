// writ learn: a policy drafted from recorded calls, and its suite.
// Tested by tests/cli/learn.py.
#include <fmt/core.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "cli/commands.h"
#include "cli/learn/learned.h"
#include "cli/learn/policy_text.h"
#include "cli/learn/suite_text.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/traffic/judge.h"
#include "cli/traffic/reader.h"
#include "cli/written_policy.h"
#include "compiler/compile.h"
#include "compiler/diagnostic.h"
#include "compiler/yaml/yaml.h"

namespace writ {
namespace {

constexpr std::string_view kYaml = ".yaml";
constexpr std::string_view kReport = "this is a fault in writ; please report it";

// "policy.yaml": "policy.test.yaml".
std::string SuiteBeside(const std::string& policy) {
  const bool is_yaml = policy.ends_with(kYaml) && policy.size() > kYaml.size();
  return policy.substr(0, policy.size() - (is_yaml ? kYaml.size() : 0)) + ".test.yaml";
}

std::string NameOf(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

struct Draft {
  std::string text;
  std::shared_ptr<const VerifiedProgram> program;  // null: it does not load
  std::set<std::string> faulty;                    // tools whose rules keep it from that
};

Draft DraftOf(const Learned& learned, const TrafficSummary& summary, uint64_t min_seen) {
  Draft draft;
  LearnedPolicy policy = WriteLearned(learned, summary, min_seen);
  draft.text = std::move(policy.text);
  Diagnostics diagnostics;
  draft.program = CompileTexts({{std::make_shared<const Source>("the draft", draft.text), "draft"}},
                               diagnostics, {}, nullptr);
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.severity != Severity::kError) continue;
    const std::string* const tool = policy.ToolAt(diagnostic.at.line);
    if (tool != nullptr) draft.faulty.insert(*tool);
  }
  return draft;
}

// Asks less of each of them; false if nothing is asked any more.
bool Loosen(const std::set<std::string>& tools, Learned& learned) {
  bool has_loosened = false;
  for (const std::string& name : tools) {
    LearnedTool& tool = learned.tools.at(name);
    if (tool.detail == LearnDetail::kNothing) continue;
    tool.detail = static_cast<LearnDetail>(static_cast<int>(tool.detail) + 1);
    has_loosened = true;
  }
  return has_loosened;
}

// What a draft does not let through was judged too narrowly: what looks alike to servers, or costs
// more than a call may. There less is asked. False if it lets all through that it should.
bool LoosenWhatDenies(TrafficReader& reader, const Draft& draft, Learned& learned) {
  reader.Rewind();
  TrafficJudge judge(draft.program, {});
  std::set<std::string> denied;
  std::set<std::string> counted;
  Progress progress("trying the draft");
  for (auto found = reader.Next(); found != TrafficReader::Found::kEnd; found = reader.Next()) {
    if (found == TrafficReader::Found::kAnswer) {
      judge.Take(reader.answer());
      continue;
    }
    progress.At(reader.bytes_read(), reader.bytes());
    const RecordedCall& call = reader.call();
    if (!Learner::IsLearned(call) || learned.tools.count(std::string(call.tool)) == 0) continue;
    const Decision& decision = judge.Decide(call).decision;
    if (decision.verdict == Verdict::kAllow) continue;
    (decision.code == Code::kQuota ? counted : denied).emplace(call.tool);
  }
  bool has_loosened = Loosen(denied, learned);
  for (const std::string& tool : counted) {
    has_loosened |= std::exchange(learned.tools.at(tool).has_quotas, false);
  }
  return has_loosened;
}

// The tightest draft that loads and allows everything it is made of.
Draft TryOut(TrafficReader& reader, Learned& learned, const TrafficSummary& summary,
             uint64_t min_seen) {
  for (;;) {
    Draft draft = DraftOf(learned, summary, min_seen);
    const bool has_loosened = draft.program != nullptr ? LoosenWhatDenies(reader, draft, learned)
                                                       : Loosen(draft.faulty, learned);
    if (!has_loosened) return draft;
  }
}

bool MayWriteBoth(const LearnOptions& options, const OutputFile& suite) {
  for (const OutputFile* file : {&options.output, &suite}) {
    if (!Spares(*file, options.traffic.paths) || !MayWrite(*file)) return false;
  }
  return true;
}

}  // namespace

int Learn(const LearnOptions& options) {
  const bool has_suite = !IsStdout(options.output);
  OutputFile suite_file = options.output;
  if (has_suite) suite_file.path = SuiteBeside(options.output.path);
  if (!MayWriteBoth(options, suite_file)) return kExitUsage;
  const std::unique_ptr<TrafficReader> reader = OpenTraffic(options.traffic);
  if (reader == nullptr) return kExitUsage;
  Learner learner;
  {
    Progress progress("learning");
    for (auto found = reader->Next(); found != TrafficReader::Found::kEnd; found = reader->Next()) {
      if (found == TrafficReader::Found::kCall) learner.Add(reader->call());
      progress.At(reader->bytes_read(), reader->bytes());
    }
  }
  const TrafficSummary summary = reader->summary();
  if (!TellOfTraffic(summary, reader->start())) return kExitUsage;
  Learned& learned = learner.learned();
  if (learned.tools.empty()) {
    PrintError("nothing to learn from: no call was allowed of a tool that a policy can name");
    return kExitUsage;
  }
  const Draft draft = TryOut(*reader, learned, summary, options.min_seen);
  if (draft.program == nullptr) {
    PrintError("the policy that would be written does not load", kReport);
    return kExitUsage;
  }
  if (draft.text.size() > yaml::kMaxYamlBytes) {
    PrintError("what was recorded makes more than a policy can hold", "learn from less of it");
    return kExitUsage;
  }
  for (const auto& [name, tool] : learned.tools) {
    if (!tool.arguments.has_more_members) continue;
    PrintErr(
        fmt::format("writ: note: {} may be called with any other argument: the names of its "
                    "arguments are too many, or one is too long\n",
                    Quote(name)));
  }
  const int status = WritePolicy(options.output, draft.text, std::string(kReport));
  if (status != kExitYes || !has_suite) return status;
  const LearnedSuite suite = SuiteOf(learned, draft.program, NameOf(options.output.path));
  if (!WriteOutput(suite_file, suite.text)) return kExitUsage;
  PrintOut(fmt::format("{}: {} of {}\n", Shown(options.output.path), CountOf(learned.calls, "call"),
                       CountOf(learned.tools.size(), "tool")));
  PrintOut(fmt::format("{}: {}\n", Shown(suite_file.path), CountOf(suite.cases, "case")));
  return kExitYes;
}

}  // namespace writ
