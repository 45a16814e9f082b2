// The rules of the wire, line by line.
#include "proxy/message.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "compiler/compiled.h"
#include "proxy/line.h"

namespace writ {
namespace {

constexpr uint32_t kDepth = 12;

class Reading {
 public:
  explicit Reading(const std::string& policy = "version: \"1\"\n")
      : machine_(Compiled(policy)), reader_(machine_, kDepth) {}

  const ClientMessage& Read(const std::string& text) {
    line_ = std::make_unique<Line>(text);
    return reader_.Read(line_->view());
  }

  Machine& machine() { return machine_; }

 private:
  Machine machine_;
  MessageReader reader_;
  std::unique_ptr<Line> line_;
};

// ---- What passes.

struct Kind {
  std::string line;
  MessageKind kind;
};

TEST(Message, KindsThatPass) {
  Reading reading;
  for (const auto& [line, kind] : std::vector<Kind>{
           {"", MessageKind::kBlank},
           {" \t ", MessageKind::kBlank},
           {"\r", MessageKind::kBlank},
           {R"({"jsonrpc":"2.0","id":1,"method":"ping"})", MessageKind::kRequest},
           {R"({"jsonrpc":"2.0","id":"","method":"ping"})", MessageKind::kRequest},
           {R"({"jsonrpc":"2.0","id":-5,"method":"x","params":{}})", MessageKind::kRequest},
           {R"( {"method":"x", "id" : 1 ,"jsonrpc":"2.0"} )", MessageKind::kRequest},
           {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r", MessageKind::kRequest},
           {R"({"jsonrpc":"\u0032.0","id":1,"m\u0065thod":"p\u0069ng"})", MessageKind::kRequest},
           {R"({"jsonrpc":"2.0","id":1,"method":"x","more":[1,{"a":1e400}]})",
            MessageKind::kRequest},
           {R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
            MessageKind::kNotification},
           {R"({"jsonrpc":"2.0","method":"x","params":{"name":1,"Name":2,"arguments":3}})",
            MessageKind::kNotification},
           {R"({"jsonrpc":"2.0","id":1,"result":{}})", MessageKind::kResponse},
           {R"({"jsonrpc":"2.0","id":"a","result":null})", MessageKind::kResponse},
           {R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}})", MessageKind::kResponse},
           {R"({"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}})",
            MessageKind::kResponse},
           {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}})",
            MessageKind::kRequest},
           {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"","arguments":{}}})",
            MessageKind::kRequest},
           {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","meta":1,)"
            R"("arguments":{"Name":1,"a\u0000":2,"s":"\ud800"}}})",
            MessageKind::kRequest},
       }) {
    const ClientMessage& message = reading.Read(line);
    EXPECT_EQ(message.kind, kind) << line << "\n" << message.refusal;
  }
}

TEST(Message, WhatIsReadOfARequest) {
  Reading reading;
  {
    const ClientMessage& message =
        reading.Read(R"({"jsonrpc":"2.0","id":"\u0061","method":"tools\/list"})");
    EXPECT_EQ(message.method, "tools/list");
    EXPECT_EQ(message.id.raw, R"("\u0061")");
    EXPECT_FALSE(message.is_tool_call);
    EXPECT_EQ(message.cancelled.kind, IdKind::kNone);
  }
  {
    const ClientMessage& message = reading.Read(
        R"({"jsonrpc":"2.0","id":7,"method":"tools\/call","params":{"name":"\u0074\u00e9",)"
        R"("task":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})");
    EXPECT_TRUE(message.is_tool_call);
    EXPECT_EQ(message.tool, "té");
    EXPECT_TRUE(message.has_task);
    EXPECT_TRUE(message.is_stateless);
  }
  {
    const ClientMessage& message =
        reading.Read(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"t"}})");
    EXPECT_FALSE(message.has_task) << "nothing is left of the message before";
    EXPECT_FALSE(message.is_stateless);
  }
}

TEST(Message, WhatAServerMayTakeForACancellation) {
  Reading reading;
  const auto may_cancel = [&](const std::string& method) {
    return reading.Read(R"({"jsonrpc":"2.0","method":")" + method + R"("})").may_cancel;
  };
  for (const char* method : {"notifications/cancelled", "Notifications/CANCELLED", "tasks/cancel",
                             "$/cancelRequest", R"(notifications\/c\u0061ncelled)"}) {
    EXPECT_TRUE(may_cancel(method)) << method;
  }
  for (const char* method : {"notifications/initialized", "ping", "cance", "c-ancel", ""}) {
    EXPECT_FALSE(may_cancel(method)) << method;
  }
}

