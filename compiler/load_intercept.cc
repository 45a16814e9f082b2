// Version "1" policies to the model.
// Tested by tests/compiler/load_intercept_test.cc and the text tests in tests/policies/.
#include "compiler/load_intercept.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "compiler/regex_syntax.h"
#include "vm/json_text.h"

namespace writ {
namespace {

using yaml::Kind;
using yaml::Node;

// JSON nests no deeper on the wire, so a longer path can find nothing.
constexpr size_t kMaxPathNames = 100;

constexpr std::string_view kOperatorNames[] = {"eq", "neq", "in",    "not_in",   "lt",    "lte",
                                               "gt", "gte", "regex", "contains", "exists"};

// Words that are no keys, and what to write instead: those of Intercept's later versions, and what
// authors try.
struct OtherKey {
  std::string_view name;
  std::string_view instead;
};
constexpr OtherKey kOtherKeys[] = {
    {"require_approval", "asking a person is not supported; use action: deny"},
    {"approval_timeout", "asking a person is not supported; use action: deny"},
    {"spend_limit",
     "use state: {counter: spend, window: day, increment_from: args.amount} with a "
     "condition {path: state.<tool>.spend, op: lte, value: …}"},
    {"shadow", "shadow rules are not supported in version \"1\" policies"},
    {"mode", "shadow rules are not supported in version \"1\" policies"},
    {"operator", "write op: with the operator"},
    {"message", "write on_deny: with what the agent reads"},
    {"hide", "list the tool in the policy's own hide: […]"},
    {"deny", "a rule denies: {name: …, action: deny}"},
};

std::string_view InsteadOf(std::string_view word) {
  for (const OtherKey& other : kOtherKeys) {
    if (other.name == word) return other.instead;
  }
  return {};
}

constexpr std::string_view kWindowNames[] = {"minute", "hour", "day"};

std::string WindowHint(std::string_view text) {
  if (text.empty()) return "add window: hour";
  if (text == "s" || text.substr(0, 3) == "sec") return "the shortest window is a minute";
  for (const std::string_view name : kWindowNames) {
    if (name.substr(0, text.size()) == text) return fmt::format("did you mean {}?", name);
  }
  const std::string_view nearest =
      Nearest(text, {std::begin(kWindowNames), std::end(kWindowNames)});
  return nearest.empty() ? std::string() : fmt::format("did you mean {}?", nearest);
}

// What a path that starts with neither args. nor state. may have been meant as.
std::string PathHint(std::string_view path) {
  constexpr std::string_view kRoots[] = {"arg",  "arguments", "params", "parameters", "request",
                                         "tool", "call",      "input",  "Args",       "$"};
  const size_t dot = path.find('.');
  const std::string_view root = path.substr(0, dot);
  if (root == "state") return "a counter's path is state.<tool>.<counter>";
  if (root == "args") return "name an argument, such as args.amount";
  const bool names_arguments =
      dot != std::string_view::npos &&
      std::find(std::begin(kRoots), std::end(kRoots), root) != std::end(kRoots);
  return fmt::format("did you mean args.{}?", names_arguments ? path.substr(dot + 1) : path);
}

// An integer as written, however large: YAML gives those beyond 64 bits as doubles.
bool HasOnlyDigits(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789_") == std::string_view::npos;
}

bool IsWildcard(std::string_view tool) {
  return tool == "*";
}

class Loader {
 public:
  Loader(std::shared_ptr<const Source> source, std::string space, Diagnostics& diagnostics)
      : source_(std::move(source)), diagnostics_(diagnostics) {
    policy_.source = source_;
    policy_.space = std::move(space);
  }

  std::optional<Policy> Load(const Node& root) {
    const size_t errors_before = diagnostics_.error_count();
    LoadTop(root);
    if (diagnostics_.error_count() != errors_before) return std::nullopt;
    return std::move(policy_);
  }

