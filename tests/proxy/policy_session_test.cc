// Sessions: what is forwarded, denied, refused, filtered, counted and given back.
#include "proxy/policy_session.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/counters_memory.h"
#include "proxy/line.h"
#include "proxy/programs.h"
#include "vm/assembler.h"

namespace writ {
namespace {

constexpr std::string_view kForwarded = "forwarded";
constexpr std::string_view kDropped = "dropped";
constexpr std::string_view kToStderr = "to stderr";

std::string Request(const std::string& id, const std::string& method,
                    const std::string& params = "{}") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" + params +
         '}';
}

std::string Call(const std::string& id, const std::string& tool,
                 const std::string& arguments = "{}") {
  return Request(id, "tools/call", R"({"name":")" + tool + R"(","arguments":)" + arguments + '}');
}

std::string List(const std::string& id) {
  return Request(id, "tools/list");
}

std::string Cancel(const std::string& id) {
  return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id +
         "}}";
}

std::string Result(const std::string& id, const std::string& result = "{}") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + result + '}';
}

std::string Failure(const std::string& id) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":{"code":-32000,"message":"broken"}})";
}

std::string Refusal(const std::string& id, const std::string& code, const std::string& why) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":{"code":)" + code +
         R"(,"message":"writ refused this message: )" + why + R"("}})";
}

std::string Withheld(const std::string& id, const std::string& why) {
  return R"({"jsonrpc":"2.0","id":)" + id +
         R"(,"error":{"code":-32603,"message":"writ did not pass on the server's answer: )" + why +
         R"("}})";
}

// The first counter is that of "limited".
std::shared_ptr<const VerifiedProgram> MakeProgram() {
  return ProgramByHand()
      .Hide("secret")
      .Tool("forbidden")
      .Deny("not this one")
      .Tool("limited")
      .Limit("three a minute", 3)
      .Tool("pay")
      .AtMost("small amounts", "amount", 100)
      .Tool("spend")
      .Spend("budget", "amount", 10)
      .Build();
}

class PolicySessionTest : public testing::Test {
 protected:
  void SetUp() override {
    now_ = 600;
    log_file_.reset(std::tmpfile());
    ASSERT_NE(log_file_, nullptr);
    log_ = std::make_unique<Log>(LogLevel::kInfo, fileno(log_file_.get()));
    Start({}, MakeProgram());
  }

  void Start(SessionOptions options, std::shared_ptr<const VerifiedProgram> program) {
    ASSERT_NE(program, nullptr);
    program_ = program;
    options.clock = [] { return Time(now_); };
    session_ = std::make_unique<PolicySession>(program, counters_, *log_, options);
  }

  // What becomes of a line: its answer, or one of the words above.
  std::string FromClient(std::string_view text) {
    const Line line(text);
    std::string answer = "left from the line before";
    switch (session_->OnClientLine(line.view(), &answer)) {
      case ClientAction::kForward: return std::string(kForwarded);
      case ClientAction::kDrop: return std::string(kDropped);
      case ClientAction::kAnswer: return answer;
    }
    return "?";
  }

  std::string FromServer(std::string_view text) {
    const Line line(text);
    std::string replacement = "left from the line before";
    switch (session_->OnServerLine(line.view(), &replacement)) {
      case ServerAction::kForward: return std::string(kForwarded);
      case ServerAction::kReplace: return replacement;
      case ServerAction::kToStderr: return std::string(kToStderr);
      case ServerAction::kDrop: return std::string(kDropped);
    }
    return "?";
  }

  std::string ServerGone() {
    std::string answers;
    session_->OnServerGone("exited with status 3", &answers);
    return answers;
  }

