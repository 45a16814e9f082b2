// Records, to the byte: what is told, what is cut, what is escaped.
#include "proxy/audit_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "compiler/compiled.h"
#include "proxy/judge.h"
#include "vm/time_text.h"

namespace writ {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kSession[] = "0123456789abcdef";
constexpr char kHead[] =
    R"({"time":"1970-01-01T00:10:00.250Z","session":"0123456789abcdef","seq":7)";
const RecordHead kSeventh = {Time(600, 250'999'999), kSession, 7};

std::string TimeText(int64_t seconds, uint32_t nanoseconds = 0) {
  std::string text;
  AppendAuditTime(Time(seconds, nanoseconds), text);
  return text;
}

TEST(AuditRecord, TimesAreOfOneLength) {
  EXPECT_EQ(TimeText(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(TimeText(1772443800, 125'999'999), "2026-03-02T09:30:00.125Z");
  EXPECT_EQ(TimeText(-1, 999'999'999), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(TimeText(kFirstSecond), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(TimeText(INT64_MIN), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(TimeText(INT64_MAX), "9999-12-31T23:59:59.000Z");
}

class Decisions : public testing::Test {
 protected:
  void SetUp() override {
    program_ =
        Compiled(std::string("writ: 1\ndefault: allow\nrules:\n"
                             "  - {name: 'the \"first\"', require: args.a}\n"
                             "  - {name: watching, mode: shadow, require: args.b}\n"));
    ASSERT_NE(program_, nullptr);
    judgement_.decision.verdict = Verdict::kAllow;
    judgement_.decision.code = Code::kAllowed;
    call_.judgement = &judgement_;
    call_.program = program_.get();
    call_.tool = "pay";
    call_.nanoseconds = 1234;
  }
  std::string Text(bool in_full = false) {
    Hmac digest("key");
    std::string text;
    AppendDecisionRecord(kSeventh, call_, digest, in_full, text);
    return text;
  }
  std::string Tail() { return ",\"program\":\"" + (*program_)->digest + "\",\"ns\":1234"; }

  std::shared_ptr<const VerifiedProgram> program_;
  Judgement judgement_;
  AuditedCall call_;
};

TEST_F(Decisions, TellWhatIsKnown) {
  EXPECT_EQ(Text(), std::string(kHead) + R"(,"kind":"decision","tool":"pay","verdict":"allow",)" +
                        R"("code":"allowed","shadow":[])" + Tail());
  call_.client = "an agent";
  call_.server = "files";
  call_.arguments = "{}";
  judgement_.decision.verdict = Verdict::kDeny;
  judgement_.decision.code = Code::kRule;
  judgement_.decision.rule = 0;
  Shadow shadow;
  shadow.rule = 1;
  shadow.verdict = Verdict::kError;
  shadow.code = Code::kError;
  judgement_.shadows = {shadow};
  // printf '{}' | openssl dgst -sha256 -hmac key
  EXPECT_EQ(
      Text(),
      std::string(kHead) +
          R"(,"kind":"decision","client":"an agent","server":"files","tool":"pay",)" +
          R"("verdict":"deny","code":"rule","rule":"the \"first\"",)" +
          R"("shadow":[{"rule":"watching","verdict":"error","code":"error"}],)" +
          R"("args_digest":"a777724d943eb48dc69bca8a4a6d57a04db3f9ec7e1de4e581e860265bdf3032")" +
          Tail());
}

TEST_F(Decisions, CutAndEscapeNames) {
  const std::string name = "line\nfeed \x1b[31m \xe2\x80\xae" + std::string(300, 'x');
  call_.tool = name;
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr(R"("tool":"line\nfeed \u001b[31m \u202exxx)"));
  EXPECT_THAT(text, HasSubstr("xxx…\",\"verdict\""));
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_LT(text.size(), 700u);
  call_.tool = "broken \xff\xc3";
  EXPECT_THAT(Text(), HasSubstr("\"tool\":\"broken \uFFFD\uFFFD\""));
}

TEST_F(Decisions, ListSoManyShadows) {
  judgement_.shadows.resize(kMaxAuditedShadows + 5);
  for (Shadow& shadow : judgement_.shadows) shadow.rule = 1;
  EXPECT_THAT(Text(), HasSubstr("}],\"more_shadows\":5,"));
}

TEST_F(Decisions, HoldArgumentsWhereAskedFor) {
  call_.arguments = "{\t\"a\":\r [1, \"\xc2\x85\x7f\xe2\x80\xa8 \\n\"]}";
  EXPECT_THAT(Text(), Not(HasSubstr("\"args\"")));
  EXPECT_THAT(Text(true), HasSubstr(R"(,"args":{ "a":  [1, "\u0085\u007f\u2028 \n"]},"program")"));
}

TEST_F(Decisions, HoldNoHalvesOfSurrogatePairs) {
  call_.arguments =
      R"({"a\ud800":"\ud83d\ude00 \udc00\ud800 \\\ud800\n","b":"\\ud800\uD83D","c":"\u00e9"})";
  EXPECT_THAT(
      Text(true),
      HasSubstr(
          R"(,"args":{"a\ufffd":"\ud83d\ude00 \ufffd\ufffd \\\ufffd\n","b":"\\ud800\ufffd","c":"\u00e9"},)"));
  // The digest is of what was said.
  const std::string said = Text();
  call_.arguments =
      R"({"a\ufffd":"\ud83d\ude00 \ufffd\ufffd \\\ufffd\n","b":"\\ud800\ufffd","c":"\u00e9"})";
  EXPECT_NE(Text(), said);
}

TEST(AuditRecord, StartsNameWhatTheyFollow) {
  StartRecord start;
  start.key = "00ff";
  start.writ = "1.2.3";
  start.pid = 4711;
  start.program = "abc";
  start.policies = {"/a.yaml", "/b\n.yaml"};
  start.server = "/bin/server";
  const std::string tail = R"(,"version":1,"key":"00ff","writ":"1.2.3","pid":4711,"program":"abc",)"
                           R"("policies":["/a.yaml","/b\n.yaml"],"command":"/bin/server")";
  std::string text;
  AppendStartRecord(kSeventh, start, text);
  EXPECT_EQ(text, std::string(kHead) + R"(,"kind":"start","previous":null,"others":[])" + tail);
  start.previous = PreviousRecord{"fedcba9876543210", 3, TimeText(1), Mac{}, "old.jsonl"};
  start.others = {*start.previous, *start.previous};
  text.clear();
  AppendStartRecord(kSeventh, start, text);
  const std::string old =
      R"({"session":"fedcba9876543210","seq":3,"time":"1970-01-01T00:00:01.000Z","mac":")" +
      std::string(64, '0') + R"(","file":"old.jsonl"})";
  EXPECT_EQ(text, std::string(kHead) + R"(,"kind":"start","previous":)" + old + R"(,"others":[)" +
                      old + "," + old + "]" + tail);
}

TEST(AuditRecord, OtherKinds) {
  const RecordHead head{kSeventh.time, kSeventh.session, kSeventh.seq, "77ac"};
  std::string text;
  AppendRefusalRecord(head, {Time(1), true, "a \"batch\"", 17}, text);
  EXPECT_EQ(
      text,
      std::string(kHead) +
          R"(,"kind":"refusal","from":"client","reason":"a \"batch\"","bytes":17,"program":"77ac")");
  text.clear();
  AppendRefusalRecord(head, {Time(1), false, "x", 0}, text);
  EXPECT_EQ(text, std::string(kHead) +
                      R"(,"kind":"refusal","from":"server","reason":"x","program":"77ac")");
  text.clear();
  AppendRefusalsRecord(head, {false, 5, 60, Time(1), "a batch"}, text);
  EXPECT_EQ(text, std::string(kHead) + R"(,"kind":"refusal","from":"server","count":5,)" +
                      R"("since":"1970-01-01T00:00:01.000Z",)" +
                      R"("reason":"a batch","bytes":60,"program":"77ac")");
  text.clear();
  AppendLostRecord(head, {1, 2, 3, Time(1), "full"}, text);
  EXPECT_EQ(text, std::string(kHead) + R"(,"kind":"lost","since":"1970-01-01T00:00:01.000Z",)" +
                      R"("reason":"full","denied":1,"passed":2,"refusals":3,"program":"77ac")");
  text.clear();
  AppendReloadRecord(head, "aa", "bb", "", text);
  EXPECT_EQ(text, std::string(kHead) + R"(,"kind":"reload","before":"aa","program":"bb")");
  text.clear();
  AppendReloadRecord(head, "aa", "aa", "line 3", text);
  EXPECT_THAT(text, HasSubstr(R"("program":"aa","failure":"line 3")"));
  text.clear();
  AppendStopRecord(head, "ended", 137, text);
  EXPECT_EQ(text,
            std::string(kHead) + R"(,"kind":"stop","why":"ended","status":137,"program":"77ac")");
  text.clear();
  AppendStopRecord(head, "rotated", std::nullopt, text);
  EXPECT_EQ(text, std::string(kHead) + R"(,"kind":"stop","why":"rotated","program":"77ac")");
}

}  // namespace
}  // namespace writ
