// Another program while a session runs: what changes, what stays, and what the client is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/counters_memory.h"
#include "proxy/line.h"
#include "proxy/policy_session.h"
#include "proxy/programs.h"
#include "proxy/reloads.h"

namespace writ {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kInitialize[] = R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{}})";
constexpr char kDeclares[] =
    R"({"jsonrpc":"2.0","id":0,"result":{"capabilities":{"tools":{"listChanged":true}}}})";
constexpr char kNotice[] =
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n";

std::string Call(const std::string& id, const std::string& tool) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/call","params":{"name":")" + tool +
         R"(","arguments":{}}})";
}

std::string List(const std::string& id) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/list"})";
}

std::string Tools(const std::string& id, const std::string& tools) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":{"tools":[)" + tools + "]}}";
}

constexpr char kBoth[] = R"({"name":"a"},{"name":"b"})";

std::string Failure(const std::string& id) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":{"code":-32000,"message":"broken"}})";
}

class SessionReload : public testing::Test {
 protected:
  void SetUp() override {
    log_file_.reset(std::tmpfile());
    ASSERT_NE(log_file_, nullptr);
    log_ = std::make_unique<Log>(LogLevel::kInfo, fileno(log_file_.get()));
    SessionOptions options;
    options.clock = [] { return Time(600); };
    options.reloads = &reloads_;
    session_ = std::make_unique<PolicySession>(
        ProgramByHand().Digest("first").Tool("limited").Limit("two", 2).Build(), counters_, *log_,
        options);
  }