 private:
  void Error(const Node& at, std::string message, std::string hint = {}) {
    diagnostics_.Error(source_, at.at, at.length, std::move(message), std::move(hint));
  }
  void Warn(const Node& at, std::string message, std::string hint = {}) {
    diagnostics_.Warning(source_, at.at, at.length, std::move(message), std::move(hint));
  }

  // Reports members of `map` that are not in `known`. False if there are any: what else is missing
  // may have been meant by those.
  bool CheckKeys(const Node& map, std::string_view where,
                 const std::vector<std::string_view>& known) {
    const size_t errors_before = diagnostics_.error_count();
    for (const yaml::Member& member : map.members) {
      if (member.key->kind != Kind::kScalar) {
        Error(*member.key, fmt::format("a key of {} must be a word", where));
        continue;
      }
      const std::string& name = member.key->text;
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      std::string hint(InsteadOf(name));
      if (const std::string_view nearest = Nearest(name, known); hint.empty()) {
        hint = nearest.empty() ? fmt::format("{} may have: {}", where, fmt::join(known, ", "))
                               : fmt::format("did you mean {}?", nearest);
      }
      Error(*member.key, fmt::format("unknown key {} in {}", JsonQuote(name), where), hint);
    }
    return diagnostics_.error_count() == errors_before;
  }

  // A scalar's text as it stands; null counts as not given. Reports what is no scalar.
  std::optional<std::string> Text(const Node* node, std::string_view what) {
    if (node == nullptr) return std::nullopt;
    if (node->kind != Kind::kScalar) {
      Error(*node, fmt::format("{} must be text", what));
      return std::nullopt;
    }
    if (yaml::IsNull(*node)) return std::nullopt;
    return node->text;
  }

  static bool Missing(const Node* node) { return node == nullptr || yaml::IsNull(*node); }

  void LoadTop(const Node& root) {
    if (root.kind != Kind::kMapping) {
      Error(root, "a policy must be a mapping that starts with version: \"1\"");
      return;
    }
    CheckKeys(root, "a policy", {"version", "description", "default", "hide", "tools"});
    LoadVersion(root);
    Text(root.Find("description"), "description");
    LoadDefault(root.Find("default"));
    LoadHide(root.Find("hide"));
    LoadTools(root.Find("tools"));
    ResolveCounters();
  }

  void LoadVersion(const Node& root) {
    const Node* version = root.Find("version");
    if (version == nullptr) {
      Error(root, "version is missing", "start the policy with version: \"1\"");
      return;
    }
    if (version->kind != Kind::kScalar || version->text != "1") {
      Error(*version, "version must be \"1\"", "write version: \"1\"");
    }
  }

  void LoadDefault(const Node* node) {
    const std::string value = Text(node, "default").value_or("");
    if (node == nullptr || node->kind != Kind::kScalar || value.empty()) return;
    policy_.default_deny = value == "deny";
    if (value != "allow" && value != "deny") {
      const std::string_view nearest = Nearest(value, {"allow", "deny"});
      Error(*node, fmt::format("default must be allow or deny, not {}", JsonQuote(value)),
            nearest.empty() ? std::string() : fmt::format("did you mean {}?", nearest));
    }
  }

  void LoadHide(const Node* node) {
    if (Missing(node)) return;
    if (node->kind != Kind::kSequence) {
      Error(*node, "hide must be a list of tool names",
            node->kind == Kind::kScalar ? fmt::format("write hide: [{}]", node->text)
                                        : std::string());
      return;
    }
    std::set<std::string> seen;
    for (const Node* entry : node->items) {
      if (entry->kind != Kind::kScalar) {
        Error(*entry, "an entry of hide must be a tool's name");
        continue;
      }
      const bool blank = entry->text.find_first_not_of(" \t\r\n") == std::string::npos;
      if (yaml::IsNull(*entry) || blank) {
        Error(*entry, "an entry of hide is empty");
      } else if (!seen.insert(entry->text).second) {
        Error(*entry, fmt::format("duplicate entry {} in hide", JsonQuote(entry->text)));
      } else if (entry->text == "*") {
        policy_.hides_all = true;
      } else {
        policy_.hidden.push_back(entry->text);
      }
    }
  }

