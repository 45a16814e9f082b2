// Random policies of version "1", and random calls that are worth judging by them.
#pragma once

#include <fmt/core.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "compiler/reference_intercept.h"
#include "vm/json_text.h"

namespace writ::random_intercept {

using reference::Json;

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  size_t Below(size_t n) { return static_cast<size_t>(engine_() % n); }
  bool OneIn(size_t n) { return Below(n) == 0; }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }

 private:
  std::mt19937_64 engine_;
};

// Scalars that are alike in one way and differ in another; what a policy writes.
inline const std::vector<std::string> kNumbers = {"0",     "1",   "2",       "-1",
                                                  "1.0",   "1.5", "1000000", "1e6",
                                                  "1e-05", "0.1", "123456",  "9007199254740993"};
inline const std::vector<std::string> kScalars = {
    "null",    "true",     "false",     "0",           "1",        "1.0",     "1.5",
    "-1",      "1e6",      "1000000",   "\"\"",        "\"a\"",    "\"ab\"",  "\"1\"",
    "\"1.0\"", "\"true\"", "\"1e+06\"", "\"1000000\"", "\"null\"", "\"1.5\"", "9007199254740993",
    "1e-05",   "\"1e-05\""};
// What a call may hold instead of a number a policy writes: "!" marks those that readers round.
inline const std::vector<std::string> kCallNumbers = {
    "0",       "1",       "2",    "-1",    "1.0",    "1.5",    "1e6",
    "1000000", "0.00001", "0.1",  "1E0",   "123456", "100000", "!9007199254740993",
    "!1e400",  "-0.0",    "-0.5", "5e-324"};
inline const std::vector<std::string> kNames = {"x", "y", "o"};
inline const std::vector<std::string> kPaths = {"x", "y", "o", "o.x", "o.y", "o.o.x", "X"};
inline const std::vector<std::string> kTools = {"a", "b", "*"};

class PolicyMaker {
 public:
  // Rules of policies that read no counters limit no more than their own.
  explicit PolicyMaker(Dice& dice, bool reads_counters = true)
      : dice_(dice), reads_counters_(reads_counters) {}

  std::string Make(size_t policy) {
    rule_prefix_ = fmt::format("p{}", policy);
    rules_ = 0;
    ChooseCounters();
    std::string text = "version: \"1\"\n";
    if (dice_.OneIn(5)) text += "default: deny\n";
    if (dice_.OneIn(8)) text += dice_.OneIn(4) ? "hide: [\"*\"]\n" : "hide: [b, c]\n";
    text += "tools:\n";
    for (const std::string& tool : kTools) {
      if (dice_.OneIn(4) && tool != "*") continue;
      text += fmt::format("  \"{}\":\n    rules:\n", tool);
      const size_t rules = dice_.Below(4);
      if (rules == 0 && counted_[tool].empty()) text += "      []\n";
      for (size_t i = 0; i < rules; ++i) text += PlainRule(tool);
      for (const std::string& counter : counted_[tool]) text += CountingRule(tool, counter);
    }
    return text;
  }

 private:
  static std::string Scope(const std::string& tool) { return tool == "*" ? "_global" : tool; }

  // Tools "a" and "*" may count; they are listed whenever they do.
  void ChooseCounters() {
    counted_.clear();
    known_.clear();
    if (dice_.OneIn(2)) counted_["*"] = {"n"};
    if (dice_.OneIn(3)) counted_["*"].push_back("m");
    for (const auto& [tool, counters] : counted_) {
      for (const std::string& counter : counters) {
        known_.push_back(fmt::format("state.{}.{}", Scope(tool), counter));
      }
    }
  }

  std::string RuleName() { return fmt::format("{}r{}", rule_prefix_, rules_++); }

  std::string Value(size_t depth = 0) {
    if (depth < 2 && dice_.OneIn(4)) {
      std::string items;
      for (size_t i = dice_.Below(3); i > 0; --i) {
        items += fmt::format("{}{}", items.empty() ? "" : ", ", Value(depth + 1));
      }
      return "[" + items + "]";
    }
    if (depth < 2 && dice_.OneIn(8)) {
      return fmt::format("{{{}: {}}}", dice_.Pick(kNames), Value(depth + 1));
    }
    return dice_.Pick(kScalars);
  }

  std::string ListValue() {
    std::string items;
    for (size_t i = dice_.Below(4); i > 0; --i) {
      items += fmt::format("{}{}", items.empty() ? "" : ", ", Value(1));
    }
    return "[" + items + "]";
  }

