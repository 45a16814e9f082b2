// Rules.
// Tested by tests/compiler/load/load_writ_test.cc and the text tests in tests/policies/.
#include "compiler/load/load_writ_rule.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/load/load_writ_quota.h"
#include "compiler/load/name_list.h"
#include "compiler/load/policy_environment.h"
#include "vm/json_text.h"

namespace writ {
namespace {

using yaml::Kind;
using yaml::Node;
using Wanted = ExpressionReader::Wanted;

constexpr OtherKey kOtherKeys[] = {
    {"action",
     "asking a person is not available yet; a rule denies with forbid: true, and a call passes "
     "when no rule denies it"},
    {"on_result", "rules about results are not available yet"},
    {"mark", "marking calls is not available yet"},
    {"tool", "did you mean tools?"},
    {"if", "write when: with the condition"},
    {"condition", "write when: for where the rule applies, require: for what must hold"},
    {"conditions", "write require: with what must hold, as CEL: args.amount <= 100"},
    {"unless", "write when: with the condition negated: !(…)"},
    {"assert", "write require: with what must hold"},
    {"allow", "rules only constrain: list the tool in the policy's own allow: […]"},
    {"permit", "rules only constrain: list the tool in the policy's own allow: […]"},
    {"deny", "write forbid: with what must not hold, or forbid: true to deny every call"},
    {"hide", "list the tool in the policy's own hide: […]"},
    {"rate_limit", "write quota: {max: 5, per: hour}"},
    {"limit", "write quota: {max: 5, per: hour}"},
    {"state", "write quota: {max: 100, per: day, of: args.amount}"},
    {"max", "indent it below quota: {max: 5, per: hour}"},
    {"per", "indent it below quota: {max: 5, per: hour}"},
    {"of", "indent it below quota: {max: 100, per: day, of: args.amount}"},
    {"by", "indent it below quota: {max: 5, per: hour, by: args.user}"},
    {"sliding", "indent it below quota: {max: 5, per: hour, sliding: true}"},
    {"scale", "indent it below quota: {max: 5, per: hour, of: args.amount, scale: 2}"},
    {"on_deny", "write message: with what the agent reads"},
    {"error", "write message: with what the agent reads"},
    {"reason", "write message: with what the agent reads"},
    {"shadow", "write mode: shadow"},
    {"enforce", "write mode: enforce"},
    {"dry_run", "write mode: shadow"},
    {"description", "write a YAML comment (#), or what the agent reads as message:"},
    {"args", "write require: with a condition such as args.amount <= 100"},
    {"variables", "variables belong to the policy, beside rules"},
    {"data", "data belongs to the policy, beside rules"},
};

// Why no call of the tool comes to any rule; empty if one may.
std::string WhyNeverCalled(const Policy& policy, std::string_view tool) {
  if (Names(policy.hide, tool)) return fmt::format("{} is hidden", Quote(tool));
  if (policy.default_deny && !policy.allow.empty() && !Names(policy.allow, tool)) {
    return fmt::format("allow does not list {}", Quote(tool));
  }
  return {};
}

// REQUIRES: no call of the tool comes to any rule.
std::string WhatHelps(const Policy& policy, std::string_view tool) {
  if (Names(policy.hide, tool)) return "remove it here or from hide";
  std::vector<std::string_view> allowed;
  allowed.reserve(policy.allow.size());
  for (const ToolPattern& pattern : policy.allow) allowed.push_back(pattern.text);
  const std::string_view nearest = Nearest(tool, allowed);
  if (!nearest.empty()) return fmt::format("did you mean {}?", Quote(nearest));
  return "add it to allow, or remove it here";
}

// What tool.name can be where the rule applies.
cel::KnownText ToolsOf(const Policy& policy, const RuleModel& rule) {
  cel::KnownText known;
  known.variable = static_cast<uint32_t>(BuiltIn::kToolName);
  const bool names = std::none_of(rule.tools.begin(), rule.tools.end(),
                                  [](const ToolPattern& tool) { return tool.is_glob; });
  for (const ToolPattern& tool : rule.tools) {
    if (names) known.values.push_back(tool.text);
  }
  known.why_not = [&policy, &rule](std::string_view tool) {
    if (!rule.tools.empty() && !Names(rule.tools, tool)) {
      return fmt::format("the rule is not for {}", Quote(tool));
    }
    return WhyNeverCalled(policy, tool);
  };
  return known;
}

class RuleLoader {
 public:
  RuleLoader(PolicyReader& reader, const Policy& policy, ExpressionReader& expressions,
             const Node& node)
      : reader_(reader), policy_(policy), expressions_(expressions), node_(node) {}

