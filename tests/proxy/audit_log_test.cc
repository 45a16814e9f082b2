// The audit log of a session: when records are written, what becomes of floods, and what happens
// while nothing can be written.
#include "proxy/audit_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "proxy/audit_chain.h"
#include "proxy/audit_world.h"

namespace writ {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::SizeIs;

void ExpectChained(const std::vector<std::string>& lines) {
  AuditChain chain(AuditedSession::key().ForChain());
  Mac before{};
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto record = ReadSealedRecord(lines[i]);
    ASSERT_TRUE(record.has_value()) << lines[i];
    EXPECT_EQ(record->seq, i);
    EXPECT_EQ(record->mac, chain.MacOf(before, record->record)) << lines[i];
    before = record->mac;
  }
}

TEST(AuditLog, ASessionFromStartToStop) {
  MemorySink sink;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  EXPECT_THAT(sink.lines(), SizeIs(1));  // who started is known before anything happens
  EXPECT_TRUE(session.Decide("read"));
  session.Refuse("a batch", 12);
  session->End(3);
  const auto lines = sink.lines();
  EXPECT_EQ(Kinds(lines), "start decision refusal stop");
  EXPECT_THAT(lines[0], HasSubstr("\"key\":\"" + AuditedSession::key().name() + "\""));
  EXPECT_EQ(Member(lines[1], "tool"), "read");
  EXPECT_EQ(Member(lines[2], "reason"), "a batch");
  EXPECT_EQ(Member(lines[3], "status"), "3");
  ExpectChained(lines);
}

TEST(AuditLog, DecisionsWriteNothing) {
  MemorySink sink;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  const int before = sink.writes;
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(session.Decide());
  EXPECT_EQ(sink.writes, before);
  session->BeforeWait(false);  // too much to hold
  EXPECT_EQ(sink.writes, before + 1);
  EXPECT_THAT(sink.lines(), SizeIs(5001));
  ExpectChained(sink.lines());
}

TEST(AuditLog, AreWrittenWhenThereIsTime) {
  MemorySink sink;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  EXPECT_FALSE(session->HasIdleWork());
  session.Decide();
  EXPECT_TRUE(session->HasIdleWork());
  session->BeforeWait(false);
  EXPECT_THAT(sink.lines(), SizeIs(1));
  Pass(milliseconds(199));
  session.Decide();
  session->BeforeWait(false);
  EXPECT_THAT(sink.lines(), SizeIs(1));
  Pass(milliseconds(1));
  session->BeforeWait(false);
  EXPECT_THAT(sink.lines(), SizeIs(3));
  session.Decide();
  session->OnIdle();
  EXPECT_THAT(sink.lines(), SizeIs(4));
  EXPECT_FALSE(session->HasIdleWork());
  session.Decide();
  session->BeforeWait(true);
  EXPECT_THAT(sink.lines(), SizeIs(5));
  EXPECT_EQ(sink.syncs, 0);
}

TEST(AuditLog, SyncWritesBeforeTheCallGoesOn) {
  MemorySink sink;
  AuditLogOptions options;
  options.sync = true;
  AuditedSession session(sink, options);
  ASSERT_EQ(session.Begin(), "");
  const int syncs = sink.syncs;
  EXPECT_TRUE(session.Decide());
  EXPECT_THAT(sink.lines(), SizeIs(2));
  EXPECT_EQ(sink.syncs, syncs + 1);

  sink.sync_fault = "the disk is broken";
  EXPECT_FALSE(session.Decide());
  EXPECT_EQ(session->Fault(), "the disk is broken");
  session->Unrecorded();
  Pass(milliseconds(250));
  session->BeforeWait(false);
  EXPECT_EQ(session->Fault(), "the disk is broken");
  sink.sync_fault.clear();
  Pass(milliseconds(250));
  session->BeforeWait(false);
  EXPECT_EQ(session->Fault(), "");
  EXPECT_TRUE(session.Decide());
  EXPECT_EQ(Kinds(sink.lines()), "start decision decision lost decision");
  EXPECT_EQ(Member(sink.lines()[3], "denied"), "1");
  ExpectChained(sink.lines());
}