  void LoadTools(const Node* node) {
    if (Missing(node)) return;
    if (node->kind != Kind::kMapping) {
      Error(*node, "tools must be a mapping from tool names to their rules");
      return;
    }
    for (const yaml::Member& member : node->members) {
      if (member.key->kind != Kind::kScalar || member.key->text.empty()) {
        Error(*member.key, "a tool's name must be a word that is not empty");
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
      Error(body, fmt::format("tool {} must be a mapping with rules", JsonQuote(key.text)),
            key.text == "rules" ? "indent rules below the name of its tool"
                                : fmt::format("write {}: {{rules: […]}}", key.text));
      return;
    }
    CheckKeys(body, "a tool", {"rules"});
    const Node* rules = body.Find("rules");
    if (Missing(rules)) return;
    if (rules->kind != Kind::kSequence) {
      Error(*rules, "rules must be a list", "start each rule with \"- name: …\"");
      return;
    }
    scope_ = IsWildcard(tool.name) ? CounterScope{"", true} : CounterScope{tool.name, false};
    scope_text_ = scope_.shared ? "_global" : tool.name;
    std::map<std::string, Position> counters;
    for (const Node* rule : rules->items) {
      std::optional<RuleModel> model = LoadRule(*rule);
      if (counting_at_ != nullptr) {
        const auto [earlier, is_new] = counters.emplace(counting_name_, counting_at_->at);
        if (!is_new) ReportDuplicateCounter(earlier->second.line);
      }
      if (model.has_value()) tool.rules.push_back(std::move(*model));
    }
  }

  void ReportDuplicateCounter(uint32_t earlier_line) {
    constexpr std::string_view kShorthand = "_rate_";
    if (counting_name_.rfind(kShorthand, 0) == 0) {
      Error(*counting_at_,
            fmt::format("duplicate counter {}: a tool can have one rate_limit per {}, and the one "
                        "in line {} is that",
                        JsonQuote(counting_name_), counting_name_.substr(kShorthand.size()),
                        earlier_line),
            "keep the lower one");
      return;
    }
    Error(*counting_at_,
          fmt::format("duplicate counter {} in one tool, already used in line {}",
                      JsonQuote(counting_name_), earlier_line),
          "give each counter of a tool its own name");
  }

  // Sets counting_at_ and counting_name_ if the rule counts.
  std::optional<RuleModel> LoadRule(const Node& node) {
    counting_at_ = nullptr;
    if (node.kind != Kind::kMapping) {
      Error(node, yaml::IsNull(node) ? "this rule is empty" : "a rule must be a mapping",
            "write - {name: …, conditions: […]}");
      return std::nullopt;
    }
    const bool keys_are_known = CheckKeys(
        node, "a rule", {"name", "action", "conditions", "rate_limit", "state", "on_deny"});
    RuleModel rule;
    rule.at = node.at;
    const Node* name = node.Find("name");
    rule.name = Text(name, "a rule's name").value_or("");
    if (name != nullptr) rule.at = name->at;
    if (rule.name.empty() && (name == nullptr || name->kind == Kind::kScalar)) {
      Error(name != nullptr ? *name : node, "a rule needs a name",
            name != nullptr && yaml::IsNull(*name)
                ? "what follows a # is a comment; put a name that holds one in quotes"
                : "");
    }
    const std::optional<std::string> on_deny = Text(node.Find("on_deny"), "on_deny");
    const std::string message = on_deny.value_or("");

    const Node* action = node.Find("action");
    const std::string action_text = Text(action, "action").value_or("");
    rule.denies = action_text == "deny";
    const bool action_is_known =
        action_text.empty() || action_text == "deny" || action_text == "evaluate";
    if (!action_is_known) {
      Error(*action, fmt::format("action must be evaluate or deny, not {}", JsonQuote(action_text)),
            ActionHint(action_text));
    }

    const Node* limit = node.Find("rate_limit");
    if (limit != nullptr &&
        !(limit->kind == Kind::kScalar && (yaml::IsNull(*limit) || limit->text.empty()))) {
      LoadRateLimit(node, *limit, rule, message);
      return rule;
    }

    rule.check_message =
        message.empty() ? fmt::format("Denied by rule {}", JsonQuote(rule.name)) : message;
    rule.quota_message =
        message.empty() ? fmt::format("Rate limit exceeded for {}", rule.name) : message;
    const size_t errors_before = diagnostics_.error_count();
    LoadConditions(node, action, keys_are_known && action_is_known, rule);
    const bool conditions_are_sound = diagnostics_.error_count() == errors_before;
    const Node* state = node.Find("state");
    if (!Missing(state)) LoadState(*state, conditions_are_sound, rule);
    return rule;
  }

  static std::string ActionHint(const std::string& text) {
    if (const std::string_view instead = InsteadOf(text); !instead.empty()) {
      return std::string(instead);
    }
    if (text == "allow") return "rules only deny; a call passes when no rule denies it";
    const std::string_view nearest = Nearest(text, {"deny", "evaluate"});
    return nearest.empty() ? "action: deny denies every call of the tool"
                           : fmt::format("did you mean {}?", nearest);
  }

  void LoadRateLimit(const Node& node, const Node& limit, RuleModel& rule,
                     const std::string& message) {
    constexpr std::string_view kForm = "rate_limit must be COUNT/WINDOW, such as 5/hour";
    const auto given = [&node](std::string_view key) {
      const Node* member = node.Find(key);
      return !Missing(member) && !(member->kind == Kind::kSequence && member->items.empty());
    };
    if (given("conditions") || given("state")) {
      Error(limit, "rate_limit cannot be combined with conditions or state",
            "put it into a rule of its own");
    }
    if (rule.denies) {
      Error(limit, "rate_limit cannot be combined with action: deny",
            "remove the action: a rate limit denies what goes beyond it");
    }
    if (limit.kind != Kind::kScalar) {
      Error(limit, std::string(kForm));
      return;
    }
    const std::string_view text = limit.text;
    const size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
      const bool is_count = text.find_first_not_of("0123456789") == std::string_view::npos;
      Error(limit, std::string(kForm),
            is_count ? fmt::format("write {}/hour", text) : std::string());
      return;
    }
    std::string_view count_text = text.substr(0, slash);
    if (!count_text.empty() && count_text[0] == '+') count_text.remove_prefix(1);
    int64_t count = 0;
    const auto parsed =
        std::from_chars(count_text.data(), count_text.data() + count_text.size(), count);
    if (count_text.empty() || count_text[0] == '-' || parsed.ec != std::errc() ||
        parsed.ptr != count_text.data() + count_text.size() || count <= 0) {
      Error(limit,
            fmt::format("the count of rate_limit must be a whole number from 1, not {}",
                        JsonQuote(text.substr(0, slash))),
            count_text == "0" ? "write action: deny instead to deny every call" : "");
      return;
    }
    const std::optional<Window> window = ParseWindow(text.substr(slash + 1));
    if (!window.has_value()) {
      Error(limit,
            fmt::format("the window of rate_limit must be minute, hour or day, not {}",
                        JsonQuote(text.substr(slash + 1))),
            WindowHint(text.substr(slash + 1)));
      return;
    }
    Counting counting;
    counting.at = limit.at;
    counting.counter = {scope_, fmt::format("_rate_{}", WindowName(*window))};
    counting.path_text = fmt::format("state.{}.{}", scope_text_, counting.counter.name);
    counting.window = *window;
    counting.limit = count;
    rule.quota_message = message.empty()
                             ? fmt::format("Rate limit of {} per {} reached. Try again later.",
                                           count, WindowName(*window))
                             : message;
    rule.check_message = rule.quota_message;
    Count(limit, counting);
    rule.counting = std::move(counting);
  }

