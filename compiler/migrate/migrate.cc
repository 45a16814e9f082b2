// Policies of version "1" to text of `writ: 1`.
// Tested by tests/compiler/migrate/migrate_test.cc, agreement_test.cc and
// tests/referees/migrate.cc.
#include "compiler/migrate/migrate.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/migrate/cel_text.h"
#include "compiler/migrate/condition_text.h"
#include "compiler/yaml/write.h"
#include "grammar/ast.h"
#include "vm/json_text.h"

namespace writ {
namespace {

using yaml::Quoted;

constexpr size_t kCommentCharacters = 90;

constexpr std::string_view kPreamble =
    "# Migrated from {} by writ migrate. It decides as that policy does.\n"
    "#\n"
    "#   - Counts start at nothing: they are kept by this policy's name and those of its rules.\n"
    "#   - Where an argument is missing or of another type a condition ends in an error. That "
    "denies\n"
    "#     as before, but the agent reads what is wrong instead of the rule's message.\n"
    "#   - Version \"1\" compares what values look like, so that 5 equals \"5\". Where a condition "
    "names\n"
    "#     both and your tool takes only one, remove the other.\n";

// Names that are each given out once.
class UniqueNames {
 public:
  explicit UniqueNames(std::set<std::string> all) : all_(std::move(all)) {}

  // `name`, with a number behind it if it was given out before.
  std::string Take(const std::string& name) {
    if (taken_.insert(name).second) return name;
    for (size_t& number = next_number_.try_emplace(name, 2).first->second;;) {
      std::string numbered = fmt::format("{} ({})", name, number++);
      if (all_.count(numbered) == 0 && taken_.insert(numbered).second) return numbered;
    }
  }

 private:
  std::set<std::string> all_;
  std::set<std::string> taken_;
  std::map<std::string, size_t> next_number_;  // of names that were given out before
};

class Migration {
 public:
  Migration(const Policy& policy, const yaml::Node& root, Diagnostics& diagnostics)
      : policy_(policy), root_(root), diagnostics_(diagnostics), names_(AllNames(policy)) {}

  std::optional<std::string> Run() {
    const size_t errors_before = diagnostics_.error_count();
    CheckHidden();
    std::string rules;
    for (const ToolModel& tool : policy_.tools) {
      CheckName(tool);
      for (const RuleModel& rule : tool.rules) rules += RuleText(&tool, rule);
    }
    for (const RuleModel& rule : policy_.every_tool) rules += RuleText(nullptr, rule);
    if (diagnostics_.error_count() != errors_before) return std::nullopt;

    std::string text =
        fmt::format(kPreamble, yaml::CommentText(policy_.source->name(), kCommentCharacters));
    text += "writ: 1\n";
    if (const yaml::Node* description = root_.Find("description");
        description != nullptr && !yaml::IsNull(*description)) {
      text += fmt::format("description: {}\n", Quoted(description->text));
    }
    text += ListsText();
    text += lists_.Text();
    if (!rules.empty()) text += "rules:\n" + rules;
    return text;
  }

 private:
  static std::set<std::string> AllNames(const Policy& policy) {
    std::set<std::string> names;
    for (const ToolModel& tool : policy.tools) {
      for (const RuleModel& rule : tool.rules) names.insert(rule.name);
    }
    for (const RuleModel& rule : policy.every_tool) names.insert(rule.name);
    return names;
  }

  // The names are checked where they stand: the model keeps no place of an entry of hide.
  void CheckHidden() {
    const yaml::Node* hide = root_.Find("hide");
    if (hide == nullptr) return;
    for (const yaml::Node* entry : hide->items) {
      if (entry->text == "*" || entry->text.find('*') == std::string::npos) continue;
      diagnostics_.Error(policy_.source, entry->at, entry->length,
                         fmt::format("{} hides one tool here, and every tool that fits in writ: 1",
                                     JsonQuote(entry->text)),
                         "\"*\" stands for any characters there; name the tools you mean");
    }
  }