TEST(AuditLog, SyncWritesRefusalsBeforeItWaits) {
  MemorySink sink;
  AuditLogOptions options;
  options.sync = true;
  AuditedSession session(sink, options);
  ASSERT_EQ(session.Begin(), "");
  const int syncs = sink.syncs;
  session.Refuse("a batch");
  session.Refuse("a batch");
  session->BeforeWait(false);
  EXPECT_EQ(Kinds(sink.lines()), "start refusal refusal");
  EXPECT_EQ(sink.syncs, syncs + 1);
  session->BeforeWait(false);
  EXPECT_EQ(sink.syncs, syncs + 1);
}

TEST(AuditLog, ArgumentsInFullOnlyIfAsked) {
  for (const bool in_full : {false, true}) {
    MemorySink sink;
    AuditLogOptions options;
    options.arguments = in_full;
    AuditedSession session(sink, options);
    ASSERT_EQ(session.Begin(), "");
    session.Decide("read", R"({"secret":1})");
    session->End(0);
    EXPECT_EQ(sink.text.find("secret") != std::string::npos, in_full);
    EXPECT_THAT(Member(sink.lines()[1], "args_digest"), SizeIs(64));
    ExpectChained(sink.lines());
  }
}

TEST(AuditLog, WhatCannotBeWrittenDeniesUntilItCanBe) {
  MemorySink sink;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  session.Decide("first");
  session.Decide("second");
  sink.room = 100;  // a part of a record
  session->OnIdle();
  EXPECT_EQ(session->Fault(), "there is no room");
  EXPECT_TRUE(session->HasIdleWork());
  for (int i = 0; i < 1000; ++i) session->Unrecorded();
  session.Refuse("a batch");
  const int writes = sink.writes;
  session->BeforeWait(false);  // too soon to try again
  EXPECT_EQ(sink.writes, writes);
  Pass(milliseconds(250));
  session->BeforeWait(false);
  EXPECT_EQ(sink.writes, writes + 1);
  EXPECT_FALSE(session->Fault().empty());

  sink.room = SIZE_MAX;
  session->OnIdle();
  EXPECT_EQ(session->Fault(), "");
  session.Decide("third");
  session->End(0);
  const auto lines = sink.lines();
  EXPECT_EQ(Kinds(lines), "start decision decision lost decision stop");
  EXPECT_EQ(Member(lines[3], "denied"), "1000");
  EXPECT_EQ(Member(lines[3], "passed"), "0");
  EXPECT_EQ(Member(lines[3], "refusals"), "1");
  EXPECT_EQ(Member(lines[3], "reason"), "there is no room");
  ExpectChained(lines);
}

// Has a next file as soon as it is asked for one.
class RotatingSink : public MemorySink {
 public:
  bool WantsRotation() const override { return wants_rotation; }
  std::string Rotate() override {
    wants_rotation = false;
    text += "next file\n";
    return {};
  }
  bool wants_rotation = false;
};

TEST(AuditLog, AStopThatCouldNotBeWrittenAtOnceIsStillTheFilesLast) {
  RotatingSink sink;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  session.Decide("first");
  session->OnIdle();
  sink.wants_rotation = true;
  sink.room = 60;  // a part of the stop
  session->BeforeWait(false);
  EXPECT_EQ(session->Fault(), "there is no room");
  sink.room = SIZE_MAX;
  session->OnIdle();
  EXPECT_EQ(session->Fault(), "");
  session.Decide("second");
  session->End(0);
  auto lines = sink.lines();
  const auto next = std::find(lines.begin(), lines.end(), "next file");
  ASSERT_NE(next, lines.end());
  EXPECT_EQ(Kinds({lines.begin(), next}), "start decision stop");
  EXPECT_EQ(Kinds({next + 1, lines.end()}), "start lost decision stop");
  lines.erase(next);
  ExpectChained(lines);
}