  // "forwarded", "dropped" or the answer.
  std::string FromClient(std::string_view text) {
    const Line line(text);
    std::string answer;
    switch (session_->OnClientLine(line.view(), &answer)) {
      case ClientAction::kForward: return "forwarded";
      case ClientAction::kDrop: return "dropped";
      case ClientAction::kAnswer: return answer;
    }
    return "?";
  }
  // What the client gets of it.
  std::string FromServer(const std::string& text) {
    const Line line(text);
    std::string replacement;
    switch (session_->OnServerLine(line.view(), &replacement)) {
      case ServerAction::kForward: return text;
      case ServerAction::kReplace: return replacement;
      default: return "?";
    }
  }
  // What the client is told.
  std::string Run(std::shared_ptr<const VerifiedProgram> program) {
    reloads_.Put({std::move(program), {}});
    return News();
  }
  std::string News() {
    std::string lines;
    session_->OnNews(&lines);
    return lines;
  }
  void ListTools() {
    EXPECT_EQ(FromClient(List("99")), "forwarded");
    FromServer(Tools("99", kBoth));
  }
  std::string Logged() {
    std::string text(10'000, '\0');
    std::rewind(log_file_.get());
    text.resize(std::fread(text.data(), 1, text.size(), log_file_.get()));
    return text;
  }

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> log_file_;
  std::unique_ptr<Log> log_;
  MemoryCounters counters_;
  Reloads reloads_;
  std::unique_ptr<PolicySession> session_;
};

TEST_F(SessionReload, TheNextCallIsDecidedByTheNewProgram) {
  EXPECT_EQ(FromClient(Call("1", "a")), "forwarded");
  EXPECT_EQ(Run(ProgramByHand().Digest("second").Tool("a").Deny("never").Build()), "");
  EXPECT_THAT(FromClient(Call("2", "a")), HasSubstr("never does not hold"));
  EXPECT_EQ(Logged().substr(0, Logged().find("never")),
            "writ: info: policy reloaded: first -> second\n"
            "writ: info: denied tools/call \"a\": rule, \"");
}

TEST_F(SessionReload, WhatIsRefusedChangesNothing) {
  reloads_.Put({nullptr, "2 errors"});
  EXPECT_EQ(News(), "");
  EXPECT_EQ(Logged(), "writ: error: policy not reloaded, first goes on: 2 errors\n");
  EXPECT_EQ(FromClient(Call("1", "limited")), "forwarded");
}

TEST_F(SessionReload, WhatWasRefusedIsNamed) {
  reloads_.Put({nullptr, "2 errors", "0123456789abcdef0123"});
  EXPECT_EQ(News(), "");
  EXPECT_EQ(Logged(),
            "writ: error: policy 0123456789abcdef not reloaded, first goes on: 2 errors\n");
}

TEST_F(SessionReload, FreesNoProgramItself) {
  auto second = ProgramByHand().Digest("second").Build();
  const std::weak_ptr<const VerifiedProgram> watched = second;
  Run(std::move(second));
  Run(ProgramByHand().Digest("third").Build());
  EXPECT_FALSE(watched.expired());
  reloads_.FreeReturned();
  EXPECT_TRUE(watched.expired());
}

TEST_F(SessionReload, OfSeveralTheLastRuns) {
  reloads_.Put({ProgramByHand().Digest("second").Tool("a").Deny("never").Build(), {}});
  reloads_.Put({nullptr, "1 error"});
  reloads_.Put({ProgramByHand().Digest("third").Build(), {}});
  News();
  EXPECT_EQ(FromClient(Call("1", "a")), "forwarded");
  EXPECT_EQ(Logged(),
            "writ: error: policy not reloaded, first goes on: 1 error\n"
            "writ: info: policy reloaded: first -> third\n");
}

TEST_F(SessionReload, CountsGoOnAndTheLimitIsTheNewOne) {
  EXPECT_EQ(FromClient(Call("1", "limited")), "forwarded");
  EXPECT_EQ(FromClient(Call("2", "limited")), "forwarded");
  EXPECT_THAT(FromClient(Call("3", "limited")), HasSubstr("two is used up"));
  Run(ProgramByHand().Tool("limited").Limit("two", 3).Build());
  EXPECT_EQ(FromClient(Call("3", "limited")), "forwarded");
  EXPECT_THAT(FromClient(Call("4", "limited")), HasSubstr("two is used up"));
}

TEST_F(SessionReload, ANewQuotaBeginsAtZero) {
  EXPECT_EQ(FromClient(Call("1", "limited")), "forwarded");
  Run(ProgramByHand().Tool("limited").Limit("another", 1).Build());
  EXPECT_EQ(FromClient(Call("2", "limited")), "forwarded");
  EXPECT_THAT(FromClient(Call("3", "limited")), HasSubstr("another is used up"));
}

TEST_F(SessionReload, ACallInFlightIsGivenBackWhereItWasTaken) {
  EXPECT_EQ(FromClient(Call("1", "limited")), "forwarded");
  EXPECT_EQ(FromClient(Call("2", "limited")), "forwarded");
  // A program that knows nothing of the rule, and counts others meanwhile.
  Run(ProgramByHand().Tool("limited").Limit("another", 9).Tool("more").Limit("third", 9).Build());
  EXPECT_EQ(FromClient(Call("3", "limited")), "forwarded");
  EXPECT_EQ(FromClient(Call("4", "more")), "forwarded");
  EXPECT_EQ(FromServer(Failure("1")), Failure("1"));
  Run(ProgramByHand().Tool("limited").Limit("two", 2).Build());
  EXPECT_EQ(FromClient(Call("5", "limited")), "forwarded") << "one of two was given back";
  EXPECT_THAT(FromClient(Call("6", "limited")), HasSubstr("two is used up"));
}

TEST_F(SessionReload, ARequestInFlightStaysSo) {
  EXPECT_EQ(FromClient(Call("1", "a")), "forwarded");
  Run(ProgramByHand().Digest("second").Build());
  EXPECT_EQ(FromClient(Call("1", "a")), "dropped") << "its id is in flight";
  std::string answers;
  session_->OnServerGone("exited", &answers);
  EXPECT_THAT(answers, HasSubstr(R"("id":1,"error")"));
}

TEST_F(SessionReload, AListIsCutByTheProgramOfItsAnswer) {
  EXPECT_EQ(FromClient(List("1")), "forwarded");
  Run(ProgramByHand().Hide("b").Build());
  EXPECT_EQ(FromServer(Tools("1", kBoth)), Tools("1", R"({"name":"a"})"));
  EXPECT_EQ(FromClient(List("2")), "forwarded");
  Run(ProgramByHand().Build());
  EXPECT_EQ(FromServer(Tools("2", kBoth)), Tools("2", kBoth));
}

// ---- What the client is told.

TEST_F(SessionReload, ItsListIsOutOfDate) {
  FromClient(kInitialize);
  FromServer(kDeclares);
  ListTools();
  EXPECT_EQ(Run(ProgramByHand().Hide("b").Build()), kNotice);
  EXPECT_EQ(Run(ProgramByHand().Hide("b").HideGlob("c*").Build()), kNotice);
  EXPECT_EQ(Run(ProgramByHand().HideAll().Build()), kNotice);
}

TEST_F(SessionReload, NothingIfTheSameIsHidden) {
  FromClient(kInitialize);
  FromServer(kDeclares);
  ListTools();
  EXPECT_EQ(Run(ProgramByHand().Tool("a").Deny("never").Build()), "");
  EXPECT_THAT(Logged(), Not(HasSubstr("hidden")));
}

TEST_F(SessionReload, NothingIfItHasSeenNoList) {
  FromClient(kInitialize);
  FromServer(kDeclares);
  FromClient(List("1"));
  FromServer(Failure("1"));
  EXPECT_EQ(Run(ProgramByHand().Hide("b").Build()), "");
}

TEST_F(SessionReload, NothingThatTheServerDidNotDeclare) {
  for (const char* said :
       {R"({"jsonrpc":"2.0","id":0,"result":{"capabilities":{"tools":{}}}})",
        R"({"jsonrpc":"2.0","id":0,"result":{"capabilities":{"tools":{"listChanged":false}}}})",
        R"({"jsonrpc":"2.0","id":0,"result":{"capabilities":{"tools":{"listChanged":"true"}}}})",
        R"({"jsonrpc":"2.0","id":0,"result":{"capabilities":{"prompts":{"listChanged":true}}}})"}) {
    FromClient(kInitialize);
    FromServer(said);
    ListTools();
    EXPECT_EQ(Run(ProgramByHand().Hide("b").Build()), "") << said;
    EXPECT_THAT(Logged(), HasSubstr("other tools are hidden now"));
    Run(ProgramByHand().Build());
  }
}

// Who has not begun with a handshake is told only what it has subscribed to.
TEST_F(SessionReload, NothingWithoutAHandshake) {
  EXPECT_EQ(FromClient(R"({"jsonrpc":"2.0","id":0,"method":"server/discover"})"), "forwarded");
  FromServer(kDeclares);
  ListTools();
  EXPECT_EQ(Run(ProgramByHand().Hide("b").Build()), "");
  EXPECT_THAT(Logged(), HasSubstr("other tools are hidden now"));
}

// ---- SIGHUP.

TEST_F(SessionReload, AHangupAsksForAReload) {
  EXPECT_TRUE(session_->OnHangup());
  EXPECT_TRUE(reloads_.asked().Silence());
}

TEST_F(SessionReload, AHangupIsTheEndOfASessionThatIsNotReloaded) {
  PolicySession other(ProgramByHand().Build(), counters_, *log_, {});
  EXPECT_FALSE(other.OnHangup());
  EXPECT_EQ(other.news_fd(), -1);
}

}  // namespace
}  // namespace writ