  // How many calls of "limited" are counted.
  int64_t Counted() {
    int64_t value = -1;
    std::string failure;
    EXPECT_TRUE(counters_.Read((*program_)->counters.at(0), now_, &value, &failure)) << failure;
    return value;
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

  static inline int64_t now_ = 0;
  std::unique_ptr<std::FILE, Close> log_file_;
  std::unique_ptr<Log> log_;
  MemoryCounters counters_;
  std::shared_ptr<const VerifiedProgram> program_;
  std::unique_ptr<PolicySession> session_;
};

// ---- What passes.

TEST_F(PolicySessionTest, WhatNothingForbidsIsForwarded) {
  EXPECT_EQ(FromClient(Request("0", "initialize")), kForwarded);
  EXPECT_EQ(FromClient(R"({"jsonrpc":"2.0","method":"notifications/initialized"})"), kForwarded);
  EXPECT_EQ(FromClient(Call("1", "anything")), kForwarded);
  EXPECT_EQ(FromClient(Call("2", "pay", R"({"amount":100})")), kForwarded);
  EXPECT_EQ(FromClient(Request("3", "no/such/method")), kForwarded);
  EXPECT_EQ(FromClient(Request("4", "resources/list") + '\r'), kForwarded);
  EXPECT_EQ(Logged(), "");
}

TEST_F(PolicySessionTest, ACallMayBeTheFirstLine) {
  EXPECT_EQ(FromClient(Call("1", "anything")), kForwarded);
}

TEST_F(PolicySessionTest, BlankLinesAreDropped) {
  for (const char* blank : {"", " ", "\t \r"}) {
    EXPECT_EQ(FromClient(blank), kDropped);
    EXPECT_EQ(FromServer(blank), kDropped);
  }
  EXPECT_EQ(Logged(), "");
}

TEST_F(PolicySessionTest, TheClientsOwnAnswersPassAndSettleNothing) {
  EXPECT_EQ(FromClient(Call("1", "limited")), kForwarded);
  EXPECT_EQ(FromClient(Result("1")), kForwarded);
  EXPECT_EQ(FromClient(Failure("1")), kForwarded);
  EXPECT_EQ(FromClient(Failure("null")), kForwarded);
  EXPECT_EQ(Counted(), 1);
  EXPECT_EQ(FromClient(Call("1", "anything")), kDropped) << "still in flight";
}

TEST_F(PolicySessionTest, TheServersOwnMessagesPassAndSettleNothing) {
  EXPECT_EQ(FromClient(Call("1", "limited")), kForwarded);
  EXPECT_EQ(FromServer(Request("1", "sampling/createMessage")), kForwarded);
  EXPECT_EQ(FromServer(R"({"jsonrpc":"2.0","method":"notifications/message"})"), kForwarded);
  EXPECT_EQ(FromClient(Call("1", "anything")), kDropped) << "still in flight";
}

TEST_F(PolicySessionTest, WhatIsNoMessageGoesToStderr) {
  EXPECT_EQ(FromServer("Server listening on stdio"), kToStderr);
  EXPECT_EQ(FromServer("[]"), kToStderr);
  EXPECT_EQ(FromServer(R"({"jsonrpc":"2.0","id":1,"result":)"), kToStderr);
}

TEST_F(PolicySessionTest, AnswersToUnknownIdsPass) {
  EXPECT_EQ(FromServer(Result("99")), kForwarded);
  EXPECT_EQ(FromServer(Failure("\"nobody\"")), kForwarded);
  EXPECT_EQ(FromServer(Failure("null")), kForwarded);
}

// ---- Denials.

TEST_F(PolicySessionTest, ADenialIsAResultThatSaysWhy) {
  EXPECT_EQ(FromClient(Call("1", "forbidden")),
            R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":)"
            R"("[WRIT POLICY DENIED] not this one does not hold"}],"isError":true,)"
            R"("_meta":{"writ/decision":{"code":"rule","rule":"not this one"}}}})");
  EXPECT_EQ(FromClient(Call("1", "secret")),
            R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":)"
            R"("[WRIT POLICY DENIED] Tool \"secret\" is hidden by policy"}],"isError":true,)"
            R"("_meta":{"writ/decision":{"code":"hidden","rule":null}}}})");
  EXPECT_EQ(FromClient(Call("1", "pay", R"({"amount":101})")),
            R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":)"
            R"("[WRIT POLICY DENIED] small amounts does not hold"}],"isError":true,)"
            R"("_meta":{"writ/decision":{"code":"rule","rule":"small amounts"}}}})");
}

TEST_F(PolicySessionTest, WhatIsNotListedIsDeniedByDefault) {
  Start({}, ProgramByHand().DenyOthers().Tool("listed").Build());
  EXPECT_EQ(FromClient(Call("1", "listed")), kForwarded);
  EXPECT_EQ(FromClient(Call("2", "other")),
            R"({"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":)"
            R"("[WRIT POLICY DENIED] Tool \"other\" is not permitted by policy"}],"isError":true,)"
            R"("_meta":{"writ/decision":{"code":"default","rule":null}}}})");
}

TEST_F(PolicySessionTest, ADenialIsLogged) {
  FromClient(Call("1", "forbidden"));
  FromClient(Call("2", "secret"));
  EXPECT_EQ(Logged(),
            "writ: info: denied tools/call \"forbidden\": rule, \"not this one\"\n"
            "writ: info: denied tools/call \"secret\": hidden, \"(hidden)\"\n");
}

TEST_F(PolicySessionTest, ADenialEchoesTheIdAsItCame) {
  for (const char* id : {"-0", "0", "12345678901234567890", R"("")", R"("\u0061\/\"é")"}) {
    const std::string answer = FromClient(Call(id, "forbidden"));
    EXPECT_EQ(answer.find(std::string(R"({"jsonrpc":"2.0","id":)") + id + R"(,"result":)"), 0u)
        << answer;
  }
}

TEST_F(PolicySessionTest, ADeniedTaskIsAnError) {
  const std::string params = R"({"name":"forbidden","arguments":{},"task":{"ttl":60000}})";
  EXPECT_EQ(FromClient(Request("1", "tools/call", params)),
            R"({"jsonrpc":"2.0","id":1,"error":{"code":-31403,"message":)"
            R"("[WRIT POLICY DENIED] not this one does not hold",)"
            R"("data":{"writ/decision":{"code":"rule","rule":"not this one"}}}})");
}

TEST_F(PolicySessionTest, ADenialWithoutHandshakeSaysThatItIsComplete) {
  const std::string params =
      R"({"name":"forbidden","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})";
  EXPECT_EQ(FromClient(Request("1", "tools/call", params)),
            R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":)"
            R"("[WRIT POLICY DENIED] not this one does not hold"}],"isError":true,)"
            R"("resultType":"complete",)"
            R"("_meta":{"writ/decision":{"code":"rule","rule":"not this one"}}}})");
}