  std::optional<RuleModel> Load() {
    if (node_.kind != Kind::kMapping) {
      reader_.Error(node_, yaml::IsNull(node_) ? "this rule is empty" : "a rule must be a mapping",
                    "write - name: … and below it tools, and require, forbid or quota");
      return std::nullopt;
    }
    const bool keys_are_known = reader_.CheckKeys(
        node_, "a rule",
        {"name", "tools", "when", "require", "forbid", "only_args", "quota", "message", "mode"},
        kOtherKeys);
    LoadName(keys_are_known);
    LoadTools();
    expressions_.StartRule(ToolsOf(policy_, rule_));
    if (const Node* when = node_.Find("when"); when != nullptr) {
      rule_.when = expressions_.Read(*when, "when", Wanted::kBool);
    }
    LoadChecks(keys_are_known);
    expressions_.CompareConditions(rule_);
    LoadMessage();
    expressions_.EndRule();
    LoadMode();
    return std::move(rule_);
  }

 private:
  void LoadName(bool keys_are_known) {
    const Node* name = node_.Find("name");
    rule_.at = name != nullptr ? name->at : node_.at;
    rule_.name = reader_.Text(name, "a rule's name").value_or("");
    if (name == nullptr) {
      if (keys_are_known) {
        reader_.Error(node_, "a rule needs a name",
                      "add name: with a few words; denials and logs say it");
      }
    } else if (rule_.name.empty() && name->kind == Kind::kScalar) {
      reader_.Error(*name, "a rule needs a name",
                    "what follows a # is a comment; put a name that holds one in quotes");
    }
  }

  void LoadTools() {
    const Node* tools = node_.Find("tools");
    if (tools == nullptr) return;
    rule_.tools = ReadToolPatterns(reader_, *tools, "tools");
    const auto look_at = [this](const Node& tool) {
      const bool name = tool.kind == Kind::kScalar && tool.text.find('*') == std::string::npos;
      const std::string why_not = name ? WhyNeverCalled(policy_, tool.text) : std::string();
      if (why_not.empty()) return;
      reader_.Warn(tool, "the rule gets no call of this tool: " + why_not,
                   WhatHelps(policy_, tool.text), DiagnosticCode::kUnreachableTool);
    };
    if (tools->kind == Kind::kScalar) look_at(*tools);
    for (const Node* tool : tools->items) look_at(*tool);
    if (tools->kind == Kind::kSequence && tools->items.empty()) {
      reader_.Error(*tools, "tools lists no tool",
                    "name one, or remove tools: the rule then applies to every tool");
    }
  }

  void LoadChecks(bool keys_are_known) {
    const Node* require = node_.Find("require");
    const Node* forbid = node_.Find("forbid");
    const Node* only_args = node_.Find("only_args");
    const Node* quota = node_.Find("quota");
    if (require != nullptr) rule_.require = expressions_.ReadConditions(*require, "require");
    if (forbid != nullptr) rule_.forbid = expressions_.ReadConditions(*forbid, "forbid");
    if (only_args != nullptr) {
      rule_.only_args =
          ReadNames(reader_, *only_args, "only_args", "an argument", &rule_.only_args_at);
    }
    if (quota != nullptr) rule_.quota = LoadQuota(reader_, expressions_, *quota);
    const bool none =
        require == nullptr && forbid == nullptr && only_args == nullptr && quota == nullptr;
    if (!none || !keys_are_known) return;
    const Node* when = node_.Find("when");
    const Node* name = node_.Find("name");
    reader_.Error(when != nullptr   ? *when
                  : name != nullptr ? *name
                                    : node_,
                  "this rule denies nothing",
                  when != nullptr ? "when only says where the rule applies; add require, forbid, "
                                    "only_args or quota, such as forbid: true"
                                  : "add require, forbid, only_args or quota");
  }

  void LoadMessage() {
    rule_.check_message = fmt::format("Denied by rule {}", JsonQuote(rule_.name));
    rule_.quota_message =
        rule_.quota ? QuotaMessage(*rule_.quota, rule_.name) : rule_.check_message;
    const Node* message = node_.Find("message");
    const std::optional<std::string> text =
        reader_.Text(message, "message", "write one text; several lines of it start with \"|\"");
    if (message == nullptr || message->kind != Kind::kScalar) return;
    if (!text || text->empty()) {
      reader_.Error(*message, "message is empty",
                    "write what the agent reads, or remove it; what follows a # is a comment");
      return;
    }
    rule_.message = expressions_.ReadMessage(*message, node_.Find("quota") != nullptr);
  }

  void LoadMode() {
    const Node* mode = node_.Find("mode");
    const std::optional<std::string> text = reader_.Text(mode, "mode");
    if (mode == nullptr || mode->kind != Kind::kScalar) return;
    rule_.shadow = text == "shadow";
    if (rule_.shadow || text == "enforce") return;
    std::string hint = DidYouMean(mode->text, {"enforce", "shadow"});
    if (hint.empty()) hint = "shadow logs what the rule would deny; enforce is the default";
    reader_.Error(
        *mode, fmt::format("mode must be enforce or shadow, not {}", JsonQuote(mode->text)), hint);
  }

  PolicyReader& reader_;
  const Policy& policy_;
  ExpressionReader& expressions_;
  const Node& node_;
  RuleModel rule_;
};

}  // namespace

std::optional<RuleModel> LoadRule(PolicyReader& reader, const Policy& policy,
                                  ExpressionReader& expressions, const Node& node) {
  return RuleLoader(reader, policy, expressions, node).Load();
}

}  // namespace writ
