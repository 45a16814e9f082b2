// What people and programs read, to the letter.
#include "cli/status/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/status_world.h"
#include "cli/table.h"

namespace writ {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int64_t kNow = 1'772'443'800;  // 2026-03-02T09:30:00Z

class Reports : public testing::Test {
 protected:
  Reports() {
    report_.now = kNow;
    report_.audit = "/state/audit";
    report_.counters = "/state/counters.db";
    report_.tally = &tally_;
  }
  void Add(const std::string& line) { AddLine(line, tally_); }
  void AddAll() {
    Add(StartLine("08:00:00", kSessionA));
    Add(CallLine("09:10:00", kSessionA, 1, "allow", "", R"({"rule":"s","verdict":"deny"})"));
    Add(CallLine("09:20:00", kSessionA, 2, "deny", "only here"));
    tally_.SetWriter(kSessionA, Writer::kAlive);
    ShownCount count;
    count.space = "demo";
    count.global = true;
    count.name = "spend";
    count.window = {3600, true};
    count.scale = 2;
    count.key = "\"usd\"";
    count.used = 1234;
    count.limit = 10050;
    count.remaining = 8816;
    count.resets_at = kNow + 86'400;
    report_.quotas.counts.push_back(count);
    report_.notes = {"something is missing"};
  }

  Tally tally_{At("09:00:00")};
  StatusReport report_;
};

TEST_F(Reports, Json) {
  AddAll();
  EXPECT_EQ(
      StatusJson(report_),
      R"({"time":"2026-03-02T09:30:00.000Z","since":"2026-03-02T09:00:00.000Z",)"
      R"("audit":"/state/audit","counters":"/state/counters.db","total":{"calls":2,"denied":1,)"
      R"("errors":0,"refusals":0,"unrecorded_denied":0,"unrecorded_passed":0},"instances":[{)"
      R"("session":"aaaaaaaaaaaaaaaa","state":"running","status":null,"pid":42,)"
      R"("started":"2026-03-02T08:00:00.000Z","last":"2026-03-02T09:20:00.000Z","calls":2,)"
      R"("denied":1,"errors":0,"refusals":0,"unrecorded_denied":0,"unrecorded_passed":0,)"
      R"("client":"an agent","server":null,"command":"/usr/bin/server","policies":["p.yaml"],)"
      R"("writ":"0"}],"more_instances":0,"rules":[{"rule":"only here","code":"rule","denied":1,)"
      R"("errors":0,"last":"2026-03-02T09:20:00.000Z"}],"shadow":[{"rule":"s","denied":1,)"
      R"("errors":0,"last":"2026-03-02T09:10:00.000Z"}],"more_shadow":0,"more_rules":false,"denials":[{)"
      R"("time":"2026-03-02T09:20:00.000Z","session":"aaaaaaaaaaaaaaaa","seq":2,)"
      R"("client":"an agent","tool":"work","verdict":"deny","code":"rule","rule":"only here"}],)"
      R"("quotas":[{"policy":"demo","tool":null,"name":"spend","key":"\"usd\"",)"
      R"("per":"sliding hour","shadow":false,"used":12.34,"limit":100.50,"remaining":88.16,)"
      R"("resets_at":"2026-03-03T09:30:00.000Z"}],"more_quotas":0,)"
      R"("notes":["something is missing"]})"
      "\n");
}

TEST_F(Reports, Tables) {
  AddAll();
  EXPECT_EQ(StatusTables(report_, {}),
            R"(2026-03-02 09:30:00 UTC, since 09:00:00
2 calls, 1 denied, 0 errors; 0 messages refused

INSTANCES  1 running
  STATE    SESSION           PID  STARTED   LAST RECORD  CALLS  DENIED  ERRORS  REFUSED  LOST  SERVER  CLIENT    POLICIES
  running  aaaaaaaaaaaaaaaa   42  08:00:00  09:20:00         2       1       0        0     0  server  an agent  p.yaml

DENYING RULES
  DENIED  ERRORS  LAST      CODE  RULE
       1       0  09:20:00  rule  only here

RECENT DENIALS
  TIME      SESSION           CLIENT    TOOL  CODE  RULE
  09:20:00  aaaaaaaaaaaaaaaa  an agent  work  rule  only here

SHADOW RULES WOULD HAVE DENIED
  DENIED  ERRORS  LAST      RULE
       1       0  09:10:00  s

QUOTAS
  REMAINING   LIMIT   USED  PER           RESETS               KEY    QUOTA  POLICY
      88.16  100.50  12.34  sliding hour  2026-03-03 09:30:00  "usd"  spend  demo

note: something is missing
)");
}

