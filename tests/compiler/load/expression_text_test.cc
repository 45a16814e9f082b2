// Strings and comments of expressions, and templates.
#include "compiler/load/expression_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace writ {
namespace {

// Each part in one line: text as it stands, expressions in <>, one that never closes with a !.
std::vector<std::string> Parts(std::string_view text) {
  std::vector<std::string> parts;
  for (const TemplatePart& part : SplitTemplate(text)) {
    EXPECT_TRUE(!part.is_expression || text.substr(part.offset, part.text.size()) == part.text);
    parts.push_back(!part.is_expression ? part.text
                    : part.closed       ? "<" + part.text + ">"
                                        : part.text + "!");
  }
  return parts;
}

TEST(FindComment, OutsideOfStringsOnly) {
  EXPECT_EQ(FindComment("a // b"), 2u);
  EXPECT_EQ(FindComment("a / b"), std::nullopt);
  EXPECT_EQ(FindComment("'http://x'"), std::nullopt);
  EXPECT_EQ(FindComment("\"http://x\" // y"), 11u);
  EXPECT_EQ(FindComment(R"("a\"//b" //)"), 9u);
  EXPECT_EQ(FindComment(R"(r"\" // b)"), 5u);
  EXPECT_EQ(FindComment("'''a ' // '' ''' // b"), 17u);
  EXPECT_EQ(FindComment("'never closed // b"), std::nullopt);
  EXPECT_EQ(FindComment("'never closed\n// b"), 14u);
  EXPECT_EQ(FindComment("'ends in a backslash\\"), std::nullopt);
}

TEST(EndsOpen, StringsAndBrackets) {
  for (const char* open : {"'a", "\"", "a[", "f(a, '}'", "{'a': [1]", "'''a''", "'a\\'"}) {
    EXPECT_TRUE(EndsOpen(open)) << open;
  }
  for (const char* closed : {"", "a", "'a'", "f('(')", "''", "'''a'''", "a)", "r'\\'"}) {
    EXPECT_FALSE(EndsOpen(closed)) << closed;
  }
}

TEST(SplitTemplate, TextAndExpressionsInTurn) {
  EXPECT_THAT(Parts(""), testing::ElementsAre());
  EXPECT_THAT(Parts("plain"), testing::ElementsAre("plain"));
  EXPECT_THAT(Parts("${a}"), testing::ElementsAre("<a>"));
  EXPECT_THAT(Parts("a ${ args.b } c${d}e"),
              testing::ElementsAre("a ", "<args.b>", " c", "<d>", "e"));
}

TEST(SplitTemplate, DollarsThatOpenNothing) {
  EXPECT_THAT(Parts("$5 {a} $ {b} $"), testing::ElementsAre("$5 {a} $ {b} $"));
  EXPECT_THAT(Parts("$${a} ${b}"), testing::ElementsAre("${a} ", "<b>"));
  EXPECT_THAT(Parts("$$${a}"), testing::ElementsAre("$${a}"));
}

TEST(SplitTemplate, BracesAndStringsInExpressions) {
  EXPECT_THAT(Parts("${ {'a': {'b': 1}}.a.b }!"),
              testing::ElementsAre("<{'a': {'b': 1}}.a.b>", "!"));
  EXPECT_THAT(Parts(R"(${a + "}" + '}' + r"\"})"),
              testing::ElementsAre(R"(<a + "}" + '}' + r"\">)"));
}

TEST(SplitTemplate, EmptyAndUnclosed) {
  EXPECT_THAT(Parts("${}"), testing::ElementsAre("<>"));
  EXPECT_THAT(Parts("${  }x"), testing::ElementsAre("<>", "x"));
  EXPECT_THAT(Parts("a ${b + '}' {}"), testing::ElementsAre("a ", "${b + '}' {}!"));
  EXPECT_THAT(Parts("${"), testing::ElementsAre("${!"));
}

}  // namespace
}  // namespace writ
