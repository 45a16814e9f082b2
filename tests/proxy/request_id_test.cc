#include "proxy/request_id.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace writ {
namespace {

// A token as it stands in a line, before what follows it there.
RequestId Id(const std::string& token) {
  static std::vector<std::string> kept;
  kept.reserve(1000);
  kept.push_back(token + "}\n" + std::string(64, ' '));
  RequestId id;
  ReadRequestId(std::string_view(kept.back()).substr(0, token.size()), id);
  return id;
}

TEST(RequestId, Kinds) {
  EXPECT_EQ(Id("").kind, IdKind::kNone);
  EXPECT_EQ(Id("null").kind, IdKind::kNull);
  for (const char* const token : {"\"\"", "\"a\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"7\""}) {
    EXPECT_EQ(Id(token).kind, IdKind::kString) << token;
  }
  for (const char* const token :
       {"0", "-0", "7", "-7", "9007199254740993", "1000000000000000000000"}) {
    EXPECT_EQ(Id(token).kind, IdKind::kInteger) << token;
  }
  for (const char* const token : {"1.0", "1e2", "true", "false", "[1]", "{}", "\"\\ud800\"",
                                  "\"\\udc00\\ud800\"", "\"\xff\"", "\"\xed\xa0\x80\""}) {
    EXPECT_EQ(Id(token).kind, IdKind::kInvalid) << token;
  }
}

TEST(RequestId, OnlyStringsAndIntegersAreValid) {
  EXPECT_TRUE(Id("\"a\"").is_valid());
  EXPECT_TRUE(Id("1").is_valid());
  for (const char* const token : {"", "null", "1.5", "true", "[]"}) {
    EXPECT_FALSE(Id(token).is_valid()) << token;
  }
}

TEST(RequestId, KeepsItsToken) {
  EXPECT_EQ(Id("\"\\u0061\"").raw, "\"\\u0061\"");
  EXPECT_EQ(Id("007").raw, "007");
}

TEST(RequestId, AnIntegerThatIsKnownIsTheSameId) {
  for (const int64_t value : {int64_t{0}, int64_t{7}, int64_t{-7}, int64_t{999'999'999'999'999},
                              int64_t{1} << 53, int64_t{-1} << 53}) {
    const std::string token = std::to_string(value);
    RequestId id;
    id.key = "of the last line";
    ReadIntegerId(token, value, id);
    EXPECT_EQ(id.kind, IdKind::kInteger);
    EXPECT_EQ(id.raw, token);
    EXPECT_EQ(id.key, Id(token).key) << token;
  }
  RequestId negative_zero;
  ReadIntegerId("-0", 0, negative_zero);
  EXPECT_EQ(negative_zero.key, Id("-0").key);
}

TEST(RequestId, TheSameId) {
  const std::vector<std::vector<std::string>> same = {
      {"\"a\"", "\"\\u0061\""},
      {"\"/\"", "\"\\/\"", "\"\\u002f\"", "\"\\u002F\""},
      {"\"\\ud83d\\ude00\"", "\"\xF0\x9F\x98\x80\""},
      {"7", "7.0", "7e0", "70e-1", "7E+0"},
      {"0", "-0", "0.0", "-0.0"},
      {"9007199254740993", "9007199254740992", "9007199254740992.0"},
      {"1e400", "1e401", "9" + std::string(400, '9')},
      {"-1e400", "-9" + std::string(400, '9')},
  };
  for (size_t i = 0; i < same.size(); ++i) {
    for (size_t j = 0; j < same.size(); ++j) {
      for (const std::string& a : same[i]) {
        for (const std::string& b : same[j]) {
          EXPECT_EQ(Id(a).key == Id(b).key, i == j) << a << " " << b;
        }
      }
    }
  }
}

TEST(RequestId, AStringIsNeverANumber) {
  EXPECT_NE(Id("7").key, Id("\"7\"").key);
  EXPECT_NE(Id("0").key, Id("\"\"").key);
  // Not even one that spells how numbers are kept.
  EXPECT_NE(Id("\"" + Id("7").key + "\"").key, Id("7").key);
}

TEST(RequestId, NoIdIsNoId) {
  EXPECT_TRUE(Id("").key.empty());
  EXPECT_TRUE(Id("null").key.empty());
  EXPECT_NE(Id("\"\"").key, Id("").key);
}

TEST(RequestId, WhatACarelessPeerTakesItFor) {
  const auto other = [](const std::string& token) -> std::string {
    std::string key;
    return OtherSpelling(Id(token), key) ? key : "none";
  };
  EXPECT_EQ(other("\"7\""), Id("7").key);
  EXPECT_EQ(other("7"), Id("\"7\"").key);
  EXPECT_EQ(other("\"-12\""), Id("-12").key);
  EXPECT_EQ(other("\"a\""), "none");
  EXPECT_EQ(other("null"), "none");
  EXPECT_EQ(other(""), "none");
}

TEST(RequestId, WhatPeersMayTakeForAnother) {
  for (const char* const token : {"0", "7", "-7", "2147483647", "-2147483648", "\"7\"", "\"-7\"",
                                  "\"0\"", "\"a\"", "\"req-1\"", "\"3-17\"", "\"7f3a\"", "\"0a-1\"",
                                  "\"0b1f6c1e-0000-4000-8000-00000000000e\"", "\"\\u0061\""}) {
    EXPECT_FALSE(IsVague(Id(token))) << token;
  }
  for (const char* const token : {"-0",
                                  "2147483648",
                                  "-2147483649",
                                  "9007199254740993",
                                  "\"2147483648\"",
                                  "\"\"",
                                  "\"-\"",
                                  "\" 7\"",
                                  "\"7 \"",
                                  "\"+7\"",
                                  "\"07\"",
                                  "\"-0\"",
                                  "\"7.0\"",
                                  "\"7e0\"",
                                  "\".7\"",
                                  "\"7_0\"",
                                  "\"0x7\"",
                                  "\"0X7\"",
                                  "\"0b1\"",
                                  "\"-0o7\"",
                                  "\"1e999\"",
                                  "\"Infinity\"",
                                  "\"x\\u0000y\"",
                                  "\"\xD9\xA7\"",
                                  "\"a b\"",
                                  "7.0",
                                  "7.5",
                                  "null",
                                  "true",
                                  "[7]",
                                  ""}) {
    EXPECT_TRUE(IsVague(Id(token))) << token;
  }
  EXPECT_FALSE(IsVague(Id('"' + std::string(128, 'a') + '"')));
  EXPECT_TRUE(IsVague(Id('"' + std::string(129, 'a') + '"')));
}

TEST(RequestId, BuffersAreReused) {
  RequestId id = Id("\"a\"");
  ReadRequestId("", id);
  EXPECT_EQ(id.kind, IdKind::kNone);
  EXPECT_TRUE(id.key.empty());
  EXPECT_TRUE(id.raw.empty());
}

}  // namespace
}  // namespace writ
