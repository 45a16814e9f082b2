// Which cases a pattern takes.
#include "cli/test/filter.h"

#include <gtest/gtest.h>

namespace writ {
namespace {

TEST(CaseFilter, TakesAllWithoutPatterns) {
  EXPECT_TRUE(CaseFilter({}).Takes("a.yaml", "one"));
}

TEST(CaseFilter, LooksForTextInTheNameAndInSuiteAndName) {
  EXPECT_TRUE(CaseFilter({"sixth"}).Takes("a.yaml", "the sixth issue"));
  EXPECT_FALSE(CaseFilter({"seventh"}).Takes("a.yaml", "the sixth issue"));
  EXPECT_TRUE(CaseFilter({"a.yaml:the"}).Takes("x/a.yaml", "the sixth issue"));
  EXPECT_FALSE(CaseFilter({"b.yaml:the"}).Takes("x/a.yaml", "the sixth issue"));
  EXPECT_TRUE(CaseFilter({"x/a"}).Takes("x/a.yaml", "one"));
}

TEST(CaseFilter, FitsGlobsToTheWhole) {
  EXPECT_TRUE(CaseFilter({"the * issue"}).Takes("a.yaml", "the sixth issue"));
  EXPECT_FALSE(CaseFilter({"* sixth"}).Takes("a.yaml", "the sixth issue"));
  EXPECT_TRUE(CaseFilter({"*a.yaml:the*"}).Takes("x/a.yaml", "the sixth issue"));
  EXPECT_FALSE(CaseFilter({"a.yaml:*"}).Takes("x/a.yaml", "the sixth issue"));
}

TEST(CaseFilter, OneOfSeveralPatternsIsEnough) {
  EXPECT_TRUE(CaseFilter({"no", "one"}).Takes("a.yaml", "one"));
  EXPECT_FALSE(CaseFilter({"no", "none"}).Takes("a.yaml", "one"));
}

}  // namespace
}  // namespace writ
