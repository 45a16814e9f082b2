// Values of a call in what an agent reads.
#include "proxy/message_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "vm/assembler.h"
#include "vm/call.h"
#include "vm/shown.h"

namespace writ {
namespace {

std::string Shown(const Value& value) {
  Arena arena;
  std::string out;
  AppendShown(value, arena, out);
  return out;
}

std::string ShownText(std::string_view text) {
  return Shown(Value::String(text));
}

TEST(MessageText, ScalarsAreJson) {
  EXPECT_EQ(Shown(Value::Null()), "null");
  EXPECT_EQ(Shown(Value::Bool(true)), "true");
  EXPECT_EQ(Shown(Value::Int(-5)), "-5");
  EXPECT_EQ(Shown(Value::Uint(UINT64_MAX)), "18446744073709551615");
  EXPECT_EQ(Shown(Value::Double(12.5)), "12.5");
  EXPECT_EQ(ShownText("plain é 日 🚀"), "plain é 日 🚀");
  EXPECT_EQ(ShownText(""), "");
  EXPECT_EQ(Shown(Value::Text(Tag::kBytes, "abc")), "<3 bytes>");
  EXPECT_EQ(Shown(Value::Text(Tag::kUnsafeNumber, "1e400")), "1e400");
  EXPECT_EQ(Shown(Value::Text(Tag::kType, "int")), "int");
}

TEST(MessageText, WhatHasNoValueIsUnavailable) {
  EXPECT_EQ(Shown(Value()), kUnavailable);
  EXPECT_EQ(Shown(Value::Failure(Error::kOverflow)), kUnavailable);
  EXPECT_EQ(Shown(Value::Optional(nullptr)), kUnavailable);
  const Value one = Value::Int(1);
  const Value inner = Value::Optional(&one);
  EXPECT_EQ(Shown(Value::Optional(&inner)), "1");
}

TEST(MessageText, WhatCouldActOnTheReaderIsEscaped) {
  EXPECT_EQ(ShownText("say \"hi\"\\"), R"(say \"hi\"\\)");
  EXPECT_EQ(ShownText("a\nb\rc\td\x1b[31m\x7f"), R"(a\nb\rc\td\u001b[31m\u007f)");
  EXPECT_EQ(ShownText({"\0", 1}), R"(\u0000)");
  EXPECT_EQ(ShownText("\u2028\u2029"), R"(\u2028\u2029)");
  EXPECT_EQ(ShownText("\u202a\u202b\u202c\u202d\u202e"), R"(\u202a\u202b\u202c\u202d\u202e)");
  EXPECT_EQ(ShownText("\u2066\u2067\u2068\u2069\u200e\u200f\u061c"),
            R"(\u2066\u2067\u2068\u2069\u200e\u200f\u061c)");
  EXPECT_EQ(ShownText("\u200b\u200d\u2060\ufeff\u00ad"), R"(\u200b\u200d\u2060\ufeff\u00ad)");
  EXPECT_EQ(ShownText("\u0085"), R"(\u0085)");
  EXPECT_EQ(ShownText("\U000E0041\U000E0100"), R"(\udb40\udc41\udb40\udd00)") << "tags";
  EXPECT_EQ(ShownText("\xed\xa0\x80"), R"(\ud800)") << "a lone surrogate";
  EXPECT_EQ(ShownText("\u00ac\u00ae\u2010\u202f\u205f\u2070\ufffd\U0001F600"),
            "\u00ac\u00ae\u2010\u202f\u205f\u2070\ufffd\U0001F600")
      << "their neighbours are shown";
}

TEST(MessageText, ListsAndMapsAreJson) {
  const Value items[] = {Value::Int(1), Value::String("a\"b"), Value::Null()};
  const List list{3, items};
  EXPECT_EQ(Shown(Value::Of(&list)), R"([1,"a\"b",null])");
  const MapEntry entries[] = {{Value::String("k"), Value::Of(&list)},
                              {Value::Int(2), Value::Optional(nullptr)}};
  const Map map{2, entries};
  EXPECT_EQ(Shown(Value::Of(&map)), R"({"k":[1,"a\"b",null],"2":null})");
  EXPECT_EQ(Shown(Value::Text(Tag::kListSpan, R"([1, "\u202e"])")), R"([1, "\u202e"])");
  EXPECT_EQ(Shown(Value::Text(Tag::kMapSpan, "{\"a\":\"\u202e\t\"}")), R"({"a":"\u202e\u0009"})");
}

