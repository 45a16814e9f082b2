// Counters of version "1" by name.
// Tested by tests/compiler/load/load_intercept_test.cc and the text tests in tests/policies/.
#include "compiler/load/load_intercept_counters.h"

#include <fmt/core.h>

#include <utility>
#include <vector>

#include "vm/json_text.h"

namespace writ {

void InterceptCounters::Resolve(Policy& policy) {
  for (ToolModel& tool : policy.tools) {
    for (RuleModel& rule : tool.rules) ResolveRule({tool.name, false}, tool.name, rule);
  }
  for (RuleModel& rule : policy.every_tool) ResolveRule({"", true}, "_global", rule);
}

void InterceptCounters::ResolveRule(const CounterScope& own, std::string_view own_text,
                                    RuleModel& rule) {
  for (Condition& condition : rule.conditions) {
    if (condition.names.empty()) condition.counter = Find(own, own_text, condition);
  }
}

// Names of tools and counters may hold dots, so a path may be read in several ways: the rule's
// own scope comes first, then up to the first dot as Intercept reads it, then any other.
std::optional<CounterName> InterceptCounters::Find(const CounterScope& own,
                                                   std::string_view own_text,
                                                   const Condition& condition) {
  const std::string_view text = std::string_view(condition.path_text).substr(6);
  std::vector<CounterName> matches;
  const auto consider = [&](const CounterScope& scope, std::string_view scope_text) {
    if (text.size() <= scope_text.size() || text.substr(0, scope_text.size()) != scope_text ||
        text[scope_text.size()] != '.') {
      return;
    }
    CounterName name{scope, std::string(text.substr(scope_text.size() + 1))};
    if (counters_.count(name) > 0) matches.push_back(std::move(name));
  };
  consider(own, own_text);
  if (matches.empty()) {
    const std::string_view first = text.substr(0, text.find('.'));
    consider({std::string(first), false}, first);
    consider({"", true}, "_global");
  }
  for (const CounterName& counter : counters_) {
    if (!matches.empty()) break;
    if (!counter.scope.shared) consider(counter.scope, counter.scope.tool);
  }
  if (matches.empty()) {
    ReportUnknown(*condition.path_node, text);
    return std::nullopt;
  }
  if (matches.size() > 1) {
    reader_.Error(*condition.path_node,
                  fmt::format("path {} names a counter of the tool _global and one of every tool",
                              JsonQuote(condition.path_text)),
                  "rename one of the counters");
  }
  return matches.front();
}

void InterceptCounters::ReportUnknown(const yaml::Node& path, std::string_view text) {
  if (!all_are_known_) return;  // it may be one that could not be read
  if (text.find('.') == std::string_view::npos) {
    reader_.Error(path, fmt::format("path {} names no counter", JsonQuote(path.text)),
                  "a counter's path is state.<tool>.<counter>");
    return;
  }
  std::vector<std::string> known;
  for (const CounterName& counter : counters_) {
    known.push_back(fmt::format(
        "state.{}.{}", counter.scope.shared ? "_global" : counter.scope.tool, counter.name));
  }
  std::string hint;
  if (text.rfind("*.", 0) == 0) {
    hint = fmt::format("counters of every tool are written state._global.{}", text.substr(2));
  } else if (const std::string_view nearest = Nearest(path.text, {known.begin(), known.end()});
             !nearest.empty()) {
    hint = fmt::format("did you mean {}?", nearest);
  } else {
    hint = "add state: {counter: …, window: …} to the rule that counts it";
  }
  reader_.Error(path, fmt::format("no rule counts the counter {}", JsonQuote(path.text)), hint);
}

}  // namespace writ
