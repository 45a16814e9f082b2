// What a server's line is, and how sure that is.
#include "proxy/server_message.h"

#include <gtest/gtest.h>

#include <string>

namespace writ {
namespace {

ServerMessage Read(const std::string& line, ServerMessageReader& reader) {
  static thread_local std::string kept;
  kept = line + '\n' + std::string(64, ' ');
  return reader.Read(std::string_view(kept).substr(0, line.size()));
}

struct KindCase {
  const char* line;
  ServerMessageKind kind;
};

class Kinds : public testing::TestWithParam<KindCase> {};

TEST_P(Kinds, AreTold) {
  ServerMessageReader reader;
  EXPECT_EQ(Read(GetParam().line, reader).kind, GetParam().kind) << GetParam().line;
}

constexpr auto kBlank = ServerMessageKind::kBlank;
constexpr auto kNoMessage = ServerMessageKind::kNoMessage;
constexpr auto kAnswer = ServerMessageKind::kAnswer;
constexpr auto kOwn = ServerMessageKind::kOwn;
constexpr auto kUncertain = ServerMessageKind::kUncertain;

INSTANTIATE_TEST_SUITE_P(
    ServerMessage, Kinds,
    testing::Values(
        KindCase{"", kBlank}, KindCase{" \t\r", kBlank}, KindCase{"Listening on stdio", kNoMessage},
        KindCase{"[1]", kNoMessage}, KindCase{"{\"id\":1", kNoMessage},
        KindCase{"{\"id\":1,\"result\":{}} x", kNoMessage},
        KindCase{"{\"id\":1,\"result\":{}}", kAnswer},
        KindCase{" {\"id\":\"a\",\"error\":{\"code\":1}}\r", kAnswer},
        KindCase{"{\"id\":1,\"result\":{\"deep\":[[[\"\xff\"]]]}}", kAnswer},
        KindCase{"{\"method\":\"notifications/message\"}", kOwn},
        KindCase{"{\"id\":0,\"method\":\"sampling/createMessage\",\"params\":{}}", kOwn},
        KindCase{"{\"id\":1}", kUncertain},
        KindCase{"{\"id\":1,\"result\":{},\"error\":{}}", kUncertain},
        KindCase{"{\"id\":1,\"method\":null,\"result\":{}}", kUncertain},
        KindCase{"{\"id\":1,\"method\":\"x\",\"result\":{}}", kUncertain},
        KindCase{"{\"id\":1,\"id\":2,\"result\":{}}", kUncertain},
        KindCase{"{\"id\":1,\"result\":{},\"Result\":{}}", kUncertain},
        KindCase{"{\"id\":1,\"re\\u0073ult\":{},\"result\":{}}", kUncertain},
        KindCase{"{\"id\":1,\"result\\u0000\":{},\"error\":{}}", kUncertain},
        KindCase{"{\"id\":1,\"result\":{\"tools\":[],\"tools\":[]}}", kUncertain},
        KindCase{"{\"id\":1,\"result\":{\"Tools\":[]}}", kUncertain},
        KindCase{"{\"id\":1,\"result\":\r{}}", kUncertain},
        // A doubt about the server's name is none about the message.
        KindCase{"{\"id\":1,\"result\":{\"serverInfo\":{},\"ServerInfo\":{}}}", kAnswer},
        KindCase{"{\"id\":1,\"result\":{\"_META\":1,\"_meta\":1,\"_meta\":2}}", kAnswer},
        KindCase{"{\"id\":1,\"result\":{\"serverInfo\":{\"name\\u0000\":1}}}", kAnswer},
        KindCase{"{\"id\":1,\"result\":{\"capabilities\":{},\"Capabilities\":{}}}", kAnswer}));

TEST(ServerMessage, WhatTheServerCallsItself) {
  ServerMessageReader reader;
  const auto names = [&reader](const std::string& result) {
    const ServerMessage message = Read("{\"id\":1,\"result\":" + result + "}", reader);
    return std::string(message.server_name.value_or("-")) + " " +
           std::string(message.meta_server_name.value_or("-"));
  };
  EXPECT_EQ(names(R"({"serverInfo":{"name":"a","version":"1"}})"), "a -");
  EXPECT_EQ(names(R"({"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"b"}}})"), "- b");
  EXPECT_EQ(names(R"({"serverInfo":{"name":"\u0061\n"}})"), "a\n -");
  for (const char* const doubtful :
       {R"({"serverInfo":{"name":1}})", R"({"serverInfo":"a"})", R"({"serverinfo":{"name":"a"}})",
        R"({"serverInfo":{"name":"a","Name":"b"}})", R"({"serverInfo":{"name":"a","name":"b"}})",
        R"({"serverInfo":{"name":"\ud800"}})", "{}"}) {
    EXPECT_EQ(names(doubtful), "- -") << doubtful;
  }
}

TEST(ServerMessage, AnAnswerSaysWhoseItIsAndWhatItBrings) {
  ServerMessageReader reader;
  const ServerMessage list =
      Read(R"({"id":7,"result":{"tools":[{"name":"a"}],"nextCursor":"x"}})", reader);
  EXPECT_EQ(list.id.raw, "7");
  EXPECT_TRUE(list.has_result);
  EXPECT_FALSE(list.is_error);
  EXPECT_EQ(list.tools, R"([{"name":"a"}])");
}

TEST(ServerMessage, AListThatIsNoListIsMentionedOnly) {
  ServerMessageReader reader;
  const ServerMessage message = Read(R"({"id":7,"result":{"tools":{"name":"a"}}})", reader);
  EXPECT_TRUE(message.tools.empty());
  EXPECT_TRUE(message.mentions_tools);
}

TEST(ServerMessage, AnErrorIsOneOnlyIfItIsAnObject) {
  ServerMessageReader reader;
  EXPECT_TRUE(Read(R"({"id":7,"error":{"code":-1,"message":"no"}})", reader).is_error);
  EXPECT_FALSE(Read(R"({"id":7,"error":null})", reader).is_error);
  EXPECT_FALSE(Read(R"({"id":7,"error":false})", reader).is_error);
}

TEST(ServerMessage, SaysWhetherItTellsOfTools) {
  ServerMessageReader reader;
  const auto tells = [&reader](const std::string& tools) {
    return Read(R"({"id":0,"result":{"capabilities":{"tools":)" + tools + "}}}", reader)
        .tells_of_tools;
  };
  EXPECT_TRUE(tells(R"({"listChanged":true})"));
  EXPECT_FALSE(tells(R"({"listChanged":false})"));
  EXPECT_FALSE(tells(R"({"listChanged":1})"));
  EXPECT_FALSE(tells("{}"));
  EXPECT_FALSE(tells(R"({"listChanged":true,"listChanged":true})")) << "in doubt";
  EXPECT_FALSE(tells(R"({"listChanged":true,"ListChanged":false})")) << "in doubt";
  EXPECT_TRUE(tells(R"({"listChanged":true})"));
  EXPECT_FALSE(Read(R"({"id":1,"result":{}})", reader).tells_of_tools) << "left from before";
}

TEST(ServerMessage, NothingIsLeftOfTheLineBefore) {
  ServerMessageReader reader;
  Read(R"({"id":7,"result":{"tools":[]}})", reader);
  const ServerMessage next = Read(R"({"method":"notifications/message"})", reader);
  EXPECT_FALSE(next.has_result);
  EXPECT_FALSE(next.mentions_tools);
  EXPECT_EQ(next.id.kind, IdKind::kNone);
}

}  // namespace
}  // namespace writ