TEST_F(PolicySessionTest, TheDenialPrefixIsAnOption) {
  SessionOptions options;
  options.denial_prefix = "NO: ";
  Start(options, program_);
  const std::string answer = FromClient(Call("1", "forbidden"));
  EXPECT_NE(answer.find(R"("text":"NO: not this one does not hold")"), std::string::npos) << answer;
}

TEST_F(PolicySessionTest, TheDenialPrefixMayBeEmpty) {
  SessionOptions options;
  options.denial_prefix = "";
  Start(options, program_);
  const std::string answer = FromClient(Call("1", "forbidden"));
  EXPECT_NE(answer.find(R"("text":"not this one does not hold")"), std::string::npos) << answer;
}

TEST_F(PolicySessionTest, ADeniedCallIsNotInFlight) {
  FromClient(Call("1", "forbidden"));
  EXPECT_EQ(FromClient(Call("1", "anything")), kForwarded);
}

TEST_F(PolicySessionTest, AUsedUpLimitSaysWhenToTryAgain) {
  now_ = 645;
  for (const char* id : {"1", "2", "3"}) EXPECT_EQ(FromClient(Call(id, "limited")), kForwarded);
  EXPECT_EQ(FromClient(Call("4", "limited")),
            R"({"jsonrpc":"2.0","id":4,"result":{"content":[{"type":"text","text":)"
            R"("[WRIT POLICY DENIED] three a minute is used up"}],"isError":true,)"
            R"("_meta":{"writ/decision":{"code":"quota","rule":"three a minute",)"
            R"("retry_after":15}}}})");
  now_ = 660;
  EXPECT_EQ(FromClient(Call("4", "limited")), kForwarded);
}

// ---- Refusals.

TEST_F(PolicySessionTest, ARefusedRequestIsAnswered) {
  EXPECT_EQ(FromClient(R"({"jsonrpc":"1.0","id":1,"method":"ping"})"),
            Refusal("1", "-32600", R"(jsonrpc is not \"2.0\")"));
  EXPECT_EQ(FromClient(Request("\"a\"", "tools/call", "[]")),
            Refusal("\"a\"", "-32602", "params is no object"));
  EXPECT_EQ(FromClient(Request("2", "ping", "{\"a\":\r1}")),
            Refusal("2", "-32700", "a CR that does not end the line (byte 55)"));
}

TEST_F(PolicySessionTest, ARefusedRequestIsNotInFlight) {
  FromClient(R"({"jsonrpc":"1.0","id":1,"method":"ping"})");
  EXPECT_EQ(FromClient(Request("1", "ping")), kForwarded);
}

TEST_F(PolicySessionTest, WhatHasNoIdBeyondDoubtIsNotAnswered) {
  for (const char* line : {
           "no JSON",
           "[]",
           R"({"jsonrpc":"1.0","method":"ping"})",
           R"({"jsonrpc":"1.0","id":null,"method":"ping"})",
           R"({"jsonrpc":"1.0","id":1.5,"method":"ping"})",
           R"({"jsonrpc":"2.0","id":1,"id":1,"method":"ping"})",
           R"({"jsonrpc":"2.0","id":1,"ID":2,"method":"ping"})",
           R"({"jsonrpc":"1.0","id":1,"result":{}})",
       }) {
    EXPECT_EQ(FromClient(line), kDropped) << line;
  }
}

TEST_F(PolicySessionTest, EveryRefusalIsLogged) {
  FromClient("no JSON");
  FromClient(R"({"jsonrpc":"1.0","id":1,"method":"ping"})");
  EXPECT_EQ(Logged(),
            "writ: warn: refused a message from the client: not JSON (byte 1)\n"
            "writ: warn: refused a message from the client: jsonrpc is not \"2.0\"\n");
}

TEST_F(PolicySessionTest, AnIdInFlightIsNeitherTakenNorAnswered) {
  EXPECT_EQ(FromClient(Call("7", "limited")), kForwarded);
  EXPECT_EQ(FromClient(Call("7", "limited")), kDropped);
  EXPECT_EQ(FromClient(Call("7", "forbidden")), kDropped) << "an answer would settle the first";
  EXPECT_EQ(FromClient(Request("7", "ping")), kDropped);
  EXPECT_EQ(FromClient(R"({"jsonrpc":"1.0","id":7,"method":"ping"})"), kDropped);
  EXPECT_EQ(Counted(), 1);
  EXPECT_EQ(FromClient(Call("\"7\"", "anything")), kForwarded) << "a string is never a number";
  EXPECT_EQ(FromClient(Call("-7", "anything")), kForwarded);
}

TEST_F(PolicySessionTest, AnIdInFlightIsKnownInAnySpelling) {
  EXPECT_EQ(FromClient(Request(R"("a/b")", "ping")), kForwarded);
  EXPECT_EQ(FromClient(Request(R"("\u0061\/b")", "ping")), kDropped);
  EXPECT_EQ(FromClient(Request("9007199254740992", "ping")), kForwarded);
  EXPECT_EQ(FromClient(Request("9007199254740993", "ping")), kDropped) << "the same double";
  EXPECT_EQ(FromClient(Request("0", "ping")), kForwarded);
  EXPECT_EQ(FromClient(Request("-0", "ping")), kDropped);
}

