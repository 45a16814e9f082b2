// Decoding and writing JSON strings.
#include "vm/json_text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reference/json.h"

namespace writ {
namespace {

using namespace std::string_view_literals;

TEST(JsonText, QuotesWhatMustBe) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"", R"("")"},
      {"plain /text/", R"("plain /text/")"},
      {"\"\\", R"("\"\\")"},
      {"\n\r\t", R"("\n\r\t")"},
      {"\b\f\x01\x1F\0"sv, R"("\u0008\u000c\u0001\u001f\u0000")"},
      {"\x7F", "\"\x7F\""},
      {"\xC3\xA9\xF0\x9F\x99\x82", "\"\xC3\xA9\xF0\x9F\x99\x82\""},
  };
  for (const auto& [text, quoted] : cases) EXPECT_EQ(JsonQuote(text), quoted);
  std::string out = "x";
  AppendJsonString("y", out);
  EXPECT_EQ(out, "x\"y\"");
}

// Also those that a lenient reader would take for a quote or a line's end.
TEST(JsonText, ReplacesBytesThatAreNoUtf8) {
  const std::vector<std::pair<std::string_view, size_t>> cases = {
      {"\xFF", 1},         {"\xC3", 1},         {"\xC0\xA2", 2},         {"\xE0\x80\xA2", 3},
      {"\xE0\x80\x8A", 3}, {"\xED\xA0\x80", 1}, {"\xF0\x80\x80\xA2", 4}, {"\xF4\x90\x80\x80", 4},
  };
  for (const auto& [bytes, marks] : cases) {
    const std::string quoted = JsonQuote("<" + std::string(bytes) + ">");
    const reference::Reading reading = reference::Read(quoted);
    EXPECT_TRUE(reading.violations.empty()) << quoted;
    ASSERT_TRUE(reading.value.has_value()) << quoted;
    std::string expected = "<";
    for (size_t i = 0; i < marks; ++i) expected += "\xEF\xBF\xBD";
    EXPECT_EQ(reading.value->text, expected + ">");
  }
}

// What is written can be read, and where it was text, as the same text.
TEST(JsonText, WritesJsonWhateverTheBytes) {
  std::mt19937 random(11);
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (size_t length = random() % 12; length > 0; --length) {
      static constexpr std::string_view kBytes =
          "a\"\\\n\x80\xA2\xBF\xC0\xC3\xE0\xE2\xED\xF0\xF4\xF5\xFF\x9F\x90";
      text +=
          random() % 3 == 0 ? static_cast<char>(random() % 256) : kBytes[random() % kBytes.size()];
    }
    const std::string quoted = JsonQuote(text);
    const reference::Reading reading = reference::Read(quoted);
    ASSERT_TRUE(reading.violations.empty()) << testing::PrintToString(text);
    if (reference::IsUtf8(text)) {
      ASSERT_EQ(reading.value->text, text);
    }
  }
}

TEST(JsonText, DecodesTheInsideOfStrings) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"\"plain\"", "plain"},
      {"\"\"", ""},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u0041\u00e9\ud83d\ude42")", "A\xC3\xA9\xF0\x9F\x99\x82"},
      {"\"\xC3\xA9\"", "\xC3\xA9"},
      {R"("a\u0000b")", "a\0b"sv},
  };
  for (const auto& [token, text] : cases) {
    std::string out = ">";
    EXPECT_TRUE(AppendDecoded(token.substr(1, token.size() - 2), out)) << token;
    EXPECT_EQ(out, ">" + std::string(text));
  }
}

TEST(JsonText, DecodesNothingThatIsNoText) {
  for (const std::string_view token :
       {R"("\ud800")"sv, R"("x\udc00")"sv, "\"\xFF\""sv, "\"\xC3\""sv, "\"a\\n\xED\xA0\x80\""sv,
        "\"\\u0041\xC3\""sv}) {
    std::string out;
    EXPECT_FALSE(AppendDecoded(token.substr(1, token.size() - 2), out)) << token;
  }
}

}  // namespace
}  // namespace writ
