// Policies from recorded calls.
// Tested by tests/cli/learn.py.
#include "cli/learn/policy_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/traffic/input.h"
#include "compiler/yaml/write.h"

namespace writ {
namespace {

using yaml::Quoted;

bool IsBlank(std::string_view name) {
  return name.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

class PolicyWriter {
 public:
  PolicyWriter(const Learned& learned, const TrafficSummary& summary, uint64_t min_seen)
      : learned_(learned), summary_(summary), min_seen_(min_seen) {}

  LearnedPolicy Write() {
    WriteHead();
    Line("writ: 1");
    Line("default: deny");
    Line("allow:");
    for (const auto& [name, tool] : learned_.tools) {
      Line("  - {}  # {}{}", Quoted(name), CountOf(tool.calls, "call"),
           AsksOfArguments(tool) ? "" : ", with whatever arguments");
    }
    for (const auto& [name, tool] : learned_.tools) WriteTool(name, tool);
    return std::move(policy_);
  }

 private:
  template <typename... Arguments>
  void Line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    policy_.text += fmt::format(format, std::forward<Arguments>(arguments)...);
    policy_.text += '\n';
    ++lines_;
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

  void BeginRule(const std::string& name, const std::string& tool) {
    Line("{}", policy_.tools.empty() ? "rules:" : "");
    policy_.tools.emplace(lines_ + 1, tool);
    Line("  - name: {}", Quoted(UniqueName(name)));
  }

  void WriteTool(const std::string& name, const LearnedTool& tool) {
    const std::string quoted = Quoted(name);
    if (AsksOfArguments(tool)) {
      BeginRule("arguments of " + name, name);
      Line("    tools: {}  # {}", quoted, CountOf(tool.calls, "call"));
      WriteArguments(tool);
    }
    if (!tool.has_quotas || tool.calls < min_seen_) return;
    for (const LearnedRate& rate : tool.rates.Limits(summary_)) {
      BeginRule(fmt::format("{} per {}", name, rate.per), name);
      Line("    tools: {}", quoted);
      Line("    quota: {{ max: {}, per: {} }}  # {} at most", rate.limit, rate.per,
           CountOf(rate.most, "call"));
    }
  }

  std::vector<LearnedCondition> ConditionsOf(const LearnedTool& tool) const {
    std::vector<LearnedCondition> conditions;
    for (const auto& [name, seen] : tool.arguments.members) {
      if (tool.detail >= LearnDetail::kNames) break;
      conditions.push_back(
          ConditionWriter(tool.detail, min_seen_).OfArgument(name, seen, tool.calls));
      if (conditions.back().cel.empty()) conditions.pop_back();
    }
    return conditions;
  }

  // Of names that are not all known nothing can be asked.
  bool AsksOfArguments(const LearnedTool& tool) const {
    return tool.detail < LearnDetail::kNothing &&
           (!tool.arguments.has_more_members || !ConditionsOf(tool).empty());
  }

  void WriteArguments(const LearnedTool& tool) {
    const auto& arguments = tool.arguments.members;
    std::vector<LearnedCondition> conditions;
    if (tool.detail > LearnDetail::kValues) {
      Line("    # Less is asked than was seen: more would deny a call that was recorded.");
    }
    // only_args takes no blank names, and denies what looks like one of its names.
    if (tool.arguments.has_more_members) {
      Line("    # Any other argument may be there: the names were over {}, or one over {} bytes.",
           SeenValue::kMostMembers, SeenValue::kMostNameBytes);
    } else if (tool.detail >= LearnDetail::kNames ||
               std::any_of(arguments.begin(), arguments.end(),
                           [](const auto& argument) { return IsBlank(argument.first); })) {
      conditions.push_back({NamesCondition("args", tool.arguments),
                            fmt::format("{} in {}", CountOf(arguments.size(), "name"),
                                        CountOf(tool.calls, "call"))});
    } else if (arguments.empty()) {
      Line("    only_args: []  # none in {}", CountOf(tool.calls, "call"));
    } else {
      Line("    only_args:");
      for (const auto& [name, seen] : arguments) {
        Line("      - {}  # in {} of {}", Quoted(name), seen.seen, CountOf(tool.calls, "call"));
      }
    }
    for (LearnedCondition& condition : ConditionsOf(tool)) {
      conditions.push_back(std::move(condition));
    }
    if (!conditions.empty()) Line("    require:");
    for (const LearnedCondition& condition : conditions) {
      Line("      - {}  # {}", Quoted(condition.cel), condition.comment);
    }
  }

  const Learned& learned_;
  const TrafficSummary& summary_;
  uint64_t min_seen_;
  std::set<std::string> names_;  // of rules
  uint32_t lines_ = 0;
  LearnedPolicy policy_;
};

}  // namespace

const std::string* LearnedPolicy::ToolAt(uint32_t line) const {
  const auto after = tools.upper_bound(line);
  return after == tools.begin() ? nullptr : &std::prev(after)->second;
}

LearnedPolicy WriteLearned(const Learned& learned, const TrafficSummary& summary,
                           uint64_t min_seen) {
  return PolicyWriter(learned, summary, min_seen).Write();
}

}  // namespace writ
