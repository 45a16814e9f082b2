// Migrated policies decide as those they were made from: random policies, random calls.
//
// A denial and an error count as one. A call with a number that servers read differently may be
// denied where it was allowed, as `exists` reads it now, and `neq` and `not_in` what they compare
// with a list or an object; and allowed where it was denied only if `contains` finds something in a
// list beside it. The counts part then, so that policy's trial ends.
//
// WRIT_SEED=N in the environment tries other ones.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/compiled.h"
#include "compiler/migrate/migrate.h"
#include "compiler/random_intercept.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "vm/call.h"

namespace writ {
namespace {

using namespace random_intercept;

// One of the two policies, with its own counts.
class Side {
 public:
  explicit Side(const std::string& text)
      : call_(Compiled(text)), judge_(call_.machine(), counters_) {}

  void Decide(const std::string& tool, const std::string& arguments, int64_t now) {
    call_.Begin(arguments, tool);
    judgement_ = &judge_.Decide(tool, now);
  }
  bool allows() const { return judgement_->decision.verdict == Verdict::kAllow; }
  std::string rule() const { return std::string(RuleLabel(call_.program(), judgement_->decision)); }
  std::string code() const { return std::string(CodeName(judgement_->decision.code)); }
  void GiveBack() { counters_.GiveBack(judgement_->receipt); }