TEST_F(PolicySessionTest, AnAnsweredIdMayComeAgain) {
  for (const char* answer : {"7", "7.0", "7e0", "70e-1"}) {
    EXPECT_EQ(FromClient(Request("7", "ping")), kForwarded);
    EXPECT_EQ(FromServer(Result(answer)), kForwarded);
  }
  EXPECT_EQ(FromClient(Request(R"("é")", "ping")), kForwarded);
  EXPECT_EQ(FromServer(Result(R"("\u00e9")")), kForwarded);
  EXPECT_EQ(FromClient(Request(R"("é")", "ping")), kForwarded);
}

TEST_F(PolicySessionTest, ARefusedLineChangesNothingOfTheNext) {
  FromClient(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay","arguments":)"
             R"({"amount":1,"amount":2}}})");
  const std::string answer = FromClient(Call("2", "pay"));
  EXPECT_NE(answer.find(R"("rule":"small amounts")"), std::string::npos) << answer;
}

// ---- What is given back.

TEST_F(PolicySessionTest, AnErrorGivesBack) {
  EXPECT_EQ(FromClient(Call("1", "limited")), kForwarded);
  EXPECT_EQ(Counted(), 1);
  EXPECT_EQ(FromServer(Failure("1")), kForwarded);
  EXPECT_EQ(Counted(), 0);
  FromServer(Failure("1"));
  EXPECT_EQ(Counted(), 0) << "once";
}

TEST_F(PolicySessionTest, AnErrorGivesBackWhatItsOwnCallTook) {
  FromClient(Call("1", "limited"));
  FromClient(Call("2", "limited"));
  FromClient(Call("3", "anything"));
  FromServer(Failure("3"));
  EXPECT_EQ(Counted(), 2);
  FromServer(Failure("2"));
  FromServer(Failure("2"));
  EXPECT_EQ(Counted(), 1);
}

TEST_F(PolicySessionTest, AnErrorGivesBackAmounts) {
  EXPECT_EQ(FromClient(Call("1", "spend", R"({"amount":7})")), kForwarded);
  EXPECT_EQ(FromClient(Call("2", "spend", R"({"amount":3})")), kForwarded);
  FromServer(Failure("1"));
  EXPECT_EQ(FromClient(Call("3", "spend", R"({"amount":7})")), kForwarded);
  EXPECT_NE(FromClient(Call("4", "spend", R"({"amount":1})")), kForwarded);
}

TEST_F(PolicySessionTest, NothingElseGivesBack) {
  for (const std::string& answer : {
           Result("1", R"({"isError":true,"content":[]})"),
           std::string(R"({"jsonrpc":"2.0","id":1,"error":null})"),
           std::string(R"({"jsonrpc":"2.0","id":1,"error":"broken"})"),
           std::string(R"({"jsonrpc":"2.0","id":1,"error":{},"result":{}})"),
           std::string(R"({"jsonrpc":"2.0","id":1,"id":1,"error":{}})"),
           std::string(R"({"jsonrpc":"2.0","id":1,"error":{},"method":"x"})"),
           std::string(R"({"jsonrpc":"2.0","id":1,"error":{},"Error":{}})"),
           Failure("2"),
           Failure("null"),
           Failure("\"1\""),
       }) {
    counters_ = {};
    Start({}, program_);
    FromClient(Call("1", "limited"));
    EXPECT_EQ(FromServer(answer), kForwarded) << answer;
    EXPECT_EQ(Counted(), 1) << answer;
  }
}

TEST_F(PolicySessionTest, AnIdThatIsReadCarelesslySettlesButGivesNothingBack) {
  FromClient(Call("7", "limited"));
  FromServer(Failure("\"7\""));
  EXPECT_EQ(Counted(), 1);
  EXPECT_EQ(FromClient(Call("7", "limited")), kForwarded) << "it is settled";

  FromClient(Call("\"8\"", "limited"));
  FromServer(Failure("8"));
  EXPECT_EQ(Counted(), 3);
  EXPECT_EQ(FromClient(Call("\"8\"", "anything")), kForwarded);
}

TEST_F(PolicySessionTest, AnIdThatIsNoTextIsNotTheEmptyId) {
  FromClient(Call("\"\"", "limited"));
  for (const char* id : {"\"\xFF\"", R"("\ud800")", "{}", "null", "true"}) {
    EXPECT_EQ(FromServer(Failure(id)), kForwarded);
    EXPECT_EQ(Counted(), 1) << id;
  }
  EXPECT_EQ(FromClient(Call("\"\"", "anything")), kDropped) << "still in flight";
}

TEST_F(PolicySessionTest, TheExactIdIsSettledBeforeOneThatLooksLikeIt) {
  FromClient(Call("7", "limited"));
  FromClient(Call("\"7\"", "limited"));
  FromServer(Failure("\"7\""));
  EXPECT_EQ(Counted(), 2) << "it may be the other one's";
  EXPECT_EQ(FromClient(Call("7", "anything")), kDropped) << "still in flight";
}

// A server that reads "7" as 7 answers a request that it does not know under the id of the call.
TEST_F(PolicySessionTest, AnErrorForTheOtherSpellingGivesNothingBack) {
  FromClient(Call("7", "limited"));
  FromClient(Request("\"7\"", "nonexistent"));
  FromServer(Failure("7"));
  EXPECT_EQ(Counted(), 1);
  FromServer(Result("7"));
  FromClient(Request("\" 8\"", "nonexistent"));
  FromClient(Call("8", "limited"));
  FromServer(Failure("8"));
  EXPECT_EQ(Counted(), 2);
}