  static std::optional<Window> ParseWindow(std::string_view text) {
    if (text == "minute") return Window::kMinute;
    if (text == "hour") return Window::kHour;
    if (text == "day") return Window::kDay;
    return std::nullopt;
  }

  void Count(const Node& at, const Counting& counting) {
    counting_at_ = &at;
    counting_name_ = counting.counter.name;
    counters_.insert(counting.counter);
  }

  void LoadConditions(const Node& node, const Node* action, bool report_missing, RuleModel& rule) {
    const Node* conditions = node.Find("conditions");
    if (!Missing(conditions) && conditions->kind != Kind::kSequence) {
      Error(*conditions, "conditions must be a list", "start each condition with \"- path: …\"");
      return;
    }
    const bool none = Missing(conditions) || conditions->items.empty();
    if (rule.denies) {
      if (!none) {
        Error(*conditions, "a rule with action: deny cannot have conditions",
              "remove the action and write conditions that must hold: a rule denies when one of "
              "them does not");
      }
      return;
    }
    if (none) {
      if (!report_missing) return;
      Error(conditions != nullptr ? *conditions
            : action != nullptr   ? *action
                                  : node,
            "a rule needs at least one condition",
            "add conditions, or action: deny to deny every call");
      return;
    }
    for (const Node* condition : conditions->items) LoadCondition(*condition, rule);
  }