  std::string Condition() {
    const std::string path = reads_counters_ && !known_.empty() && dice_.OneIn(6)
                                 ? dice_.Pick(known_)
                                 : "args." + dice_.Pick(kPaths);
    static const std::vector<std::string> kEqual = {"eq", "neq", "contains"};
    static const std::vector<std::string> kMember = {"in", "not_in"};
    static const std::vector<std::string> kOrder = {"lt", "lte", "gt", "gte"};
    static const std::vector<std::string> kPatterns = {"\"a\"", "\"^1\"", "\"^$\"", "\"[0-9]+$\""};
    std::string op;
    std::string value;
    switch (dice_.Below(6)) {
      case 0: op = dice_.Pick(kEqual), value = Value(); break;
      case 1: op = dice_.Pick(kMember), value = ListValue(); break;
      case 2: op = dice_.Pick(kOrder), value = dice_.Pick(kNumbers); break;
      case 3: op = "regex", value = dice_.Pick(kPatterns); break;
      case 4: op = "neq", value = Value(); break;
      default: op = "exists", value = dice_.OneIn(3) ? "true" : "false";
    }
    return fmt::format("          - {{path: {}, op: {}, value: {}}}\n", path, op, value);
  }

  std::string PlainRule(const std::string& tool) {
    std::string text = fmt::format("      - name: {}\n", RuleName());
    if (dice_.OneIn(20)) return text + "        action: deny\n";
    if (dice_.OneIn(12) && tool == "a") {
      static const std::vector<std::string> kWindows = {"minute", "hour", "day"};
      // One shorthand a tool: two of one window would be one counter.
      if (rate_limited_ != rule_prefix_) {
        rate_limited_ = rule_prefix_;
        return text +
               fmt::format("        rate_limit: {}/{}\n", 1 + dice_.Below(4), dice_.Pick(kWindows));
      }
    }
    text += "        conditions:\n";
    for (size_t i = 1 + dice_.Below(3); i > 0; --i) text += Condition();
    return text;
  }

  std::string CountingRule(const std::string& tool, const std::string& counter) {
    static const std::vector<std::string> kLimits = {"3", "5", "0", "7.5", "-1", "100", "1e6"};
    std::string text = fmt::format("      - name: {}\n        conditions:\n", RuleName());
    if (dice_.OneIn(3)) text += Condition();
    text += fmt::format("          - {{path: state.{}.{}, op: {}, value: {}}}\n", Scope(tool),
                        counter, dice_.OneIn(2) ? "lt" : "lte", dice_.Pick(kLimits));
    if (dice_.OneIn(3)) text += Condition();
    text += fmt::format("        state: {{counter: {}, window: {}", counter,
                        dice_.OneIn(2) ? "minute" : "day");
    if (dice_.OneIn(3)) text += ", increment_from: args." + dice_.Pick(kPaths);
    if (dice_.OneIn(4)) text += ", increment: 2";
    return text + "}\n";
  }

  Dice& dice_;
  bool reads_counters_;
  std::string rule_prefix_;
  std::string rate_limited_;
  size_t rules_ = 0;
  std::map<std::string, std::vector<std::string>> counted_;
  std::vector<std::string> known_;
};

inline Json RandomJson(Dice& dice, size_t depth);

inline Json RandomMap(Dice& dice, size_t depth) {
  Json map;
  map.kind = Json::Kind::kMap;
  const auto add = [&](const std::string& name) {
    map.names.push_back(name);
    map.items.push_back(RandomJson(dice, depth + 1));
  };
  for (const std::string& name : kNames) {
    if (!dice.OneIn(3)) add(name);
  }
  if (dice.OneIn(8)) add("X");
  if (dice.OneIn(16)) add(std::string("y\0", 2));
  return map;
}

inline Json RandomJson(Dice& dice, size_t depth) {
  static const std::vector<std::string> kTexts = {"",     "a",    "ab",    "1",       "1.0",
                                                  "true", "null", "1e+06", "1000000", "<nil>"};
  Json json;
  switch (dice.Below(depth < 4 ? 10 : 6)) {
    case 0: break;
    case 1:
      json.kind = Json::Kind::kBool;
      json.truth = dice.OneIn(2);
      break;
    case 2:
    case 3: {
      json.kind = Json::Kind::kNumber;
      json.text = dice.Pick(kCallNumbers);
      json.unsafe = json.text[0] == '!';
      if (json.unsafe) json.text.erase(0, 1);
      break;
    }
    case 4:
    case 5:
      json.kind = Json::Kind::kText;
      json.text = dice.Pick(kTexts);
      break;
    case 6:
      json.kind = Json::Kind::kList;
      for (size_t i = dice.Below(3); i > 0; --i) json.items.push_back(RandomJson(dice, depth + 1));
      break;
    default: json = RandomMap(dice, depth);
  }
  return json;
}

inline std::string Text(const Json& json) {
  std::string text;
  switch (json.kind) {
    case Json::Kind::kNull: return "null";
    case Json::Kind::kBool: return json.truth ? "true" : "false";
    case Json::Kind::kNumber: return json.text;
    case Json::Kind::kText: return JsonQuote(json.text);
    case Json::Kind::kList:
      for (const Json& item : json.items) text += (text.empty() ? "" : ",") + Text(item);
      return "[" + text + "]";
    case Json::Kind::kMap:
      for (size_t i = 0; i < json.names.size(); ++i) {
        text += (i > 0 ? "," : "") + JsonQuote(json.names[i]) + ":" + Text(json.items[i]);
      }
      return "{" + text + "}";
  }
  return text;
}

}  // namespace writ::random_intercept