  // Of a tool that is to be named in the new policy.
  void CheckName(const ToolModel& tool) {
    if (!policy_.default_deny && tool.rules.empty()) return;
    if (tool.name.find_first_not_of(" \t\r\n") == std::string::npos) {
      diagnostics_.Error(
          policy_.source, tool.at, 1,
          fmt::format("the name of this tool, {}, is blank, and writ: 1 takes none that is",
                      JsonQuote(tool.name)),
          "remove it if your server has no such tool, or keep this policy in version: \"1\"");
    }
    if (tool.name.find('*') == std::string::npos) return;
    diagnostics_.Error(
        policy_.source, tool.at, 1,
        policy_.default_deny
            ? fmt::format("{} lists one tool here, and would allow every tool that fits in writ: 1",
                          JsonQuote(tool.name))
            : fmt::format("{} names one tool here, and every tool that fits in writ: 1",
                          JsonQuote(tool.name)),
        "\"*\" stands for any characters there; name the tools you mean");
  }

  std::string ListsText() const {
    std::string text = fmt::format("default: {}\n", policy_.default_deny ? "deny" : "allow");
    if (policy_.default_deny) {
      text += policy_.tools.empty() ? "allow: []\n" : "allow:\n";
      for (const ToolModel& tool : policy_.tools) {
        text += fmt::format("  - {}\n", Quoted(tool.name));
      }
    }
    if (policy_.hides_all) {
      text += "hide: '*'\n";
    } else if (!policy_.hidden.empty()) {
      text += "hide:\n";
      for (const std::string& name : policy_.hidden) text += fmt::format("  - {}\n", Quoted(name));
    }
    return text;
  }

  // `tool` is null for rules of every tool.
  std::string RuleText(const ToolModel* tool, const RuleModel& rule) {
    const std::string name = names_.Take(rule.name);
    std::string text = fmt::format(
        "  # {}, line {}{}\n",
        tool != nullptr ? yaml::CommentText(tool->name, kCommentCharacters) : "every tool",
        rule.at.line, name == rule.name ? "" : "; it had the name of another");
    text += fmt::format("  - name: {}\n", Quoted(name));
    if (tool != nullptr) text += ToolText(tool->name);
    text += ConditionsText(rule);
    text += MessageText(rule);
    return text;
  }

  static std::string ToolText(const std::string& name) {
    const bool reads_as_list = name.find(',') != std::string::npos;
    return reads_as_list ? fmt::format("    tools:\n      - {}\n", Quoted(name))
                         : fmt::format("    tools: {}\n", Quoted(name));
  }

  std::string ConditionsText(const RuleModel& rule) {
    if (rule.denies) return "    forbid: true\n";
    std::vector<std::string> required;
    bool impossible = false;
    for (const Condition& condition : rule.conditions) {
      if (!condition.counter) {
        required.push_back(ConditionText(condition, lists_));
        CheckLength(required.back(), condition.at, condition.path_node->length);
      } else if (IsOwnLimit(rule, condition)) {
        impossible = impossible || IsNaN(condition);
      } else {
        RefuseCounter(rule, condition);
      }
    }
    if (impossible || (rule.counting && IsBelowZero(rule))) {
      return "    # No count can keep the limit of this rule, so it denies every call.\n"
             "    forbid: true\n";
    }
    std::string text;
    if (std::any_of(rule.conditions.begin(), rule.conditions.end(), ReadsEveryNumber)) {
      text +=
          "    # \"x in [x]\" is true, or an error if x holds a number that servers read "
          "differently.\n";
    }
    if (required.size() == 1) text += fmt::format("    require: {}\n", Quoted(required.front()));
    if (required.size() > 1) {
      text += "    require:\n";
      for (const std::string& one : required) text += fmt::format("      - {}\n", Quoted(one));
    }
    if (rule.counting) text += QuotaText(rule);
    return text;
  }

