// Version "1" policies to the model.
// Tested by tests/compiler/load/load_intercept_test.cc and the text tests in tests/policies/.
#include "compiler/load/load_intercept.h"

#include <fmt/core.h>

#include <map>
#include <set>
#include <utility>

#include "compiler/load/load_intercept_condition.h"
#include "compiler/load/load_intercept_counters.h"
#include "compiler/load/load_intercept_counting.h"
#include "compiler/load/policy_reader.h"
#include "vm/json_text.h"

namespace writ {
namespace {

using yaml::Kind;
using yaml::Node;

bool IsWildcard(std::string_view tool) {
  return tool == "*";
}

class Loader {
 public:
  Loader(std::shared_ptr<const Source> source, std::string space, Diagnostics& diagnostics)
      : reader_(std::move(source), diagnostics), counters_(reader_) {
    policy_.source = reader_.source();
    policy_.space = std::move(space);
  }

  std::optional<Policy> Load(const Node& root) {
    const size_t errors_before = reader_.error_count();
    LoadTop(root);
    if (reader_.error_count() != errors_before) return std::nullopt;
    return std::move(policy_);
  }

 private:
  void LoadTop(const Node& root) {
    reader_.CheckKeys(root, "a policy", {"version", "description", "default", "hide", "tools"},
                      kInterceptOtherKeys);
    LoadVersion(root);
    reader_.Text(root.Find("description"), "description");
    LoadDefault(root.Find("default"));
    LoadHide(root.Find("hide"));
    LoadTools(root.Find("tools"));
    counters_.Resolve(policy_);
  }

  void LoadVersion(const Node& root) {
    const Node* version = root.Find("version");
    if (version->kind != Kind::kScalar || version->text != "1") {
      reader_.Error(*version, "version must be \"1\"", "write version: \"1\"");
    }
  }

  void LoadDefault(const Node* node) {
    const std::string value = reader_.Text(node, "default").value_or("");
    if (node == nullptr || node->kind != Kind::kScalar || value.empty()) return;
    policy_.default_deny = value == "deny";
    if (value != "allow" && value != "deny") {
      reader_.Error(*node, fmt::format("default must be allow or deny, not {}", JsonQuote(value)),
                    DidYouMean(value, {"allow", "deny"}));
    }
  }

  void LoadHide(const Node* node) {
    if (Missing(node)) return;
    if (node->kind != Kind::kSequence) {
      reader_.Error(*node, "hide must be a list of tool names",
                    node->kind == Kind::kScalar ? fmt::format("write hide: [{}]", node->text)
                                                : std::string());
      return;
    }
    std::set<std::string> seen;
    for (const Node* entry : node->items) {
      if (entry->kind != Kind::kScalar) {
        reader_.Error(*entry, "an entry of hide must be a tool's name");
        continue;
      }
      const bool blank = entry->text.find_first_not_of(" \t\r\n") == std::string::npos;
      if (yaml::IsNull(*entry) || blank) {
        reader_.Error(*entry, "an entry of hide is empty");
      } else if (!seen.insert(entry->text).second) {
        reader_.Error(*entry, fmt::format("duplicate entry {} in hide", JsonQuote(entry->text)));
      } else if (entry->text == "*") {
        policy_.hides_all = true;
      } else {
        policy_.hidden.push_back(entry->text);
        policy_.hidden_at.push_back(entry->at);
      }
    }
  }

  void LoadTools(const Node* node) {
    if (Missing(node)) return;
    if (node->kind != Kind::kMapping) {
      reader_.Error(*node, "tools must be a mapping from tool names to their rules");
      return;
    }
    for (const yaml::Member& member : node->members) {
      if (member.key->kind != Kind::kScalar || member.key->text.empty()) {
        reader_.Error(*member.key, "a tool's name must be a word that is not empty");
        continue;
      }
      ToolModel tool;
      tool.at = member.key->at;
      tool.name = member.key->text;
      LoadTool(*member.key, *member.value, tool);
      if (IsWildcard(tool.name)) {
        policy_.every_tool = std::move(tool.rules);
      } else {
        policy_.tools.push_back(std::move(tool));
      }
    }
  }

  void LoadTool(const Node& key, const Node& body, ToolModel& tool) {
    if (Missing(&body)) return;
    if (body.kind != Kind::kMapping) {
      reader_.Error(body, fmt::format("tool {} must be a mapping with rules", JsonQuote(key.text)),
                    key.text == "rules" ? "indent rules below the name of its tool"
                                        : fmt::format("write {}: {{rules: […]}}", key.text));
      return;
    }
    reader_.CheckKeys(body, "a tool", {"rules"}, kInterceptOtherKeys);
    const Node* rules = body.Find("rules");
    if (Missing(rules)) return;
    if (rules->kind != Kind::kSequence) {
      reader_.Error(*rules, "rules must be a list", "start each rule with \"- name: …\"");
      return;
    }
    const CounterScope scope =
        IsWildcard(tool.name) ? CounterScope{"", true} : CounterScope{tool.name, false};
    CountingLoader counting(reader_, counters_, scope);
    std::map<std::string, Position> counters;
    for (const Node* node : rules->items) {
      if (!reader_.TakeRule(*node)) return;
      std::optional<RuleModel> rule = LoadRule(*node, counting);
      if (const Node* at = counting.last_at(); at != nullptr) {
        const auto [earlier, is_new] = counters.emplace(counting.last_name(), at->at);
        if (!is_new) ReportDuplicateCounter(*at, counting.last_name(), earlier->second.line);
      }
      if (rule.has_value()) tool.rules.push_back(std::move(*rule));
    }
  }

