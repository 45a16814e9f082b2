// A judge that says yes to everything would find nothing: each way for a case to fail, and to pass.
#include "conformance/judge.h"

#include <gtest/gtest.h>

#include <iterator>

namespace writ::conformance {
namespace {

Case Expecting(const char* expression, const Value& value) {
  Case c;
  c.expression = expression;
  c.expected = Case::Expected::kValue;
  c.value = value;
  return c;
}

Case ExpectingAnError(const char* expression) {
  Case c;
  c.expression = expression;
  c.expected = Case::Expected::kError;
  return c;
}

Verdict Judge(const Case& c) {
  return Judge(c, {std::begin(oracle::kEngines), std::end(oracle::kEngines)});
}

TEST(Judge, TheSameValuePasses) {
  EXPECT_TRUE(Judge(Expecting("1 + 1", Value::Int(2))).wrong.empty());
  EXPECT_TRUE(Judge(Expecting("0.0 / 0.0", Value::Double(0.0 / 0.0))).wrong.empty());
}

TEST(Judge, EveryEngineIsHeldToTheValue) {
  const Verdict verdict = Judge(Expecting("1 + 1", Value::Int(3)));
  ASSERT_EQ(verdict.wrong.size(), std::size(oracle::kEngines));
  for (const Finding& finding : verdict.wrong) EXPECT_EQ(finding.got, "2");
}

TEST(Judge, AValueOfAnotherTypeFails) {
  EXPECT_FALSE(Judge(Expecting("1 + 1", Value::Uint(2))).wrong.empty());
  EXPECT_FALSE(Judge(Expecting("1 + 1", Value::Double(2))).wrong.empty());
  EXPECT_FALSE(Judge(Expecting("0.0", Value::Double(-0.0))).wrong.empty());
}

TEST(Judge, AnErrorWhereAValueIsExpectedFails) {
  EXPECT_FALSE(Judge(Expecting("1 / 0", Value::Int(1))).wrong.empty());
  EXPECT_FALSE(Judge(Expecting("1 +", Value::Int(1))).wrong.empty());
  EXPECT_FALSE(Judge(Expecting("1 + 'a'", Value::Int(1))).wrong.empty());
}

TEST(Judge, AnErrorMayComeAtAnyStage) {
  EXPECT_TRUE(Judge(ExpectingAnError("1 / 0")).wrong.empty());
  EXPECT_FALSE(Judge(ExpectingAnError("1 / 0")).failed_early);
  for (const char* early : {"1 +", "1 + 'a'"}) {
    EXPECT_TRUE(Judge(ExpectingAnError(early)).wrong.empty()) << early;
    EXPECT_TRUE(Judge(ExpectingAnError(early)).failed_early) << early;
  }
  EXPECT_FALSE(Judge(ExpectingAnError("1 + 1")).wrong.empty());
}

TEST(Judge, UncheckedExpressionsFailOnlyWhenTheyRun) {
  Case c = Expecting("true || nobody", Value::Bool(true));
  c.environment.checked = false;
  EXPECT_TRUE(Judge(c).wrong.empty());
  c.expression = "false || nobody";
  EXPECT_FALSE(Judge(c).wrong.empty());
}

TEST(Judge, TheDeducedTypeMatters) {
  Case c = Expecting("1 + 1", Value::Int(2));
  c.deduced_type = "int";
  EXPECT_TRUE(Judge(c).wrong.empty());
  c.deduced_type = "uint";
  EXPECT_FALSE(Judge(c).wrong.empty());
}

TEST(Judge, WhatIsOnlyCheckedIsNotEvaluated) {
  Case c;
  c.expression = "1 / 0";
  c.check_only = true;
  c.deduced_type = "int";
  EXPECT_TRUE(Judge(c).wrong.empty());
  c.expression = "1 / ''";
  EXPECT_FALSE(Judge(c).wrong.empty());
}

}  // namespace
}  // namespace writ::conformance
