// Literal cases for the reference reader: what it reads right, everything compared with it can
// be trusted to read right.

#include "reference/json.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace writ::reference {
namespace {

using namespace std::string_view_literals;

struct Case {
  std::string_view line;
  std::set<Violation> violations;
};

// Prints the line whose expectation failed.
void CheckAll(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(Read(c.line).violations, c.violations) << "line: " << c.line;
  }
}

std::string Nested(int depth) {
  return std::string(static_cast<size_t>(depth), '[') +
         std::string(static_cast<size_t>(depth), ']');
}

TEST(ReferenceJson, AcceptsEveryKindOfValue) {
  const std::vector<std::pair<std::string_view, Kind>> cases = {
      {"null", Kind::kNull},      {"false", Kind::kFalse},
      {"true", Kind::kTrue},      {"0", Kind::kNumber},
      {"-0", Kind::kNumber},      {"10", Kind::kNumber},
      {"-1.5", Kind::kNumber},    {"1e5", Kind::kNumber},
      {"0E-00", Kind::kNumber},   {R"("")", Kind::kString},
      {"1.0e+10", Kind::kNumber}, {"[]", Kind::kArray},
      {"[ ]", Kind::kArray},      {"{}", Kind::kObject},
      {" \t{ } ", Kind::kObject}, {"\x22\x7F\x22", Kind::kString},
  };
  for (const auto& [line, kind] : cases) {
    const Reading reading = Read(line);
    EXPECT_TRUE(reading.violations.empty()) << line;
    ASSERT_TRUE(reading.value.has_value()) << line;
    EXPECT_EQ(reading.value->kind, kind) << line;
  }
}

TEST(ReferenceJson, RefusesWhatTheGrammarLacks) {
  for (std::string_view line : {
           "",
           " ",
           "nul",
           "nulL",
           "True",
           "NaN",
           "Infinity",
           "+1",
           "-",
           "-a",
           ".5",
           "1.",
           "1.e1",
           "1e",
           "1e+",
           "[",
           "[1",
           "[1,",
           "[1,]",
           "[,1]",
           "[1 2]",
           "]",
           "{",
           "{\"a\"",
           "{\"a\":",
           "{\"a\":1",
           "{\"a\":1,",
           "{\"a\":1,}",
           "{,}",
           "{1:2}",
           "{a:1}",
           "{'a':1}",
           "{\"a\" 1}",
           "{\"a\":}",
           "{\"a\":1 \"b\":2}",
           "'a'",
           "\"",
           "\"abc",
           "\"\\\"",
           "\"\\x\"",
           "\"\\u12\"",
           "\"\\u12G4\"",
           "\"\\",
           "\"\\u",
           "\"\\ud800\\u\"",
           "// a",
           "/**/1",
           "[1}",
           "not json at all",
       }) {
    const Reading reading = Read(line);
    EXPECT_EQ(reading.violations, std::set<Violation>{Violation::kNotJson}) << line;
    EXPECT_FALSE(reading.value.has_value()) << line;
  }
}

TEST(ReferenceJson, NamesTextAfterTheValue) {
  CheckAll({
      {"1 2", {Violation::kTrailingText}},
      {"01", {Violation::kTrailingText}},
      {"-012", {Violation::kTrailingText}},
      {"{}{}", {Violation::kTrailingText}},
      {"[]]", {Violation::kTrailingText}},
      {"{} // a", {Violation::kTrailingText}},
      {"truefalse", {Violation::kTrailingText}},
      {"{}\xC2\xA0", {Violation::kTrailingText}},
      {"1.5.5", {Violation::kTrailingText}},
      {"0x10", {Violation::kTrailingText}},
  });
  EXPECT_FALSE(Read("1 2").value.has_value());
}

TEST(ReferenceJson, AllowsOneCarriageReturnAtTheEnd) {
  CheckAll({
      {"{}\r", {}},
      {"{} \r", {}},
      {"{}\r ", {Violation::kCarriageReturn}},
      {"{}\r\r", {Violation::kCarriageReturn}},
      {"\r{}", {Violation::kCarriageReturn}},
      {"[1,\r2]", {Violation::kCarriageReturn}},
      {"[1,\r2]\r", {Violation::kCarriageReturn}},
      {"\"a\rb\"", {Violation::kControlCharacter, Violation::kCarriageReturn}},
      {"\"a\r", {Violation::kControlCharacter}},
      {"\r", {Violation::kNotJson}},
  });
  EXPECT_TRUE(Read("[1,\r2]").value.has_value());
}

