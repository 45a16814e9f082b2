// Recorded calls and the decisions on them.
#include "cli/traffic/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/traffic_world.h"
#include "compiler/compile.h"

namespace writ {
namespace {

using testing::ElementsAre;

std::shared_ptr<const VerifiedProgram> Compile(const std::string& rules) {
  Diagnostics diagnostics;
  auto program = CompileTexts(
      {{std::make_shared<const Source>("p.yaml", "writ: 1\ndefault: allow\nrules:\n" + rules), ""}},
      diagnostics, {}, nullptr);
  EXPECT_NE(program, nullptr);
  return program;
}

std::vector<std::string> Verdicts(const std::string& rules, const std::vector<std::string>& paths) {
  TrafficReader reader({paths});
  EXPECT_EQ(reader.Open(), "");
  TrafficJudge judge(Compile(rules), {});
  std::vector<std::string> verdicts;
  for (;;) {
    switch (reader.Next()) {
      case TrafficReader::Found::kEnd: return verdicts;
      case TrafficReader::Found::kAnswer: judge.Take(reader.answer()); break;
      case TrafficReader::Found::kCall:
        verdicts.emplace_back(VerdictName(judge.Decide(reader.call()).decision.verdict));
    }
  }
}

constexpr char kOne[] = "aaaaaaaaaaaaaaaa";
constexpr char kTwo[] = "bbbbbbbbbbbbbbbb";

TEST(TrafficJudges, GoByTheClockOfTheRecord) {
  const std::string path = WriteFile(
      "a.jsonl", Decided("30", kOne, "x") + Decided("30", kOne, "x") + Decided("31", kOne, "x"));
  EXPECT_THAT(Verdicts("  - { name: q, quota: { max: 1, per: minute } }\n", {path}),
              ElementsAre("allow", "deny", "allow"));
  EXPECT_THAT(Verdicts("  - { name: q, require: now.getMinutes() == 31 }\n", {path}),
              ElementsAre("deny", "deny", "allow"));
}

TEST(TrafficJudges, CountPerSessionForEachAndAllElseForAll) {
  const std::string path =
      WriteFile("a.jsonl", Decided("30", kOne, "x") + Decided("31", kTwo, "x") +
                               Decided("32", kOne, "x") + Decided("33", kTwo, "x"));
  EXPECT_THAT(Verdicts("  - { name: q, quota: { max: 1, per: session } }\n", {path}),
              ElementsAre("allow", "allow", "deny", "deny"));
  EXPECT_THAT(Verdicts("  - { name: q, quota: { max: 3, per: day } }\n"
                       "  - { name: s, quota: { max: 1, per: session } }\n",
                       {path}),
              ElementsAre("allow", "allow", "deny", "deny"));
  EXPECT_THAT(Verdicts("  - { name: q, quota: { max: 3, per: day } }\n", {path}),
              ElementsAre("allow", "allow", "allow", "deny"));
}

TEST(TrafficJudges, GiveBackWhatTheServerAnsweredWithAnError) {
  const std::string answered =
      WriteFile("a.jsonl", Wrapped("c2s", Request("1", "x")) + Wrapped("s2c", ErrorAnswer("1")) +
                               Wrapped("c2s", Request("2", "x")) +
                               Wrapped("s2c", R"({"jsonrpc":"2.0","id":2,"result":{}})") +
                               Wrapped("c2s", Request("3", "x")));
  EXPECT_THAT(Verdicts("  - { name: q, quota: { max: 1, per: day } }\n", {answered}),
              ElementsAre("allow", "allow", "deny"));
  EXPECT_THAT(Verdicts("  - { name: q, quota: { max: 1, per: session } }\n", {answered}),
              ElementsAre("allow", "allow", "deny"));
}

}  // namespace
}  // namespace writ