TEST(Message, WhatACancellationNames) {
  Reading reading;
  const auto cancelled = [&](const std::string& params) {
    return reading
        .Read(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":)" + params + "}")
        .cancelled;
  };
  EXPECT_EQ(cancelled(R"({"requestId":7,"reason":"x"})").raw, "7");
  EXPECT_EQ(cancelled(R"({"request\u0049d":"a"})").raw, "\"a\"");
  EXPECT_EQ(cancelled("{}").kind, IdKind::kNone);
}

// ---- What is refused.

struct Refusal {
  std::string line;
  int code;
  bool may_answer;
};

// Each is refused with that code, and answered if that is safe.
void ExpectRefused(const std::vector<Refusal>& refusals) {
  Reading reading;
  for (const auto& [line, code, may_answer] : refusals) {
    const ClientMessage& message = reading.Read(line);
    EXPECT_EQ(message.kind, MessageKind::kRefused) << line;
    EXPECT_EQ(message.refusal_code, code) << line << "\n" << message.refusal;
    EXPECT_EQ(message.may_answer, may_answer) << line << "\n" << message.refusal;
    EXPECT_FALSE(message.refusal.empty()) << line;
  }
}

std::string Request(const std::string& members) {
  return R"({"jsonrpc":"2.0","id":1,"method":"x")" + members + "}";
}

std::string ToolCall(const std::string& params) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + params + "}";
}

TEST(Message, BytesThatAreNoJson) {
  std::vector<Refusal> refusals;
  for (const std::string& line : {
           std::string("{"),
           std::string("}"),
           std::string("nul"),
           Request(",}"),
           Request(",\"a\""),
           Request("") + "}",
           Request("") + " {}",
           "\xEF\xBB\xBF" + Request(""),
           Request(",\"a\":01"),
           Request(",\"a\":NaN"),
           Request(",\"a\":'b'"),
           Request(",\"a\":1 // b"),
           Request(",\"a\":\"\x01\""),
           Request(",\"a\":\"\t\""),
           Request(",\"a\":\"\\x\""),
           Request(",\"a\":\"\\u12\""),
           Request(std::string(",\"a\":\"\0\"", 8)),
           std::string("\0", 1) + Request(""),
           Request("") + std::string("\0", 1),
           Request(",\"a\":1."),
           Request(",a:1"),
           Request(",\"a\":+1"),
           Request(",\"a\":.5"),
           Request(",\"a\":1e"),
           Request(",\"a\":[1,]"),
           std::string("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\x0b"),
       }) {
    refusals.push_back({line, kParseError, false});
  }
  ExpectRefused(refusals);
}

TEST(Message, BytesThatReadersReadDifferently) {
  ExpectRefused({
      {Request(",\"a\":\"\xff\""), kParseError, true},
      {Request(",\"a\":\"\xc0\xaf\""), kParseError, true},
      {Request(",\"a\":\"\xed\xa0\x80\""), kParseError, true},
      {Request(",\"\xff\":1"), kParseError, true},
      {"{\"jsonrpc\":\"2.0\",\r\"id\":1,\"method\":\"x\"}", kParseError, true},
      {Request("") + "\r ", kParseError, true},
      {Request("") + "\r\r", kParseError, true},
      {Request(R"(,"\ud800":1)"), kParseError, true},
      {Request(R"(,"a":[{"x\udc00":1}])"), kParseError, true},
      {R"({"jsonrpc":"2.0","id":1,"method":"x\ud800"})", kParseError, true},
      {Request(",\"a\":" + std::string(kDepth, '[') + std::string(kDepth, ']')), kParseError, true},
      {Request(",\"a\":" + std::string(200'000, '[') + std::string(200'000, ']')), kParseError,
       true},
      // The id comes after what is wrong.
      {R"({"a":")"
       "\xff"
       R"(","jsonrpc":"2.0","method":"x","id":"late"})",
       kParseError, true},
      {"{\"method\":\"notifications/\xff\",\"jsonrpc\":\"2.0\"}", kParseError, false},
  });
  Reading reading;
  const std::string deepest =
      Request(",\"a\":" + std::string(kDepth - 1, '[') + std::string(kDepth - 1, ']'));
  EXPECT_EQ(reading.Read(deepest).kind, MessageKind::kRequest);
}