TEST(ReferenceJson, NamesRawControlCharacters) {
  CheckAll({
      {"\"a\0b\""sv, {Violation::kControlCharacter}},
      {"\"\t\"", {Violation::kControlCharacter}},
      {"\"\n\"", {Violation::kControlCharacter}},
      {"\"\x1F\"", {Violation::kControlCharacter}},
      {"\"\\\x01\"", {Violation::kControlCharacter}},
      {"\0{}"sv, {Violation::kControlCharacter}},
      {"{}\0"sv, {Violation::kControlCharacter}},
      {"[1,\f2]", {Violation::kControlCharacter}},
      {"tru\0"sv, {Violation::kControlCharacter}},
      {"[\t1,\n2]", {}},
      {R"("\u0000\u001f")", {}},
  });
}

TEST(ReferenceJson, NamesAByteOrderMark) {
  CheckAll({
      {"\xEF\xBB\xBF{}", {Violation::kByteOrderMark}},
      {"\xEF\xBB\xBF", {Violation::kByteOrderMark}},
      {" \xEF\xBB\xBF{}", {Violation::kNotJson}},
      {"[1,\xEF\xBB\xBF"
       "2]",
       {Violation::kNotJson}},
      {"\"\xEF\xBB\xBF\"", {}},
      {"\xEF\xBB", {Violation::kNotJson, Violation::kInvalidUtf8}},
  });
}

