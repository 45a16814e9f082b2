// json.decode()
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/functions/applied.h"

namespace writ {
namespace {

constexpr std::string_view kNotJson = "error: not JSON that all readers read alike";

std::string Decode(std::string_view text) {
  Applied apply;
  return apply(FunctionId::kJsonDecode, {text});
}

TEST(Json, EachKindOfValue) {
  EXPECT_EQ(Decode("null"), "null");
  EXPECT_EQ(Decode("true"), "true");
  EXPECT_EQ(Decode(" false "), "false");
  EXPECT_EQ(Decode("-12"), "-12");
  EXPECT_EQ(Decode("1.5"), "1.5");
  EXPECT_EQ(Decode(R"("a\u00e9\n")"), "\"a\xC3\xA9\\n\"");
  EXPECT_EQ(Decode(R"([1, "a", {"b": [null]}])"), R"([1, "a", {"b": [null]}])");
  EXPECT_EQ(Decode("{}"), "{}");
}

TEST(Json, MayStandOnSeveralLines) {
  EXPECT_EQ(Decode("\r\n{\n\t\"a\": [\n1,\r\n2\n]\n}\n"), "{ \t\"a\": [ 1,  2 ] }");
  EXPECT_EQ(Decode("[\"\\\\\",\n\"\\\"\",\n1]"), "[\"\\\\\", \"\\\"\", 1]");
  EXPECT_EQ(Decode("\"a\nb\""), kNotJson);
  EXPECT_EQ(Decode("[\"a\r\"]"), kNotJson);
  EXPECT_EQ(Decode("\"\\\n\""), kNotJson);
  EXPECT_EQ(Decode("tr\nue"), kNotJson);
  EXPECT_EQ(Decode("1\n2"), kNotJson);
}

TEST(Json, NumbersThatServersReadDifferently) {
  Applied apply;
  const Value number = apply.Call(FunctionId::kJsonDecode, {"9007199254740993"});
  EXPECT_TRUE(number.is(Tag::kUnsafeNumber));
  EXPECT_EQ(apply(FunctionId::kToInt, {number}), "error: a number that servers read differently");
  EXPECT_TRUE(apply.Call(FunctionId::kJsonDecode, {"1e999"}).is(Tag::kUnsafeNumber));
  EXPECT_TRUE(apply.Call(FunctionId::kJsonDecode, {"10000000000000000000"}).is(Tag::kUint));
}

TEST(Json, WhatReadersReadDifferentlyIsRefused) {
  const std::vector<std::string> cases = {
      "",
      " ",
      "nul",
      "NULL",
      "True",
      "'a'",
      "{a: 1}",
      "[1,]",
      "{\"a\":1,}",
      "[1 2]",
      "01",
      "1.",
      ".5",
      "+1",
      "NaN",
      "Infinity",
      "0x10",
      "1 // x",
      "/* */ 1",
      "1 2",
      "{} {}",
      "[",
      "]",
      "{\"a\"}",
      "\"\\x41\"",
      "\"\\u12\"",
      "\"",
      "\"\\\"",
      "\"\\",
      "\\",
      "{\"a\":1,\"a\":2}",
      "[{\"x\":{\"a\":1,\"\\u0061\":2}}]",  // the same name twice
      "\"\\ud800\"",
      "{\"\\udc00\":1}",
      "[[\"\\ud800x\"]]",  // lone surrogates
      "\xEF\xBB\xBF{}",
      "\"\xFF\"",
      "\"\xC0\xAF\"",
      "\xA0"
      "1",
      std::string("{}\0", 3),
      std::string("\"a\0b\"", 5),
      std::string("\0", 1),
  };
  for (const std::string& text : cases) EXPECT_EQ(Decode(text), kNotJson) << text;
}

TEST(Json, DepthIsThatOfALine) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(Decode(nested(128)), nested(128));
  EXPECT_EQ(Decode(nested(129)), kNotJson);
  EXPECT_EQ(Decode(nested(400'000)), kNotJson);
  EXPECT_EQ(Decode(std::string(400'000, '[')), kNotJson);
  EXPECT_EQ(Decode(std::string(400'000, '{')), kNotJson);
}

TEST(Json, ManyNames) {
  std::string text = "{\"n\":0";
  for (int i = 0; i < 5000; ++i) text += ",\"n" + std::to_string(i) + "\":1";
  Applied apply;
  EXPECT_EQ(apply(FunctionId::kSize, {apply.Call(FunctionId::kJsonDecode, {text + "}"})}), "5001");
  EXPECT_EQ(Decode(text + ",\"n77\":2}"), kNotJson);
}

TEST(Json, ResultsDoNotNeedTheTextAnyMore) {
  Applied apply;
  std::string text = R"({"a": "b"})";
  const Value decoded = apply.Call(FunctionId::kJsonDecode, {text});
  text.assign(text.size(), 'x');
  EXPECT_EQ(Applied::Text(decoded), R"({"a": "b"})");
}

TEST(Json, OnlyTextsAndPaidFor) {
  Applied apply;
  EXPECT_EQ(apply(FunctionId::kJsonDecode, {1}), "error: no such overload");
  EXPECT_EQ(apply(FunctionId::kJsonDecode, {Applied::Bytes("1")}), "error: no such overload");
  EXPECT_EQ(apply.Within(100, FunctionId::kJsonDecode, {std::string(10'000, ' ') + "1"}),
            "error: evaluation budget exceeded");
}

}  // namespace
}  // namespace writ