TEST(AuditLog, ReloadsAreRecorded) {
  MemorySink sink;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  session.Reload("00", "01");
  session.Reload("01", "01", "2 errors");
  session->OnIdle();
  const auto lines = sink.lines();
  EXPECT_EQ(Kinds(lines), "start reload reload");
  EXPECT_EQ(Member(lines[1], "before"), "00");
  EXPECT_EQ(Member(lines[1], "program"), "01");
  EXPECT_EQ(Member(lines[1], "failure"), "");
  EXPECT_EQ(Member(lines[2], "before"), "01");
  EXPECT_EQ(Member(lines[2], "program"), "01");
  EXPECT_EQ(Member(lines[2], "failure"), "2 errors");
  ExpectChained(lines);
}

TEST(AuditLog, AProgramThatCameWhileNothingCouldBeWrittenIsToldNext) {
  MemorySink sink;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  session.Decide("first");
  sink.room = 0;
  session->OnIdle();
  session.Reload("00", "01");
  session.Reload("01", "01", "2 errors");
  session.Reload("01", "02");
  sink.room = SIZE_MAX;
  session->OnIdle();
  const auto lines = sink.lines();
  EXPECT_EQ(Kinds(lines), "start decision lost reload");
  EXPECT_EQ(Member(lines[3], "before"), "00");
  EXPECT_EQ(Member(lines[3], "program"), "02");
  ExpectChained(lines);
}

TEST(AuditLog, OrPassesThemIfTheOperatorSaysSo) {
  MemorySink sink;
  AuditLogOptions options;
  options.fail_open = true;
  AuditedSession session(sink, options);
  ASSERT_EQ(session.Begin(), "");
  session.Decide();
  sink.room = 0;
  session->OnIdle();
  EXPECT_EQ(session->Fault(), "");
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(session.Decide());
  sink.room = SIZE_MAX;
  session->OnIdle();
  EXPECT_EQ(Kinds(sink.lines()), "start decision lost");
  EXPECT_EQ(Member(sink.lines()[2], "passed"), "7");
  ExpectChained(sink.lines());
}

TEST(AuditLog, ASecondFaultWhileRecoveringLosesNothing) {
  MemorySink sink;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  session.Decide();
  sink.room = 0;
  session->OnIdle();
  session->Unrecorded();
  sink.room = 450;  // what waited, and a part of the record of what was lost
  session->OnIdle();
  EXPECT_FALSE(session->Fault().empty());
  session->Unrecorded();
  session->Unrecorded();
  sink.room = SIZE_MAX;
  session->OnIdle();
  EXPECT_EQ(session->Fault(), "");
  const auto lines = sink.lines();
  ExpectChained(lines);
  uint64_t denied = 0;
  for (const std::string& line : lines) {
    if (Member(line, "kind") == "lost") denied += std::stoull(Member(line, "denied"));
  }
  EXPECT_EQ(denied, 3u);
}

TEST(AuditLog, AStartThatCannotBeWrittenIsAFault) {
  MemorySink sink;
  sink.room = 10;
  AuditedSession session(sink);
  EXPECT_EQ(session.Begin(), "there is no room");
}