// A server may answer what is no request with an error and the id it has.
TEST_F(PolicySessionTest, AnErrorForAResponseGivesNothingBack) {
  for (const std::string& response :
       {Result("1"), Failure("1"), Result("\"1\""), Result("\" 1\""), Failure("null")}) {
    for (const bool comes_first : {false, true}) {
      counters_ = {};
      Start({}, program_);
      if (comes_first) FromClient(response);
      EXPECT_EQ(FromClient(Call("1", "limited")), kForwarded);
      if (!comes_first) FromClient(response);
      EXPECT_EQ(FromServer(Failure("1")), kForwarded);
      EXPECT_EQ(Counted(), 1) << response;
      EXPECT_EQ(FromClient(Call("1", "limited")), kForwarded);
      EXPECT_EQ(FromServer(Failure("1")), kForwarded);
      EXPECT_EQ(Counted(), 2) << response << ", a later call";
    }
  }
}

TEST_F(PolicySessionTest, AResponseLeavesOtherCalls) {
  FromClient(Call("1", "limited"));
  FromClient(Result("2"));
  FromClient(Call("3", "limited"));
  FromServer(Failure("1"));
  FromServer(Failure("3"));
  EXPECT_EQ(Counted(), 0);
}

// The server may have given its request up, with or without a word.
TEST_F(PolicySessionTest, AnErrorForAnAnswerThatComesLateGivesNothingBack) {
  EXPECT_EQ(FromServer(Request("1", "roots/list")), kForwarded);
  FromClient(Call("1", "limited"));
  EXPECT_EQ(FromClient(Result("1")), kForwarded);
  FromServer(Failure("1"));
  EXPECT_EQ(Counted(), 1);
}

TEST_F(PolicySessionTest, NothingIsGivenBackInALaterWindow) {
  FromClient(Call("1", "limited"));
  now_ += 60;
  FromClient(Call("2", "limited"));
  FromServer(Failure("1"));
  EXPECT_EQ(Counted(), 1);
}

// ---- Cancellation.

TEST_F(PolicySessionTest, ACancelledCallIsNotGivenBackAndKeepsItsId) {
  FromClient(Call("1", "limited"));
  EXPECT_EQ(FromClient(Cancel("1")), kForwarded);
  EXPECT_EQ(Counted(), 1);
  EXPECT_EQ(FromClient(Call("1", "anything")), kDropped);
  EXPECT_EQ(FromServer(Failure("1")), kForwarded);
  EXPECT_EQ(Counted(), 1);
  EXPECT_EQ(FromClient(Call("1", "anything")), kForwarded);
}

TEST_F(PolicySessionTest, ACallIsCancelledInEverySpellingAServerMayTake) {
  struct Case {
    const char* id;
    std::string cancellation;
  };
  for (
      const Case& c : std::vector<Case>{
          {"7", Cancel("7")},
          {"7", Cancel("7.0")},
          {"7", Cancel("\"7\"")},
          {"\"7\"", Cancel("\"7\"")},
          {"\"7\"", Cancel("7")},
          {"\"ab\"", Cancel(R"("\u0061b")")},
          {"7",
           R"({"jsonrpc":"2.0","method":"notifications\/cancelled","params":{"request\u0049d":7}})"},
          {"7", Request("8", "notifications/cancelled", R"({"requestId":7})")},
          {"7", Cancel("\"7.0\"")},
          {"7", Cancel("\" 7\"")},
          {"7", Cancel("[7]")},
          {"7", R"({"jsonrpc":"2.0","method":"notifications/cancelled"})"},
          {"7", R"({"jsonrpc":"2.0","method":"Notifications/Cancelled","params":{"requestId":7}})"},
          {"7", R"({"jsonrpc":"2.0","method":"$/\u0063ancelRequest","params":{"id":7}})"},
          {"7", Request("8", "cancel", R"({"id":7})")},
      }) {
    counters_ = {};
    Start({}, program_);
    FromClient(Call(c.id, "limited"));
    EXPECT_EQ(FromClient(c.cancellation), kForwarded) << c.cancellation;
    FromServer(Failure(c.id));
    EXPECT_EQ(Counted(), 1) << c.cancellation;
  }
}

TEST_F(PolicySessionTest, ACancellationThatServersMayReadDifferentlyIsRefused) {
  for (const char* params : {
           R"({"RequestId":7})",
           R"({"requestId":8,"requestid":7})",
           R"({"requestId\u0000":7})",
           R"({"requestId":8,"requestId":7})",
       }) {
    EXPECT_EQ(FromClient(std::string(R"({"jsonrpc":"2.0","method":"notifications/cancelled",)") +
                         R"("params":)" + params + '}'),
              kDropped)
        << params;
  }
}

TEST_F(PolicySessionTest, CancellingOneCallLeavesTheOthers) {
  FromClient(Call("1", "limited"));
  FromClient(Call("2", "limited"));
  FromClient(Cancel("2"));
  FromClient(Cancel("3"));
  FromServer(Failure("1"));
  EXPECT_EQ(Counted(), 1);
}

// ---- Lists of tools.

constexpr const char* kTools = R"({"tools":[{"name":"open"},{"name":"secret"}]})";
constexpr const char* kOpenTools = R"({"tools":[{"name":"open"}]})";

