// glob.matches()
#include <gtest/gtest.h>

#include "vm/functions/applied.h"

namespace writ {
namespace {

TEST(Globs, MatchTheWholeText) {
  Applied apply;
  EXPECT_EQ(apply(FunctionId::kGlobMatches, {"report-2026.csv", "report-*.csv"}), "true");
  EXPECT_EQ(apply(FunctionId::kGlobMatches, {"report-2026.csv.exe", "report-*.csv"}), "false");
  EXPECT_EQ(apply(FunctionId::kGlobMatches, {"", "*"}), "true");
}

TEST(Globs, OnlyTexts) {
  Applied apply;
  EXPECT_EQ(apply(FunctionId::kGlobMatches, {"a", 1}), "error: no such overload");
  EXPECT_EQ(apply(FunctionId::kGlobMatches, {Applied::Bytes("a"), "a"}), "error: no such overload");
  EXPECT_EQ(apply(FunctionId::kGlobMatches, {"a"}), "error: no such overload");
}

TEST(Globs, CostTheProductOfTextAndPattern) {
  Applied apply;
  const std::string text(10'000, 'a');
  std::string pattern;
  for (int i = 0; i < 2000; ++i) pattern += "*a";
  EXPECT_EQ(apply(FunctionId::kGlobMatches, {text, pattern}), "error: evaluation budget exceeded");
  EXPECT_EQ(apply.Within(1000, FunctionId::kGlobMatches, {"aaaa", "*a*a"}), "true");
  EXPECT_GT(apply.budget_left(), 990);
}

}  // namespace
}  // namespace writ
