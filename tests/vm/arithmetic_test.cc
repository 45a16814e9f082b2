// The arithmetic of expressions: each operator on each type, and where it ends.
#include "vm/arithmetic.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "vm/context.h"
#include "vm/disasm.h"
#include "vm/time_text.h"

namespace writ {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr char kNoOverload[] = "error(no such overload)";
constexpr char kOverflow[] = "error(overflow)";
constexpr char kByZero[] = "error(divide by zero)";
constexpr char kRange[] = "error(a number out of range)";

std::string Sum(const Value& a, const Value& b) {
  TestContext context;
  return FormatValue(Add(a, b, context));
}
std::string Difference(const Value& a, const Value& b) {
  return FormatValue(Subtract(a, b));
}
std::string Product(const Value& a, const Value& b) {
  return FormatValue(Multiply(a, b));
}
std::string Quotient(const Value& a, const Value& b) {
  return FormatValue(Divide(a, b));
}
std::string Remainder(const Value& a, const Value& b) {
  return FormatValue(Modulo(a, b));
}

Value I(int64_t i) {
  return Value::Int(i);
}
Value U(uint64_t u) {
  return Value::Uint(u);
}
Value D(double d) {
  return Value::Double(d);
}

TEST(Arithmetic, IntegersNeverWrap) {
  EXPECT_EQ(Sum(I(INT64_MAX - 1), I(1)), "9223372036854775807");
  EXPECT_EQ(Sum(I(INT64_MAX), I(1)), kOverflow);
  EXPECT_EQ(Sum(I(INT64_MIN), I(-1)), kOverflow);
  EXPECT_EQ(Difference(I(INT64_MIN), I(1)), kOverflow);
  EXPECT_EQ(Difference(I(1), I(-INT64_MAX)), kOverflow);
  EXPECT_EQ(Difference(I(0), I(INT64_MAX)), "-9223372036854775807");
  EXPECT_EQ(Product(I(5000000000), I(5000000000)), kOverflow);
  EXPECT_EQ(Product(I(-5000000000), I(5000000000)), kOverflow);
  EXPECT_EQ(Product(I(INT64_MIN), I(-1)), kOverflow);
  EXPECT_EQ(Product(I(INT64_MIN), I(1)), "-9223372036854775808");
  EXPECT_EQ(Quotient(I(INT64_MIN), I(-1)), kOverflow);
  EXPECT_EQ(Remainder(I(INT64_MIN), I(-1)), kOverflow);
  EXPECT_EQ(FormatValue(Negate(I(INT64_MIN))), kOverflow);
  EXPECT_EQ(FormatValue(Negate(I(INT64_MAX))), "-9223372036854775807");
}

TEST(Arithmetic, UnsignedIntegersNeverWrap) {
  EXPECT_EQ(Sum(U(UINT64_MAX - 1), U(1)), "18446744073709551615u");
  EXPECT_EQ(Sum(U(UINT64_MAX), U(1)), kOverflow);
  EXPECT_EQ(Difference(U(0), U(1)), kOverflow);
  EXPECT_EQ(Difference(U(1), U(1)), "0u");
  EXPECT_EQ(Product(U(UINT64_MAX), U(2)), kOverflow);
  EXPECT_EQ(FormatValue(Negate(U(1))), kNoOverload);
}

TEST(Arithmetic, DivisionCutsTowardsZero) {
  EXPECT_EQ(Quotient(I(7), I(-2)), "-3");
  EXPECT_EQ(Quotient(I(-7), I(-2)), "3");
  EXPECT_EQ(Remainder(I(-42), I(-5)), "-2");
  EXPECT_EQ(Remainder(I(-3), I(5)), "-3");
  EXPECT_EQ(Remainder(I(3), I(-5)), "3");
  EXPECT_EQ(Quotient(U(7), U(2)), "3u");
  EXPECT_EQ(Remainder(U(42), U(5)), "2u");
}

TEST(Arithmetic, NothingIsDividedByZero) {
  EXPECT_EQ(Quotient(I(15), I(0)), kByZero);
  EXPECT_EQ(Remainder(I(34), I(0)), kByZero);
  EXPECT_EQ(Quotient(U(15), U(0)), kByZero);
  EXPECT_EQ(Remainder(U(34), U(0)), kByZero);
}

TEST(Arithmetic, DoublesFollowTheirStandard) {
  EXPECT_EQ(Sum(D(1.5), D(2)), "3.5");
  EXPECT_EQ(Difference(D(1.5), D(2)), "-0.5");
  EXPECT_EQ(Product(D(1e300), D(1e300)), "inf");
  EXPECT_EQ(Quotient(D(1), D(0)), "inf");
  EXPECT_EQ(Quotient(D(0), D(0)).find("nan") != std::string::npos, true);
  EXPECT_EQ(Sum(D(kInf), D(-kInf)).find("nan") != std::string::npos, true);
  EXPECT_EQ(FormatValue(Negate(D(0.0))), "-0.0");
  EXPECT_EQ(Remainder(D(47.5), D(5.5)), kNoOverload);
}

TEST(Arithmetic, JoinsTextAndBytesAndLists) {
  EXPECT_EQ(Sum(Value::String("ab"), Value::String("c")), "\"abc\"");
  EXPECT_EQ(Sum(Value::String(""), Value::String("")), "\"\"");
  EXPECT_EQ(Sum(Value::Text(Tag::kBytes, "a"), Value::Text(Tag::kBytes, "b")), "b\"ab\"");
  EXPECT_EQ(Sum(Value::Text(Tag::kListSpan, "[1, \"\\u0041\"]"), Value::Text(Tag::kListSpan, "[]")),
            "[1, \"A\"]");
  EXPECT_EQ(Sum(Value::Text(Tag::kMapSpan, "{}"), Value::Text(Tag::kMapSpan, "{}")), kNoOverload);
}

TEST(Arithmetic, JoiningIsCharged) {
  TestContext context;
  const std::string long_text(1000, 'x');
  context.budget = 125;
  EXPECT_TRUE(Add(Value::String(long_text), Value::String(long_text), context).is(Tag::kError));
  context.budget = 126;
  EXPECT_TRUE(Add(Value::String(long_text), Value::String(long_text), context).is(Tag::kString));
  EXPECT_EQ(context.budget, 0);
}

// Doubling a text soon asks for more than a call may have.
TEST(Arithmetic, JoinedTextIsBounded) {
  TestContext context;
  context.budget = INT64_MAX;
  Value text = Value::String("0123456789abcdef");
  int doublings = 0;
  for (; doublings < 64 && !text.is(Tag::kError); ++doublings) text = Add(text, text, context);
  EXPECT_EQ(text.code, Error::kBudget);
  EXPECT_LT(doublings, 24);
  EXPECT_LE(context.arena.held(), FunctionContext::kMaxArenaBytes + Arena::kChunkBytes);
}

TEST(Arithmetic, TimesMoveByDurations) {
  const Value noon = TimestampValue(43200, 500);
  const Value day = DurationValue(86'400'000'000'000);
  EXPECT_EQ(Sum(noon, day), "timestamp(129600.000000500)");
  EXPECT_EQ(Sum(day, noon), "timestamp(129600.000000500)");
  EXPECT_EQ(Difference(noon, DurationValue(501)), "timestamp(43199.999999999)");
  EXPECT_EQ(Sum(noon, DurationValue(999'999'500)), "timestamp(43201.000000000)");
  EXPECT_EQ(Sum(day, DurationValue(-1)), "duration(86399999999999ns)");
  EXPECT_EQ(Difference(day, day), "duration(0ns)");
  EXPECT_EQ(Difference(TimestampValue(10, 1), TimestampValue(9, 2)), "duration(999999999ns)");
  EXPECT_EQ(Difference(TimestampValue(9, 2), TimestampValue(10, 1)), "duration(-999999999ns)");
  EXPECT_EQ(Sum(noon, noon), kNoOverload);
  EXPECT_EQ(Difference(day, noon), kNoOverload);
  EXPECT_EQ(FormatValue(Negate(day)), kNoOverload);
}

TEST(Arithmetic, TimesStayInTheirYears) {
  const Value first = TimestampValue(kFirstSecond, 0);
  const Value last = TimestampValue(kLastSecond, 999'999'999);
  EXPECT_EQ(Sum(first, DurationValue(-1)), kRange);
  EXPECT_EQ(Difference(first, DurationValue(1)), kRange);
  EXPECT_EQ(Sum(last, DurationValue(1)), kRange);
  EXPECT_EQ(Difference(last, first), kRange) << "as nanoseconds that is no int64";
  EXPECT_EQ(Difference(first, last), kRange);
  EXPECT_EQ(Difference(first, DurationValue(INT64_MIN)), "timestamp(-52912224764.854775808)");
  EXPECT_EQ(Sum(last, DurationValue(INT64_MIN)), "timestamp(244178928763.145224191)");
  // Nothing makes these, but a program may bring them.
  EXPECT_EQ(Sum(TimestampValue(INT64_MAX, 0), DurationValue(INT64_MAX)), kRange);
  EXPECT_EQ(Difference(TimestampValue(INT64_MAX, 0), TimestampValue(INT64_MIN, 0)), kRange);
}

TEST(Arithmetic, DurationsStayInTheirRange) {
  EXPECT_EQ(Sum(DurationValue(INT64_MAX), DurationValue(1)), kRange);
  EXPECT_EQ(Difference(DurationValue(INT64_MIN), DurationValue(1)), kRange);
}

TEST(Arithmetic, TypesAreNotMixed) {
  const Value values[] = {I(1),
                          U(1),
                          D(1),
                          Value::String("1"),
                          Value::Null(),
                          Value::Bool(true),
                          Value::Optional(nullptr)};
  for (size_t a = 0; a < std::size(values); ++a) {
    for (size_t b = 0; b < std::size(values); ++b) {
      if (a == b && a < 4) continue;
      EXPECT_EQ(Sum(values[a], values[b]), kNoOverload) << a << ' ' << b;
      EXPECT_EQ(Difference(values[a], values[b]), kNoOverload) << a << ' ' << b;
      EXPECT_EQ(Product(values[a], values[b]), kNoOverload) << a << ' ' << b;
      EXPECT_EQ(Quotient(values[a], values[b]), kNoOverload) << a << ' ' << b;
      EXPECT_EQ(Remainder(values[a], values[b]), kNoOverload) << a << ' ' << b;
    }
  }
}

// What is wrong with an operand comes before what the operator has no overload for.
TEST(Arithmetic, AnOperandsOwnErrorIsNamed) {
  const Value unsafe = Value::Text(Tag::kUnsafeNumber, "1e999");
  const Value error = Value::Failure(Error::kDivideByZero);
  EXPECT_EQ(Sum(I(1), unsafe), "error(a number that servers read differently)");
  EXPECT_EQ(Product(unsafe, unsafe), "error(a number that servers read differently)");
  EXPECT_EQ(Difference(I(1), error), kByZero);
  EXPECT_EQ(FormatValue(Negate(error)), kByZero);
  EXPECT_EQ(FormatValue(Negate(Value())), "error(invalid argument)");
}

}  // namespace
}  // namespace writ
