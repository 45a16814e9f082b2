// Writ's own answers, to the byte.
#include "proxy/answer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "compiler/compiled.h"
#include "proxy/counters_memory.h"
#include "proxy/line.h"

namespace writ {
namespace {

constexpr char kPolicy[] =
    "version: \"1\"\n"
    "hide: [gone]\n"
    "tools:\n"
    "  t: {rules: [{name: \"no \\\"t\\\"\", action: deny, on_deny: \"a\\tb\\nc\"}]}\n"
    "  slow: {rules: [{name: slow, rate_limit: 1/hour}]}\n";

// The answer to a call with these members beside jsonrpc, method, and these params.
std::string Denial(const std::string& id, const std::string& params,
                   std::string_view prefix = kDenialPrefix, int64_t now = 3500) {
  const auto program = Compiled(kPolicy);
  Machine machine(program);
  MessageReader reader(machine, kDefaultMaxDepth);
  MemoryCounters counters;
  Judge judge(machine, counters);
  const Line line(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/call","params":)" +
                  params + "}");
  const ClientMessage& call = reader.Read(line.view());
  EXPECT_EQ(call.kind, MessageKind::kRequest) << call.refusal;
  const Judgement* judgement = &judge.Decide(call.tool, now);
  if (judgement->decision.verdict == Verdict::kAllow) judgement = &judge.Decide(call.tool, now);
  std::string out = "before ";
  AppendDenial(call, *judgement, *program, prefix, out);
  EXPECT_EQ(out.find('\n'), std::string::npos);
  return out;
}

TEST(Answer, AnErrorEchoesTheIdAsItCame) {
  std::string out;
  AppendError("\"\\u0061\"", kInvalidParams, "a \"name\"\n\xff", out);
  EXPECT_EQ(out, R"({"jsonrpc":"2.0","id":"\u0061","error":{"code":-32602,"message":)"
                 R"("a \"name\"\n)"
                 "\xEF\xBF\xBD"
                 R"("}})");
}

TEST(Answer, ADenialIsAResultThatAgentsRead) {
  EXPECT_EQ(Denial("7", R"({"name":"t"})"),
            R"(before {"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":)"
            R"("[WRIT POLICY DENIED] a\tb\nc"}],"isError":true,"_meta":{"writ/decision":)"
            R"({"code":"rule","rule":"no \"t\""}}}})");
}

TEST(Answer, WithoutARule) {
  EXPECT_EQ(Denial(R"("x\/y")", R"({"name":"gone"})"),
            R"(before {"jsonrpc":"2.0","id":"x\/y","result":{"content":[{"type":"text","text":)"
            R"("[WRIT POLICY DENIED] Tool \"gone\" is hidden by policy"}],"isError":true,)"
            R"("_meta":{"writ/decision":{"code":"hidden","rule":null}}}})");
}

TEST(Answer, AQuotaSaysWhenToTryAgain) {
  EXPECT_EQ(Denial("1", R"({"name":"slow"})"),
            R"(before {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":)"
            R"("[WRIT POLICY DENIED] Rate limit of 1 per hour reached. Try again later."}],)"
            R"("isError":true,"_meta":{"writ/decision":{"code":"quota","rule":"slow",)"
            R"("retry_after":100}}}})");
}

TEST(Answer, TheStatelessEraWantsAResultType) {
  EXPECT_EQ(
      Denial("1",
             R"({"name":"t","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})"),
      R"(before {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":)"
      R"("[WRIT POLICY DENIED] a\tb\nc"}],"isError":true,"resultType":"complete",)"
      R"("_meta":{"writ/decision":{"code":"rule","rule":"no \"t\""}}}})");
}

TEST(Answer, ACallForATaskGetsAnError) {
  EXPECT_EQ(Denial("1", R"({"name":"slow","task":{"ttl":1000}})"),
            R"(before {"jsonrpc":"2.0","id":1,"error":{"code":-31403,"message":)"
            R"("[WRIT POLICY DENIED] Rate limit of 1 per hour reached. Try again later.",)"
            R"("data":{"writ/decision":{"code":"quota","rule":"slow","retry_after":100}}}})");
}

TEST(Answer, ThePrefixIsAsTold) {
  EXPECT_NE(Denial("1", R"({"name":"t"})", "No \"way\": ").find(R"("text":"No \"way\": a\tb\nc")"),
            std::string::npos);
  EXPECT_NE(Denial("1", R"({"name":"t"})", "").find(R"("text":"a\tb\nc")"), std::string::npos);
}

}  // namespace
}  // namespace writ
