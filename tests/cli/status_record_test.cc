// Records as writ writes them, and lines that it cannot have written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "cli/status/record.h"
#include "proxy/audit_record.h"

namespace writ {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kDecision[] =
    R"({"time":"2026-03-02T09:30:00.125Z","session":"9f2c3a1b5d7e8f90","seq":3,"kind":"decision",)"
    R"("client":"an \"agent\"","server":"files","tool":"write_\u001b[31m","verdict":"deny",)"
    R"("code":"rule","rule":"only \ud83d\ude00 here","shadow":[{"rule":"a","verdict":"deny",)"
    R"("code":"rule"},{"rule":"b","verdict":"error","code":"error"}],"more_shadows":3,)"
    R"("args_digest":"ab12","args":{"shadow":[1,{"a":"}"}]},"program":"77ac","ns":1834,"mac":"5e"})";

// What writ writes, closed as its seal closes it.
template <typename Append, typename... What>
std::string Record(Append append, What... what) {
  const RecordHead head{Time(1'772'443'800, 125'000'000), "9f2c3a1b5d7e8f90", 3};
  std::string line;
  append(head, what..., line);
  return line + ",\"mac\":\"00\"}";
}

class StatusRecords : public testing::Test {
 protected:
  bool Read(std::string line, bool cut = false) {
    line_ = std::move(line);
    return ReadStatusRecord(line_, cut, record_);
  }

  std::string line_;  // what the record has views of
  StatusRecord record_;
};

TEST_F(StatusRecords, Decision) {
  ASSERT_TRUE(Read(kDecision));
  EXPECT_EQ(record_.time, "2026-03-02T09:30:00.125Z");
  EXPECT_EQ(record_.session, "9f2c3a1b5d7e8f90");
  EXPECT_EQ(record_.seq, 3u);
  EXPECT_EQ(record_.kind, "decision");
  EXPECT_EQ(record_.client, "an \"agent\"");
  EXPECT_EQ(record_.tool, "write_\x1b[31m");
  EXPECT_EQ(record_.verdict, "deny");
  EXPECT_EQ(record_.code, "rule");
  EXPECT_EQ(record_.rule, "only \U0001F600 here");
  ASSERT_EQ(record_.shadows.size(), 2u);
  EXPECT_EQ(record_.shadows[1].rule, "b");
  EXPECT_EQ(record_.shadows[1].verdict, "error");
  EXPECT_EQ(record_.more_shadows, 3u);
}

TEST_F(StatusRecords, AllThatWritWrites) {
  StartRecord start;
  start.previous = PreviousRecord{"0000000000000000", 7, "2026-03-02T09:30:00.125Z", {}, "a"};
  start.key = "k";
  start.writ = "1.2.3";
  start.pid = 42;
  start.program = "p";
  start.policies = {"a.yaml", "b \"c\".yaml"};
  start.server = "/usr/bin/server";
  ASSERT_TRUE(Read(Record(AppendStartRecord, start)));
  EXPECT_EQ(record_.kind, "start");
  EXPECT_EQ(record_.pid, 42u);
  EXPECT_EQ(record_.writ, "1.2.3");
  EXPECT_EQ(record_.command, "/usr/bin/server");
  EXPECT_THAT(record_.policies, ElementsAre("a.yaml", "b \"c\".yaml"));
  start.previous.reset();
  start.policies.clear();
  ASSERT_TRUE(Read(Record(AppendStartRecord, start)));
  EXPECT_THAT(record_.policies, IsEmpty());

  ASSERT_TRUE(Read(Record(AppendStopRecord, "ended", std::optional<int>(137))));
  EXPECT_EQ(record_.why, "ended");
  EXPECT_EQ(record_.status, 137u);
  EXPECT_EQ(record_.pid, 0u);
  ASSERT_TRUE(Read(Record(AppendStopRecord, "rotated", std::optional<int>())));
  EXPECT_EQ(record_.status, std::nullopt);

  ASSERT_TRUE(Read(Record(AppendRefusalRecord, AuditedRefusal{Time(0), true, "no", 12})));
  EXPECT_EQ(record_.count, 0u);
  ASSERT_TRUE(Read(Record(AppendRefusalsRecord, Refusals{true, 9, 100, Time(0), "no"})));
  EXPECT_EQ(record_.count, 9u);
  LostRecords lost;
  lost.denied = 4;
  lost.passed = 5;
  lost.refusals = 6;
  ASSERT_TRUE(Read(Record(AppendLostRecord, lost)));
  EXPECT_EQ(record_.denied, 4u);
  EXPECT_EQ(record_.passed, 5u);
  EXPECT_EQ(record_.refusals, 6u);
  ASSERT_TRUE(Read(Record(AppendReloadRecord, "a", "b", "no")));
  EXPECT_EQ(record_.kind, "reload");
}

// What stands behind the digest of the arguments is not looked at, so it may be cut anywhere.
TEST_F(StatusRecords, AreCutBehindWhatCounts) {
  const std::string line = kDecision;
  const size_t enough = line.find("\"ab12");
  for (size_t size = 0; size < line.size(); ++size) {
    const std::string cut(line, 0, size);  // of its own, so that reading on is found
    EXPECT_EQ(Read(cut), size >= enough) << cut;
    const bool has_head = size >= line.find(",\"client\"");
    EXPECT_EQ(Read(cut, true), has_head) << cut;
  }
}

TEST_F(StatusRecords, NoRecords) {
  const std::string line = kDecision;
  const auto changed = [&line](std::string_view from, std::string_view to) {
    std::string other = line;
    other.replace(other.find(from), from.size(), to);
    return other;
  };
  for (const std::string& none : {
           std::string(),
           std::string("{}"),
           std::string("[1]"),
           std::string(70'000, '['),
           std::string(70'000, '\\'),
           std::string(1, '\0'),
           " " + line,
           changed("2026-03-02T", "2026-03-02 "),
           changed("00.125Z", "00.12\x1bZ"),
           changed("2026-03-02", "9999-99-02"),
           changed("2026-03-02", "2026-00-02"),
           changed("2026-03-02", "2026-03-32"),
           changed("T09:30:00", "T24:30:00"),
           changed("T09:30:00", "T09:60:00"),
           changed("T09:30:00", "T09:30:61"),
           changed("9f2c3a1b", "9f2c\x1b[1m"),
           changed("9f2c3a1b", "9F2C3A1B"),
           changed("\"seq\":3", "\"seq\":-3"),
           changed("\"seq\":3", "\"seq\":99999999999999999999"),
           changed("\"seq\":3,", ""),
           changed("\"files\"", "\"fi\x01les\""),
           changed("\"files\"", "\"fi\\xles\""),
           changed("\"files\"", "\"fi\\u12les\""),
           changed("\"files\"", "null"),
           changed("[{\"rule\":\"a\"", "[[[[[[["),
           changed("\"more_shadows\":3", "\"more_shadows\""),
       }) {
    EXPECT_FALSE(Read(none)) << none.substr(0, 200);
  }
}

// Text that is none is kept as it stands; who shows it escapes it.
TEST_F(StatusRecords, TakesBytesThatAreNoText) {
  std::string line = kDecision;
  line.replace(line.find("files"), 5, "\xff\\ud800");
  ASSERT_TRUE(Read(line));
  EXPECT_EQ(record_.server, "\xff\\ud800");
}

TEST_F(StatusRecords, TakesNoMoreShadowsThanWritWrites) {
  std::string shadows;
  for (int i = 0; i < 100; ++i) shadows += R"({"rule":"x","verdict":"deny"},)";
  std::string line = kDecision;
  line.insert(line.find("{\"rule\":\"a\""), shadows);
  ASSERT_TRUE(Read(line));
  EXPECT_EQ(record_.shadows.size(), kMaxAuditedShadows);
}

// What others wrote is kept no longer than what writ writes.
TEST_F(StatusRecords, KeepsNoMoreThanWritWrites) {
  const std::string name(5000, 'x');
  std::string line = kDecision;
  line.replace(line.find("files"), 5, name);
  ASSERT_TRUE(Read(line));
  EXPECT_EQ(record_.server, name.substr(0, kMaxAuditNameBytes + 3));
  StartRecord start;
  start.policies.assign(100, "p.yaml");
  start.server = "/usr/bin/server";
  ASSERT_TRUE(Read(Record(AppendStartRecord, start)));
  EXPECT_EQ(record_.policies.size(), kMaxKeptPolicies);
  EXPECT_EQ(record_.command, "/usr/bin/server");
}

}  // namespace
}  // namespace writ