  void LoadCondition(const Node& node, RuleModel& rule) {
    if (node.kind != Kind::kMapping) {
      Error(node, yaml::IsNull(node) ? "this condition is empty" : "a condition must be a mapping",
            "write {path: args.…, op: …, value: …}");
      return;
    }
    if (!CheckKeys(node, "a condition", {"path", "op", "value"})) return;
    Condition condition;
    condition.at = node.at;
    const bool has_path = LoadPath(node, condition);
    condition.value = node.Find("value");
    if (!LoadOperator(node, condition)) return;
    if (!CheckValue(node, condition)) return;
    if (!has_path) return;
    rule.conditions.push_back(std::move(condition));
  }

  bool LoadPath(const Node& node, Condition& condition) {
    const Node* path = node.Find("path");
    const std::optional<std::string> text = Text(path, "path");
    if (path != nullptr && path->kind != Kind::kScalar) return false;
    if (!text.has_value() || text->empty()) {
      Error(path != nullptr ? *path : node, "a condition needs a path",
            "such as args.amount or state.<tool>.<counter>");
      return false;
    }
    condition.path_text = *text;
    condition.path_node = path;
    condition.at = path->at;
    if (text->rfind("args.", 0) == 0) {
      return SplitPath(*path, text->substr(5), condition.names);
    }
    if (text->rfind("state.", 0) == 0) {
      return true;  // resolved once every counter is known
    }
    Error(*path,
          fmt::format("path must start with args. or state., not {}",
                      JsonQuote(std::string_view(*text).substr(0, text->find('.')))),
          PathHint(*text));
    return false;
  }

  bool SplitPath(const Node& at, std::string_view text, std::vector<std::string>& names) {
    for (size_t start = 0;;) {
      const size_t dot = text.find('.', start);
      names.emplace_back(text.substr(start, dot - start));
      if (dot == std::string_view::npos) break;
      start = dot + 1;
    }
    if (names.size() <= kMaxPathNames) return true;
    Error(at,
          fmt::format("path has {} names, at most {} are possible", names.size(), kMaxPathNames));
    return false;
  }

  bool LoadOperator(const Node& node, Condition& condition) {
    const Node* op = node.Find("op");
    const std::string text = Text(op, "operator op").value_or("");
    const std::vector<std::string_view> known(std::begin(kOperatorNames), std::end(kOperatorNames));
    if (text.empty()) {
      if (op == nullptr || op->kind == Kind::kScalar) {
        Error(op != nullptr ? *op : node, "a condition needs an operator",
              fmt::format("add op: with one of {}", fmt::join(known, ", ")));
      }
      return false;
    }
    const auto found = std::find(known.begin(), known.end(), text);
    if (found == known.end()) {
      Error(*op, fmt::format("unknown operator {}", JsonQuote(text)), OperatorHint(text, known));
      return false;
    }
    condition.op = static_cast<Operator>(found - known.begin());
    return true;
  }