TEST_F(PolicySessionTest, HiddenToolsAreCutFromLists) {
  FromClient(List("1"));
  EXPECT_EQ(FromServer(Result("1", kTools)), Result("1", kOpenTools));
  EXPECT_EQ(FromClient(List("1")), kForwarded) << "it is settled";
}

TEST_F(PolicySessionTest, ToolsHiddenByAGlobAloneAreCutFromLists) {
  Start({}, ProgramByHand().HideGlob("sec*").Build());
  FromClient(List("1"));
  EXPECT_EQ(FromServer(Result("1", kTools)), Result("1", kOpenTools));
}

TEST_F(PolicySessionTest, AllToolsMayBeHidden) {
  Start({}, ProgramByHand().HideAll().Build());
  FromClient(List("1"));
  EXPECT_EQ(FromServer(Result("1", kTools)), Result("1", R"({"tools":[]})"));
}

TEST_F(PolicySessionTest, WhatIsNotOfTheToolsIsKeptToTheByte) {
  FromClient(List("1"));
  EXPECT_EQ(FromServer(" {\"id\" :1, \"result\":{\"x\":[ 1.50 ],\"tools\":[ {\"name\":\"secret\"} ,"
                       "\t{ \"name\":\"open\", \"title\":\"\\u0061\"} ] ,\"nextCursor\":\"2\"}}\r"),
            " {\"id\" :1, \"result\":{\"x\":[ 1.50 ],\"tools\":["
            "\t{ \"name\":\"open\", \"title\":\"\\u0061\"} ] ,\"nextCursor\":\"2\"}}\r");
}

TEST_F(PolicySessionTest, ListsWithoutHiddenToolsPass) {
  FromClient(List("1"));
  EXPECT_EQ(FromServer(Result("1", kOpenTools)), kForwarded);
  FromClient(List("2"));
  EXPECT_EQ(FromServer(Result("2", R"({"tools":[]})")), kForwarded);
}

TEST_F(PolicySessionTest, ACancelledListKeepsItsFilter) {
  FromClient(List("1"));
  FromClient(Cancel("1"));
  EXPECT_EQ(FromServer(Result("1", kTools)), Result("1", kOpenTools));
}

TEST_F(PolicySessionTest, ListsAreFilteredWhateverTheyAnswer) {
  EXPECT_EQ(FromServer(Result("99", kTools)), Result("99", kOpenTools)) << "nothing";
  FromClient(List("1"));
  EXPECT_EQ(FromServer(Result("\"1\"", kTools)), Result("\"1\"", kOpenTools)) << "the list";
  FromClient(Request("2", "some/method"));
  EXPECT_EQ(FromServer(Result("2", kTools)), Result("2", kOpenTools)) << "another request";
  EXPECT_EQ(FromServer(Result("2", kTools)), Result("2", kOpenTools)) << "the same once more";
}

TEST_F(PolicySessionTest, ACallsResultIsNoList) {
  FromClient(Call("1", "anything"));
  EXPECT_EQ(FromServer(Result("1", kTools)), kForwarded);
}

TEST_F(PolicySessionTest, AListsErrorPasses) {
  FromClient(List("1"));
  EXPECT_EQ(FromServer(Failure("1")), kForwarded);
  EXPECT_EQ(FromClient(List("1")), kForwarded);
}

TEST_F(PolicySessionTest, AListThatIsNoneIsAnError) {
  for (const char* result : {"{}", "null", "[]", R"({"tools":{}})", R"({"tools":null})"}) {
    EXPECT_EQ(FromClient(List("\"\\u0061\"")), kForwarded) << "the one before is settled";
    EXPECT_EQ(FromServer(Result("\"a\"", result)),
              Withheld("\"\\u0061\"", "it has no list of tools"))
        << result;
  }
}

TEST_F(PolicySessionTest, AnUncertainListIsAnError) {
  for (const std::string& answer : {
           R"({"jsonrpc":"2.0","id":1,"result":{},"result":)" + std::string(kTools) + '}',
           R"({"jsonrpc":"2.0","id":1,"result":{},"Result":)" + std::string(kTools) + '}',
           R"({"jsonrpc":"2.0","id":1,"error":{},"result":)" + std::string(kTools) + '}',
           R"({"jsonrpc":"2.0","id":1,"method":"x","result":)" + std::string(kTools) + '}',
           std::string(R"({"jsonrpc":"2.0","id":1,"result":{"tools":[],"Tools":[]}})"),
           "{\"jsonrpc\":\"2.0\",\r\"id\":1,\"result\":" + std::string(kTools) + '}',
       }) {
    EXPECT_EQ(FromClient(List("1")), kForwarded) << "the one before is settled";
    EXPECT_EQ(FromServer(answer), Withheld("1", "it can be read in several ways")) << answer;
  }
}

TEST_F(PolicySessionTest, WhatMayBringAListIsDroppedIfItAnswersNothing) {
  const std::string uncertain =
      R"({"jsonrpc":"2.0","id":1,"id":2,"result":)" + std::string(kTools) + '}';
  EXPECT_EQ(FromServer(uncertain), kDropped);
  FromClient(List("5"));
  EXPECT_EQ(FromServer(R"({"jsonrpc":"2.0","ID":5,"result":{}})"), kDropped);
  EXPECT_EQ(FromServer(Result("5", kTools)), Result("5", kOpenTools)) << "still waited for";
}

