// What a session tells its audit log, and what it does when nothing can be recorded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "compiler/compiled.h"
#include "proxy/audit.h"
#include "proxy/counters_memory.h"
#include "proxy/line.h"
#include "proxy/policy_session.h"
#include "proxy/programs.h"
#include "proxy/reloads.h"

namespace writ {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Listener : public Audit {
 public:
  bool Keeps() const override { return true; }
  std::string_view Fault() const override { return fault; }
  void Unrecorded() override { heard.emplace_back("unrecorded"); }
  bool Decided(const AuditedCall& call) override {
    const Judgement& judgement = *call.judgement;
    heard.push_back(std::string(call.client.value_or("?")) + " " +
                    std::string(call.server.value_or("?")) + " " + std::string(call.tool) + " " +
                    std::string(call.arguments) + " " +
                    std::string(CodeName(judgement.decision.code)) + " " +
                    std::string(RuleLabel(*call.program, judgement.decision)) +
                    (judgement.shadows.empty() ? "" : " shadow"));
    EXPECT_EQ(call.time.seconds, 600);
    EXPECT_GT(call.nanoseconds, 0);
    return records;
  }
  void Reloaded(const AuditedReload& reload) override {
    heard.push_back((*reload.before)->digest + " -> " + (*reload.program)->digest + " " +
                    std::string(reload.failure));
  }
  void Refused(const AuditedRefusal& refusal) override {
    heard.push_back((refusal.from_client ? "client: " : "server: ") + std::string(refusal.reason) +
                    " " + std::to_string(refusal.bytes));
  }
  void BeforeWait(bool /*ending*/) override {}
  bool HasIdleWork() const override { return idle_work; }
  void OnIdle() override { heard.emplace_back("idle"); }

  std::vector<std::string> heard;
  std::string fault;
  bool records = true;
  bool idle_work = false;
};

class SessionAudit : public testing::Test {
 protected:
  SessionAudit()
      : log_(LogLevel::kError), program_(Compiled(std::string(R"(
writ: 1
default: allow
hide: secret
rules:
  - {name: small, tools: pay, require: args.n < 10}
  - {name: watch, tools: pay, mode: shadow, require: args.n < 5}
  - {name: twice, tools: count, quota: {max: 2, per: day}}
)"))) {
    SessionOptions options;
    options.clock = [] { return Time(600); };
    options.audit = &audit_;
    options.max_in_flight = 3;
    session_ = std::make_unique<PolicySession>(program_, counters_, log_, options);
  }

  std::string Say(const std::string& text) {
    const Line line(text);
    std::string answer;
    switch (session_->OnClientLine(line.view(), &answer)) {
      case ClientAction::kForward: return "forwarded";
      case ClientAction::kDrop: return "dropped";
      case ClientAction::kAnswer: return answer;
    }
    return "?";
  }
  static std::string Call(int id, const std::string& params) {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
           R"(,"method":"tools/call","params":)" + params + "}";
  }
  std::vector<std::string> Heard() { return std::exchange(audit_.heard, {}); }

  Log log_;
  Listener audit_;
  MemoryCounters counters_;
  std::shared_ptr<const VerifiedProgram> program_;
  std::unique_ptr<PolicySession> session_;
};

TEST_F(SessionAudit, TellsEachDecision) {
  Say(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"me"}}})");
  Say(Call(1, R"({"name":"pay","arguments":{ "n": 3 }})"));
  Say(Call(2, R"({"arguments":{"n":7},"name":"p\u0061y"})"));
  EXPECT_THAT(Heard(),
              ElementsAre("me ? pay { \"n\": 3 } allowed ", "me ? pay {\"n\":7} allowed  shadow"));
}

TEST_F(SessionAudit, TellsDenials) {
  Say(Call(3, R"({"name":"pay","arguments":{"n":30}})"));
  Say(Call(4, R"({"name":"secret"})"));
  Say(Call(5, R"({"name":"pay","arguments":{}})"));
  EXPECT_THAT(Heard(), ElementsAre("? ? pay {\"n\":30} rule small", "? ? secret  hidden (hidden)",
                                   "? ? pay {} error small"));
}

TEST_F(SessionAudit, TellsReloads) {
  Reloads reloads;
  SessionOptions options;
  options.audit = &audit_;
  options.reloads = &reloads;
  PolicySession session(ProgramByHand().Digest("first").Build(), counters_, log_, options);
  reloads.Put({ProgramByHand().Digest("second").Build(), {}});
  reloads.Put({nullptr, "1 error"});
  std::string lines;
  session.OnNews(&lines);
  EXPECT_THAT(Heard(), ElementsAre("first -> second ", "second -> second 1 error"));
}

TEST_F(SessionAudit, TellsRefusals) {
  Say("[1]");
  Say(R"({"jsonrpc":"2.0","id":1,"method":"a"})");
  Say(R"({"jsonrpc":"2.0","id":1,"method":"a"})");
  Say(R"({"jsonrpc":"2.0","id":2,"method":"a"})");
  Say(R"({"jsonrpc":"2.0","id":3,"method":"a"})");
  Say(R"({"jsonrpc":"2.0","id":4,"method":"a"})");
  session_->OnClientLineLost("it is too long", 99);
  session_->OnServerLineLost("it was cut off", 9);
  EXPECT_THAT(Heard(), ElementsAre("client: a batch 3", "client: its id is still in flight 0",
                                   "client: too many requests are in flight 0",
                                   "client: it is too long 99", "server: it was cut off 9"));
}

TEST_F(SessionAudit, WhileNothingCanBeRecordedNoCallPasses) {
  audit_.fault = "no space";
  for (int id = 1; id <= 5; ++id) {
    EXPECT_THAT(Say(Call(id, R"({"name":"count"})")),
                testing::AllOf(HasSubstr("no record of this call can be kept"),
                               HasSubstr("\"code\":\"audit\",\"rule\":null")));
  }
  EXPECT_EQ(Say(R"({"jsonrpc":"2.0","method":"tools/other"})"), "forwarded");
  EXPECT_EQ(Heard(), std::vector<std::string>(5, "unrecorded"));
  audit_.fault.clear();
  EXPECT_EQ(Say(Call(1, R"({"name":"count"})")), "forwarded");  // nothing was counted
  EXPECT_EQ(Say(Call(2, R"({"name":"count"})")), "forwarded");
  EXPECT_THAT(Say(Call(3, R"({"name":"count"})")), HasSubstr("quota"));
}

TEST_F(SessionAudit, ACallThatIsNotRecordedInTimeIsNotCounted) {
  audit_.records = false;
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(Say(Call(1, R"({"name":"count"})")), HasSubstr("\"code\":\"audit\""));
  }
  audit_.records = true;
  EXPECT_EQ(Say(Call(1, R"({"name":"count"})")), "forwarded");
  EXPECT_EQ(Say(Call(2, R"({"name":"count"})")), "forwarded");
}

TEST_F(SessionAudit, HasItsIdleWorkDone) {
  EXPECT_FALSE(session_->HasIdleWork());
  audit_.idle_work = true;
  EXPECT_TRUE(session_->HasIdleWork());
  session_->OnIdle();
  EXPECT_THAT(Heard(), ElementsAre("idle"));
  EXPECT_THAT(Heard(), IsEmpty());
}

}  // namespace
}  // namespace writ
