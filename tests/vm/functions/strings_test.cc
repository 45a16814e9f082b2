// Functions of text. Indices count code points.
#include <string>
#include <string_view>
#include <vector>

#include "vm/functions/applied.h"
#include "vm/functions/arguments.h"
#include "vm/functions/text.h"

namespace writ {
namespace {

constexpr const char* kNoOverload = "error: no such overload";
constexpr const char* kUnsafe = "error: a number that servers read differently";
constexpr const char* kIndex = "error: index out of range";
constexpr const char* kTooMuch = "error: evaluation budget exceeded";
constexpr const char* kMixed = "ta©o©αT";

TEST(Strings, SizeCountsCodePointsBytesElementsAndEntries) {
  Applied apply;
  constexpr FunctionId kSize = FunctionId::kSize;
  CheckCalls({{kSize, {""}, "0"},
              {kSize, {"πέντε"}, "5"},
              {kSize, {"🐱😀😛"}, "3"},
              {kSize, {Applied::Bytes("πέντε")}, "10"},
              {kSize, {apply.List({1, 2, 3})}, "3"},
              {kSize, {apply.Map({{"a", 1}})}, "1"},
              {kSize, {apply.Json("[]")}, "0"},
              {kSize, {apply.Json("[1, [2, 3], {\"a\": [4]}, 1e999]")}, "4"},
              {kSize, {apply.Json("{\"a\": 1, \"b\": [1, 2]}")}, "2"},
              {kSize, {1}, kNoOverload},
              {kSize, {nullptr}, kNoOverload},
              {kSize, {}, kNoOverload},
              {kSize, {"a", "b"}, kNoOverload},
              {kSize, {apply.Json("1e999")}, kUnsafe}},
             apply);
}

TEST(Strings, ContainsStartsWithAndEndsWith) {
  Applied apply;
  CheckCalls(
      {{FunctionId::kContains, {"hello", "ell"}, "true"},
       {FunctionId::kContains, {"hello", "ol"}, "false"},
       {FunctionId::kContains, {"abababc", "ababc"}, "true"},
       {FunctionId::kContains, {"🐱😀😁", "😀"}, "true"},
       {FunctionId::kContains, {"", ""}, "true"},
       {FunctionId::kContains, {"", "something"}, "false"},
       {FunctionId::kContains, {std::string_view("a\0b", 3), std::string_view("\0b", 2)}, "true"},
       {FunctionId::kContains, {"hello", 1}, kNoOverload},
       {FunctionId::kContains, {apply.Json("[\"a\"]"), "a"}, kNoOverload},
       {FunctionId::kContains, {apply.Json("1e999"), "a"}, kUnsafe},
       {FunctionId::kStartsWith, {"foobar", "foo"}, "true"},
       {FunctionId::kStartsWith, {"foobar", "bar"}, "false"},
       {FunctionId::kStartsWith, {"foo", "foobar"}, "false"},
       {FunctionId::kStartsWith, {"foobar", ""}, "true"},
       {FunctionId::kStartsWith, {"", ""}, "true"},
       {FunctionId::kStartsWith, {1, "f"}, kNoOverload},
       {FunctionId::kEndsWith, {"foobar", "bar"}, "true"},
       {FunctionId::kEndsWith, {"foobar", "foo"}, "false"},
       {FunctionId::kEndsWith, {"bar", "foobar"}, "false"},
       {FunctionId::kEndsWith, {"🐱😀😛", "😛"}, "true"},
       {FunctionId::kEndsWith, {"foobar", ""}, "true"},
       {FunctionId::kEndsWith, {"foobar"}, kNoOverload}},
      apply);
}

TEST(Strings, CharAt) {
  Applied apply;
  constexpr FunctionId kCharAt = FunctionId::kCharAt;
  CheckCalls({{kCharAt, {"tacocat", 3}, "\"o\""},
              {kCharAt, {"tacocat", 7}, "\"\""},
              {kCharAt, {"", 0}, "\"\""},
              {kCharAt, {"©αT", 0}, "\"©\""},
              {kCharAt, {"©αT", 1}, "\"α\""},
              {kCharAt, {"©αT", 2}, "\"T\""},
              {kCharAt, {"tacocat", 8}, kIndex},
              {kCharAt, {"tacocat", -1}, kIndex},
              {kCharAt, {"tacocat", int64_t{INT64_MAX}}, kIndex},
              {kCharAt, {"tacocat", int64_t{INT64_MIN}}, kIndex},
              {kCharAt, {42, 2}, kNoOverload},
              {kCharAt, {"hello", true}, kNoOverload},
              {kCharAt, {"hello", 1.0}, kNoOverload},
              {kCharAt, {"hello", apply.Json("1e999")}, kUnsafe}},
             apply);
}

TEST(Strings, IndexOf) {
  Applied apply;
  constexpr FunctionId kIndexOf = FunctionId::kIndexOf;
  CheckCalls({{kIndexOf, {"tacocat", ""}, "0"},
              {kIndexOf, {"tacocat", "ac"}, "1"},
              {kIndexOf, {"tacocat", "none"}, "-1"},
              {kIndexOf, {"tacocat", "", 3}, "3"},
              {kIndexOf, {"tacocat", "", 7}, "7"},
              {kIndexOf, {"tacocat", "at", 3}, "5"},
              {kIndexOf, {"tacocat", "t", 7}, "-1"},
              {kIndexOf, {kMixed, "©"}, "2"},
              {kIndexOf, {kMixed, "©", 3}, "4"},
              {kIndexOf, {kMixed, "©α", 5}, "-1"},
              {kIndexOf, {"", ""}, "0"},
              {kIndexOf, {"", "a"}, "-1"},
              {kIndexOf, {"tacocat", "a", 8}, kIndex},
              {kIndexOf, {"tacocat", "a", 30}, kIndex},
              {kIndexOf, {"tacocat", "a", -1}, kIndex},
              {kIndexOf, {"tacocat", "", 8}, kIndex},
              {kIndexOf, {24, "2"}, kNoOverload},
              {kIndexOf, {"hello", true}, kNoOverload},
              {kIndexOf, {"42", "4", "0"}, kNoOverload},
              {kIndexOf, {"42", "4", 0, 1}, kNoOverload}},
             apply);
}

TEST(Strings, LastIndexOf) {
  Applied apply;
  constexpr FunctionId kLastIndexOf = FunctionId::kLastIndexOf;
  CheckCalls({{kLastIndexOf, {"", "@@"}, "-1"},
              {kLastIndexOf, {"tacocat", ""}, "7"},
              {kLastIndexOf, {"tacocat", "at"}, "5"},
              {kLastIndexOf, {"tacocat", "none"}, "-1"},
              {kLastIndexOf, {"tacocat", "", 3}, "3"},
              {kLastIndexOf, {"tacocat", "a", 3}, "1"},
              {kLastIndexOf, {"tacocat", "a", 5}, "5"},
              {kLastIndexOf, {"tacocat", "cat", 7}, "4"},
              {kLastIndexOf, {"tacocat", "t", 0}, "0"},
              {kLastIndexOf, {kMixed, "©"}, "4"},
              {kLastIndexOf, {kMixed, "©", 3}, "2"},
              {kLastIndexOf, {kMixed, "©α", 4}, "4"},
              {kLastIndexOf, {"hello wello", "ello", 6}, "1"},
              {kLastIndexOf, {"hello wello", "hello wello"}, "0"},
              {kLastIndexOf, {"bananananana", "nana", 7}, "6"},
              {kLastIndexOf, {"aaaa", "aa"}, "2"},
              {kLastIndexOf, {"tacocat", "a", -1}, kIndex},
              {kLastIndexOf, {"tacocat", "a", 8}, kIndex},
              {kLastIndexOf, {"tacocat", "a", 30}, kIndex},
              {kLastIndexOf, {42, "4", 0}, kNoOverload},
              {kLastIndexOf, {"42", 4, 0}, kNoOverload}},
             apply);
}

TEST(Strings, Join) {
  Applied apply;
  constexpr FunctionId kJoin = FunctionId::kJoin;
  CheckCalls({{kJoin, {apply.List({"x", "y"})}, "\"xy\""},
              {kJoin, {apply.List({"x", "y"}), "-"}, "\"x-y\""},
              {kJoin, {apply.List({"x"}), "-"}, "\"x\""},
              {kJoin, {apply.List({})}, "\"\""},
              {kJoin, {apply.List({}), "-"}, "\"\""},
              {kJoin, {apply.List({"", ""}), "ab"}, "\"ab\""},
              {kJoin, {apply.Json("[\"a\", \"\\u00e9\\n\", \"\"]"), "|"}, "\"a|é\\n|\""},
              {kJoin, {apply.Json("[\"a\", 1]")}, kNoOverload},
              {kJoin, {apply.Json("[\"a\", 1e999]")}, kUnsafe},
              {kJoin, {apply.List({"a"}), 1}, kNoOverload},
              {kJoin, {"a", "b"}, kNoOverload},
              {kJoin, {}, kNoOverload},
              {kJoin, {apply.List({}), "", ""}, kNoOverload}},
             apply);
}

TEST(Strings, Split) {
  Applied apply;
  constexpr FunctionId kSplit = FunctionId::kSplit;
  CheckCalls({{kSplit, {"hello world", " "}, "[\"hello\", \"world\"]"},
              {kSplit, {"hello world events!", " ", 0}, "[]"},
              {kSplit, {"hello world events!", " ", 1}, "[\"hello world events!\"]"},
              {kSplit, {"hello world events!", " ", 2}, "[\"hello\", \"world events!\"]"},
              {kSplit, {"hello world", " ", 9}, "[\"hello\", \"world\"]"},
              {kSplit, {"o©o©o©o", "©", -1}, "[\"o\", \"o\", \"o\", \"o\"]"},
              {kSplit, {"a,,b,", ","}, "[\"a\", \"\", \"b\", \"\"]"},
              {kSplit, {",", ","}, "[\"\", \"\"]"},
              {kSplit, {"", ","}, "[\"\"]"},
              {kSplit, {"aaa", "aa"}, "[\"\", \"a\"]"},
              {kSplit, {"a©b", ""}, "[\"a\", \"©\", \"b\"]"},
              {kSplit, {"a©b", "", 2}, "[\"a\", \"©b\"]"},
              {kSplit, {"a©b", "", 0}, "[]"},
              {kSplit, {"", ""}, "[]"},
              {kSplit, {42, "2"}, kNoOverload},
              {kSplit, {"42", 2}, kNoOverload},
              {kSplit, {"42", "2", "1"}, kNoOverload},
              {kSplit, {"42", "2", 1, 1}, kNoOverload}},
             apply);
}

TEST(Strings, Substring) {
  Applied apply;
  constexpr FunctionId kSubstring = FunctionId::kSubstring;
  CheckCalls({{kSubstring, {"tacocat", 4}, "\"cat\""},
              {kSubstring, {"tacocat", 7}, "\"\""},
              {kSubstring, {"tacocat", 0, 4}, "\"taco\""},
              {kSubstring, {"tacocat", 4, 4}, "\"\""},
              {kSubstring, {kMixed, 2, 6}, "\"©o©α\""},
              {kSubstring, {kMixed, 7, 7}, "\"\""},
              {kSubstring, {"tacocat", 40}, kIndex},
              {kSubstring, {"tacocat", -1}, kIndex},
              {kSubstring, {"tacocat", 1, 50}, kIndex},
              {kSubstring, {"tacocat", 49, 50}, kIndex},
              {kSubstring, {"tacocat", 4, 3}, kIndex},
              {kSubstring, {"tacocat", 0, int64_t{INT64_MIN}}, kIndex},
              {kSubstring, {30, 1, 3}, kNoOverload},
              {kSubstring, {"tacocat", true, 3}, kNoOverload},
              {kSubstring, {"tacocat", 0, false}, kNoOverload},
              {kSubstring, {"hello", 1, 2, 3}, kNoOverload}},
             apply);
}

TEST(Strings, Replace) {
  Applied apply;
  constexpr FunctionId kReplace = FunctionId::kReplace;
  CheckCalls({{kReplace, {"12 days 12 hours", "{0}", "2"}, "\"12 days 12 hours\""},
              {kReplace, {"{0} days {0} hours", "{0}", "2"}, "\"2 days 2 hours\""},
              {kReplace, {"{0} days {0} hours", "{0}", "2", 1}, "\"2 days {0} hours\""},
              {kReplace, {"{0} days {0} hours", "{0}", "2", 0}, "\"{0} days {0} hours\""},
              {kReplace, {"{0} days {0} hours", "{0}", "2", -5}, "\"2 days 2 hours\""},
              {kReplace, {"1 ©αT taco", "αT", "o©α"}, "\"1 ©o©α taco\""},
              {kReplace, {"aaa", "a", ""}, "\"\""},
              {kReplace, {"aaaa", "aa", "a"}, "\"aa\""},
              {kReplace, {"a©", "", "-"}, "\"-a-©-\""},
              {kReplace, {"a©", "", "-", 2}, "\"-a-©\""},
              {kReplace, {"", "", "-"}, "\"-\""},
              {kReplace, {"", "a", "-"}, "\"\""},
              {kReplace, {42, "2", "1", 1}, kNoOverload},
              {kReplace, {"42", 2, "1"}, kNoOverload},
              {kReplace, {"42", "2", 1}, kNoOverload},
              {kReplace, {"42", "2", "1", "1"}, kNoOverload},
              {kReplace, {"42", "2", "1", 1, false}, kNoOverload}},
             apply);
}

TEST(Strings, ReplaceDoesNotBlowUp) {
  Applied apply;
  const std::string many(100'000, 'a');
  EXPECT_EQ(apply(FunctionId::kReplace, {many, "a", many}), kTooMuch);
  EXPECT_EQ(apply(FunctionId::kReplace, {many, "", many}), kTooMuch);
  EXPECT_EQ(
      apply(FunctionId::kReplace, {many, "a", "bc"}), "\"" + [] {
        std::string twice;
        for (int i = 0; i < 100'000; ++i) twice += "bc";
        return twice.substr(0, 9'999);
      }() + "…");
}

TEST(Strings, TrimTakesWhiteSpaceOfUnicode) {
  Applied apply;
  constexpr FunctionId kTrim = FunctionId::kTrim;
  CheckCalls(
      {{kTrim, {" \f\n\r\t\vtext  "}, "\"text\""},
       {kTrim, {"\u0085\u00a0\u1680text"}, "\"text\""},
       {kTrim, {"text\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"}, "\"text\""},
       {kTrim, {"\u200atext\u2028\u2029\u202F\u205F\u3000"}, "\"text\""},
       {kTrim,
        {"\u180etext\u200b\u200c\u200d\u2060\ufeff"},
        "\"\u180etext\u200b\u200c\u200d\u2060\ufeff\""},
       {kTrim, {"two words"}, "\"two words\""},
       {kTrim, {"  \u3000 "}, "\"\""},
       {kTrim, {""}, "\"\""},
       {kTrim, {1}, kNoOverload}},
      apply);
}

TEST(Strings, CasesAreThoseOfAscii) {
  Applied apply;
  CheckCalls({{FunctionId::kLowerAscii, {"TacoCÆt Xii@[`{"}, "\"tacocÆt xii@[`{\""},
              {FunctionId::kLowerAscii, {""}, "\"\""},
              {FunctionId::kLowerAscii, {1}, kNoOverload},
              {FunctionId::kUpperAscii, {"tacoCαt Xii@[`{"}, "\"TACOCαT XII@[`{\""},
              {FunctionId::kUpperAscii, {"a", "b"}, kNoOverload}},
             apply);
}

TEST(Strings, ReverseTurnsTextsAndLists) {
  Applied apply;
  constexpr FunctionId kReverse = FunctionId::kReverse;
  CheckCalls({{kReverse, {""}, "\"\""},
              {kReverse, {"☺"}, "\"☺\""},
              {kReverse, {"Ta©oCαt"}, "\"tαCo©aT\""},
              {kReverse, {apply.List({1, "b", nullptr})}, "[null, \"b\", 1]"},
              {kReverse, {apply.List({})}, "[]"},
              {kReverse, {apply.Json("[1, [2, 3], 1e999]")}, "[1e999, [2, 3], 1]"},
              {kReverse, {apply.Json("{}")}, kNoOverload},
              {kReverse, {1}, kNoOverload}},
             apply);
}

TEST(Strings, QuoteEscapesWhatALiteralMust) {
  Applied apply;
  // FormatValue would escape again, so the text itself is compared.
  const auto quoted = [&](std::string_view text) {
    const Value result = apply.Call(FunctionId::kStringsQuote, {text});
    return result.is(Tag::kString) ? std::string(result.view()) : "no text";
  };
  EXPECT_EQ(quoted(""), R"("")");
  EXPECT_EQ(quoted("verbatim"), R"("verbatim")");
  EXPECT_EQ(quoted("\a\b\f\n\r\t\v"), R"("\a\b\f\n\r\t\v")");
  EXPECT_EQ(quoted(R"(\a ends with \)"), R"("\\a ends with \\")");
  EXPECT_EQ(quoted(R"(single ' and "double")"), R"("single ' and \"double\"")");
  EXPECT_EQ(quoted("🐱 ta©o©αT"), "\"🐱 ta©o©αT\"");
  EXPECT_EQ(apply(FunctionId::kStringsQuote, {1}), kNoOverload);
}

TEST(Strings, WhatTakesTimeIsPaidForFirst) {
  Applied apply;
  const std::string text(16'000, 'a');
  const std::string quotes(16'000, '"');
  const std::vector<AppliedCall> cases = {
      {FunctionId::kSize, {text}, ""},
      {FunctionId::kContains, {text, "b"}, ""},
      {FunctionId::kStartsWith, {text, text}, ""},
      {FunctionId::kEndsWith, {text, text}, ""},
      {FunctionId::kCharAt, {text, 1}, ""},
      {FunctionId::kIndexOf, {text, "b"}, ""},
      {FunctionId::kLastIndexOf, {text, "b"}, ""},
      {FunctionId::kJoin, {apply.List({text})}, ""},
      {FunctionId::kSplit, {text, ","}, ""},
      {FunctionId::kSubstring, {text, 1}, ""},
      {FunctionId::kReplace, {text, "b", ""}, ""},
      {FunctionId::kTrim, {text}, ""},
      {FunctionId::kLowerAscii, {text}, ""},
      {FunctionId::kUpperAscii, {text}, ""},
      {FunctionId::kReverse, {text}, ""},
      {FunctionId::kStringsQuote, {quotes}, ""},
      {FunctionId::kSize, {apply.Json("[" + std::string(16'000, ' ') + "]")}, ""},
      {FunctionId::kReverse, {apply.Json("[" + std::string(16'000, ' ') + "]")}, ""},
  };
  for (const AppliedCall& c : cases) {
    EXPECT_EQ(apply.Within(999, c.id, c.arguments), kTooMuch) << Info(c.id).name;
    EXPECT_LT(apply.budget_left(), 0) << Info(c.id).name;
    EXPECT_NE(apply.Within(10'000, c.id, c.arguments), kTooMuch) << Info(c.id).name;
  }
  // As many parts as bytes: each of them is an element.
  EXPECT_EQ(apply.Within(16'000, FunctionId::kSplit, {text, "a"}), kTooMuch);
  EXPECT_EQ(apply.Within(16'000, FunctionId::kSplit, {text, ""}), kTooMuch);
}

TEST(Strings, SearchingIsLinearForWhatIsMadeToBeSlow) {
  // Half a million times a quarter of a million: without end if it were the product.
  const std::string text(500'000, 'a');
  const std::string part = std::string(250'000, 'a') + "b";
  Applied apply;
  EXPECT_EQ(apply(FunctionId::kContains, {text, part}), "false");
  EXPECT_EQ(apply(FunctionId::kIndexOf, {text, part}), "-1");
  EXPECT_EQ(apply(FunctionId::kLastIndexOf, {text, "b" + std::string(250'000, 'a')}), "-1");
  EXPECT_EQ(apply(FunctionId::kLastIndexOf, {text, std::string(250'000, 'a')}), "250000");
}

// ---- What functions make results with.

TEST(Arguments, BuildersStopWhereTheBudgetEnds) {
  Arena arena;
  int64_t budget = 9;
  FunctionContext context{arena, budget, Value()};
  functions::TextBuilder text(context);
  EXPECT_TRUE(text.Append("0123456789abcdef"));
  EXPECT_TRUE(text.Append(std::string(100, 'x')));
  EXPECT_FALSE(text.Append("y"));
  EXPECT_FALSE(text.Append(""));
  EXPECT_TRUE(text.failed());
  EXPECT_EQ(Applied::Text(text.Finish()), kTooMuch);

  budget = 40;
  functions::ListBuilder list(context);
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(list.Append(Value::Int(i)));
  const Value finished = list.Finish();
  ASSERT_EQ(finished.list->size, 40u);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(finished.list->items[i].i, i);
  EXPECT_FALSE(list.Append(Value::Null()));
  EXPECT_EQ(Applied::Text(list.Finish()), kTooMuch);
}

TEST(Arguments, BuildersStopWhereTheRoomEnds) {
  Arena arena;
  int64_t budget = INT64_MAX;
  FunctionContext context{arena, budget, Value()};
  context.max_arena_bytes = 64 << 10;
  functions::ListBuilder list(context);
  uint64_t appended = 0;
  while (list.Append(Value::Null())) ++appended;
  EXPECT_LE(appended, (64u << 10) / sizeof(Value));
  EXPECT_EQ(Applied::Text(list.Finish()), kTooMuch);
  EXPECT_LE(arena.held(), context.max_arena_bytes) << "nothing was taken that does not fit";

  budget = INT64_MAX;
  functions::TextBuilder text(context);
  EXPECT_FALSE(text.Append(std::string(64 << 10, 'x')));
  EXPECT_LT(budget, 0);
}

// What copies takes its room from the arena's limit, which a list of small texts reaches long
// before the budget ends.
TEST(Arguments, CopiesNeedRoom) {
  const std::string long_text(40 << 10, 'a');
  std::vector<Value> items(3000, Value::Int(1));
  const List list{static_cast<uint32_t>(items.size()), items.data()};
  const struct {
    FunctionId function;
    std::vector<Value> arguments;
  } cases[] = {
      {FunctionId::kLastIndexOf, {Value::String(long_text), Value::String("b")}},
      {FunctionId::kSplit, {Value::String(long_text), Value::String("")}},
      {FunctionId::kReverse, {Value::Of(&list)}},
      {FunctionId::kJsonDecode, {Value::String(long_text)}},
  };
  for (const auto& one : cases) {
    Arena arena;
    int64_t budget = INT64_MAX;
    FunctionContext context{arena, budget, Value()};
    context.max_arena_bytes = 32 << 10;
    const Value result =
        Info(one.function)
            .run(one.arguments.data(), static_cast<uint32_t>(one.arguments.size()), context);
    EXPECT_EQ(Applied::Text(result), kTooMuch);
    EXPECT_EQ(arena.held(), 0u);
  }
}

TEST(Arguments, NoTextIsLongerThanItsLimit) {
  Arena arena;
  int64_t budget = INT64_MAX;
  FunctionContext context{arena, budget, Value()};
  EXPECT_NE(functions::NewText(functions::kMaxTextBytes, context), nullptr);
  EXPECT_EQ(functions::NewText(functions::kMaxTextBytes + 1, context), nullptr);
  const std::string half(functions::kMaxTextBytes / 2, 'x');
  functions::TextBuilder text(context);
  EXPECT_TRUE(text.Append(half));
  EXPECT_TRUE(text.Append(half));
  EXPECT_FALSE(text.Append("y"));
}

}  // namespace
}  // namespace writ