TEST(ReferenceJson, KnowsWellFormedUtf8) {
  for (std::string_view text :
       {"\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  for (std::string_view text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x7F", "\xC2\xC0", "\xE0\x9F\xBF",
        "\xE1\x80", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80",
        "\xF0\x90\x80\x7F", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

TEST(ReferenceJson, ReadsOnPastInvalidUtf8InAString) {
  const Reading reading = Read("[\"\xFF\", {\"a\":1,\"a\":2}]");
  EXPECT_EQ(reading.violations,
            (std::set<Violation>{Violation::kInvalidUtf8, Violation::kDuplicateName}));
  ASSERT_TRUE(reading.value.has_value());
  EXPECT_EQ(reading.value->items[0].text, "\xFF");
}

TEST(ReferenceJson, CountsDepthFromTheOutermostBracket) {
  CheckAll({
      {"1", {}},
      {Nested(128), {}},
      {Nested(129), {Violation::kTooDeep}},
  });
  EXPECT_TRUE(Read("[]", 1).violations.empty());
  EXPECT_TRUE(Read("[{}]", 1).Has(Violation::kTooDeep));
  EXPECT_TRUE(Read(R"({"a":{"b":[]}})", 2).Has(Violation::kTooDeep));
  EXPECT_TRUE(Read(R"({"a":{"b":[]}})", 3).violations.empty());
  EXPECT_TRUE(Read(Nested(129)).value.has_value());
}

TEST(ReferenceJson, SurvivesAHundredThousandBrackets) {
  for (const std::string& line :
       {Nested(100000), std::string(100000, '['), std::string(100000, '{')}) {
    const Reading reading = Read(line);
    EXPECT_FALSE(reading.value.has_value());
  }
  EXPECT_EQ(Read(Nested(100000)).violations, std::set<Violation>{Violation::kTooDeep});
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += R"({"a":)";
  EXPECT_EQ(Read(objects).violations, std::set<Violation>{Violation::kTooDeep});
}

TEST(ReferenceJson, NamesDuplicateMembersAfterUnescaping) {
  CheckAll({
      {R"({"a":1,"b":2})", {}},
      {R"({"a":1,"A":2})", {}},
      {R"({"a":{"a":1}})", {}},
      {R"([{"a":1},{"a":2}])", {}},
      {R"({"a":1,"a":1})", {Violation::kDuplicateName}},
      {R"({"a":1,"b":2,"a":3})", {Violation::kDuplicateName}},
      {R"({"":1,"":2})", {Violation::kDuplicateName}},
      {R"({"a":1,"\u0061":2})", {Violation::kDuplicateName}},
      {R"({"/":1,"\/":2})", {Violation::kDuplicateName}},
      {R"({"\n":1,"\u000A":2})", {Violation::kDuplicateName}},
      {"{\"\xC3\xA9\":1,\"\\u00e9\":2}", {Violation::kDuplicateName}},
      {"{\"\xF0\x9F\x98\x80\":1,\"\\uD83D\\uDE00\":2}", {Violation::kDuplicateName}},
      {R"({"a\u0000b":1,"a\u0000c":2})", {}},
      {R"([[{"x":{"a":1,"a":2}}]])", {Violation::kDuplicateName}},
  });
}

TEST(ReferenceJson, NamesLoneSurrogatesInNamesOnly) {
  CheckAll({
      {R"({"\ud800":1})", {Violation::kLoneSurrogateInName}},
      {R"({"\udc00":1})", {Violation::kLoneSurrogateInName}},
      {R"({"a\ud800b":1})", {Violation::kLoneSurrogateInName}},
      {R"([{"x":{"\uDFFF":1}}])", {Violation::kLoneSurrogateInName}},
      {R"({"\ud83d\ude00":1})", {}},
      {R"({"\ude00\ud83d":1})", {Violation::kLoneSurrogateInName}},
      {R"({"\ud800\ud800\udc00":1})", {Violation::kLoneSurrogateInName}},
      {R"({"\ud800":1,"\ud800":2})", {Violation::kLoneSurrogateInName, Violation::kDuplicateName}},
      {R"({"\ud800":1,"\ud801":2})", {Violation::kLoneSurrogateInName, Violation::kDuplicateName}},
      {R"(["\ud800"])", {}},
  });
}

TEST(ReferenceJson, DecodesStrings) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("a\u0000b")", "a\0b"sv},
      {R"("\u00e9\u00E9")", "\xC3\xA9\xC3\xA9"},
      {R"("\u20AC")", "\xE2\x82\xAC"},
      {R"("\uD83D\uDE00")", "\xF0\x9F\x98\x80"},
      {R"("\uD800\uDC00\uDBFF\uDFFF")", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
      {"\"\xE2\x82\xAC\"", "\xE2\x82\xAC"},
      {R"("\\u0041")", "\\u0041"},
  };
  for (const auto& [line, text] : cases) {
    const Reading reading = Read(line);
    ASSERT_TRUE(reading.value.has_value()) << line;
    EXPECT_EQ(reading.value->text, text) << line;
    EXPECT_FALSE(reading.value->lone_surrogate) << line;
  }
}

TEST(ReferenceJson, FlagsLoneSurrogatesInValues) {
  for (std::string_view line : {R"("\ud800")", R"("\udfff")", R"("\ud800\u0041")", R"("\ud800\n")",
                                R"("\ud800x\udc00")", R"("\udc00\ud800")"}) {
    EXPECT_TRUE(Read(line).value->lone_surrogate) << line;
  }
  EXPECT_EQ(Read(R"("\ud800\u0041")").value->text,
            "\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(Read(R"("\ud800\ud83d\ude00")").value->text, "\xEF\xBF\xBD\xF0\x9F\x98\x80");
}

TEST(ReferenceJson, KeepsOrderAndSpans) {
  const std::string_view line =
      " {\"b\" : [1, 2.50 ] ,\t\"\\u0061\":{\"x\":null}, \"b2\":\"q\"} \r";
  const Reading reading = Read(line);
  ASSERT_TRUE(reading.violations.empty());
  const Value& top = *reading.value;
  EXPECT_EQ(top.raw, line.substr(1, line.size() - 3));
  ASSERT_EQ(top.members.size(), 3u);
  EXPECT_EQ(top.members[0].name, "b");
  EXPECT_EQ(top.members[0].value.raw, "[1, 2.50 ]");
  ASSERT_EQ(top.members[0].value.items.size(), 2u);
  EXPECT_EQ(top.members[0].value.items[1].raw, "2.50");
  EXPECT_EQ(top.members[1].name, "a");
  EXPECT_EQ(top.members[1].raw_name, "\"\\u0061\"");
  ASSERT_NE(top.Find("a"), nullptr);
  EXPECT_EQ(top.Find("a")->members[0].value.kind, Kind::kNull);
  EXPECT_EQ(top.Find("c"), nullptr);
  EXPECT_EQ(top.members[2].value.raw, "\"q\"");
}

}  // namespace
}  // namespace writ::reference
