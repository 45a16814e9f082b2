// Conditions of version "1".
// Tested by tests/compiler/load/load_intercept_test.cc and the text tests in tests/policies/.
#include "compiler/load/load_intercept_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/load/regex_syntax.h"
#include "vm/json_text.h"

namespace writ {
namespace {

using yaml::Kind;
using yaml::Node;

// JSON nests no deeper on the wire, so a longer path can find nothing.
constexpr size_t kMaxPathNames = 100;

constexpr std::string_view kOperatorNames[] = {"eq", "neq", "in",    "not_in",   "lt",    "lte",
                                               "gt", "gte", "regex", "contains", "exists"};

// An integer as written, however large: YAML gives those beyond 64 bits as doubles.
bool HasOnlyDigits(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789_") == std::string_view::npos;
}

class ConditionLoader {
 public:
  ConditionLoader(PolicyReader& reader, const Node& node) : reader_(reader), node_(node) {}

  std::optional<Condition> Load() {
    if (node_.kind != Kind::kMapping) {
      reader_.Error(
          node_, yaml::IsNull(node_) ? "this condition is empty" : "a condition must be a mapping",
          "write {path: args.…, op: …, value: …}");
      return std::nullopt;
    }
    if (!reader_.CheckKeys(node_, "a condition", {"path", "op", "value"}, kInterceptOtherKeys)) {
      return std::nullopt;
    }
    Condition condition;
    condition.at = node_.at;
    const bool has_path = LoadPath(node_, condition);
    condition.value = node_.Find("value");
    if (!LoadOperator(node_, condition) || !CheckValue(node_, condition) || !has_path) {
      return std::nullopt;
    }
    return condition;
  }

 private:
  bool LoadPath(const Node& node, Condition& condition) {
    const Node* path = node.Find("path");
    const std::optional<std::string> text = reader_.Text(path, "path");
    if (path != nullptr && path->kind != Kind::kScalar) return false;
    if (!text.has_value() || text->empty()) {
      reader_.Error(path != nullptr ? *path : node, "a condition needs a path",
                    "such as args.amount or state.<tool>.<counter>");
      return false;
    }
    condition.path_text = *text;
    condition.path_node = path;
    condition.at = path->at;
    if (text->rfind("args.", 0) == 0) {
      return SplitPath(reader_, *path, text->substr(5), condition.names);
    }
    if (text->rfind("state.", 0) == 0) {
      return true;  // resolved once every counter is known
    }
    reader_.Error(*path,
                  fmt::format("path must start with args. or state., not {}",
                              JsonQuote(std::string_view(*text).substr(0, text->find('.')))),
                  PathHint(*text));
    return false;
  }

  bool LoadOperator(const Node& node, Condition& condition) {
    const Node* op = node.Find("op");
    const std::string text = reader_.Text(op, "operator op").value_or("");
    const std::vector<std::string_view> known(std::begin(kOperatorNames), std::end(kOperatorNames));
    if (text.empty()) {
      if (op == nullptr || op->kind == Kind::kScalar) {
        reader_.Error(op != nullptr ? *op : node, "a condition needs an operator",
                      fmt::format("add op: with one of {}", fmt::join(known, ", ")));
      }
      return false;
    }
    const auto found = std::find(known.begin(), known.end(), text);
    if (found == known.end()) {
      reader_.Error(*op, fmt::format("unknown operator {}", JsonQuote(text)),
                    OperatorHint(text, known));
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
    if (std::string meant = DidYouMean(text, known); !meant.empty()) return meant;
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
        reader_.Error(at, fmt::format("operator {} needs a list", op),
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
          reader_.Error(at, "this number does not fit 64 bits");
          return false;
        }
        if (scalar &&
            (std::holds_alternative<int64_t>(value) || std::holds_alternative<double>(value))) {
          break;
        }
        reader_.Error(at, fmt::format("operator {} needs a number", op), NumberHint(condition));
        return false;
      case Operator::kRegex: {
        if (!scalar || !std::holds_alternative<std::string>(value)) {
          reader_.Error(at, "the value of operator regex must be text");
          return false;
        }
        if (!reader_.HasPatternRoom()) return false;
        size_t instructions = 0;
        const std::string fault = RegexFault(std::get<std::string>(value), &instructions);
        const bool has_room = reader_.TakePatterns(at, instructions);
        if (!fault.empty()) {
          reader_.Error(at, fmt::format("this regex does not compile: {}", fault));
          return false;
        }
        if (!has_room) return false;
        break;
      }
      case Operator::kExists:
        if (scalar && std::holds_alternative<bool>(value)) break;
        reader_.Error(at, "operator exists needs a boolean, true or false",
                      condition.value == nullptr ? "add value: true" : "");
        return false;
      default: break;
    }
    if (condition.value != nullptr) reader_.WarnOfTraps(*condition.value);
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

  PolicyReader& reader_;
  const Node& node_;
};

}  // namespace

std::optional<Condition> LoadCondition(PolicyReader& reader, const Node& node) {
  return ConditionLoader(reader, node).Load();
}

bool SplitPath(PolicyReader& reader, const Node& at, std::string_view text,
               std::vector<std::string>& names) {
  for (size_t start = 0;;) {
    const size_t dot = text.find('.', start);
    names.emplace_back(text.substr(start, dot - start));
    if (dot == std::string_view::npos) break;
    start = dot + 1;
  }
  if (names.size() <= kMaxPathNames) return true;
  reader.Error(
      at, fmt::format("path has {} names, at most {} are possible", names.size(), kMaxPathNames));
  return false;
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

}  // namespace writ