  void ReportDuplicateCounter(const Node& at, const std::string& name, uint32_t earlier_line) {
    constexpr std::string_view kShorthand = "_rate_";
    if (name.rfind(kShorthand, 0) == 0) {
      reader_.Error(
          at,
          fmt::format("duplicate counter {}: a tool can have one rate_limit per {}, and the one "
                      "in line {} is that",
                      JsonQuote(name), name.substr(kShorthand.size()), earlier_line),
          "keep the lower one");
      return;
    }
    reader_.Error(at,
                  fmt::format("duplicate counter {} in one tool, already used in line {}",
                              JsonQuote(name), earlier_line),
                  "give each counter of a tool its own name");
  }

  std::optional<RuleModel> LoadRule(const Node& node, CountingLoader& counting) {
    counting.StartRule();
    if (node.kind != Kind::kMapping) {
      reader_.Error(node, yaml::IsNull(node) ? "this rule is empty" : "a rule must be a mapping",
                    "write - {name: …, conditions: […]}");
      return std::nullopt;
    }
    const bool keys_are_known = reader_.CheckKeys(
        node, "a rule", {"name", "action", "conditions", "rate_limit", "state", "on_deny"},
        kInterceptOtherKeys);
    RuleModel rule;
    rule.at = node.at;
    const Node* name = node.Find("name");
    rule.name = reader_.Text(name, "a rule's name").value_or("");
    if (name != nullptr) rule.at = name->at;
    if (rule.name.empty() && (name == nullptr || name->kind == Kind::kScalar)) {
      reader_.Error(name != nullptr ? *name : node, "a rule needs a name",
                    name != nullptr && yaml::IsNull(*name)
                        ? "what follows a # is a comment; put a name that holds one in quotes"
                        : "");
    }
    const std::optional<std::string> on_deny = reader_.Text(node.Find("on_deny"), "on_deny");
    const std::string message = on_deny.value_or("");

    const Node* action = node.Find("action");
    const std::string action_text = reader_.Text(action, "action").value_or("");
    rule.denies = action_text == "deny";
    const bool action_is_known =
        action_text.empty() || action_text == "deny" || action_text == "evaluate";
    if (!action_is_known) {
      reader_.Error(*action,
                    fmt::format("action must be evaluate or deny, not {}", JsonQuote(action_text)),
                    ActionHint(action_text));
    }

    const Node* limit = node.Find("rate_limit");
    if (limit != nullptr &&
        !(limit->kind == Kind::kScalar && (yaml::IsNull(*limit) || limit->text.empty()))) {
      counting.LoadRateLimit(node, *limit, rule, message);
      return rule;
    }

    rule.check_message =
        message.empty() ? fmt::format("Denied by rule {}", JsonQuote(rule.name)) : message;
    rule.quota_message =
        message.empty() ? fmt::format("Rate limit exceeded for {}", rule.name) : message;
    const size_t errors_before = reader_.error_count();
    LoadConditions(node, action, keys_are_known && action_is_known, rule);
    const bool conditions_are_sound = reader_.error_count() == errors_before;
    const Node* state = node.Find("state");
    if (!Missing(state)) counting.LoadState(*state, conditions_are_sound, rule);
    return rule;
  }

  static std::string ActionHint(const std::string& text) {
    if (const std::string_view instead = InsteadOf(text, kInterceptOtherKeys); !instead.empty()) {
      return std::string(instead);
    }
    if (text == "allow") return "rules only deny; a call passes when no rule denies it";
    const std::string meant = DidYouMean(text, {"deny", "evaluate"});
    return meant.empty() ? "action: deny denies every call of the tool" : meant;
  }

  void LoadConditions(const Node& node, const Node* action, bool report_missing, RuleModel& rule) {
    const Node* conditions = node.Find("conditions");
    if (!Missing(conditions) && conditions->kind != Kind::kSequence) {
      reader_.Error(*conditions, "conditions must be a list",
                    "start each condition with \"- path: …\"");
      return;
    }
    const bool none = Missing(conditions) || conditions->items.empty();
    if (rule.denies) {
      if (!none) {
        reader_.Error(
            *conditions, "a rule with action: deny cannot have conditions",
            "remove the action and write conditions that must hold: a rule denies when one of "
            "them does not");
      }
      return;
    }
    if (none) {
      if (!report_missing) return;
      reader_.Error(conditions != nullptr ? *conditions
                    : action != nullptr   ? *action
                                          : node,
                    "a rule needs at least one condition",
                    "add conditions, or action: deny to deny every call");
      return;
    }
    for (const Node* item : conditions->items) {
      std::optional<Condition> condition = LoadCondition(reader_, *item);
      if (condition.has_value()) rule.conditions.push_back(std::move(*condition));
    }
  }

  PolicyReader reader_;
  Policy policy_;
  InterceptCounters counters_;
};

}  // namespace

std::optional<Policy> LoadIntercept(std::shared_ptr<const Source> source, const Node& root,
                                    std::string space, Diagnostics& diagnostics) {
  return Loader(std::move(source), std::move(space), diagnostics).Load(root);
}

}  // namespace writ