TEST(Message, DuplicateMembers) {
  ExpectRefused({
      {Request(",\"a\":1,\"a\":1"), kInvalidRequest, true},
      {Request(",\"a\":1,\"\\u0061\":1"), kInvalidRequest, true},
      {Request(",\"a\":[[{\"b\":1,\"b\":1}]]"), kInvalidRequest, true},
      {Request(",\"method\":\"x\""), kInvalidRequest, true},
      {Request(",\"params\":{},\"params\":{}"), kInvalidRequest, true},
      {Request(",\"params\":{\"a\":1,\"a\":1}"), kInvalidRequest, true},
      {Request(",\"id\":1"), kInvalidRequest, false},
      {Request(",\"\\u0069d\":2"), kInvalidRequest, false},
      {ToolCall(R"({"name":"a","name":"a"})"), kInvalidParams, true},
      {ToolCall(R"({"name":"a","arguments":{"x":1,"x":2}})"), kInvalidParams, true},
      {ToolCall(R"({"name":"a","_meta":{"x":1,"x":2}})"), kInvalidParams, true},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools\/call","params":{"name":"a","name":"b"}})",
       kInvalidParams, true},
      {R"({"jsonrpc":"2.0","id":1,"params":{"name":"a","name":"b"},"method":"tools/call"})",
       kInvalidParams, true},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping","params":{"name":"a"}})",
       kInvalidRequest, true},
      {R"({"jsonrpc":"2.0","method":"x","a":1,"a":2})", kInvalidRequest, false},
  });
  // Many members are compared in another way.
  std::string many;
  for (int i = 0; i < 100; ++i) many += fmt::format("\"m{}\":{},", i, i);
  ExpectRefused(
      {{Request("," + many + "\"m42\":0"), kInvalidRequest, true},
       {ToolCall("{\"name\":\"a\",\"arguments\":{" + many + "\"m99\":0}}"), kInvalidParams, true}});
  Reading reading;
  EXPECT_EQ(reading.Read(Request("," + many + "\"last\":0")).kind, MessageKind::kRequest);
}

TEST(Message, LookalikesInTheEnvelope) {
  std::vector<Refusal> refusals;
  for (const char* const name : {"Method", "METHOD", "mEthod", "Jsonrpc", "JSONRPC", "Params",
                                 "paramſ", "jſonrpc", "method\\u0000", "params\\u0000x"}) {
    refusals.push_back({Request(fmt::format(",\"{}\":1", name)), kInvalidRequest, true});
    refusals.push_back({Request(fmt::format(",\"{}\":null", name)), kInvalidRequest, true});
  }
  for (const char* const name : {"ID", "Id", "iD", "id\\u0000", "I\\u0064"}) {
    refusals.push_back({Request(fmt::format(",\"{}\":1", name)), kInvalidRequest, false});
  }
  // It may be a response in some reader's eyes, and those get no answer.
  for (const char* const name : {"Result", "reſult", "ERROR"}) {
    refusals.push_back({Request(fmt::format(",\"{}\":1", name)), kInvalidRequest, false});
  }
  refusals.push_back({Request(",\"any\\u0000\":1"), kInvalidRequest, true});
  ExpectRefused(refusals);
}

TEST(Message, LookalikesInTheParamsOfAToolCall) {
  std::vector<Refusal> refusals;
  for (const char* const name :
       {"Name", "NAME", "Arguments", "argumentſ", "taſk", "TASK", "_META", "_meta\\u0000",
        "name\\u0000", "tas\xE2\x84\xAA", "INPUTRESPONSES", "requeststate", "any\\u0000thing"}) {
    refusals.push_back(
        {ToolCall(fmt::format("{{\"name\":\"a\",\"{}\":null}}", name)), kInvalidParams, true});
  }
  ExpectRefused(refusals);
}

TEST(Message, LookalikesOfWhatACancellationNames) {
  const std::string start = R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{)";
  ExpectRefused({{start + R"("requestId":1,"RequestId":2}})", kInvalidRequest, false},
                 {start + R"("requestid":2}})", kInvalidRequest, false},
                 {start + R"("requestId\u0000":2}})", kInvalidRequest, false}});
}