TEST_F(Reports, Nothing) {
  EXPECT_EQ(StatusTables(report_, {}), R"(2026-03-02 09:30:00 UTC, since 09:00:00
0 calls, 0 denied, 0 errors; 0 messages refused

INSTANCES  0 running
  none wrote a record, and none runs

DENYING RULES
  none denied a call

RECENT DENIALS
  none

SHADOW RULES WOULD HAVE DENIED
  nothing

QUOTAS
  none is counted in its window
)");
}

TEST_F(Reports, CountersThatCannotBeRead) {
  report_.quotas.fault = "/state/counters.db is locked by another process";
  const std::string json = StatusJson(report_);
  EXPECT_THAT(json, HasSubstr(R"("quotas":null)"));
  EXPECT_THAT(json, HasSubstr(R"("notes":["/state/counters.db is locked by another process"])"));
  const std::string table = StatusTables(report_, {});
  EXPECT_THAT(table, HasSubstr("QUOTAS  /state/counters.db is locked by another process\n"));
  EXPECT_THAT(table, Not(HasSubstr("note:")));
}

// Of a session whose first record is gone.
TEST_F(Reports, WhatIsNotKnownIsNull) {
  Add(CallLine("09:10:00", kSessionA, 1, "allow"));
  const std::string json = StatusJson(report_);
  EXPECT_THAT(json, HasSubstr(R"("status":null,"pid":null,"started":null)"));
  EXPECT_THAT(json, HasSubstr(R"("command":null,"policies":[],"writ":null)"));
}

// Names that would drive a terminal, from the log and from the counters, cut or whole.
TEST_F(Reports, ShowNoControlCharacters) {
  const std::string evil = "\\u001b[31m\\u0007\\u202e\\u009b\\ud800\xff\xc2\x9b";
  Add(StartLine("09:10:00", kSessionA));
  Add(CallLine("09:10:00", kSessionA, 1, "deny", evil,
               R"({"rule":")" + evil + R"(","verdict":"deny"})"));
  ShownCount count;
  count.space = count.name = count.key = count.scope = "\x1b]0;x\x07\r\n\xff";
  report_.quotas.counts.push_back(count);
  report_.notes = {"\x1b[2J"};
  report_.audit = "\x1b[2J";
  for (const std::string& text :
       {StatusJson(report_), StatusTables(report_, {}), StatusTables(report_, {false, 30})}) {
    for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
    EXPECT_THAT(text, Not(HasSubstr("\x7f")));
    EXPECT_THAT(text, Not(HasSubstr("\xc2\x9b")));
    EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
    EXPECT_THAT(text, Not(HasSubstr("\xff")));
  }
  EXPECT_THAT(StatusTables(report_, {}), HasSubstr("\\u001b[31m"));
}

TEST_F(Reports, CutLinesAtTheTerminalsEdge) {
  AddAll();
  for (const size_t columns : {1u, 2u, 3u, 10u, 37u, 80u}) {
    const std::string text = StatusTables(report_, {false, columns});
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = text.find('\n', begin);
      EXPECT_LE(ColumnsOf(text.substr(begin, end - begin)), columns);
      begin = end + 1;
    }
  }
}

TEST_F(Reports, ColoursOnlyWhereTheyAreWanted) {
  AddAll();
  EXPECT_THAT(StatusTables(report_, {}), Not(HasSubstr("\x1b")));
  const std::string text = StatusTables(report_, {true});
  EXPECT_THAT(text, HasSubstr("\x1b[32mrunning\x1b[0m"));
  EXPECT_THAT(text, HasSubstr("\x1b[1mQUOTAS\x1b[0m"));
}

TEST(TableText, KnowsHowWideCharactersAre) {
  EXPECT_EQ(ColumnsOf("abc"), 3u);
  EXPECT_EQ(ColumnsOf("日本"), 4u);
  EXPECT_EQ(ColumnsOf("e\u0301"), 1u);
  EXPECT_EQ(ColumnsOf("x\u20dd"), 1u);
  EXPECT_EQ(ShownWithin("z\u0301\u0302\u0303\u0304y\u0301", 6), "z\u0301\u0302y\u0301");
  EXPECT_EQ(ShownWithin("abcdef", 6), "abcdef");
  EXPECT_EQ(ShownWithin("abcdef", 5), "abcd…");
  EXPECT_EQ(ShownWithin("日本語", 4), "日…");
  EXPECT_EQ(ShownWithin("abc", 0), "");
  EXPECT_EQ(ShownWithin(std::string(1'000'000, 'x'), 3), "xx…");
}

}  // namespace
}  // namespace writ
