// Suites from recorded calls.
// Tested by tests/cli/learn.py.
#include "cli/learn/suite_text.h"

#include <fmt/core.h>

#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/traffic/padded_line.h"
#include "compiler/diagnostic.h"
#include "compiler/load/constant.h"
#include "compiler/migrate/cel_text.h"
#include "compiler/source.h"
#include "compiler/yaml/write.h"
#include "compiler/yaml/yaml.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "vm/slots.h"
#include "vm/span.h"

namespace writ {
namespace {

constexpr int64_t kNow = 1'767'225'600;  // where the clock of suites starts unless they say
constexpr uint64_t kLongestCount = 200;  // of calls that a case makes to use a quota up
constexpr size_t kMostDenials = 4;       // of a tool

// Arguments as YAML in one line, argument by argument.
using Arguments = std::vector<std::pair<std::string, std::string>>;

// What stands in a suite for a value of JSON; none for a number that it could not hold.
class FlowWriter {
 public:
  explicit FlowWriter(Arena& arena) : arena_(arena) {}

  bool Append(const Value& value, std::string& out, uint32_t depth = 0) {
    switch (value.tag) {
      case Tag::kNull: out += "null"; return true;
      case Tag::kBool: out += value.i != 0 ? "true" : "false"; return true;
      case Tag::kInt: out += fmt::format("{}", value.i); return true;
      case Tag::kUint: out += fmt::format("{}", value.u); return true;
      case Tag::kDouble: out += CelDouble(value.d); return true;
      case Tag::kString: out += yaml::DoubleQuoted(value.view()); return true;
      case Tag::kListSpan:
      case Tag::kMapSpan: return depth < kMostDepth && AppendItems(value, out, depth);
      default: return false;
    }
  }

 private:
  static constexpr uint32_t kMostDepth = 20;

  bool AppendItems(const Value& value, std::string& out, uint32_t depth) {
    const bool is_map = value.is(Tag::kMapSpan);
    SpanReader reader(value.view(), arena_);
    const char* between = is_map ? "{ " : "[";
    bool is_empty = true;
    while (reader.Next()) {
      out += std::exchange(between, ", ");
      is_empty = false;
      if (is_map) out += yaml::DoubleQuoted(reader.Name().view()) + ": ";
      if (!Append(reader.Item(), out, depth + 1)) return false;
    }
    out += is_empty ? (is_map ? "{}" : "[]") : (is_map ? " }" : "]");
    return true;
  }

  Arena& arena_;
};

std::optional<Arguments> ArgumentsOf(const std::string& sample) {
  Arena arena;
  PaddedLine padded;
  SpanReader reader(padded.Set(sample), arena);
  FlowWriter writer(arena);
  Arguments arguments;
  while (reader.Next()) {
    const std::string name(reader.Name().view());
    std::string value;
    if (!writer.Append(reader.Item(), value)) return std::nullopt;
    arguments.emplace_back(name, std::move(value));
  }
  return arguments;
}

std::string FlowText(const Arguments& arguments) {
  std::string text;
  for (const auto& [name, value] : arguments) {
    text += fmt::format("{}{}: {}", text.empty() ? "{ " : ", ", yaml::DoubleQuoted(name), value);
  }
  return text.empty() ? "{}" : text + " }";
}

// Decides a step as `writ test` does.
class StepJudge {
 public:
  explicit StepJudge(std::shared_ptr<const VerifiedProgram> program)
      : machine_(std::move(program)) {}

  // Counts begin at zero.
  void BeginCase() {
    judge_.reset();
    counters_.emplace();
    judge_.emplace(machine_, *counters_);
  }

  // Null if it is no step: the YAML does not say what was meant. Until the next one.
  const Judgement* Decide(const std::string& tool, const std::string& arguments) {
    Diagnostics diagnostics;
    const auto document = yaml::Parse(
        std::make_shared<const Source>("step", "args: " + arguments + "\n"), diagnostics);
    const yaml::Node* args =
        document != nullptr && !diagnostics.has_errors() ? document->root()->Find("args") : nullptr;
    if (args == nullptr || args->kind != yaml::Kind::kMapping) return nullptr;
    machine_.ResetArena();
    ScanTarget* const target = machine_.BeginCall(tool);
    if (target != nullptr) {
      FillSlots(ToValue(args, machine_.arena()), *target, machine_.arena());
    }
    return &judge_->Decide(tool, kNow);
  }

 private:
  Machine machine_;
  std::optional<MemoryCounters> counters_;
  std::optional<Judge> judge_;
};

class SuiteWriter {
 public:
  SuiteWriter(const Learned& learned, std::shared_ptr<const VerifiedProgram> program)
      : learned_(learned), program_(program), judge_(std::move(program)) {}

