// How a call is decided, said plainly: a reader of the policy model that shares nothing with the
// compiler, the machine or the counters, and knows no shortcut. It is what compiled programs are
// compared with.
//
// The steps are those of docs/security.md: hidden, default deny, checks in rule order, amounts,
// look-alikes, then all reservations or none; several policies one after the other, with one
// reservation for all.
#pragma once

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/policy.h"
#include "compiler/yaml/yaml.h"

namespace writ::reference {

// A JSON value of a call. Numbers are tokens; a test that makes one knows whether readers agree
// on it.
struct Json {
  enum class Kind { kNull, kBool, kNumber, kText, kList, kMap } kind = Kind::kNull;
  bool truth = false;
  std::string text;  // of kText, and the token of kNumber
  bool unsafe = false;
  std::vector<Json> items;         // of kList, and the values of a kMap
  std::vector<std::string> names;  // of a kMap, one an item

  const Json* Find(const std::string& name) const {
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return &items[i];
    }
    return nullptr;
  }
  bool is(Kind k) const { return kind == k; }
};

struct Verdict {
  std::string verdict;
  std::string code;
  std::string rule;  // as suites name it: "(hidden)", "(default deny)", a rule's name or nothing
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// Thrown where a number is read that servers read differently.
struct UnsafeNumber {};

// Go's %v of a float64.
inline std::string Printed(double number) {
  char text[40];
  int digits = 0;  // the fewest that read back the same
  do {
    std::snprintf(text, sizeof text, "%.*e", digits, number);
  } while (std::strtod(text, nullptr) != number && ++digits < 17);
  const int exponent = std::atoi(std::strchr(text, 'e') + 1);
  if (exponent < -4 || exponent >= 6) return text;
  std::snprintf(text, sizeof text, "%.*f", std::max(0, digits - exponent), number);
  return text;
}

inline std::string Printed(const yaml::Scalar& wanted) {
  if (const auto* truth = std::get_if<bool>(&wanted)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<int64_t>(&wanted)) return std::to_string(*number);
  if (const auto* number = std::get_if<uint64_t>(&wanted)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&wanted)) return Printed(*number);
  return std::get<std::string>(wanted);
}

// Exact for every number of a policy: 64 bits of mantissa.
inline std::optional<long double> Number(const yaml::Scalar& wanted) {
  if (const auto* number = std::get_if<int64_t>(&wanted)) return *number;
  if (const auto* number = std::get_if<uint64_t>(&wanted)) return *number;
  if (const auto* number = std::get_if<double>(&wanted)) return *number;
  return std::nullopt;
}
static_assert(std::numeric_limits<long double>::digits >= 64);

// What a condition looks at: an argument, or a counter's value.
using Actual = std::variant<const Json*, int64_t>;

inline std::optional<long double> Number(const Json& json) {
  if (!json.is(Json::Kind::kNumber)) return std::nullopt;
  if (json.unsafe) throw UnsafeNumber();
  return std::strtod(json.text.c_str(), nullptr);
}

// Inside lists and maps every scalar is compared as it is printed; JSON's numbers are doubles.
inline bool EqualWithin(const Json& actual, const yaml::Node* wanted) {
  if (actual.is(Json::Kind::kNumber) && actual.unsafe) throw UnsafeNumber();
  const bool wants_null = wanted == nullptr || yaml::IsNull(*wanted);
  if (actual.is(Json::Kind::kNull) || wants_null) {
    return actual.is(Json::Kind::kNull) && wants_null;
  }
  switch (actual.kind) {
    case Json::Kind::kList:
      if (wanted->kind != yaml::Kind::kSequence) return false;
      if (wanted->items.size() != actual.items.size()) return false;
      for (size_t i = 0; i < actual.items.size(); ++i) {
        if (!EqualWithin(actual.items[i], wanted->items[i])) return false;
      }
      return true;
    case Json::Kind::kMap:
      if (wanted->kind != yaml::Kind::kMapping) return false;
      if (wanted->members.size() != actual.names.size()) return false;
      for (size_t i = 0; i < actual.names.size(); ++i) {
        const yaml::Node* match = wanted->Find(actual.names[i]);
        if (match == nullptr || !EqualWithin(actual.items[i], match)) return false;
      }
      return true;
    default: break;
  }
  if (wanted->kind != yaml::Kind::kScalar) return false;
  const std::string printed = Printed(yaml::Resolve(*wanted));
  switch (actual.kind) {
    case Json::Kind::kBool: return printed == (actual.truth ? "true" : "false");
    case Json::Kind::kNumber: return printed == Printed(std::strtod(actual.text.c_str(), nullptr));
    default: return printed == actual.text;
  }
}

