// Numbers as whole counts: exact decimals, which way they round, what cannot be counted.
#include "vm/units.h"

#include <gtest/gtest.h>

#include <limits>

namespace writ {
namespace {

using Units = std::optional<int64_t>;
constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Units, ADoubleIsWhatItsShortestTextSays) {
  EXPECT_EQ(AmountUnits(Value::Double(19.99), 2), Units(1999)) << "19.99 * 100 is 1998.9999…";
  EXPECT_EQ(AmountUnits(Value::Double(1.15), 2), Units(115));
  EXPECT_EQ(AmountUnits(Value::Double(0.07), 2), Units(7));
  EXPECT_EQ(AmountUnits(Value::Double(1.005), 3), Units(1005));
  EXPECT_EQ(LimitUnits(Value::Double(19.99), 2), Units(1999));
  EXPECT_EQ(AmountUnits(Value::Double(0.1), 18), Units(100000000000000000));
}

TEST(Units, AmountsRoundUp) {
  EXPECT_EQ(AmountUnits(Value::Double(0.001), 0), Units(1));
  EXPECT_EQ(AmountUnits(Value::Double(19.991), 2), Units(2000));
  EXPECT_EQ(AmountUnits(Value::Double(2.5), 0), Units(3));
  EXPECT_EQ(AmountUnits(Value::Double(2.0), 0), Units(2));
  EXPECT_EQ(AmountUnits(Value::Double(5e-324), 18), Units(1));
  EXPECT_EQ(AmountUnits(Value::Double(0.0), 2), Units(0));
  EXPECT_EQ(AmountUnits(Value::Double(-0.0), 2), Units(0));
}

TEST(Units, LimitsRoundDownToTheDecimalsThatAreKept) {
  EXPECT_EQ(LimitUnits(Value::Double(19.999), 2), Units(1999));
  EXPECT_EQ(LimitUnits(Value::Double(5e-324), 18), Units(0));
  EXPECT_EQ(LimitUnits(Value::Double(20.0), 0), Units(20));
  EXPECT_EQ(LimitUnits(Value::Double(-0.0), 0), Units(0));
  EXPECT_EQ(LimitUnits(Value::Double(0.9), 0), Units()) << "no decimals are kept";
  EXPECT_EQ(LimitUnits(Value::Double(20.5), 0), Units());
}

TEST(Units, NoLimitIsBelowZero) {
  EXPECT_EQ(LimitUnits(Value::Double(-0.1), 2), Units());
  EXPECT_EQ(LimitUnits(Value::Double(-19.0), 0), Units());
  EXPECT_EQ(LimitUnits(Value::Int(-5), 2), Units());
  EXPECT_EQ(LimitUnits(Value::Int(0), 2), Units(0));
}

TEST(Units, IntegersAreScaled) {
  EXPECT_EQ(AmountUnits(Value::Int(20), 2), Units(2000));
  EXPECT_EQ(AmountUnits(Value::Uint(20), 0), Units(20));
  EXPECT_EQ(AmountUnits(Value::Int(INT64_MAX), 0), Units(INT64_MAX));
  EXPECT_EQ(AmountUnits(Value::Double(1e18), 0), Units(1000000000000000000));
  EXPECT_EQ(AmountUnits(Value::Int(9), 18), Units(9000000000000000000));
}

TEST(Units, WhatIsTooLargeIsNoCount) {
  EXPECT_EQ(AmountUnits(Value::Int(INT64_MAX), 1), Units());
  EXPECT_EQ(AmountUnits(Value::Int(10), 18), Units());
  EXPECT_EQ(AmountUnits(Value::Uint(uint64_t{1} << 63), 0), Units());
  EXPECT_EQ(AmountUnits(Value::Double(1e19), 0), Units());
  EXPECT_EQ(AmountUnits(Value::Double(1e300), 0), Units());
  EXPECT_EQ(LimitUnits(Value::Double(-1e300), 0), Units());
  EXPECT_EQ(LimitUnits(Value::Int(INT64_MIN), 0), Units());
}

TEST(Units, WhatIsNoNumberOfThingsIsNoCount) {
  for (const Value& value :
       {Value::Int(-1), Value::Double(-0.5), Value::Double(kInf), Value::Double(-kInf),
        Value::Double(std::numeric_limits<double>::quiet_NaN()), Value::String("5"), Value::Null(),
        Value::Bool(true), Value(), Value::Text(Tag::kUnsafeNumber, "1e999")}) {
    EXPECT_EQ(AmountUnits(value, 0), Units());
  }
  for (const Value& value : {Value::Double(kInf), Value::String("5"), Value()}) {
    EXPECT_EQ(LimitUnits(value, 0), Units());
  }
}

}  // namespace
}  // namespace writ