TEST_F(PolicySessionTest, WhatCannotBringAListPasses) {
  FromClient(Call("1", "anything"));
  EXPECT_EQ(FromServer(R"({"jsonrpc":"2.0","id":1,"ID":1,"result":{}})"), kForwarded);
  EXPECT_EQ(FromClient(Call("1", "anything")), kDropped) << "it settles nothing";
}

TEST_F(PolicySessionTest, NothingIsFilteredWhereNothingIsHidden) {
  Start({}, ProgramByHand().Tool("forbidden").Deny("no").Build());
  for (const std::string& answer : {
           Result("1", kTools),
           Result("1", R"({"tools":[1]})"),
           Result("1", "{}"),
           R"({"jsonrpc":"2.0","id":1,"result":{},"Result":)" + std::string(kTools) + '}',
       }) {
    FromClient(List("1"));
    EXPECT_EQ(FromServer(answer), kForwarded) << answer;
  }
}

// ---- The end of the server.

std::string GoneAnswer(const std::string& id) {
  return R"({"jsonrpc":"2.0","id":)" + id +
         R"(,"error":{"code":-32603,"message":"the MCP server exited with status 3"}})" + '\n';
}

TEST_F(PolicySessionTest, WhatIsInFlightIsAnsweredInOrderWhenTheServerIsGone) {
  for (const char* id : {"9", "\"\\u0061\"", "3", "5", "4"}) FromClient(Call(id, "anything"));
  FromClient(List("1"));
  FromClient(Request("2", "ping"));
  FromClient(Cancel("5"));
  FromServer(Result("3"));
  EXPECT_EQ(ServerGone(), GoneAnswer("9") + GoneAnswer("\"\\u0061\"") + GoneAnswer("4") +
                              GoneAnswer("1") + GoneAnswer("2"));
  EXPECT_EQ(ServerGone(), "") << "they are forgotten";
  EXPECT_EQ(FromClient(Call("5", "anything")), kForwarded);
}

TEST_F(PolicySessionTest, NothingIsGivenBackWhenTheServerIsGone) {
  FromClient(Call("1", "limited"));
  ServerGone();
  EXPECT_EQ(Counted(), 1);
}

TEST_F(PolicySessionTest, NothingIsGivenBackWhenTheClientIsGone) {
  FromClient(Call("1", "limited"));
  session_->OnClientGone();
  FromClient(Call("2", "limited"));
  EXPECT_EQ(FromServer(Failure("1")), kForwarded);
  EXPECT_EQ(FromServer(Failure("2")), kForwarded);
  EXPECT_EQ(Counted(), 2);
}

TEST_F(PolicySessionTest, AnswersAreAppended) {
  FromClient(Call("1", "anything"));
  std::string answers = "before\n";
  session_->OnServerGone("exited with status 3", &answers);
  EXPECT_EQ(answers, "before\n" + GoneAnswer("1"));
}

// ---- The bound on what is in flight.

class BoundedSessionTest : public PolicySessionTest {
 protected:
  void SetUp() override {
    PolicySessionTest::SetUp();
    SessionOptions options;
    options.max_in_flight = 2;
    Start(options, program_);
  }

  static std::string NoRoom(const std::string& id) {
    return Refusal(id, "-32600",
                   "2 requests are unanswered, no more are taken until some are "
                   "(--max-in-flight)");
  }
};

TEST_F(BoundedSessionTest, NoMoreAreTakenUntilSomeAreAnswered) {
  FromClient(Call("1", "limited"));
  FromClient(Request("2", "ping"));
  EXPECT_EQ(FromClient(Call("3", "limited")), NoRoom("3"));
  EXPECT_EQ(FromClient(Request("3", "ping")), NoRoom("3"));
  EXPECT_EQ(Counted(), 1) << "what is refused is not counted";
  EXPECT_EQ(FromClient(R"({"jsonrpc":"2.0","method":"notifications/x"})"), kForwarded);
  FromServer(Result("2"));
  EXPECT_EQ(FromClient(Call("3", "limited")), kForwarded);
}

TEST_F(BoundedSessionTest, TheOldestCancelledCallIsForgotten) {
  FromClient(Call("1", "limited"));
  FromClient(Call("2", "limited"));
  FromClient(Cancel("2"));
  FromClient(Cancel("1"));
  EXPECT_EQ(FromClient(Request("3", "ping")), kForwarded);
  EXPECT_EQ(FromClient(Call("2", "anything")), kDropped) << "still in flight";
  EXPECT_EQ(FromServer(Failure("1")), kForwarded);
  EXPECT_EQ(Counted(), 2) << "its count stays";
  EXPECT_EQ(FromClient(Call("1", "anything")), kForwarded);
  EXPECT_EQ(FromClient(Request("4", "ping")), NoRoom("4"));
}

TEST_F(BoundedSessionTest, AForgottenCallsErrorGivesNothingBackToALaterOneOfItsId) {
  FromClient(Call("1", "limited"));
  FromClient(Cancel("1"));
  FromClient(Request("2", "ping"));
  FromClient(Request("3", "ping"));
  FromServer(Result("2"));
  EXPECT_EQ(FromClient(Call("1", "limited")), kForwarded);
  EXPECT_EQ(FromServer(Failure("1")), kForwarded);
  EXPECT_EQ(Counted(), 2);
}

