// Recorded traffic from files.
#include "cli/traffic/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/traffic_world.h"

namespace writ {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kOne[] = "aaaaaaaaaaaaaaaa";
constexpr char kTwo[] = "bbbbbbbbbbbbbbbb";

TEST(TrafficReaders, GiveTheCallsOfAnAuditLogWithWhatWasDecided) {
  const std::string path = WriteFile(
      "a.jsonl", Decided("30", kOne, "x", R"({"n":1})", "deny") + Decided("31", kTwo, "y"));
  TrafficReader reader({{path}});
  ASSERT_EQ(reader.Open(), "");
  ASSERT_EQ(reader.Next(), TrafficReader::Found::kCall);
  EXPECT_EQ(reader.call().tool, "x");
  EXPECT_EQ(reader.call().arguments, R"({"n":1})");
  EXPECT_EQ(reader.call().session, kOne);
  EXPECT_TRUE(reader.call().is_timed);
  EXPECT_EQ(reader.call().time.seconds, 1'772'443'800);
  EXPECT_EQ(reader.call().verdict->verdict, "deny");
  EXPECT_FALSE(reader.call().may_be_answered);
  ASSERT_EQ(reader.Next(), TrafficReader::Found::kCall);
  EXPECT_EQ(reader.call().session, kTwo);
  EXPECT_EQ(reader.call().line, 2u);
  EXPECT_EQ(reader.Next(), TrafficReader::Found::kEnd);
  EXPECT_EQ(reader.summary().judged_calls, 2u);
  EXPECT_EQ(reader.summary().last_time->seconds - reader.summary().first_time->seconds, 60);
}

TEST(TrafficReaders, MergeFilesByTheTimeOfTheirRecords) {
  const std::string a = WriteFile(
      "a.jsonl", Decided("30", kOne, "a") + Decided("32", kOne, "a") + Decided("40", kOne, "a"));
  const std::string b = WriteFile("b.jsonl", Decided("31", kTwo, "b") + Decided("33", kTwo, "b"));
  const std::string c = WriteFile("c.jsonl", Decided("29", kTwo, "c"));
  TrafficReader reader({{a, b, c}});
  ASSERT_EQ(reader.Open(), "");
  EXPECT_THAT(AllOf(reader), ElementsAre("c.jsonl:1 c", "a.jsonl:1 a", "b.jsonl:1 b", "a.jsonl:2 a",
                                         "b.jsonl:2 b", "a.jsonl:3 a"));
  EXPECT_EQ(reader.bytes_read(), reader.bytes());
  reader.Rewind();
  EXPECT_EQ(AllOf(reader).size(), 6u);
  EXPECT_EQ(reader.summary().calls, 6u);
}

TEST(TrafficReaders, KeepTheOrderOfAFileWhoseClockWentBack) {
  const std::string path = WriteFile(
      "a.jsonl", Decided("30", kOne, "x") + Decided("20", kOne, "y") + Decided("31", kOne, "z"));
  TrafficReader reader({{path}});
  ASSERT_EQ(reader.Open(), "");
  EXPECT_THAT(AllOf(reader), ElementsAre("a.jsonl:1 x", "a.jsonl:2 y", "a.jsonl:3 z"));
}

TEST(TrafficReaders, ReadWhatHasNoTimeFileByFile) {
  const std::string a = WriteFile("a.jsonl", Request("1", "x") + "\n" + Request("1", "y") + "\n");
  const std::string b = WriteFile("b.jsonl", Wrapped("c2s", Request("1", "z")));
  TrafficReader reader({{a, b}, 1'700'000'000});
  ASSERT_EQ(reader.Open(), "");
  ASSERT_EQ(reader.Next(), TrafficReader::Found::kCall);
  EXPECT_FALSE(reader.call().is_timed);
  EXPECT_EQ(reader.call().time.seconds, 1'700'000'000);
  EXPECT_EQ(reader.call().session, a);
  EXPECT_TRUE(reader.call().may_be_answered);
  EXPECT_THAT(AllOf(reader), ElementsAre("a.jsonl:2 y", "b.jsonl:1 z"));
  EXPECT_EQ(reader.summary().untimed_calls, 3u);
}

TEST(TrafficReaders, TellWhatTheServerAnsweredByTheRulesOfTheProxy) {
  const std::string path = WriteFile(
      "a.jsonl",
      Wrapped("c2s", Request("1", "x")) + Wrapped("c2s", Request("2", "y")) +
          Wrapped("c2s", Request("3", "z")) +
          Wrapped("c2s", R"({"jsonrpc":"2.0","method":"notifications/cancelled",)"
                         R"("params":{"requestId":3}})") +
          Wrapped("c2s", ErrorAnswer("1")) +  // the client's, to something of the server's
          Wrapped("s2c", R"({"jsonrpc":"2.0","id":1,"result":{}})") +
          Wrapped("s2c", ErrorAnswer("2")) + Wrapped("s2c", ErrorAnswer("3")) +
          Wrapped("s2c", ErrorAnswer("2")));
  TrafficReader reader({{path}});
  ASSERT_EQ(reader.Open(), "");
  EXPECT_THAT(AllOf(reader), ElementsAre("a.jsonl:1 x", "a.jsonl:2 y", "a.jsonl:3 z", "answer 1",
                                         "error 2", "answer 3"));
}

TEST(TrafficReaders, TakeAnswersToWhatIsInFlightForTheServersWhereNobodySaysWhose) {
  const std::string path =
      WriteFile("a.jsonl", Request("1", "x") + "\n" + ErrorAnswer("7") + "\n" + ErrorAnswer("1") +
                               "\n" + ErrorAnswer("1") + "\n");
  TrafficReader reader({{path}});
  ASSERT_EQ(reader.Open(), "");
  EXPECT_THAT(AllOf(reader), ElementsAre("a.jsonl:1 x", "error 1"));
}

TEST(TrafficReaders, KnowWhatClientAndServerCallThemselves) {
  const std::string hello = R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":)"
                            R"({"clientInfo":{"name":"c","version":"2"}}})";
  const std::string welcome = R"({"jsonrpc":"2.0","id":0,"result":{"serverInfo":{"name":"s"}}})";
  const std::string path = WriteFile("a.jsonl", Wrapped("c2s", hello) + Wrapped("s2c", welcome) +
                                                    Wrapped("c2s", Request("1", "x")));
  TrafficReader reader({{path}});
  ASSERT_EQ(reader.Open(), "");
  ASSERT_EQ(reader.Next(), TrafficReader::Found::kCall);
  EXPECT_EQ(reader.call().claims.client_name, "c");
  EXPECT_EQ(reader.call().claims.client_version, "2");
  EXPECT_EQ(reader.call().claims.server_name, "s");
}

TEST(TrafficReaders, CountWhatCannotBeReadAndSayWhere) {
  const std::string path = WriteFile(
      "a.jsonl", "nonsense\n" + Request("1", "x", "[]") + "\n\n" + Request("2", "y") + "\n" +
                     R"({"time":"2026-03-02T09:30:00.000Z","session":"aaaaaaaaaaaaaaaa","seq":1,)" +
                     R"("kind":"decision","tool":"t","args_digest":"00","mac":"0"})" + "\n" +
                     R"({"time":"2026-03-02T09:30:00.000Z","session":"aaaa)");
  TrafficReader reader({{path}});
  ASSERT_EQ(reader.Open(), "");
  EXPECT_THAT(AllOf(reader), ElementsAre("a.jsonl:4 y"));
  const TrafficSummary& summary = reader.summary();
  EXPECT_EQ(summary.unreadable, 2u);
  ASSERT_EQ(summary.unreadable_places.size(), 2u);
  EXPECT_EQ(summary.unreadable_places[0].file, path);
  EXPECT_EQ(summary.unreadable_places[0].line, 1u);
  EXPECT_EQ(summary.unreadable_places[1].line, 6u);
  EXPECT_EQ(summary.refused, 1u);
  EXPECT_EQ(summary.refused_places[0].line, 2u);
  EXPECT_EQ(summary.without_arguments, 1u);
  EXPECT_EQ(summary.without_arguments_place->line, 5u);
}

TEST(TrafficReaders, NeedFilesThatAreThere) {
  TrafficReader reader({{"/nowhere/a.jsonl"}});
  EXPECT_THAT(reader.Open(), HasSubstr("/nowhere/a.jsonl cannot be read"));
}

}  // namespace
}  // namespace writ
