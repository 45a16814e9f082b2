// What lines of recordings are.
#include "cli/traffic/recorded_line.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "vm/json_text.h"

namespace writ {
namespace {

using Kind = RecordedLine::Kind;

std::string Record(std::string_view members) {
  return fmt::format(R"({{"time":"2026-03-02T09:30:00.250Z","session":"aaaaaaaaaaaaaaaa","seq":1,)"
                     R"("kind":{},"mac":"00"}})",
                     members);
}

TEST(RecordedLines, ADecisionWithItsArgumentsIsACall) {
  RecordedLineReader reader;
  const RecordedLine& line = reader.Read(Record(
      R"("decision","client":"c","tool":"a \"b\"","verdict":"deny","code":"rule","rule":"r",)"
      R"("shadow":[],"args_digest":"00","args":{"p": [1.50, "\u0041"]},"program":"p","ns":1)"));
  ASSERT_EQ(line.kind, Kind::kDecision) << line.fault;
  EXPECT_EQ(line.time->seconds, 1'772'443'800);
  EXPECT_EQ(line.time->nanoseconds, 250'000'000u);
  EXPECT_EQ(line.message, R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)"
                          R"({"name":"a \"b\"","arguments":{"p": [1.50, "\u0041"]}}})");
  EXPECT_EQ(line.record->verdict, "deny");
  EXPECT_EQ(line.record->client, "c");
}

TEST(RecordedLines, ADecisionWithoutArgumentsTellsWhetherThereWereAny) {
  RecordedLineReader reader;
  EXPECT_EQ(reader.Read(Record(R"("decision","tool":"t","args_digest":"00","ns":1)")).kind,
            Kind::kDigestOnly);
  const RecordedLine& line = reader.Read(Record(R"("decision","tool":"t","ns":1)"));
  EXPECT_EQ(line.kind, Kind::kDecision);
  EXPECT_THAT(std::string(line.message), testing::EndsWith(R"("params":{"name":"t"}})"));
}

TEST(RecordedLines, OtherRecordsAreNoCalls) {
  RecordedLineReader reader;
  EXPECT_EQ(reader.Read(Record(R"("start","version":1)")).kind, Kind::kOtherRecord);
  EXPECT_EQ(reader.Read(Record(R"("refusal","from":"client","reason":"no")")).kind,
            Kind::kOtherRecord);
}

TEST(RecordedLines, HalfARecordIsSaidToBe) {
  RecordedLineReader reader;
  const std::string whole = Record(R"("decision","tool":"t","args_digest":"0","args":{"a":1})");
  EXPECT_EQ(reader.Read(whole.substr(0, whole.size() - 20)).kind, Kind::kUnreadable);
  EXPECT_EQ(reader.Read(whole.substr(0, 40)).kind, Kind::kUnreadable);
  EXPECT_THAT(reader.Read(whole.substr(0, 40)).fault, testing::HasSubstr("cut or changed"));
  EXPECT_EQ(reader.Read(Record(R"("decision","tool":"t","args":{"a":1},"args":{"a":2})")).kind,
            Kind::kUnreadable);
  EXPECT_THAT(
      reader.Read(Record(fmt::format(R"("decision","tool":"{}…","ns":1)", std::string(256, 't'))))
          .fault,
      testing::HasSubstr("was cut when it was recorded"));
}

TEST(RecordedLines, ALineOfMcpWithItsDirection) {
  RecordedLineReader reader;
  const RecordedLine* line = &reader.Read(R"({"dir":"c2s","line":"{\"a\": \"\\u00e9\"}"})");
  ASSERT_EQ(line->kind, Kind::kClient) << line->fault;
  EXPECT_EQ(line->message, R"({"a": "\u00e9"})");
  EXPECT_FALSE(line->time.has_value());
  line = &reader.Read(R"({"time":"2026-03-02T10:30:00+01:00","dir":"s2c","line":"x"})");
  ASSERT_EQ(line->kind, Kind::kServer) << line->fault;
  EXPECT_EQ(line->time->seconds, 1'772'443'800);
}

TEST(RecordedLines, WhatIsNoLineWithItsDirection) {
  RecordedLineReader reader;
  for (const char* text :
       {R"({"dir":"up","line":"x"})", R"({"dir":1,"line":"x"})", R"({"dir":"c2s","line":{}})",
        R"({"dir":"c2s","line":"a\nb"})", R"({"dir":"c2s","dir":"s2c","line":"x"})",
        R"({"dir":"c2s","line":"\ud800"})", R"({"dir":"c2s","line":"x","time":"noon"})",
        "plain text"}) {
    const RecordedLine& line = reader.Read(text);
    EXPECT_EQ(line.kind, Kind::kUnreadable) << text;
    EXPECT_FALSE(line.fault.empty()) << text;
  }
}

TEST(RecordedLines, AllElseMayBeALineOfMcpAsItWas) {
  RecordedLineReader reader;
  EXPECT_EQ(reader.Read("").kind, Kind::kBlank);
  EXPECT_EQ(reader.Read(" \t\r").kind, Kind::kBlank);
  const std::string request = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  EXPECT_EQ(reader.Read(request).kind, Kind::kEither);
  EXPECT_EQ(reader.Read(request + "\r").message, request);
  EXPECT_EQ(reader.Read("{broken").kind, Kind::kEither);  // for the reader of messages to refuse
}

}  // namespace
}  // namespace writ