  LearnedSuite Write(const std::string& policy) {
    suite_.text =
        "# Made by writ learn beside the policy: calls as they were recorded, and calls that were "
        "not.\n";
    suite_.text += fmt::format("policy: {}\ncases:\n", yaml::Quoted(policy));
    WriteUnknownTool();
    for (const auto& [name, tool] : learned_.tools) WriteTool(name, tool);
    return std::move(suite_);
  }

 private:
  void WriteUnknownTool() {
    std::string name = "never_called";
    while (learned_.tools.count(name) > 0) name += "_";
    WriteDenial(name, "a tool that was never called", "{}");
  }

  void WriteTool(const std::string& name, const LearnedTool& tool) {
    std::optional<std::string> allowed;
    std::optional<Arguments> first;
    size_t which = 0;
    for (const std::string& sample : tool.samples) {
      const std::optional<Arguments> arguments = ArgumentsOf(sample);
      if (!arguments) continue;
      const std::string text = FlowText(*arguments);
      judge_.BeginCase();
      const Judgement* judgement = judge_.Decide(name, text);
      if (judgement == nullptr || judgement->decision.verdict != Verdict::kAllow) continue;
      WriteCase(fmt::format("{}: recorded call {}", name, ++which));
      WriteStep(name, text, "expect: allow");
      if (!allowed) {
        allowed = text;
        first = arguments;
      }
    }
    if (!allowed) return;
    WriteDenials(name, *first);
    WriteFullQuota(name, *allowed);
  }

  // Of a call that is allowed, with one argument more or another one than there was.
  void WriteDenials(const std::string& name, const Arguments& arguments) {
    size_t denials = 0;
    Arguments other = arguments;
    std::string unknown = "never_given";
    for (size_t i = 0; i < other.size(); ++i) {
      if (other[i].first == unknown) unknown += "_";
    }
    other.emplace_back(unknown, "true");
    if (WriteDenial(name, "an argument that was never given", FlowText(other))) ++denials;
    for (size_t i = 0; i < arguments.size() && denials < kMostDenials; ++i) {
      for (const char* value : {"/never/seen", "-987654321", "[]"}) {
        other = arguments;
        other[i].second = value[0] == '/' ? yaml::DoubleQuoted(value) : value;
        const std::string what = fmt::format("{} is {}", arguments[i].first, value);
        if (!WriteDenial(name, what, FlowText(other))) continue;
        ++denials;
        break;
      }
    }
  }

  // A case of its own, if the call is not allowed.
  bool WriteDenial(const std::string& tool, const std::string& what, const std::string& arguments) {
    judge_.BeginCase();
    const Judgement* judgement = judge_.Decide(tool, arguments);
    if (judgement == nullptr || judgement->decision.verdict == Verdict::kAllow) return false;
    WriteCase(fmt::format("{}: {}", tool, what));
    WriteStep(tool, arguments, Expectation(*judgement));
    return true;
  }

  void WriteFullQuota(const std::string& tool, const std::string& arguments) {
    judge_.BeginCase();
    for (uint64_t calls = 0; calls <= kLongestCount; ++calls) {
      const Judgement* judgement = judge_.Decide(tool, arguments);
      if (judgement == nullptr) return;
      if (judgement->decision.verdict == Verdict::kAllow) continue;
      if (judgement->decision.code != Code::kQuota || calls == 0) return;
      WriteCase(fmt::format("{}: too often", tool));
      WriteStep(tool, arguments, fmt::format("repeat: {}\n        expect: allow", calls));
      WriteStep(tool, arguments, Expectation(*judgement));
      return;
    }
  }

  std::string Expectation(const Judgement& judgement) const {
    const Decision& decision = judgement.decision;
    std::string text = fmt::format("expect: {}", VerdictName(decision.verdict));
    const std::string_view rule = RuleLabel(*program_, decision);
    const bool names_rule = !rule.empty() && decision.code != Code::kAmbiguous;
    if (names_rule) text += fmt::format("\n        rule: {}", yaml::Quoted(rule));
    return text;
  }

  void WriteCase(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !names_.insert(name).second; ++i) name = fmt::format("{} ({})", wanted, i);
    suite_.text += fmt::format("  - name: {}\n    steps:\n", yaml::Quoted(name));
    ++suite_.cases;
  }

  void WriteStep(const std::string& tool, const std::string& arguments, const std::string& rest) {
    suite_.text += fmt::format("      - call: {}\n        args: {}\n        {}\n",
                               yaml::Quoted(tool), arguments, rest);
  }

  const Learned& learned_;
  std::shared_ptr<const VerifiedProgram> program_;
  StepJudge judge_;
  std::set<std::string> names_;  // of cases
  LearnedSuite suite_;
};

}  // namespace

LearnedSuite SuiteOf(const Learned& learned, std::shared_ptr<const VerifiedProgram> program,
                     const std::string& policy) {
  return SuiteWriter(learned, std::move(program)).Write(policy);
}

}  // namespace writ
