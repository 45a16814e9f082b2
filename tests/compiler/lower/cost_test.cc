// Static bounds of cost.
#include "compiler/lower/cost.h"

#include <gtest/gtest.h>

#include "compiler/load/policy_environment.h"
#include "grammar/parse.h"

namespace writ::cel {
namespace {

CostBound CostOf(const std::string& text) {
  Environment environment;
  environment.variables.push_back(ArgumentsVariable());
  auto ast = Parse(text);
  EXPECT_TRUE(ast.has_value()) << text;
  CheckResult result = Check(std::move(*ast), environment);
  EXPECT_TRUE(result.ok()) << text;
  return BoundCost(result.expression, environment);
}

// The highest power of n in it.
int Power(const CostBound& cost) {
  const double growth = cost.At(2e9) / cost.At(1e9);
  return growth > 6 ? 3 : growth > 3 ? 2 : growth > 1.5 ? 1 : 0;
}

TEST(Cost, OfConstantsDoesNotGrowWithTheLine) {
  EXPECT_EQ(Power(CostOf("1 + 2 == 3")), 0);
  EXPECT_EQ(Power(CostOf("[1, 2, 3].all(x, x > 0)")), 0);
}

TEST(Cost, GrowsWithTheLinesArguments) {
  EXPECT_EQ(Power(CostOf("args.a == 'x'")), 1);
  EXPECT_EQ(Power(CostOf("args.a.contains(args.b)")), 1);
  EXPECT_EQ(Power(CostOf("args.a.all(x, x > 0)")), 2);  // an element may be as long as the line
  EXPECT_EQ(Power(CostOf("args.a.all(x, args.b.exists(y, x == y))")), 3);
}

TEST(Cost, CountsLoopsOverConstantsWithTheirSizes) {
  const double one = CostOf("[1, 2, 3, 4].all(x, x > 0)").constant();
  const double two = CostOf("[1, 2, 3, 4].all(x, [1, 2, 3, 4].all(y, x > y))").constant();
  EXPECT_GT(two, 3 * one);
  EXPECT_LT(two, 8 * one);
}

// Each of these loops runs as often as its list has elements.
TEST(Cost, CountsTheElementsThatFunctionsMake) {
  EXPECT_GT(CostOf("lists.range(1000).all(x, x >= 0)").constant(), 1000);
  EXPECT_GT(CostOf("lists.range(1000).all(x, lists.range(1000).all(y, x != y))").constant(), 1e6);
  EXPECT_LT(CostOf("lists.range(1000).all(x, x >= 0)").constant(), 1e5);
  EXPECT_GT(CostOf("lists.range(args.n).all(x, x >= 0)").At(10), 1e7);
  EXPECT_GT(CostOf("'abcdefghij'.split('').all(x, x != 'z')").constant(), 10 * 12);
  EXPECT_GT(CostOf("['', '', '', '', '', '', '', ''].all(x, x == '')").constant(), 8 * 12);
}

TEST(Cost, AddsAndMultiplies) {
  const CostBound n = CostBound::LineBytes(1);
  const CostBound cost = (CostBound(2) + n) * (CostBound(3) + n);
  EXPECT_EQ(cost.At(0), 6);
  EXPECT_EQ(cost.At(10), 12 * 13);
  EXPECT_EQ(cost.ToString(), "6 + 5 n + 1 n^2");
  EXPECT_EQ(CostBound().ToString(), "0");
}

TEST(Cost, KeepsPowersBeyondTheLastAsTheLast) {
  const CostBound n = CostBound::LineBytes(1);
  CostBound cost = n;
  for (int i = 0; i < 8; ++i) cost = cost * n;
  EXPECT_EQ(cost.At(1), 1);
  EXPECT_GT(cost.At(1e6), 1e20);
}

}  // namespace
}  // namespace writ::cel
