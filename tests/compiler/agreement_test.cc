// Compiled policies decide as the plain reader of the model does: random policies, random calls.
//
// WRIT_SEED=N in the environment tries other ones.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "compiler/compiled.h"
#include "compiler/random_intercept.h"
#include "compiler/reference_intercept.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "vm/call.h"

namespace writ {
namespace {

using namespace random_intercept;

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