 private:
  Call call_;
  MemoryCounters counters_;
  Judge judge_;
  const Judgement* judgement_ = nullptr;
};

bool HoldsUnsafeNumber(const Json& json) {
  if (json.unsafe) return true;
  for (const Json& item : json.items) {
    if (HoldsUnsafeNumber(item)) return true;
  }
  return false;
}

std::string Migrated(const std::string& text) {
  Loaded loaded({text});
  const auto migrated =
      MigratePolicy(loaded.policies.at(0), *loaded.documents.at(0)->root(), loaded.diagnostics);
  EXPECT_TRUE(migrated.has_value()) << loaded.Said() << text;
  return migrated.value_or("");
}

TEST(MigrateAgreement, RandomPoliciesDecideAsBefore) {
  constexpr int kPolicies = 2'000;
  constexpr int kCalls = 50;
  const char* const chosen = std::getenv("WRIT_SEED");
  const uint64_t seed = chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 1;
  Dice dice(seed);
  std::map<std::string, size_t> seen;
  for (int p = 0; p < kPolicies; ++p) {
    const std::string before = PolicyMaker(dice, false).Make(0);
    const std::string after = Migrated(before);
    Side old_side(before);
    Side new_side(after);
    int64_t now = 1'767'225'600;
    for (int c = 0; c < kCalls; ++c) {
      static const std::vector<std::string> kCalled = {"a", "a", "b", "c", "*", "_global"};
      const std::string tool = dice.Pick(kCalled);
      const Json arguments = RandomMap(dice, 0);
      if (dice.OneIn(10)) now += dice.OneIn(2) ? 60 : 86'400;
      old_side.Decide(tool, Text(arguments), now);
      new_side.Decide(tool, Text(arguments), now);
      ++seen[old_side.code()];
      const auto said = [&] {
        return fmt::format(
            "call {} of {} with {} at {}\nbefore: {} {}\nafter: {} {}\n{}---\n{}"
            "WRIT_SEED={}",
            c, tool, Text(arguments), now, old_side.code(), old_side.rule(), new_side.code(),
            new_side.rule(), before, after, seed);
      };
      if (HoldsUnsafeNumber(arguments)) {
        const bool milder = !old_side.allows() && new_side.allows();
        ASSERT_TRUE(!milder || before.find("op: contains") != std::string::npos) << said();
        if (old_side.allows() != new_side.allows()) break;
        continue;
      }
      // What is compared with an object names its members, so these have look-alikes now.
      if (new_side.code() == "ambiguous" && old_side.code() != "ambiguous") {
        ASSERT_TRUE(before.find("value: {") != std::string::npos ||
                    before.find("[{") != std::string::npos ||
                    before.find(", {") != std::string::npos)
            << said();
        break;
      }
      ASSERT_EQ(old_side.allows(), new_side.allows()) << said();
      ASSERT_EQ(old_side.rule(), new_side.rule()) << said();
      if (old_side.allows() && dice.OneIn(4)) {
        old_side.GiveBack();
        new_side.GiveBack();
      }
    }
  }
  // The worlds are worth trying only if every outcome is met often.
  for (const std::string code :
       {"allowed", "hidden", "default", "rule", "quota", "ambiguous", "amount"}) {
    EXPECT_GT(seen[code], 20u) << code;
  }
}

// A list or an object, or what stands in one.
Json RandomParts(Dice& dice, size_t depth) {
  Json json;
  if (depth > 0 && (depth > 2 || !dice.OneIn(3))) {
    static const std::vector<std::string> kTexts = {"a", "1", "true", "0", "9007199254740993"};
    json.kind = dice.OneIn(2) ? Json::Kind::kNumber : Json::Kind::kText;
    json.text = json.is(Json::Kind::kNumber) ? dice.Pick(std::vector<std::string>{"0", "1", "1.5"})
                                             : dice.Pick(kTexts);
    return json;
  }
  json.kind = dice.OneIn(2) ? Json::Kind::kList : Json::Kind::kMap;
  for (size_t i = 0; i < dice.Below(4); ++i) {
    if (json.is(Json::Kind::kMap)) json.names.push_back(fmt::format("n{}", i));
    json.items.push_back(RandomParts(dice, depth + 1));
  }
  return json;
}

// Nearly the same: some parts are others, members may stand in another order.
Json Changed(Dice& dice, Json json) {
  if (json.items.empty() && dice.OneIn(3)) {
    json = Json();
    json.kind = dice.OneIn(4) ? Json::Kind::kText : Json::Kind::kNumber;
    json.text = dice.OneIn(3) ? "1" : "9007199254740993";
    json.unsafe = json.is(Json::Kind::kNumber) && json.text != "1";
    return json;
  }
  for (Json& item : json.items) item = Changed(dice, item);
  if (json.is(Json::Kind::kMap) && json.items.size() > 1 && dice.OneIn(2)) {
    std::swap(json.items.front(), json.items.back());
    std::swap(json.names.front(), json.names.back());
  }
  if (!json.items.empty() && dice.OneIn(8)) {
    json.items.pop_back();
    if (json.is(Json::Kind::kMap)) json.names.pop_back();
  }
  return json;
}

// A part that differs must not hide a number that servers read differently.
TEST(MigrateAgreement, WhatMustDifferFromAListOrAnObjectIsDeniedForItsNumbersAsBefore) {
  constexpr int kPolicies = 1'000;
  constexpr int kCalls = 20;
  const char* const chosen = std::getenv("WRIT_SEED");
  Dice dice(chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 1);
  size_t denied_for_numbers = 0;
  size_t allowed = 0;
  for (int p = 0; p < kPolicies; ++p) {
    std::vector<Json> wanted;
    std::string values;
    for (size_t i = 0; i < 1 + dice.Below(3); ++i) {
      wanted.push_back(RandomParts(dice, 0));
      values += (values.empty() ? "" : ", ") + Text(wanted.back());
    }
    const bool one = wanted.size() == 1 && dice.OneIn(2);
    const std::string before = fmt::format(
        "version: \"1\"\ntools:\n  t: {{rules: [{{name: r, conditions: [{{path: args.v, op: {}, "
        "value: {}}}]}}]}}\n",
        one ? "neq" : "not_in", one ? values : "[" + values + "]");
    const std::string after = Migrated(before);
    Side old_side(before);
    Side new_side(after);
    for (int c = 0; c < kCalls; ++c) {
      const Json value = Changed(dice, dice.Pick(wanted));
      const std::string arguments = fmt::format("{{\"v\": {}}}", Text(value));
      old_side.Decide("t", arguments, 0);
      new_side.Decide("t", arguments, 0);
      const std::string said = fmt::format("{}\nbefore: {}\nafter: {}\n{}---\n{}", arguments,
                                           old_side.code(), new_side.code(), before, after);
      denied_for_numbers += old_side.code() == "number" ? 1 : 0;
      allowed += new_side.allows() ? 1 : 0;
      if (HoldsUnsafeNumber(value)) {
        ASSERT_EQ(new_side.code(), "number") << said;
      } else {
        ASSERT_EQ(old_side.allows(), new_side.allows()) << said;
      }
    }
  }
  EXPECT_GT(denied_for_numbers, 1'000u);
  EXPECT_GT(allowed, 1'000u);
}

}  // namespace
}  // namespace writ
