// How rules are found.
// Tested by tests/compiler/emit/index_report_test.cc.
#include "compiler/emit/index_recorder.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace writ {
namespace {

constexpr size_t kMaxToolsShown = 3;

// For more tools than single ones.
bool IsForMany(const RuleModel& rule) {
  return rule.tools.empty() || std::any_of(rule.tools.begin(), rule.tools.end(),
                                           [](const ToolPattern& tool) { return tool.is_glob; });
}

std::string ToolsOf(const RuleModel& rule, const std::string& tool) {
  if (!tool.empty()) return tool;
  if (rule.tools.empty()) return "every tool";
  std::string tools;
  for (size_t i = 0; i < std::min(rule.tools.size(), kMaxToolsShown); ++i) {
    tools += (i == 0 ? "" : ", ") + rule.tools[i].text;
  }
  const size_t more = rule.tools.size() - std::min(rule.tools.size(), kMaxToolsShown);
  if (more > 0) tools += fmt::format(" and {} more", more);
  return tools;
}

// What an author of a rule that has no value to be found by reads.
std::pair<std::string, std::string> NoWay(const RuleModel& rule) {
  constexpr const char* kAddWhen =
      "if it is about some values of one argument only, say so: when: args.NAME == \"…\", or "
      "args.NAME in […]";
  if (rule.when.has_value()) {
    return {"its when may be true whatever any one argument is",
            "join a test like args.NAME == \"…\" or args.NAME in […] to it with &&; where it has "
            "||, each side must test that argument; what is tested is the argument itself, no "
            "variable and no part of its text"};
  }
  if (rule.quota.has_value()) return {"it has no when, and counts every call", kAddWhen};
  if (rule.only_args.has_value()) {
    return {"it has no when, and looks at the names of every call's arguments", kAddWhen};
  }
  if (rule.require.empty() && rule.forbid.empty()) return {"it looks at no argument", ""};
  return {"it has no when, and what it tests may deny whatever any one argument is", kAddWhen};
}

std::pair<std::string, std::string> NoWayOfConditions(const RuleModel& rule) {
  if (rule.denies) return {"it denies every call", ""};
  if (rule.counting.has_value()) return {"it counts every call", ""};
  return {"its conditions may deny whatever any one argument is",
          "only neq and not_in with texts, all of one path, deny single values; writ migrate gives "
          "the policy in a language whose rules have a when"};
}

}  // namespace

std::string IndexRecorder::NameOf(TableKind kind, const cel::SlotPath& path) const {
  if (kind == TableKind::kGlobs) return "globs";
  if (path.fact_slot != kNoSlot) return program_.slot_names[path.fact_slot];
  std::string name = "args";
  for (const std::string& step : path.names) name += "." + step;
  return name;
}

void IndexRecorder::Explain(const RuleModel& rule, size_t policy, size_t rules_of_row,
                            const std::vector<RuleKeys>& ways, Found& found) const {
  if (rules_of_row < kMinRulesOfSource) {
    found.why_not = fmt::format("{} there: a table is made from {} rules on",
                                rules_of_row == 1 ? std::string("it is alone")
                                                  : fmt::format("{} rules stand", rules_of_row),
                                kMinRulesOfSource);
    const std::vector<RuleModel>& rules = policies_[policy].rules;
    const auto for_many = std::count_if(rules.begin(), rules.end(), IsForMany);
    if (IsForMany(rule) && static_cast<size_t>(for_many) >= kMinRulesOfSource) {
      found.hint =
          "put rules for globs and for every tool behind those of single tools, which "
          "part them into rows";
    }
    return;
  }
  if (ways.empty()) {
    std::tie(found.why_not, found.hint) =
        policies_[policy].language == Language::kWrit ? NoWay(rule) : NoWayOfConditions(rule);
    return;
  }
  std::string names;
  for (const RuleKeys& keys : ways) {
    names += (names.empty() ? "" : " or ") + NameOf(keys.kind, keys.path);
  }
  found.why_not = fmt::format("it could be found by {}, but few rules or values there are", names);
  found.hint = fmt::format(
      "a table is made of {} rules and {} values at least, all of which test "
      "the same argument, either all behind has() or none",
      kMinRulesOfSource, kMinKeysOfSource);
}

void IndexRecorder::Add(const RuleModel& rule, size_t policy, size_t rules_of_row,
                        const std::vector<RuleKeys>& ways, const RowSource* source,
                        const CallSlots& slots) {
  if (report_ == nullptr) return;
  const auto [at, is_new] = found_.try_emplace(&rule);
  Found& found = at->second;
  if (is_new) {
    const auto add_shared = [&](const Expression& expression) {
      if (!slots.shared_predicates.Has(expression, policy)) return;
      found.shares.push_back(expression.checked.ast.source);
    };
    if (rule.when.has_value()) add_shared(*rule.when);
    for (const Expression& expression : rule.require) add_shared(expression);
    for (const Expression& expression : rule.forbid) add_shared(expression);
  }
  if (!is_new && found.by.empty()) return;
  if (source == nullptr) {
    found.by.clear();
    found.among = 0;
    Explain(rule, policy, rules_of_row, ways, found);
  } else if (is_new || source->rules < found.among) {
    found.by = NameOf(source->kind, source->path);
    found.among = source->rules;
  }
}

void IndexRecorder::AddRow(const Policy& policy, const RuleModel& rule,
                           const std::string& tool) const {
  RuleIndexing row;
  row.file = policy.source->name();
  row.at = rule.at;
  row.rule = rule.name;
  row.tools = ToolsOf(rule, tool);
  const auto found = found_.find(&rule);
  if (found == found_.end()) {
    row.why_not = "no call gets to it";
  } else {
    row.by = found->second.by;
    row.among = found->second.among;
    row.why_not = found->second.why_not;
    row.hint = found->second.hint;
    row.shares = found->second.shares;
  }
  report_->push_back(std::move(row));
}

void IndexRecorder::Finish() const {
  if (report_ == nullptr) return;
  for (const Policy& policy : policies_) {
    for (const ToolModel& tool : policy.tools) {
      for (const RuleModel& rule : tool.rules) AddRow(policy, rule, tool.name);
    }
    for (const RuleModel& rule : policy.every_tool) AddRow(policy, rule, "");
    for (const RuleModel& rule : policy.rules) AddRow(policy, rule, "");
  }
}

}  // namespace writ