inline bool Equal(const Actual& actual, const yaml::Node* wanted) {
  const bool scalar = wanted != nullptr && wanted->kind == yaml::Kind::kScalar;
  std::optional<long double> number;
  if (scalar) number = Number(yaml::Resolve(*wanted));
  if (const auto* count = std::get_if<int64_t>(&actual)) {
    if (number.has_value()) return *number == *count;
    return scalar && !yaml::IsNull(*wanted) &&
           Printed(yaml::Resolve(*wanted)) == std::to_string(*count);
  }
  const Json& json = *std::get<const Json*>(actual);
  if (const auto value = Number(json); value.has_value() && number.has_value()) {
    return *value == *number;
  }
  return EqualWithin(json, wanted);
}

inline bool IsIn(const Actual& actual, const std::vector<const yaml::Node*>& wanted) {
  if (const auto* json = std::get_if<const Json*>(&actual)) Number(**json);
  for (const yaml::Node* item : wanted) {
    if (Equal(actual, item)) return true;
  }
  return false;
}

inline bool Contains(const Actual& actual, const yaml::Node* wanted) {
  if (std::holds_alternative<int64_t>(actual)) return false;
  const Json& json = *std::get<const Json*>(actual);
  Number(json);
  if (json.is(Json::Kind::kText)) {
    if (wanted == nullptr || wanted->kind != yaml::Kind::kScalar) return false;
    const yaml::Scalar part = yaml::Resolve(*wanted);
    const auto* text = std::get_if<std::string>(&part);
    return text != nullptr && json.text.find(*text) != std::string::npos;
  }
  if (!json.is(Json::Kind::kList)) return false;
  for (const Json& item : json.items) {
    if (Equal(&item, wanted)) return true;
  }
  return false;
}

inline bool Finds(const Actual& actual, const yaml::Node* wanted) {
  const auto* json = std::get_if<const Json*>(&actual);
  if (json == nullptr || !(*json)->is(Json::Kind::kText)) return false;
  const re2::RE2 pattern(std::get<std::string>(yaml::Resolve(*wanted)));
  return RE2::PartialMatch((*json)->text, pattern);
}

inline bool Compares(Operator op, const Actual& actual, const yaml::Node* wanted) {
  const long double limit = *Number(yaml::Resolve(*wanted));
  const auto* count = std::get_if<int64_t>(&actual);
  const std::optional<long double> number =
      count != nullptr ? *count : Number(*std::get<const Json*>(actual));
  if (!number.has_value()) return false;
  switch (op) {
    case Operator::kLt: return *number < limit;
    case Operator::kLte: return *number <= limit;
    case Operator::kGt: return *number > limit;
    default: return *number >= limit;
  }
}

// Whether the condition holds. `actual` is empty for what is not there.
inline bool Holds(const Condition& condition, const std::optional<Actual>& actual) {
  if (condition.op == Operator::kExists) {
    const auto* json = actual.has_value() ? std::get_if<const Json*>(&*actual) : nullptr;
    const bool there = actual.has_value() && (json == nullptr || !(*json)->is(Json::Kind::kNull));
    return there == std::get<bool>(yaml::Resolve(*condition.value));
  }
  if (!actual.has_value()) return false;
  switch (condition.op) {
    case Operator::kEq: return Equal(*actual, condition.value);
    case Operator::kNeq: return !Equal(*actual, condition.value);
    case Operator::kIn: return IsIn(*actual, condition.value->items);
    case Operator::kNotIn: return !IsIn(*actual, condition.value->items);
    case Operator::kRegex: return Finds(*actual, condition.value);
    case Operator::kContains: return Contains(*actual, condition.value);
    default: return Compares(condition.op, *actual, condition.value);
  }
}

