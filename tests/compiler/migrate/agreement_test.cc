// Migrated policies decide as those they were made from: random policies, random calls.
//
// A denial and an error count as one. A call with a number that servers read differently may be
// denied where it was allowed, as `exists` reads it now; and allowed where it was denied only if
// `contains` finds something in a list beside it. The counts part then, so that policy's trial
// ends.
//
// WRIT_SEED=N in the environment tries other ones.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
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

}  // namespace
}  // namespace writ