  static std::string OperatorHint(std::string_view text,
                                  const std::vector<std::string_view>& known) {
    constexpr std::pair<std::string_view, std::string_view> kMeant[] = {
        {"==", "eq"},
        {"=", "eq"},
        {"equals", "eq"},
        {"!=", "neq"},
        {"ne", "neq"},
        {"<", "lt"},
        {"<=", "lte"},
        {"le", "lte"},
        {">", "gt"},
        {">=", "gte"},
        {"ge", "gte"},
        {"matches", "regex"},
        {"=~", "regex"},
        {"nin", "not_in"},
        {"starts_with", "regex with a value such as \"^a\""},
        {"ends_with", "regex with a value such as \"a$\""},
        {"match", "regex"},
        {"like", "regex"},
        {"glob", "regex"},
    };
    for (const auto& [word, meant] : kMeant) {
      if (word == text) return fmt::format("use op: {}", meant);
    }
    const std::string_view nearest = Nearest(text, known);
    if (!nearest.empty()) return fmt::format("did you mean {}?", nearest);
    return fmt::format("known operators: {}", fmt::join(known, ", "));
  }

  bool CheckValue(const Node& node, const Condition& condition) {
    const Node& at = condition.value != nullptr ? *condition.value : node;
    const std::string_view op = kOperatorNames[static_cast<size_t>(condition.op)];
    const bool scalar = condition.value == nullptr || condition.value->kind == Kind::kScalar;
    const yaml::Scalar value =
        condition.value != nullptr && scalar ? yaml::Resolve(*condition.value) : yaml::Scalar();
    switch (condition.op) {
      case Operator::kIn:
      case Operator::kNotIn:
        if (condition.value != nullptr && condition.value->kind == Kind::kSequence) break;
        Error(at, fmt::format("operator {} needs a list", op),
              condition.value == nullptr ? "add value: [a, b]"
              : scalar && !yaml::IsNull(*condition.value)
                  ? fmt::format("write value: [{}]", condition.value->text)
                  : std::string());
        return false;
      case Operator::kLt:
      case Operator::kLte:
      case Operator::kGt:
      case Operator::kGte:
        if (scalar && (std::holds_alternative<uint64_t>(value) ||
                       (std::holds_alternative<double>(value) && HasOnlyDigits(at.text) &&
                        std::abs(std::get<double>(value)) >= 0x1p63))) {
          Error(at, "this number does not fit 64 bits");
          return false;
        }
        if (scalar &&
            (std::holds_alternative<int64_t>(value) || std::holds_alternative<double>(value))) {
          break;
        }
        Error(at, fmt::format("operator {} needs a number", op), NumberHint(condition));
        return false;
      case Operator::kRegex: {
        if (!scalar || !std::holds_alternative<std::string>(value)) {
          Error(at, "the value of operator regex must be text");
          return false;
        }
        if (const std::string fault = RegexFault(std::get<std::string>(value)); !fault.empty()) {
          Error(at, fmt::format("this regex does not compile: {}", fault));
          return false;
        }
        break;
      }
      case Operator::kExists:
        if (scalar && std::holds_alternative<bool>(value)) break;
        Error(at, "operator exists needs a boolean, true or false",
              condition.value == nullptr ? "add value: true" : "");
        return false;
      default: break;
    }
    if (condition.value != nullptr) WarnOfSpellings(*condition.value);
    return true;
  }

  static std::string NumberHint(const Condition& condition) {
    if (condition.value == nullptr) return "add value: with a number";
    if (condition.value->kind != Kind::kScalar) return {};
    Node unquoted = *condition.value;
    unquoted.style = Node::Style::kPlain;
    unquoted.tag.clear();
    const yaml::Scalar value = yaml::Resolve(unquoted);
    const bool is_number =
        std::holds_alternative<int64_t>(value) || std::holds_alternative<double>(value);
    return is_number ? fmt::format("write value: {} without quotes", unquoted.text) : std::string();
  }

