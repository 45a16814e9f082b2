// What a decision knows besides the arguments.
#include "proxy/facts.h"

#include <gtest/gtest.h>

#include <string>

#include "vm/assembler.h"
#include "vm/call.h"

namespace writ {
namespace {

// Slots are the facts, in order.
Program WithFacts() {
  Program program = Assemble("decision\nPass\n");
  for (uint32_t slot = 0; slot <= static_cast<uint32_t>(kLastFact); ++slot) {
    program.slot_names.push_back("fact " + std::to_string(slot));
    program.facts.push_back({static_cast<Fact>(slot), slot});
  }
  program.shared_slots = static_cast<uint32_t>(program.slot_names.size());
  return program;
}

class FactsTest : public testing::Test {
 protected:
  std::string At(Fact fact) {
    return FormatValue(call_.machine().slot(static_cast<uint32_t>(fact)), 200);
  }

  Call call_{WithFacts()};
};

TEST_F(FactsTest, AllThatIsKnown) {
  const Facts facts({{"env", "prod"}, {"region", ""}});
  call_.Begin("{}", "send");
  facts.Fill(call_.machine(), "send", {"client", "1.2", "server"}, Time(1000, 5));
  EXPECT_EQ(At(Fact::kToolName), "\"send\"");
  EXPECT_EQ(At(Fact::kClientName), "\"client\"");
  EXPECT_EQ(At(Fact::kClientVersion), "\"1.2\"");
  EXPECT_EQ(At(Fact::kServerName), "\"server\"");
  EXPECT_EQ(At(Fact::kNow), "timestamp(1000.000000005)");
  EXPECT_EQ(At(Fact::kLabels), "{\"env\": \"prod\", \"region\": \"\"}");
  EXPECT_EQ(At(Fact::kQuotaRemaining), "absent");
  EXPECT_EQ(At(Fact::kQuotaResetsAt), "absent");
  facts.Fill(call_.machine(), "send", {"client", std::nullopt, "server"}, Time(1000, 5));
  EXPECT_EQ(At(Fact::kHasClientName), "true");
  EXPECT_EQ(At(Fact::kHasClientVersion), "false");
  EXPECT_EQ(At(Fact::kHasServerName), "true");
}

TEST_F(FactsTest, WhatNobodySaidIsAbsent) {
  const Facts facts;
  call_.Begin("{}", "t");
  facts.Fill(call_.machine(), "t", {"a", "b", "c"}, Time(0));
  FillQuotaFacts(call_.machine(), Value::Int(3), Time(7).AsValue());
  EXPECT_EQ(At(Fact::kQuotaRemaining), "3");
  EXPECT_EQ(At(Fact::kQuotaResetsAt), "timestamp(7.000000000)");
  // The next call knows nothing of it.
  call_.Begin("{}", "u");
  facts.Fill(call_.machine(), "u", {}, Time(0));
  EXPECT_EQ(At(Fact::kToolName), "\"u\"");
  for (const Fact fact : {Fact::kClientName, Fact::kClientVersion, Fact::kServerName,
                          Fact::kQuotaRemaining, Fact::kQuotaResetsAt}) {
    EXPECT_EQ(At(fact), "absent");
  }
  EXPECT_EQ(At(Fact::kLabels), "{}");
}

TEST(Facts, ClaimsAreCutBetweenCharacters) {
  EXPECT_EQ(CutClaim(""), "");
  const std::string fits(kMaxClaimBytes, 'a');
  EXPECT_EQ(CutClaim(fits), fits);
  EXPECT_EQ(CutClaim(fits + "b"), fits);
  const std::string before(kMaxClaimBytes - 1, 'a');
  EXPECT_EQ(CutClaim(before + "é"), before);
  EXPECT_EQ(CutClaim(before.substr(1) + "é"), before.substr(1) + "é");
}

TEST(Facts, TheSystemsClock) {
  const Time now = Time::FromSystemClock();
  EXPECT_GT(now.seconds, 1'600'000'000);
  EXPECT_LT(now.nanoseconds, 1'000'000'000u);
}

}  // namespace
}  // namespace writ