TEST_F(BoundedSessionTest, ACancelledListIsNotForgotten) {
  FromClient(List("1"));
  FromClient(Request("2", "ping"));
  FromClient(Cancel("1"));
  FromClient(Cancel("2"));
  EXPECT_EQ(FromClient(Call("3", "anything")), NoRoom("3"));
  EXPECT_EQ(FromServer(Result("1", kTools)), Result("1", kOpenTools));
}

// ---- What is lost.

TEST_F(PolicySessionTest, LostLinesAreLogged) {
  session_->OnClientLineLost("no line feed", 12);
  session_->OnServerLineLost("too long", 34);
  EXPECT_EQ(Logged(),
            "writ: warn: dropped 12 bytes from the client: no line feed\n"
            "writ: warn: dropped 34 bytes from the server: too long\n");
}

TEST_F(PolicySessionTest, NestingIsBounded) {
  SessionOptions options;
  options.max_depth = 4;
  Start(options, program_);
  EXPECT_EQ(FromClient(Request("1", "ping", R"({"a":[[]]})")), kForwarded);
  EXPECT_EQ(FromClient(Request("2", "ping", R"({"a":[[[]]]})"))
                .find(R"({"jsonrpc":"2.0","id":2,)"
                      R"("error":{"code":-32700,)"),
            0u);
}

// ---- What client and server call themselves. The program denies every call and says who is there.

std::shared_ptr<const VerifiedProgram> MakeDoorman() {
  Program program = Assemble(R"(
    value 1
      LoadSlot r0 args.client
      Return r0
    value 1
      LoadSlot r0 args.server
      Return r0
    decision
      rule doorman
      Deny doorman
  )");
  // Facts are no arguments.
  PathTrieBuilder none;
  none.NewRoot();
  program.paths = none.Build();
  program.tools[0].root = kNoNode;
  program.tools[0].slot_count = 0;
  program.shared_slots = 2;
  program.facts = {{Fact::kClientName, 0}, {Fact::kServerName, 1}};
  program.rules[0].message = {
      {"client ", kNoBlock}, {"", 0}, {", server ", kNoBlock}, {"", 1}, {".", kNoBlock}};
  auto verified = Verify(std::move(program));
  return verified.has_value() ? *verified : nullptr;
}

class Doorman : public PolicySessionTest {
 protected:
  void SetUp() override {
    PolicySessionTest::SetUp();
    Start({}, MakeDoorman());
  }

  // What it says to a call.
  std::string Says(const std::string& more = "") {
    const std::string answer = FromClient(
        R"({"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"t")" + more + "}}");
    const size_t begin = answer.find("client ");
    return answer.substr(begin, answer.find(".\"") - begin);
  }
};

TEST_F(Doorman, KnowsWhatTheHandshakeSaid) {
  EXPECT_EQ(Says(), "client <unavailable>, server <unavailable>");
  EXPECT_EQ(FromClient(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{)"
                       R"("clientInfo":{"name":"agent","version":"1"}}})"),
            kForwarded);
  EXPECT_EQ(Says(), "client agent, server <unavailable>");
  EXPECT_EQ(FromServer(R"({"jsonrpc":"2.0","id":0,"result":{"serverInfo":{"name":"files"}}})"),
            kForwarded);
  EXPECT_EQ(Says(), "client agent, server files");
  // No other answer says it.
  EXPECT_EQ(FromClient(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"), kForwarded);
  EXPECT_EQ(FromServer(R"({"jsonrpc":"2.0","id":1,"result":{"serverInfo":{"name":"other"}}})"),
            kForwarded);
  EXPECT_EQ(FromServer(R"({"jsonrpc":"2.0","id":77,"result":{"serverInfo":{"name":"other"}}})"),
            kForwarded);
  EXPECT_EQ(Says(), "client agent, server files");
}

TEST_F(Doorman, KnowsWhatAStatelessCallSays) {
  EXPECT_EQ(FromClient(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{)"
                       R"("clientInfo":{"name":"agent"}}})"),
            kForwarded);
  const std::string version = R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")";
  EXPECT_EQ(
      Says(R"(,"_meta":{)" + version + R"(,"io.modelcontextprotocol/clientInfo":{"name":"own"}})"),
      "client own, server <unavailable>");
  EXPECT_EQ(Says(R"(,"_meta":{)" + version + "}"), "client <unavailable>, server <unavailable>");
  EXPECT_EQ(Says(), "client agent, server <unavailable>");
  EXPECT_EQ(FromClient(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"), kForwarded);
  EXPECT_EQ(FromServer(R"({"jsonrpc":"2.0","id":1,"result":{"tools":[],"_meta":{)"
                       R"("io.modelcontextprotocol/serverInfo":{"name":"files"}}}})"),
            kForwarded);
  EXPECT_EQ(Says(), "client agent, server files");
}

TEST_F(Doorman, LongNamesAreCut) {
  EXPECT_EQ(FromClient(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{)"
                       R"("clientInfo":{"name":")" +
                       std::string(1 << 20, 'a') + R"("}}})"),
            kForwarded);
  EXPECT_EQ(Says(), "client " + std::string(120, 'a') + "…, server <unavailable>");
}

}  // namespace
}  // namespace writ
