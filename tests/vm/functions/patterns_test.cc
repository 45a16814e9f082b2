// matches() and regex.*.
#include "vm/functions/patterns.h"

#include <string>
#include <string_view>
#include <vector>

#include "vm/functions/applied.h"

namespace writ {
namespace {

constexpr const char* kNoOverload = "error: no such overload";
constexpr const char* kPattern = "error: not a regular expression";
constexpr const char* kTooMuch = "error: evaluation budget exceeded";

TEST(Patterns, MatchesFindsAPatternAnywhere) {
  Applied apply;
  constexpr FunctionId kMatches = FunctionId::kMatches;
  CheckCalls(
      {{kMatches, {"hubba", "ubb"}, "true"},
       {kMatches, {"cows", ""}, "true"},
       {kMatches, {"", ""}, "true"},
       {kMatches, {"", "a"}, "false"},
       {kMatches, {"grey", "gr(a|e)y"}, "true"},
       {kMatches, {"banana", "^ba(na)*$"}, "true"},
       {kMatches, {"mañana", "a+ñ+a+"}, "true"},
       {kMatches, {"🐱😀😀", "(a|😀){2}"}, "true"},
       {kMatches, {"a\nb", "a.b"}, "false"},
       {kMatches, {std::string_view("a\0b", 3), "^a.b$"}, "true"},
       {kMatches, {"abc", "^b"}, "false"},
       {kMatches, {"abc", "("}, kPattern},
       {kMatches, {"abc", "(?=b)"}, kPattern},
       {kMatches, {"abc", R"((a)\1)"}, kPattern},
       {kMatches, {"abc", 1}, kNoOverload},
       {kMatches, {1, "a"}, kNoOverload},
       {kMatches, {"abc"}, kNoOverload},
       {kMatches, {apply.Json("1e999"), "a"}, "error: a number that servers read differently"}},
      apply);
}

TEST(Patterns, ThoseOfACallAreBounded) {
  Applied apply;
  constexpr FunctionId kMatches = FunctionId::kMatches;
  EXPECT_EQ(apply(kMatches, {"a", std::string(1000, 'a')}), "false");
  EXPECT_EQ(apply(kMatches, {"a", std::string(1001, 'a')}), kPattern);
  EXPECT_EQ(apply(kMatches, {"a", "((a{100}){100}){100}"}), kPattern);
  // Sixty bytes that are a program of ten thousand instructions.
  EXPECT_EQ(apply.Within(20'000, kMatches, {"a", "((a{10}){10}){10}((a{10}){10}){9}"}), kTooMuch);
  EXPECT_EQ(apply.Within(200, kMatches, {"a", "0123456789"}), kTooMuch);
  EXPECT_EQ(apply.Within(1000, kMatches, {std::string(16'000, 'a'), "b"}), kTooMuch);
  EXPECT_EQ(apply(kMatches, {std::string(100'000, 'a'), "(a|aa)*b"}), "false");
}

TEST(Patterns, OneThatIsTooLargeIsPaidForAsTheLargestIs) {
  Applied apply;
  constexpr FunctionId kMatches = FunctionId::kMatches;
  EXPECT_EQ(apply.Within(500'000, kMatches, {"a", R"([\pL\pN]{100})"}), kTooMuch);
  EXPECT_EQ(apply.Within(2'000'000, kMatches, {"a", R"([\pL\pN]{100})"}), kPattern);
  EXPECT_EQ(apply.Within(500, kMatches, {"a", "a{1001}"}), kPattern) << "this is seen at once";
}

TEST(Patterns, FindingOneThatIsReadyIsPaidForToo) {
  Applied apply;
  const re2::RE2 pattern("a+b");
  int64_t budget = 1000;
  FunctionContext context{apply.arena(), budget, Value()};
  EXPECT_EQ(Applied::Text(FindPattern(pattern, "xaab", context)), "true");
  EXPECT_EQ(Applied::Text(FindPattern(pattern, "", context)), "false");
  EXPECT_EQ(Applied::Text(FindPattern(pattern, std::string(16'000, 'a'), context)), kTooMuch);
}

// A text may be made for which no automaton is small enough: then each byte takes time with the
// pattern's size.
TEST(Patterns, ALargePatternMakesEveryByteDearer) {
  Applied apply;
  const re2::RE2 large("a[ab]{900}c");
  const std::string text(10'000, 'a');
  int64_t budget = 100'000;
  FunctionContext context{apply.arena(), budget, Value()};
  EXPECT_EQ(Applied::Text(FindPattern(large, text, context)), kTooMuch);
  budget = 100'000;
  EXPECT_EQ(Applied::Text(FindPattern(re2::RE2("a[ab]c"), text, context)), "false");
  EXPECT_GT(budget, 95'000);
}

TEST(Patterns, SearchesAfterTheFirstArePaidForToo) {
  Applied apply;
  constexpr FunctionId kExtractAll = FunctionId::kRegexExtractAll;
  const std::string text(2'000, 'a');
  EXPECT_EQ(apply.Within(100'000, kExtractAll, {text, "a[ab]*c|a"}).substr(0, 8), "[\"a\", \"a");
  EXPECT_EQ(apply.Within(1'000'000, kExtractAll, {text, "a(?:[ab]*a[ab]{60}c)|a"}), kTooMuch);
}

TEST(Patterns, ReplacePutsGroupsIntoTheReplacement) {
  Applied apply;
  constexpr FunctionId kReplace = FunctionId::kRegexReplace;
  CheckCalls({{kReplace, {"abc", "^", "start_"}, "\"start_abc\""},
              {kReplace, {"abc", "$", "_end"}, "\"abc_end\""},
              {kReplace, {"a-b", R"(\b)", "|"}, "\"|a|-|b|\""},
              {kReplace, {"foo bar", "(fo)o (ba)r", R"(\2 \1)"}, "\"ba fo\""},
              {kReplace, {"foo bar", "foo", R"(\\)"}, R"("\\ bar")"},
              {kReplace, {"banana", "ana", "x"}, "\"bxna\""},
              {kReplace, {"ac", "a(b)?c", R"([\1])"}, "\"[]\""},
              {kReplace, {"foo bar", R"(\w+)", R"((\0))"}, "\"(foo) (bar)\""},
              {kReplace, {"", "a", "b"}, "\"\""},
              {kReplace, {"", "", "b"}, "\"b\""},
              {kReplace, {"aé", "", "-"}, "\"-a-é-\""},
              {kReplace, {"baac", "a*", "x"}, "\"xbxcx\""},
              {kReplace, {"hello ☃", "☃", "❄"}, "\"hello ❄\""},
              {kReplace, {"id=1", R"(id=(?P<v>\d+))", R"(\1 ${v})"}, "\"1 ${v}\""},
              {kReplace, {"banana", "a", "x", 0}, "\"banana\""},
              {kReplace, {"banana", "a", "x", 1}, "\"bxnana\""},
              {kReplace, {"banana", "a", "x", 100}, "\"bxnxnx\""},
              {kReplace, {"banana", "a", "x", int64_t{INT64_MIN}}, "\"bxnxnx\""},
              {kReplace, {"abc def", "(abc)", R"(\\1)"}, R"("\\1 def")"}},
             apply);
}

TEST(Patterns, ReplaceRefusesWhatItCannotFillIn) {
  Applied apply;
  constexpr FunctionId kReplace = FunctionId::kRegexReplace;
  const char* invalid = "error: invalid argument";
  CheckCalls({{kReplace, {"test", "(.)", R"(\2)"}, invalid},
              {kReplace, {"test", ".", R"(\1)"}, invalid},
              {kReplace, {"test", "(.)", R"(a\)"}, invalid},
              {kReplace, {"test", "(.)", R"(\v)"}, invalid},
              {kReplace, {"foo", "(", ""}, kPattern},
              {kReplace, {"foo", std::string(1001, 'a'), ""}, kPattern},
              {kReplace, {"foo", "a", 1}, kNoOverload},
              {kReplace, {"foo", "a", "b", "c"}, kNoOverload},
              {kReplace, {"foo", "a"}, kNoOverload}},
             apply);
}

TEST(Patterns, ReplaceDoesNotBlowUp) {
  Applied apply;
  const std::string text(4'000, 'a');
  // Each of 4,000 matches brings 9 times the whole text: 144 MB.
  EXPECT_EQ(apply(FunctionId::kRegexReplace, {text, "(?:a)", std::string(8'000, 'b')}), kTooMuch);
  EXPECT_EQ(apply(FunctionId::kRegexReplace, {std::string(200'000, 'a'), "a", "b"}), kTooMuch);
}

TEST(Patterns, ExtractTakesTheGroupWhereThereIsOne) {
  Applied apply;
  constexpr FunctionId kExtract = FunctionId::kRegexExtract;
  CheckCalls({{kExtract, {"hello world", "hello(.*)"}, "optional.of(\" world\")"},
              {kExtract, {"item-A, item-B", R"(item-(\w+))"}, "optional.of(\"A\")"},
              {kExtract, {"The color is red", R"(is \w+)"}, "optional.of(\"is red\")"},
              {kExtract, {"HELLO", "hello"}, "optional.none()"},
              {kExtract, {"", R"(\w+)"}, "optional.none()"},
              {kExtract, {"abc", ""}, "optional.of(\"\")"},
              {kExtract, {"", ""}, "optional.of(\"\")"},
              {kExtract, {"val=", "val=(.*)"}, "optional.none()"},
              {kExtract, {"ac", "a(b)?c"}, "optional.none()"},
              {kExtract, {"a@b", "(.*)@([^.]*)"}, kPattern},
              {kExtract, {"a", "("}, kPattern},
              {kExtract, {"a", 1}, kNoOverload},
              {kExtract, {"a", "b", "c"}, kNoOverload}},
             apply);
}

TEST(Patterns, ExtractAllTakesEveryMatch) {
  Applied apply;
  constexpr FunctionId kExtractAll = FunctionId::kRegexExtractAll;
  CheckCalls({{kExtractAll, {"id:123, id:456", "assa"}, "[]"},
              {kExtractAll, {"id:123, id:456", R"(id:\d+)"}, "[\"id:123\", \"id:456\"]"},
              {kExtractAll, {"f_1.txt, f_2.csv", R"(f_(\d+))"}, "[\"1\", \"2\"]"},
              {kExtractAll, {"banananana", "(ana)"}, "[\"ana\", \"ana\"]"},
              {kExtractAll, {"val=a, val=, val=c", "val=([^,]*)"}, "[\"a\", \"c\"]"},
              {kExtractAll, {"a b c", R"((\S*)\s*)"}, "[\"a\", \"b\", \"c\"]"},
              {kExtractAll, {"ab", ""}, "[\"\", \"\", \"\"]"},
              {kExtractAll, {"a@b", "(.*)@([^.]*)"}, kPattern},
              {kExtractAll, {"a", "[a-z"}, kPattern},
              {kExtractAll, {1, "a"}, kNoOverload}},
             apply);
}

}  // namespace
}  // namespace writ