TEST(AuditLog, FloodsOfRefusalsAreCounted) {
  MemorySink sink;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  for (int i = 0; i < 100'000; ++i) session.Refuse("a batch", 10);
  session.Decide("evidence");
  session->OnIdle();
  auto lines = sink.lines();
  EXPECT_THAT(lines, SizeIs(1 + 32 + 1 + 1));
  EXPECT_EQ(Member(lines.back(), "count"), std::to_string(100'000 - 32));
  EXPECT_EQ(Member(lines.back(), "bytes"), std::to_string(10 * (100'000 - 32)));
  EXPECT_EQ(Member(lines[33], "tool"), "evidence");

  // A flood in pauses gains nothing: one record in ten seconds, and one more of counts.
  for (int second = 0; second < 100; ++second) {
    for (int i = 0; i < 10; ++i) session.Refuse("a batch", 10);
    Pass(std::chrono::seconds(1));
    session->OnIdle();
  }
  EXPECT_LE(sink.lines().size(), lines.size() + 22);
  session->End(0);
  lines = sink.lines();
  ExpectChained(lines);
  uint64_t refusals = 0;
  for (const std::string& line : lines) {
    if (Member(line, "kind") != "refusal") continue;
    const std::string count = Member(line, "count");
    refusals += count.empty() ? 1 : std::stoull(count);
  }
  EXPECT_EQ(refusals, 101'000u);
}

// What one side sends pushes out nothing of the other's.
TEST(AuditLog, EachSideHasItsOwnRefusals) {
  MemorySink sink;
  sink.share = 6000;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  for (int i = 0; i < 100; ++i) session.Refuse("a flood", 10, false);
  session.Refuse("a batch", 7, true);
  session.Refuse("broken", 3, true);
  for (int i = 0; i < 40; ++i) session.Refuse("more", 1, true);
  session->End(0);
  std::string said;
  uint64_t from_client = 0;
  uint64_t from_server = 0;
  for (const std::string& line : sink.lines()) {
    if (Member(line, "kind") != "refusal") continue;
    const std::string count = Member(line, "count");
    (Member(line, "from") == "client" ? from_client : from_server) +=
        count.empty() ? 1 : std::stoull(count);
    if (count.empty())
      said += Member(line, "reason") + ' ';
    else
      EXPECT_EQ(Member(line, "reason"), Member(line, "from") == "client" ? "more" : "a flood");
  }
  EXPECT_THAT(said, HasSubstr("a batch broken"));
  EXPECT_EQ(from_client, 42u);
  EXPECT_EQ(from_server, 100u);
}

TEST(AuditLog, ABusySinkIsNoFault) {
  MemorySink sink;
  sink.is_busy = true;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  for (int round = 0; round < 10; ++round) {
    session.Decide();
    session.Decide();
    sink.room = 100;  // a part at a time
    session->OnIdle();
    EXPECT_EQ(session->Fault(), "");
    EXPECT_TRUE(session->HasIdleWork());
    Pass(milliseconds(900));
  }
  EXPECT_EQ(sink.waits, 0);
  session->End(0);  // who ends waits
  EXPECT_EQ(sink.waits, 1);
  EXPECT_THAT(sink.lines(), SizeIs(22));
  ExpectChained(sink.lines());
}

TEST(AuditLog, ASinkThatStaysBusyIsAFault) {
  MemorySink sink;
  sink.is_busy = true;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  session.Decide();
  sink.room = 0;
  session->OnIdle();
  Pass(milliseconds(999));
  session->OnIdle();
  EXPECT_EQ(session->Fault(), "");
  Pass(milliseconds(1));
  session->OnIdle();
  EXPECT_EQ(session->Fault(), "there is no room");
  sink.room = SIZE_MAX;
  session->OnIdle();
  EXPECT_EQ(session->Fault(), "");
  for (int i = 0; i < 30'000; ++i) session.Decide();  // too much to hold
  sink.room = 1;
  session->BeforeWait(false);  // waits until there is room
  EXPECT_EQ(session->Fault(), "");
  EXPECT_FALSE(session->HasIdleWork());
  for (int i = 0; i < 30'000; ++i) session.Decide();
  sink.room = 1;
  sink.room_after_wait = 0;
  session->BeforeWait(false);
  EXPECT_EQ(session->Fault(), "there is no room");
  sink.room = SIZE_MAX;
  session->End(0);
  EXPECT_EQ(Kinds(sink.lines()).substr(0, 19), "start decision lost");
  ExpectChained(sink.lines());
}

TEST(AuditLog, RefusalsHaveAShareOfTheSpace) {
  MemorySink sink;
  sink.share = 2000;
  AuditedSession session(sink);
  ASSERT_EQ(session.Begin(), "");
  size_t alone = 0;
  for (int i = 0; i < 100; ++i) {
    session.Refuse(std::string(200, 'x'));
    Pass(std::chrono::seconds(20));
  }
  session->End(0);
  for (const std::string& line : sink.lines()) {
    if (Member(line, "kind") == "refusal" && Member(line, "count").empty()) alone += line.size();
  }
  EXPECT_GT(alone, 0u);
  EXPECT_LT(alone, 1000u + 1000u);
}

TEST(AuditLog, SessionsHaveNamesOfTheirOwn) {
  const std::string session = NewAuditSession();
  EXPECT_THAT(session, SizeIs(16));
  EXPECT_EQ(session.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(session, NewAuditSession());
}

}  // namespace
}  // namespace writ