TEST(Message, EnvelopesThatAreNone) {
  ExpectRefused({
      {"[]", kInvalidRequest, false},
      {"[" + Request("") + "]", kInvalidRequest, false},
      {"7", kInvalidRequest, false},
      {"\"text\"", kInvalidRequest, false},
      {"null", kInvalidRequest, false},
      {"{}", kInvalidRequest, false},
      {R"({"id":1,"method":"x"})", kInvalidRequest, true},
      {R"({"jsonrpc":2.0,"id":1,"method":"x"})", kInvalidRequest, true},
      {R"({"jsonrpc":"1.0","id":1,"method":"x"})", kInvalidRequest, true},
      {R"({"jsonrpc":"2.0 ","id":1,"method":"x"})", kInvalidRequest, true},
      {R"({"jsonrpc":null,"id":1,"method":"x"})", kInvalidRequest, true},
      {R"({"jsonrpc":"2.0","id":1})", kInvalidRequest, true},
      {R"({"jsonrpc":"2.0","id":1,"method":7})", kInvalidRequest, true},
      {R"({"jsonrpc":"2.0","id":1,"method":null})", kInvalidRequest, true},
      {R"({"jsonrpc":"2.0","id":1,"method":["x"]})", kInvalidRequest, true},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call\u0000","params":{"name":"a"}})",
       kInvalidRequest, true},
      {Request(",\"result\":{}"), kInvalidRequest, false},
      {Request(",\"error\":{}"), kInvalidRequest, false},
      {R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})", kInvalidRequest, false},
      {Request(",\"params\":[]"), kInvalidRequest, true},
      {Request(",\"params\":null"), kInvalidRequest, true},
      {Request(",\"params\":\"a\""), kInvalidRequest, true},
  });
}

TEST(Message, Ids) {
  std::vector<Refusal> refusals;
  for (const char* const id : {"1.5", "1.0", "1e2", "true", "[1]", "{}", "null", "\"\\ud800\""}) {
    refusals.push_back(
        {fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"x"}})", id), kInvalidRequest, false});
    refusals.push_back(
        {fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{}}}})", id), kInvalidRequest, false});
  }
  refusals.push_back({R"({"jsonrpc":"2.0","result":{}})", kInvalidRequest, false});
  refusals.push_back({R"({"jsonrpc":"2.0","error":{}})", kInvalidRequest, false});
  refusals.push_back({R"({"jsonrpc":"2.0","id":1.5,"error":{}})", kInvalidRequest, false});
  ExpectRefused(refusals);
}

TEST(Message, ToolCalls) {
  ExpectRefused({
      {R"({"jsonrpc":"2.0","method":"tools/call","params":{"name":"a"}})", kInvalidRequest, false},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call"})", kInvalidParams, true},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools\/call","params":[]})", kInvalidParams, true},
      {ToolCall("null"), kInvalidParams, true},
      {ToolCall("[]"), kInvalidParams, true},
      {ToolCall("{}"), kInvalidParams, true},
      {ToolCall(R"({"name":null})"), kInvalidParams, true},
      {ToolCall(R"({"name":7})"), kInvalidParams, true},
      {ToolCall(R"({"name":["a"]})"), kInvalidParams, true},
      {ToolCall(R"({"name":"a\u0000"})"), kInvalidParams, true},
      {ToolCall(R"({"name":"a\ud800"})"), kInvalidParams, true},
      {ToolCall(R"({"name":"a","arguments":null})"), kInvalidParams, true},
      {ToolCall(R"({"name":"a","arguments":[]})"), kInvalidParams, true},
      {ToolCall(R"({"name":"a","arguments":"{}"})"), kInvalidParams, true},
      {ToolCall(R"({"arguments":7,"name":"a"})"), kInvalidParams, true},
  });
}

// ---- Arguments.

constexpr char kReads[] =
    "version: \"1\"\n"
    "tools:\n"
    "  t: {rules: [{name: r, conditions: [{path: args.a.b, op: eq, value: x}]}]}\n";

// The arguments reach the tool's slots wherever they stand and however the names are spelt.
TEST(Message, ArgumentsInAnyOrder) {
  Reading reading(kReads);
  for (const char* const params : {
           R"({"name":"t","arguments":{"a":{"b":"x"}}})",
           R"({"arguments":{"a":{"b":"x"}},"name":"t"})",
           R"({"name":"\u0074","arguments":{"a":{"b":"\u0078"}}})",
           R"({"n\u0061me":"t","argument\u0073":{"\u0061":{"b":"x"}}})",
       }) {
    for (const std::string& line :
         {ToolCall(params),
          fmt::format(R"({{"params":{},"method":"tools/call","id":1,"jsonrpc":"2.0"}})", params),
          fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"tools\/call","params":{}}})",
                      params)}) {
      ASSERT_EQ(reading.Read(line).kind, MessageKind::kRequest) << line;
      EXPECT_EQ(reading.machine().Decide().verdict, Verdict::kAllow) << line;
    }
  }
}

