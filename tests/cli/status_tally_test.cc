// Sums of records.
#include "cli/status/tally.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/status_world.h"

namespace writ {
namespace {

using State = Instance::State;

class Tallies : public testing::Test {
 protected:
  void Add(const std::string& line) { AddLine(line, tally_); }

  Tally tally_{At("09:00:00")};
};

const std::vector<std::string> kDay = {
    StartLine("08:00:00", kSessionA),
    CallLine("08:30:00", kSessionA, 1, "deny", "long ago"),
    CallLine("09:10:00", kSessionA, 2, "allow", "",
             R"({"rule":"s","verdict":"deny","code":"rule"})"),
    CallLine("09:20:00", kSessionA, 3, "deny", "a"),
    StartLine("09:21:00", kSessionB),
    CallLine("09:22:00", kSessionB, 1, "error", "a", R"({"rule":"s","verdict":"error"})"),
    CallLine("09:23:00", kSessionB, 2, "deny", "b"),
    CallLine("09:24:00", kSessionB, 3, "deny", "b"),
    RecordLine("09:25:00", kSessionB, 4, "refusal", R"("from":"client","reason":"no")"),
    RecordLine("09:26:00", kSessionB, 5, "refusal", R"("count":9,"reason":"no")"),
    RecordLine("09:27:00", kSessionB, 6, "lost", R"("denied":2,"passed":3,"refusals":4)"),
    StopLine("09:28:00", kSessionB, 7),
};

TEST_F(Tallies, CountTheWindowInAnyOrder) {
  std::vector<std::string> lines = kDay;
  for (int order = 0; order < 3; ++order) {
    tally_ = Tally(At("09:00:00"));
    for (const std::string& line : lines) Add(line);
    std::rotate(lines.begin(), lines.begin() + 5, lines.end());
    std::reverse(lines.begin(), lines.end());

    const Counted& total = tally_.total();
    EXPECT_EQ(total.calls, 5u);
    EXPECT_EQ(total.denied, 3u);
    EXPECT_EQ(total.errors, 1u);
    EXPECT_EQ(total.refusals, 14u);
    EXPECT_EQ(total.unrecorded_denied, 2u);
    EXPECT_EQ(total.unrecorded_passed, 3u);

    const auto top = Top(tally_.rules(), 10);
    ASSERT_EQ(top.size(), 3u);  // "a" by two codes
    EXPECT_EQ(top[0]->first, std::pair(std::string("b"), std::string("rule")));
    EXPECT_EQ(top[0]->second.denied, 2u);
    EXPECT_EQ(top[0]->second.last, At("09:24:00"));
    EXPECT_EQ(Top(tally_.rules(), 1).size(), 1u);

    const auto shadows = Top(tally_.shadows(), 10);
    ASSERT_EQ(shadows.size(), 1u);
    EXPECT_EQ(shadows[0]->first.first, "s");
    EXPECT_EQ(shadows[0]->second.denied, 1u);
    EXPECT_EQ(shadows[0]->second.errors, 1u);

    ASSERT_EQ(tally_.denials().size(), 4u);
    EXPECT_EQ(tally_.denials().rbegin()->time, At("09:24:00"));
    EXPECT_EQ(tally_.denials().begin()->tool, "work");

    const auto instances = tally_.Instances();
    ASSERT_EQ(instances.size(), 2u);
    EXPECT_EQ(instances[0]->session, kSessionB);
    EXPECT_EQ(instances[0]->state(), State::kEnded);
    EXPECT_EQ(instances[0]->status, 0u);
    EXPECT_EQ(instances[0]->last, At("09:28:00"));
    EXPECT_EQ(instances[1]->state(), State::kKilled);
    EXPECT_EQ(instances[1]->started, At("08:00:00"));
    EXPECT_EQ(instances[1]->client, "an agent");
    EXPECT_EQ(instances[1]->pid, 42u);
    EXPECT_EQ(instances[1]->counted.calls, 2u);
  }
}

TEST_F(Tallies, CountShadowsThatARecordDoesNotName) {
  const std::string more = R"("tool":"t","verdict":"allow","code":"allowed","shadow":[],)"
                           R"("more_shadows":5)";
  Add(RecordLine("08:30:00", kSessionA, 1, "decision", more));
  Add(RecordLine("09:30:00", kSessionA, 2, "decision", more));
  Add(RecordLine("09:31:00", kSessionA, 3, "decision", more));
  EXPECT_EQ(tally_.more_shadows(), 10u);
}

TEST_F(Tallies, TellWhoLives) {
  Add(StartLine("09:10:00", kSessionA));
  EXPECT_EQ(tally_.Instances()[0]->state(), State::kKilled);
  tally_.SetWriter(kSessionA, Writer::kAlive);
  tally_.SetWriter(kSessionA, Writer::kGone);  // an older file of it
  EXPECT_EQ(tally_.Instances()[0]->state(), State::kRunning);
  tally_.ForgetWriters();
  tally_.SetWriter(kSessionA, Writer::kUnknown);
  EXPECT_EQ(tally_.Instances()[0]->state(), State::kUnknown);
  Add(StopLine("09:11:00", kSessionA, 1, "rotated"));  // and the next file was never begun
  tally_.ForgetWriters();
  EXPECT_EQ(tally_.Instances()[0]->state(), State::kKilled);
  // It has said all, and its process is about to end.
  tally_.SetWriter(kSessionA, Writer::kAlive);
  Add(StopLine("09:12:00", kSessionA, 2));
  EXPECT_EQ(tally_.Instances()[0]->state(), State::kEnded);
}

TEST_F(Tallies, ShowWhatIsOldOnlyWhileItRuns) {
  Add(StartLine("08:00:00", kSessionA));
  EXPECT_TRUE(tally_.Instances().empty());
  tally_.SetWriter(kSessionA, Writer::kAlive);
  EXPECT_EQ(tally_.Instances().size(), 1u);
}

// The latest are kept, and those that run.
TEST_F(Tallies, KeepWhatMatters) {
  Add(StartLine("08:00:00", kSessionA));
  tally_.SetWriter(kSessionA, Writer::kAlive);
  for (int i = 0; i < 10'000; ++i) Add(StartLine("08:01:00", fmt::format("{:016x}", i)));
  Add(StartLine("09:10:00", kSessionB));
  ASSERT_EQ(tally_.Instances().size(), 2u);
  EXPECT_EQ(tally_.Instances()[0]->session, kSessionA);
  EXPECT_EQ(tally_.Instances()[1]->session, kSessionB);
  EXPECT_EQ(tally_.more_instances(), 0u);
}

TEST_F(Tallies, AreBounded) {
  for (int i = 0; i < 3000; ++i) {
    const std::string session = fmt::format("{:016x}", i);
    const std::string rule = fmt::format("rule {}", i);
    const std::string shadow = fmt::format(R"({{"rule":"{}","verdict":"deny"}})", rule);
    Add(StartLine("09:10:00", session));
    Add(CallLine(fmt::format("09:{:02}:{:02}", 11 + i / 60 % 40, i % 60), session, 1, "deny", rule,
                 shadow));
  }
  EXPECT_EQ(tally_.Instances().size(), kMaxInstances);
  EXPECT_EQ(tally_.more_instances(), 3000 - kMaxInstances);
  EXPECT_EQ(tally_.rules().size(), kMaxCountedRules);
  EXPECT_EQ(tally_.shadows().size(), kMaxCountedRules);
  EXPECT_TRUE(tally_.has_more_rules());
  EXPECT_EQ(tally_.denials().size(), kMaxRecentDenials);
  EXPECT_EQ(tally_.denials().rbegin()->time, At("09:50:59"));
  EXPECT_EQ(tally_.total().denied, 3000u);
}

TEST_F(Tallies, NumbersDoNotOverflow) {
  const std::string most = R"("denied":18446744073709551615,"passed":1,"refusals":1)";
  Add(RecordLine("09:10:00", kSessionA, 1, "lost", most));
  Add(RecordLine("09:10:00", kSessionA, 2, "lost", most));
  EXPECT_EQ(tally_.total().unrecorded_denied, UINT64_MAX);
  EXPECT_EQ(tally_.total().unrecorded(), UINT64_MAX);
}

}  // namespace
}  // namespace writ