class Decider {
 public:
  // `policies` must outlive the decider.
  explicit Decider(const std::vector<Policy>& policies) : policies_(policies) {}

  Verdict Decide(const std::string& tool, const Json& arguments, int64_t now) {
    taken_.clear();
    now_ = now;
    std::vector<Use> uses;
    std::vector<std::vector<std::string>> read;
    for (size_t p = 0; p < policies_.size(); ++p) {
      const Policy& policy = policies_[p];
      if (policy.hides_all || IsHidden(policy, tool)) return {"deny", "hidden", "(hidden)"};
      const ToolModel* listed = Listed(policy, tool);
      if (policy.default_deny && listed == nullptr) return {"deny", "default", "(default deny)"};
      std::vector<const RuleModel*> rules;
      if (listed != nullptr) {
        for (const RuleModel& rule : listed->rules) rules.push_back(&rule);
      }
      for (const RuleModel& rule : policy.every_tool) rules.push_back(&rule);
      for (const RuleModel* rule : rules) {
        try {
          if (!Passes(p, *rule, arguments, read)) return {"deny", "rule", rule->name};
        } catch (const UnsafeNumber&) {
          return {"error", "number", rule->name};
        }
        if (rule->counting.has_value()) uses.push_back({p, rule, 0});
      }
    }
    for (Use& use : uses) {
      if (const auto problem = ReadAmount(use, arguments, read)) return *problem;
    }
    for (const std::vector<std::string>& path : read) {
      if (HasLookalike(arguments, path, read)) return {"deny", "ambiguous", ""};
    }
    return Reserve(uses);
  }

  // The server answered the last call with an error, at any later time.
  void GiveBackLast() {
    for (const auto& [key, start, amount] : taken_) {
      Row& row = rows_[key];
      if (row.start == start) row.count = std::max<int64_t>(0, row.count - amount);
    }
    taken_.clear();
  }

 private:
  struct Use {
    size_t policy;
    const RuleModel* rule;
    int64_t amount;
  };
  struct Row {
    int64_t start = INT64_MIN;
    int64_t count = 0;
  };
  using Key = std::pair<size_t, CounterName>;

  static bool IsHidden(const Policy& policy, const std::string& tool) {
    return std::find(policy.hidden.begin(), policy.hidden.end(), tool) != policy.hidden.end();
  }

  static const ToolModel* Listed(const Policy& policy, const std::string& tool) {
    for (const ToolModel& listed : policy.tools) {
      if (listed.name == tool) return &listed;
    }
    return nullptr;
  }

  static const Json* Walk(const Json& from, const std::vector<std::string>& names) {
    const Json* at = &from;
    for (const std::string& name : names) {
      if (at != nullptr) at = at->Find(name);
    }
    return at;
  }

  bool Passes(size_t p, const RuleModel& rule, const Json& arguments,
              std::vector<std::vector<std::string>>& read) {
    for (const Condition& condition : rule.conditions) {
      if (!condition.counter.has_value()) read.push_back(condition.names);
    }
    if (rule.denies) return false;
    for (const Condition& condition : rule.conditions) {
      if (IsOwnLimit(rule, condition)) {
        // Reserved, not tested; but one that a count of zero does not keep lets nothing pass.
        if (!Holds(condition, Actual(int64_t{0}))) return false;
      }
    }
    for (const Condition& condition : rule.conditions) {
      if (IsOwnLimit(rule, condition)) continue;
      std::optional<Actual> actual;
      if (condition.counter.has_value()) {
        actual = Count({p, *condition.counter});
      } else if (const Json* json = Walk(arguments, condition.names)) {
        actual = json;
      }
      if (!Holds(condition, actual)) return false;
    }
    return true;
  }