  void CheckLength(std::string_view expression, Position at, uint32_t length) {
    if (expression.size() <= cel::kMaxExpressionBytes) return;
    diagnostics_.Error(policy_.source, at, length,
                       fmt::format("this would take an expression of {} bytes, and one has at most "
                                   "{} in writ: 1",
                                   expression.size(), cel::kMaxExpressionBytes),
                       "keep this policy in version: \"1\", or make the value shorter");
  }

  // A limit on the rule's own counter.
  static bool IsOwnLimit(const RuleModel& rule, const Condition& condition) {
    return rule.counting && condition.counter == rule.counting->counter &&
           (condition.op == Operator::kLt || condition.op == Operator::kLte);
  }

  static bool IsNaN(const Condition& condition) {
    const yaml::Scalar value = yaml::Resolve(*condition.value);
    const auto* number = std::get_if<double>(&value);
    return number != nullptr && *number != *number;
  }

  // Even an untouched counter is over the limit.
  static bool IsBelowZero(const RuleModel& rule) {
    return std::any_of(rule.conditions.begin(), rule.conditions.end(), [&](const Condition& one) {
      if (!IsOwnLimit(rule, one)) return false;
      const yaml::Scalar value = yaml::Resolve(*one.value);
      const auto* whole = std::get_if<int64_t>(&value);
      const double limit = whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
      return one.op == Operator::kLt ? limit <= 0 : limit < 0;
    });
  }

  std::string QuotaText(const RuleModel& rule) {
    const Counting& counting = *rule.counting;
    std::string text;
    if (!rule.conditions.empty()) {
      text += fmt::format("    # what {} counted\n",
                          yaml::CommentText(counting.path_text, kCommentCharacters));
    }
    text += "    quota:\n";
    // Of a limit below 1 nothing whole is left: with `max: 0` no count of 1 fits.
    const bool nothing_fits = counting.limit < 0;
    text += fmt::format("      max: {}\n", std::max<int64_t>(counting.limit, 0));
    text += fmt::format("      per: {}\n", WindowName(counting.window));
    if (nothing_fits) return text;
    if (!counting.amount_names.empty()) {
      const std::string of = ArgumentText(counting.amount_names);
      CheckLength(of, counting.at, 1);
      text += fmt::format("      of: {}\n", Quoted(of));
    } else if (counting.amount != 1) {
      text += fmt::format("      of: {}\n", counting.amount);
    }
    return text;
  }

  void RefuseCounter(const RuleModel& rule, const Condition& condition) {
    const bool own = rule.counting && condition.counter == rule.counting->counter;
    diagnostics_.Error(
        policy_.source, condition.at, condition.path_node->length,
        own ? "in writ: 1 a count can only be limited, and this condition reads it"
            : "in writ: 1 a rule cannot read what another rule has counted",
        own ? "write the limit with op: lt or lte, or remove the condition"
            : "keep this policy in version: \"1\", or remove the condition if you can do without");
  }

  static std::string MessageText(const RuleModel& rule) {
    const bool is_rate_limit = rule.counting && rule.conditions.empty();
    const std::string own_words =
        is_rate_limit ? fmt::format("Rate limit of {} per {} reached. Try again later.",
                                    rule.counting->limit, WindowName(rule.counting->window))
                      : fmt::format("Denied by rule {}", JsonQuote(rule.name));
    if (rule.check_message == own_words) return {};
    std::string text;
    for (size_t i = 0; i < rule.check_message.size(); ++i) {
      if (rule.check_message.compare(i, 2, "${") == 0) text += '$';
      text += rule.check_message[i];
    }
    return fmt::format("    message: {}\n", Quoted(text));
  }

  const Policy& policy_;
  const yaml::Node& root_;
  Diagnostics& diagnostics_;
  UniqueNames names_;
  LongLists lists_;
};

}  // namespace

std::optional<std::string> MigratePolicy(const Policy& policy, const yaml::Node& root,
                                         Diagnostics& diagnostics) {
  return Migration(policy, root, diagnostics).Run();
}

}  // namespace writ