// Nothing of an earlier call is left, nor is anything but `arguments` read.
TEST(Message, ArgumentsOfThisCallOnly) {
  Reading reading(kReads);
  reading.Read(ToolCall(R"({"name":"t","arguments":{"a":{"b":"x"}}})"));
  for (const char* const params :
       {R"({"name":"t"})", R"({"name":"t","arguments":{}})", R"({"arguments":{},"name":"t"})",
        R"({"name":"t","a":{"b":"x"}})", R"({"name":"t","_meta":{"arguments":{"a":{"b":"x"}}}})",
        R"({"_meta":{"a":{"b":"x"}},"name":"t","arguments":{"b":"x"}})",
        R"({"name":"t","arguments":{"arguments":{"a":{"b":"x"}}}})"}) {
    ASSERT_EQ(reading.Read(ToolCall(params)).kind, MessageKind::kRequest) << params;
    EXPECT_EQ(reading.machine().Decide().verdict, Verdict::kDeny) << params;
  }
}

TEST(Message, ALoneSurrogateInAValueThatIsRead) {
  Reading reading(kReads);
  for (const char* const params : {
           R"({"name":"t","arguments":{"a":{"b":"\ud800"}}})",
           R"({"arguments":{"a":{"b":"\ud800"}},"name":"t"})",
           R"({"name":"t","arguments":{"a":{"b":["\udc00"]}}})",
       }) {
    const ClientMessage& message = reading.Read(ToolCall(params));
    EXPECT_EQ(message.kind, MessageKind::kRefused) << params;
    EXPECT_EQ(message.refusal_code, kParseError) << params;
    EXPECT_TRUE(message.may_answer) << params;
  }
  // Of another tool, or beside what is read, it is nobody's business.
  for (const char* const params : {
           R"({"name":"u","arguments":{"a":{"b":"\ud800"}}})",
           R"({"name":"t","arguments":{"a":{"b":"x","c":"\ud800"}}})",
       }) {
    EXPECT_EQ(reading.Read(ToolCall(params)).kind, MessageKind::kRequest) << params;
  }
}

// ---- Who sends it.

std::string ClientOf(const ClientMessage& message) {
  return fmt::format("{} {}", message.client_name.value_or("-"),
                     message.client_version.value_or("-"));
}

std::string Initialize(const std::string& params) {
  return R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":)" + params + "}";
}

std::string StatelessCall(const std::string& meta) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","_meta":{)"
         R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")" +
         meta + "}}}";
}

TEST(Message, WhatTheClientCallsItself) {
  Reading reading;
  const ClientMessage& message =
      reading.Read(Initialize(R"({"clientInfo":{"name":"a\u00e9","version":"1"}})"));
  EXPECT_TRUE(message.is_initialize);
  EXPECT_EQ(ClientOf(message), "aé 1");
  EXPECT_EQ(ClientOf(reading.Read(Initialize(R"({"clientInfo":{"name":"a"}})"))), "a -");
  EXPECT_EQ(ClientOf(reading.Read(Initialize("{}"))), "- -") << "nothing is left of the last one";
  EXPECT_EQ(ClientOf(reading.Read(Initialize(R"({"clientInfo":{"name":1,"version":"\ud800"}})"))),
            "- -");
  EXPECT_EQ(reading.Read(Initialize(R"({"clientInfo":7})")).kind, MessageKind::kRequest);
  EXPECT_FALSE(
      reading.Read(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"clientInfo":{}}})")
          .is_initialize);
}

TEST(Message, AStatelessCallSaysItItself) {
  Reading reading;
  EXPECT_EQ(ClientOf(reading.Read(StatelessCall(
                R"(,"io.modelcontextprotocol/clientInfo":{"name":"b","version":"2"})"))),
            "b 2");
  EXPECT_EQ(ClientOf(reading.Read(StatelessCall(""))), "- -");
  EXPECT_EQ(
      ClientOf(reading.Read(
          R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","clientInfo":{"name":"c"},)"
          R"("_meta":{"io.modelcontextprotocol/clientInfo":{"name":"b"}}}})")),
      "- -")
      << "in other revisions the handshake says it";
}

}  // namespace
}  // namespace writ
