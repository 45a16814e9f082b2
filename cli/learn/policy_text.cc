// Policies from recorded calls.
// Tested by tests/cli/learn.py.
#include "cli/learn/policy_text.h"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/traffic/input.h"
#include "compiler/yaml/write.h"

namespace writ {
namespace {

using yaml::Quoted;

class PolicyWriter {
 public:
  PolicyWriter(const Learned& learned, const TrafficSummary& summary, uint64_t min_seen)
      : learned_(learned), summary_(summary), min_seen_(min_seen) {}

  std::string Write() {
    WriteHead();
    Line("writ: 1");
    Line("default: deny");
    Line("allow:");
    for (const auto& [name, tool] : learned_.tools) {
      Line("  - {}  # {}", Quoted(name), CountOf(tool.calls, "call"));
    }
    std::string head = std::exchange(out_, {});
    for (const auto& [name, tool] : learned_.tools) WriteTool(name, tool);
    return out_.empty() ? head : head + "rules:\n" + out_;
  }

 private:
  template <typename... Arguments>
  void Line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    out_ += fmt::format(format, std::forward<Arguments>(arguments)...);
    out_ += '\n';
  }

  void WriteHead() {
    Line("# Drafted by writ learn from {} of {} in {}.", CountOf(learned_.calls, "call"),
         CountOf(learned_.tools.size(), "tool"), CountOf(summary_.files, "file"));
    if (summary_.first_time) {
      Line("# The first was made at {}, the last at {}.", TimeText(*summary_.first_time),
           TimeText(*summary_.last_time));
    }
    Line("#");
    Line(
        "# It allows what was recorded and as little else as that shows: read it before you use "
        "it.");
    Line(
        "# What was recorded may itself be what nobody should do. Values are held fast where "
        "there");
    Line("# were {} or more of them; a quota is twice the most that was seen.", min_seen_);
    const auto left_out = [this](uint64_t calls, std::string_view why) {
      if (calls > 0) Line("# Left out: {} {}.", CountOf(calls, "call"), why);
    };
    left_out(learned_.denied, "denied when recorded");
    left_out(learned_.unnamed, "of tools whose names no list can hold");
    left_out(learned_.too_many, "of tools beyond the first 5000");
    left_out(summary_.without_arguments, "recorded without arguments");
  }

  std::string UniqueName(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !names_.insert(name).second; ++i) name = fmt::format("{} ({})", wanted, i);
    return name;
  }

  void WriteTool(const std::string& name, const LearnedTool& tool) {
    const std::string quoted = Quoted(name);
    if (tool.detail < LearnDetail::kNothing && !tool.arguments.has_more_members) {
      Line("");
      Line("  - name: {}", Quoted(UniqueName("arguments of " + name)));
      Line("    tools: {}  # {}", quoted, CountOf(tool.calls, "call"));
      WriteNames(tool);
      WriteConditions(tool);
    }
    if (!tool.has_quotas || tool.calls < min_seen_) return;
    for (const LearnedRate& rate : tool.rates.Limits(summary_)) {
      Line("");
      Line("  - name: {}", Quoted(UniqueName(fmt::format("{} per {}", name, rate.per))));
      Line("    tools: {}", quoted);
      Line("    quota: {{ max: {}, per: {} }}  # {} at most", rate.limit, rate.per,
           CountOf(rate.most, "call"));
    }
  }

  void WriteNames(const LearnedTool& tool) {
    if (tool.arguments.members.empty()) {
      Line("    only_args: []  # none in {}", CountOf(tool.calls, "call"));
      return;
    }
    Line("    only_args:");
    for (const auto& [name, seen] : tool.arguments.members) {
      Line("      - {}  # in {} of {}", Quoted(name), seen.seen, CountOf(tool.calls, "call"));
    }
  }

  void WriteConditions(const LearnedTool& tool) {
    if (tool.detail >= LearnDetail::kNames) return;
    bool is_first = true;
    for (const auto& [name, seen] : tool.arguments.members) {
      const LearnedCondition condition =
          ConditionWriter(tool.detail, min_seen_).OfArgument(name, seen, tool.calls);
      if (condition.cel.empty()) continue;
      if (std::exchange(is_first, false)) Line("    require:");
      Line("      - {}  # {}", Quoted(condition.cel), condition.comment);
    }
  }

  const Learned& learned_;
  const TrafficSummary& summary_;
  uint64_t min_seen_;
  std::set<std::string> names_;  // of rules
  std::string out_;
};

}  // namespace

std::string LearnedPolicy(const Learned& learned, const TrafficSummary& summary,
                          uint64_t min_seen) {
  return PolicyWriter(learned, summary, min_seen).Write();
}

}  // namespace writ