TEST(MessageText, ValuesAreCut) {
  const std::string fits(kMaxValueCharacters, 'x');
  EXPECT_EQ(ShownText(fits), fits);
  EXPECT_EQ(ShownText(fits + "y"), fits + "…");
  std::string wide;
  for (size_t i = 0; i < kMaxValueCharacters; ++i) wide += "日";
  EXPECT_EQ(ShownText(wide), wide);
  EXPECT_EQ(ShownText(wide + "日"), wide + "…");
  // Not inside an escape.
  EXPECT_EQ(ShownText(fits.substr(5) + "\n\u202e"), fits.substr(5) + "\\n…");
  EXPECT_EQ(Shown(Value::Text(Tag::kListSpan, "[" + fits + "]")), "[" + fits.substr(1) + "…");
}

// A program may nest lists as deep as it may run; what is shown of them is not.
TEST(MessageText, DeepValuesAreCut) {
  constexpr size_t kDeep = 1'000'000;
  std::vector<Value> values(kDeep + 1);
  std::vector<List> lists(kDeep);
  std::vector<Value> optionals(kDeep + 1);
  values[0] = Value::Int(1);
  optionals[0] = Value::Int(1);
  for (size_t i = 0; i < kDeep; ++i) {
    lists[i] = {1, &values[i]};
    values[i + 1] = Value::Of(&lists[i]);
    optionals[i + 1] = Value::Optional(&optionals[i]);
  }
  EXPECT_EQ(Shown(values[kDeep]), std::string(kMaxValueCharacters, '[') + "…");
  EXPECT_EQ(Shown(optionals[kDeep]), "1");
}

TEST(MessageText, Quoted) {
  const auto quoted = [](std::string_view text, size_t limit) {
    std::string out = "is ";
    AppendShownQuoted(text, limit, out);
    return out;
  };
  EXPECT_EQ(quoted("a\u202e\"", 10), R"(is "a\u202e\"")");
  EXPECT_EQ(quoted("abc", 2), "is \"ab…\"");
  EXPECT_EQ(quoted("aé", 2), "is \"a…\"");
}

// ---- Whole messages. Block 0 gives args.a, block 1 fails.

class MessageParts : public testing::Test {
 protected:
  std::string Message(const std::vector<MessagePart>& parts, std::string_view arguments) {
    call_.Decide(arguments);
    std::string out = "denied: ";
    AppendMessage(parts, call_.machine(), out);
    return out;
  }

  Call call_{Assemble(R"(
    value 1
      LoadSlot r0 args.a
      Return r0
    value 1
      Fail 5
    decision
      Pass
  )")};
};

TEST_F(MessageParts, ValuesAreFilledIn) {
  EXPECT_EQ(Message({{"no ", kNoBlock}, {"", 0}, {"!", kNoBlock}}, R"({"a":"x\ny"})"),
            R"(denied: no x\ny!)");
  EXPECT_EQ(Message({{"", 0}, {" and ", kNoBlock}, {"", 1}}, R"({"a":[1, 2]})"),
            "denied: [1, 2] and <unavailable>");
  EXPECT_EQ(Message({{"", 0}}, "{}"), "denied: <unavailable>");
  EXPECT_EQ(Message({{"\nas it stands\u202e", kNoBlock}}, "{}"), "denied: \nas it stands\u202e")
      << "what the policy says itself is not escaped";
}

TEST_F(MessageParts, TheWholeIsCut) {
  const std::string long_text(kMaxMessageBytes - 1, 'x');
  EXPECT_EQ(Message({{long_text + "y", kNoBlock}}, "{}"), "denied: " + long_text + "y");
  EXPECT_EQ(Message({{long_text + "é", kNoBlock}}, "{}"), "denied: " + long_text + "…");
  EXPECT_EQ(Message(std::vector<MessagePart>(1000, {"", 0}), R"({"a":"0123456789"})").size(),
            std::string("denied: …").size() + kMaxMessageBytes);
}

TEST(MessageText, EscapesWhatCannotBeSeenAndNothingElse) {
  EXPECT_EQ(EscapeUnseen("a\"b\\ é 日本"), "a\"b\\ é 日本");
  EXPECT_EQ(EscapeUnseen("a\u202Eb\x1B[0m\u009B\u200Bc"), "a\\u202eb\\u001b[0m\\u009b\\u200bc");
  EXPECT_EQ(EscapeUnseen("\U000E0041"), "\\udb40\\udc41");
}

}  // namespace
}  // namespace writ
