// The parts of points and lengths of time.
#include <gtest/gtest.h>

#include "vm/functions/apply.h"
#include "vm/time_zone.h"

namespace writ {
namespace {

// 2009-02-13T23:31:30.123456789Z, a Friday.
const Value kFriday = Apply::Timestamp(1234567890, 123456789);

TEST(Time, PartsInUtc) {
  Apply apply;
  EXPECT_EQ(apply.Text(functions::GetFullYear, {kFriday}), "2009");
  EXPECT_EQ(apply.Text(functions::GetMonth, {kFriday}), "1");
  EXPECT_EQ(apply.Text(functions::GetDayOfYear, {kFriday}), "43");
  EXPECT_EQ(apply.Text(functions::GetDayOfMonth, {kFriday}), "12");
  EXPECT_EQ(apply.Text(functions::GetDate, {kFriday}), "13");
  EXPECT_EQ(apply.Text(functions::GetDayOfWeek, {kFriday}), "5");
  EXPECT_EQ(apply.Text(functions::GetHours, {kFriday}), "23");
  EXPECT_EQ(apply.Text(functions::GetMinutes, {kFriday}), "31");
  EXPECT_EQ(apply.Text(functions::GetSeconds, {kFriday}), "30");
  EXPECT_EQ(apply.Text(functions::GetMilliseconds, {kFriday}), "123");
}

TEST(Time, PartsInAZone) {
  Apply apply;
  ASSERT_TRUE(LoadTimeZone("US/Central"));
  ASSERT_TRUE(LoadTimeZone("Asia/Kathmandu"));
  const auto in = [&](Function function, const char* zone) {
    return apply.Text(function, {kFriday, Apply::S(zone)});
  };
  EXPECT_EQ(in(functions::GetDayOfMonth, "US/Central"), "12");
  EXPECT_EQ(in(functions::GetDayOfMonth, "+11:00"), "13");
  EXPECT_EQ(in(functions::GetDate, "+11:00"), "14");
  EXPECT_EQ(in(functions::GetDayOfWeek, "+11:00"), "6");
  EXPECT_EQ(in(functions::GetDayOfYear, "+11:00"), "44");
  EXPECT_EQ(in(functions::GetFullYear, "-09:30"), "2009");
  EXPECT_EQ(in(functions::GetMonth, "UTC"), "1");
  EXPECT_EQ(in(functions::GetHours, "02:00"), "1");
  EXPECT_EQ(in(functions::GetMinutes, "Asia/Kathmandu"), "16");
  EXPECT_EQ(in(functions::GetSeconds, "-00:00"), "30");
  EXPECT_EQ(in(functions::GetMilliseconds, "US/Central"), "123");
}

TEST(Time, FirstAndLastMoments) {
  Apply apply;
  const Value first = Apply::Timestamp(-62135596800);
  const Value last = Apply::Timestamp(253402300799, 999999999);
  EXPECT_EQ(apply.Text(functions::GetFullYear, {first}), "1");
  EXPECT_EQ(apply.Text(functions::GetDayOfYear, {first}), "0");
  EXPECT_EQ(apply.Text(functions::GetDayOfWeek, {first}), "1");
  EXPECT_EQ(apply.Text(functions::GetFullYear, {first, Apply::S("-01:00")}), "0");
  EXPECT_EQ(apply.Text(functions::GetFullYear, {last}), "9999");
  EXPECT_EQ(apply.Text(functions::GetFullYear, {last, Apply::S("+00:01")}), "10000");
  EXPECT_EQ(apply.Text(functions::GetMilliseconds, {last}), "999");
  const Value before_1970 = Apply::Timestamp(-1, 500000000);
  EXPECT_EQ(apply.Text(functions::GetSeconds, {before_1970}), "59");
  EXPECT_EQ(apply.Text(functions::GetHours, {before_1970}), "23");
  EXPECT_EQ(apply.Text(functions::GetMilliseconds, {before_1970}), "500");
}

TEST(Time, DurationsAreCountedWhole) {
  Apply apply;
  const Value length = Apply::Duration(10000'321'456'789);
  EXPECT_EQ(apply.Text(functions::GetHours, {length}), "2");
  EXPECT_EQ(apply.Text(functions::GetMinutes, {length}), "166");
  EXPECT_EQ(apply.Text(functions::GetSeconds, {length}), "10000");
  EXPECT_EQ(apply.Text(functions::GetMilliseconds, {length}), "321");
  const Value negative = Apply::Duration(-3730'500'000'000);
  EXPECT_EQ(apply.Text(functions::GetHours, {negative}), "-1");
  EXPECT_EQ(apply.Text(functions::GetMinutes, {negative}), "-62");
  EXPECT_EQ(apply.Text(functions::GetSeconds, {negative}), "-3730");
  EXPECT_EQ(apply.Text(functions::GetMilliseconds, {negative}), "-500");
}

TEST(Time, WrongZonesAndTypesAreErrors) {
  Apply apply;
  EXPECT_EQ(apply.Text(functions::GetHours, {kFriday, Apply::S("")}), "error: not a time zone");
  EXPECT_EQ(apply.Text(functions::GetHours, {kFriday, Apply::S("Europe/Atlantis")}),
            "error: not a time zone");
  EXPECT_EQ(apply.Text(functions::GetHours, {kFriday, Apply::S("../../etc/passwd")}),
            "error: not a time zone");
  const std::string no_overload = "error: no such overload";
  EXPECT_EQ(apply.Text(functions::GetHours, {kFriday, Value::Int(2)}), no_overload);
  EXPECT_EQ(apply.Text(functions::GetHours, {Value::Int(2)}), no_overload);
  EXPECT_EQ(apply.Text(functions::GetHours, {}), no_overload);
  EXPECT_EQ(apply.Text(functions::GetFullYear, {Apply::Duration(1)}), no_overload);
  EXPECT_EQ(apply.Text(functions::GetHours, {Apply::Duration(1), Apply::S("UTC")}), no_overload);
}

}  // namespace
}  // namespace writ
