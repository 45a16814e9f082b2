// Compiled policies decide as the plain reader of the model does: random policies, random calls.
//
// WRIT_SEED=N in the environment tries other ones.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "compiler/compiled.h"
#include "compiler/reference_intercept.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "vm/call.h"
#include "vm/json_text.h"

namespace writ {
namespace {

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
const std::vector<std::string> kNumbers = {"0",     "1",   "2",       "-1",
                                           "1.0",   "1.5", "1000000", "1e6",
                                           "1e-05", "0.1", "123456",  "9007199254740993"};
const std::vector<std::string> kScalars = {
    "null",    "true",     "false",     "0",           "1",        "1.0",     "1.5",
    "-1",      "1e6",      "1000000",   "\"\"",        "\"a\"",    "\"ab\"",  "\"1\"",
    "\"1.0\"", "\"true\"", "\"1e+06\"", "\"1000000\"", "\"null\"", "\"1.5\"", "9007199254740993",
    "1e-05",   "\"1e-05\""};
// What a call may hold instead of a number a policy writes: "!" marks those that readers round.
const std::vector<std::string> kCallNumbers = {
    "0",       "1",       "2",    "-1",    "1.0",    "1.5",    "1e6",
    "1000000", "0.00001", "0.1",  "1E0",   "123456", "100000", "!9007199254740993",
    "!1e400",  "-0.0",    "-0.5", "5e-324"};
const std::vector<std::string> kNames = {"x", "y", "o"};
const std::vector<std::string> kPaths = {"x", "y", "o", "o.x", "o.y", "o.o.x", "X"};
const std::vector<std::string> kTools = {"a", "b", "*"};

class PolicyMaker {
 public:
  explicit PolicyMaker(Dice& dice) : dice_(dice) {}

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
    const std::string path =
        !known_.empty() && dice_.OneIn(6) ? dice_.Pick(known_) : "args." + dice_.Pick(kPaths);
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
  std::string rule_prefix_;
  std::string rate_limited_;
  size_t rules_ = 0;
  std::map<std::string, std::vector<std::string>> counted_;
  std::vector<std::string> known_;
};

Json RandomJson(Dice& dice, size_t depth);

Json RandomMap(Dice& dice, size_t depth) {
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

Json RandomJson(Dice& dice, size_t depth) {
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

std::string Text(const Json& json) {
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

std::string Shown(const reference::Verdict& v) {
  return fmt::format("{} ({}) {}", v.verdict, v.code, v.rule);
}

TEST(Agreement, RandomPoliciesDecideAsTheReferenceDoes) {
  constexpr int kPolicies = 4'000;
  constexpr int kCalls = 50;
  const char* const chosen = std::getenv("WRIT_SEED");
  const uint64_t seed = chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 1;
  Dice dice(seed);
  std::map<std::string, size_t> seen;
  for (int p = 0; p < kPolicies; ++p) {
    PolicyMaker maker(dice);
    std::vector<std::string> texts;
    for (size_t i = 0; i < 1 + dice.Below(2); ++i) texts.push_back(maker.Make(i));
    const Loaded model(texts);
    ASSERT_FALSE(model.diagnostics.has_errors()) << model.Said();
    reference::Decider decider(model.policies);
    Call call(Compiled(texts));
    MemoryCounters counters;
    Judge judge(call.machine(), counters);
    int64_t now = 1'767'225'600;
    for (int c = 0; c < kCalls; ++c) {
      static const std::vector<std::string> kCalled = {"a", "a", "b", "c", "*", "_global"};
      const std::string tool = dice.Pick(kCalled);
      const Json arguments = RandomMap(dice, 0);
      if (dice.OneIn(10)) now += dice.OneIn(2) ? 60 : 86'400;
      const reference::Verdict expected = decider.Decide(tool, arguments, now);
      call.Begin(Text(arguments), tool);
      const Judgement& judgement = judge.Decide(tool, now);
      const reference::Verdict got{std::string(VerdictName(judgement.decision.verdict)),
                                   std::string(CodeName(judgement.decision.code)),
                                   std::string(RuleLabel(call.program(), judgement.decision))};
      if (!(got == expected)) {
        FAIL() << "expected " << Shown(expected) << ", got " << Shown(got) << "\ncall " << c
               << " of " << tool << " with " << Text(arguments) << " at " << now << " by\n"
               << fmt::format("{}", fmt::join(texts, "--- and\n")) << "WRIT_SEED=" << seed;
      }
      ++seen[got.code];
      if (got.verdict == "allow" && dice.OneIn(4)) {
        if (dice.OneIn(4)) now += 60;
        decider.GiveBackLast();
        counters.GiveBack(judgement.receipt);
      }
    }
  }
  // The worlds are worth trying only if every outcome is met often.
  for (const std::string code :
       {"allowed", "hidden", "default", "rule", "quota", "number", "ambiguous", "amount"}) {
    EXPECT_GT(seen[code], 100u) << code;
  }
}

}  // namespace
}  // namespace writ
