// The parts of points and lengths of time.
#include <gtest/gtest.h>

#include "vm/functions/applied.h"
#include "vm/time_text.h"
#include "vm/time_zone.h"

namespace writ {
namespace {

// 2009-02-13T23:31:30.123456789Z, a Friday.
const Value kFriday = TimestampValue(1234567890, 123456789);

TEST(Time, PartsInUtc) {
  Applied apply;
  EXPECT_EQ(apply(FunctionId::kGetFullYear, {kFriday}), "2009");
  EXPECT_EQ(apply(FunctionId::kGetMonth, {kFriday}), "1");
  EXPECT_EQ(apply(FunctionId::kGetDayOfYear, {kFriday}), "43");
  EXPECT_EQ(apply(FunctionId::kGetDayOfMonth, {kFriday}), "12");
  EXPECT_EQ(apply(FunctionId::kGetDate, {kFriday}), "13");
  EXPECT_EQ(apply(FunctionId::kGetDayOfWeek, {kFriday}), "5");
  EXPECT_EQ(apply(FunctionId::kGetHours, {kFriday}), "23");
  EXPECT_EQ(apply(FunctionId::kGetMinutes, {kFriday}), "31");
  EXPECT_EQ(apply(FunctionId::kGetSeconds, {kFriday}), "30");
  EXPECT_EQ(apply(FunctionId::kGetMilliseconds, {kFriday}), "123");
}

TEST(Time, PartsInAZone) {
  Applied apply;
  ASSERT_TRUE(LoadTimeZone("US/Central"));
  ASSERT_TRUE(LoadTimeZone("Asia/Kathmandu"));
  const auto in = [&](FunctionId function, const char* zone) {
    return apply(function, {kFriday, zone});
  };
  EXPECT_EQ(in(FunctionId::kGetDayOfMonth, "US/Central"), "12");
  EXPECT_EQ(in(FunctionId::kGetDayOfMonth, "+11:00"), "13");
  EXPECT_EQ(in(FunctionId::kGetDate, "+11:00"), "14");
  EXPECT_EQ(in(FunctionId::kGetDayOfWeek, "+11:00"), "6");
  EXPECT_EQ(in(FunctionId::kGetDayOfYear, "+11:00"), "44");
  EXPECT_EQ(in(FunctionId::kGetFullYear, "-09:30"), "2009");
  EXPECT_EQ(in(FunctionId::kGetMonth, "UTC"), "1");
  EXPECT_EQ(in(FunctionId::kGetHours, "02:00"), "1");
  EXPECT_EQ(in(FunctionId::kGetMinutes, "Asia/Kathmandu"), "16");
  EXPECT_EQ(in(FunctionId::kGetSeconds, "-00:00"), "30");
  EXPECT_EQ(in(FunctionId::kGetMilliseconds, "US/Central"), "123");
}

TEST(Time, FirstAndLastMoments) {
  Applied apply;
  const Value first = TimestampValue(-62135596800, 0);
  const Value last = TimestampValue(253402300799, 999999999);
  EXPECT_EQ(apply(FunctionId::kGetFullYear, {first}), "1");
  EXPECT_EQ(apply(FunctionId::kGetDayOfYear, {first}), "0");
  EXPECT_EQ(apply(FunctionId::kGetDayOfWeek, {first}), "1");
  EXPECT_EQ(apply(FunctionId::kGetFullYear, {first, "-01:00"}), "0");
  EXPECT_EQ(apply(FunctionId::kGetFullYear, {last}), "9999");
  EXPECT_EQ(apply(FunctionId::kGetFullYear, {last, "+00:01"}), "10000");
  EXPECT_EQ(apply(FunctionId::kGetMilliseconds, {last}), "999");
  const Value before_1970 = TimestampValue(-1, 500000000);
  EXPECT_EQ(apply(FunctionId::kGetSeconds, {before_1970}), "59");
  EXPECT_EQ(apply(FunctionId::kGetHours, {before_1970}), "23");
  EXPECT_EQ(apply(FunctionId::kGetMilliseconds, {before_1970}), "500");
}

TEST(Time, DurationsAreCountedWhole) {
  Applied apply;
  const Value length = DurationValue(10000'321'456'789);
  EXPECT_EQ(apply(FunctionId::kGetHours, {length}), "2");
  EXPECT_EQ(apply(FunctionId::kGetMinutes, {length}), "166");
  EXPECT_EQ(apply(FunctionId::kGetSeconds, {length}), "10000");
  EXPECT_EQ(apply(FunctionId::kGetMilliseconds, {length}), "321");
  const Value negative = DurationValue(-3730'500'000'000);
  EXPECT_EQ(apply(FunctionId::kGetHours, {negative}), "-1");
  EXPECT_EQ(apply(FunctionId::kGetMinutes, {negative}), "-62");
  EXPECT_EQ(apply(FunctionId::kGetSeconds, {negative}), "-3730");
  EXPECT_EQ(apply(FunctionId::kGetMilliseconds, {negative}), "-500");
}

TEST(Time, WrongZonesAndTypesAreErrors) {
  Applied apply;
  EXPECT_EQ(apply(FunctionId::kGetHours, {kFriday, ""}), "error: not a time zone");
  EXPECT_EQ(apply(FunctionId::kGetHours, {kFriday, "Europe/Atlantis"}), "error: not a time zone");
  EXPECT_EQ(apply(FunctionId::kGetHours, {kFriday, "../../etc/passwd"}), "error: not a time zone");
  const std::string no_overload = "error: no such overload";
  EXPECT_EQ(apply(FunctionId::kGetHours, {kFriday, Value::Int(2)}), no_overload);
  EXPECT_EQ(apply(FunctionId::kGetHours, {Value::Int(2)}), no_overload);
  EXPECT_EQ(apply(FunctionId::kGetHours, {}), no_overload);
  EXPECT_EQ(apply(FunctionId::kGetFullYear, {DurationValue(1)}), no_overload);
  EXPECT_EQ(apply(FunctionId::kGetHours, {DurationValue(1), "UTC"}), no_overload);
}

}  // namespace
}  // namespace writ