  // Leading zeros make an integer octal, which few authors mean.
  void WarnOfSpellings(const Node& node) {
    for (const Node* item : node.items) WarnOfSpellings(*item);
    for (const yaml::Member& member : node.members) WarnOfSpellings(*member.value);
    if (node.kind != Kind::kScalar || node.style != Node::Style::kPlain || !node.tag.empty()) {
      return;
    }
    const size_t first_digit = node.text.find_first_of("0123456789");
    if (first_digit == std::string::npos || first_digit > 1) return;
    if (node.text[first_digit] != '0' || first_digit + 1 >= node.text.size()) return;
    const char next = node.text[first_digit + 1];
    if ((next < '0' || next > '9') && next != '_') return;
    const yaml::Scalar value = yaml::Resolve(node);
    if (const auto* number = std::get_if<int64_t>(&value)) {
      Warn(node, fmt::format("a leading zero makes this number octal: {}", *number),
           "remove the zero, or quote it if it is text");
    }
  }

  // Where conditions are faulty, a limit that is not found may stand in one of those.
  void LoadState(const Node& node, bool conditions_are_sound, RuleModel& rule) {
    if (node.kind != Kind::kMapping) {
      Error(node, "state must be a mapping", "write state: {counter: …, window: hour}");
      counters_are_known_ = false;
      return;
    }
    const bool keys_are_known =
        CheckKeys(node, "state", {"counter", "window", "increment", "increment_from"});
    Counting counting;
    counting.at = node.at;
    const Node* name = node.Find("counter");
    counting.counter = {scope_, Text(name, "counter").value_or("")};
    bool usable = true;
    if (counting.counter.name.empty()) {
      if (name == nullptr ? keys_are_known : name->kind == Kind::kScalar) {
        Error(name != nullptr ? *name : node, "state needs a counter",
              "give it a name, such as counter: calls");
      }
      counters_are_known_ = false;
      usable = false;
    }
    counting.path_text = fmt::format("state.{}.{}", scope_text_, counting.counter.name);

    const Node* window = node.Find("window");
    const std::string window_text = Text(window, "window").value_or("");
    if (const std::optional<Window> parsed = ParseWindow(window_text)) {
      counting.window = *parsed;
    } else if (window == nullptr ? keys_are_known : window->kind == Kind::kScalar) {
      Error(window != nullptr ? *window : node, "the window of state must be minute, hour or day",
            WindowHint(window_text));
    }
    LoadIncrement(node, counting);
    if (!usable) return;
    Count(name != nullptr ? *name : node, counting);
    // A rule that denies never counts, but others may read its counter, which stays at 0.
    if (rule.denies || FindLimit(rule, counting)) {
      rule.counting = std::move(counting);
    } else if (conditions_are_sound) {
      Error(node,
            fmt::format("the counter {} is counted but never limited",
                        JsonQuote(counting.counter.name)),
            fmt::format("add a condition {{path: {}, op: lte, value: …}} to this rule",
                        counting.path_text));
    }
  }

  void LoadIncrement(const Node& node, Counting& counting) {
    if (const Node* increment = node.Find("increment"); !Missing(increment)) {
      const yaml::Scalar value =
          increment->kind == Kind::kScalar ? yaml::Resolve(*increment) : yaml::Scalar();
      if (const auto* whole = std::get_if<int64_t>(&value)) {
        counting.amount = *whole;
      } else if (const auto* number = std::get_if<double>(&value); number != nullptr &&
                                                                   std::trunc(*number) == *number &&
                                                                   std::abs(*number) < 0x1p63) {
        counting.amount = static_cast<int64_t>(*number);
      } else {
        Error(*increment, "increment must be a whole number",
              increment->text.rfind("args.", 0) == 0
                  ? fmt::format("write increment_from: {}", increment->text)
                  : std::string());
      }
      if (counting.amount < 0) Error(*increment, "increment must not be negative");
      if (counting.amount == 0) counting.amount = 1;
    }
    const Node* from = node.Find("increment_from");
    const std::string path = Text(from, "increment_from").value_or("");
    if (path.empty()) return;
    if (path.rfind("args.", 0) != 0) {
      Error(*from, fmt::format("increment_from must start with args., not {}", JsonQuote(path)),
            path.rfind("state.", 0) == 0 ? "amounts are read from the call's arguments"
                                         : PathHint(path));
      return;
    }
    counting.amount_path = path;
    SplitPath(*from, std::string_view(path).substr(5), counting.amount_names);
  }