  static bool IsOwnLimit(const RuleModel& rule, const Condition& condition) {
    return rule.counting.has_value() && condition.counter == rule.counting->counter &&
           (condition.op == Operator::kLt || condition.op == Operator::kLte);
  }

  // The window of a counter is that of the rule that counts it.
  int64_t WindowOf(const Key& key) const {
    const Policy& policy = policies_[key.first];
    std::vector<const RuleModel*> rules;
    for (const ToolModel& tool : policy.tools) {
      for (const RuleModel& rule : tool.rules) rules.push_back(&rule);
    }
    for (const RuleModel& rule : policy.every_tool) rules.push_back(&rule);
    for (const RuleModel* rule : rules) {
      if (rule->counting.has_value() && rule->counting->counter == key.second) {
        return rule->counting->window.seconds;
      }
    }
    std::abort();
  }

  Row& RowOf(const Key& key) {
    Row& row = rows_[key];
    const int64_t length = WindowOf(key);
    const int64_t start = now_ / length * length;
    if (start > row.start) row = {start, 0};
    return row;
  }

  int64_t Count(const Key& key) { return RowOf(key).count; }

  static std::optional<Verdict> ReadAmount(Use& use, const Json& arguments,
                                           std::vector<std::vector<std::string>>& read) {
    const Counting& counting = *use.rule->counting;
    use.amount = counting.amount;
    if (counting.amount_names.empty()) return std::nullopt;
    read.push_back(counting.amount_names);
    const Json* json = Walk(arguments, counting.amount_names);
    if (json == nullptr || !json->is(Json::Kind::kNumber))
      return Verdict{"deny", "amount", use.rule->name};
    if (json->unsafe) return Verdict{"error", "number", use.rule->name};
    const double amount = std::strtod(json->text.c_str(), nullptr);
    if (amount < 0 || std::ceil(amount) >= 0x1p63) return Verdict{"deny", "amount", use.rule->name};
    use.amount = static_cast<int64_t>(std::ceil(amount));
    return std::nullopt;
  }

  // Whether an object on the path has a member that a careless server would take for the next
  // name of this or another path that is read.
  static bool HasLookalike(const Json& arguments, const std::vector<std::string>& path,
                           const std::vector<std::vector<std::string>>& read) {
    const Json* at = &arguments;
    for (size_t depth = 0; depth < path.size() && at != nullptr; ++depth) {
      const std::vector<std::string> start(path.begin(),
                                           path.begin() + static_cast<std::ptrdiff_t>(depth));
      std::set<std::string> known;
      for (const std::vector<std::string>& other : read) {
        if (other.size() > depth && std::equal(start.begin(), start.end(), other.begin())) {
          known.insert(other[depth]);
        }
      }
      for (size_t i = 0; i < at->names.size(); ++i) {
        const bool alike =
            known.count(at->names[i]) == 0 && Folded(at->names[i]) == Folded(path[depth]);
        if (alike && !at->items[i].is(Json::Kind::kNull)) return true;
      }
      at = at->Find(path[depth]);
    }
    return false;
  }

  // ASCII only, which is all that the tests use.
  static std::string Folded(const std::string& name) {
    std::string folded;
    for (const char c : name.substr(0, name.find('\0'))) {
      folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return folded;
  }

  Verdict Reserve(const std::vector<Use>& uses) {
    std::map<Key, Row> before = rows_;
    for (const Use& use : uses) {
      const Key key{use.policy, use.rule->counting->counter};
      Row& row = RowOf(key);
      if (use.amount > use.rule->counting->limit - row.count) {
        rows_ = before;
        taken_.clear();
        return {"deny", "quota", use.rule->name};
      }
      row.count += use.amount;
      taken_.emplace_back(key, row.start, use.amount);
    }
    return {"allow", "allowed", ""};
  }

  const std::vector<Policy>& policies_;
  int64_t now_ = 0;
  std::map<Key, Row> rows_;
  std::vector<std::tuple<Key, int64_t, int64_t>> taken_;
};

}  // namespace writ::reference