  // The smallest lt or lte on the rule's own counter is what can be reserved.
  bool FindLimit(const RuleModel& rule, Counting& counting) {
    bool found = false;
    for (const Condition& condition : rule.conditions) {
      if (condition.path_text != counting.path_text) continue;
      if (condition.op != Operator::kLt && condition.op != Operator::kLte) continue;
      const std::optional<int64_t> limit = WholeLimit(condition);
      if (!limit.has_value()) continue;
      counting.limit = found ? std::min(counting.limit, *limit) : *limit;
      found = true;
    }
    return found;
  }

  std::optional<int64_t> WholeLimit(const Condition& condition) {
    const yaml::Scalar value = yaml::Resolve(*condition.value);
    int64_t whole = 0;
    if (const auto* integer = std::get_if<int64_t>(&value)) {
      whole = *integer;
    } else {
      const double number = std::get<double>(value);
      if (std::isnan(number)) return INT64_MIN;  // nothing is below NaN
      if (number >= 0x1p63) return INT64_MAX;
      if (number < -0x1p63) return INT64_MIN;
      whole = static_cast<int64_t>(number);
      if (static_cast<double>(whole) != number) {
        Warn(*condition.value,
             fmt::format("a limit counts whole units: only the {} of this is used", whole));
      }
    }
    if (condition.op == Operator::kLte) return whole;
    return whole == INT64_MIN ? whole : whole - 1;
  }

  void ResolveCounters() {
    for (ToolModel& tool : policy_.tools) {
      for (RuleModel& rule : tool.rules) ResolveCounters({tool.name, false}, tool.name, rule);
    }
    for (RuleModel& rule : policy_.every_tool) ResolveCounters({"", true}, "_global", rule);
  }

  void ResolveCounters(const CounterScope& own, std::string_view own_text, RuleModel& rule) {
    for (Condition& condition : rule.conditions) {
      if (condition.names.empty()) condition.counter = FindCounter(own, own_text, condition);
    }
  }

  // Names of tools and counters may hold dots, so a path may be read in several ways: the rule's
  // own scope comes first, then up to the first dot as Intercept reads it, then any other.
  std::optional<CounterName> FindCounter(const CounterScope& own, std::string_view own_text,
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
      ReportUnknownCounter(*condition.path_node, text);
      return std::nullopt;
    }
    if (matches.size() > 1) {
      Error(*condition.path_node,
            fmt::format("path {} names a counter of the tool _global and one of every tool",
                        JsonQuote(condition.path_text)),
            "rename one of the counters");
    }
    return matches.front();
  }

  void ReportUnknownCounter(const Node& path, std::string_view text) {
    if (!counters_are_known_) return;  // it may be one that could not be read
    if (text.find('.') == std::string_view::npos) {
      Error(path, fmt::format("path {} names no counter", JsonQuote(path.text)),
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
    Error(path, fmt::format("no rule counts the counter {}", JsonQuote(path.text)), hint);
  }

  std::shared_ptr<const Source> source_;
  Diagnostics& diagnostics_;
  Policy policy_;
  CounterScope scope_;
  std::string scope_text_;
  std::set<CounterName> counters_;
  bool counters_are_known_ = true;  // every state block names its counter
  const Node* counting_at_ = nullptr;
  std::string counting_name_;
};

}  // namespace

std::optional<Policy> LoadIntercept(std::shared_ptr<const Source> source, const yaml::Node& root,
                                    std::string space, Diagnostics& diagnostics) {
  return Loader(std::move(source), std::move(space), diagnostics).Load(root);
}

}  // namespace writ
