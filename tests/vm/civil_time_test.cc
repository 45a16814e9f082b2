// Days and dates.
#include "vm/civil_time.h"

#include <gtest/gtest.h>

namespace writ {
namespace {

// Every day from the year -1 to 10000, counted by hand beside the formulas.
TEST(CivilTime, AgreesWithCountingDays) {
  int64_t days = DaysFromCivil(-1, 1, 1);
  int weekday = WeekdayFromDays(days);
  for (int64_t year = -1; year <= 10000; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= DaysInMonth(year, month); ++day) {
        ASSERT_EQ(DaysFromCivil(year, month, day), days);
        const CivilDay date = CivilFromDays(days);
        ASSERT_TRUE(date.year == year && date.month == month && date.day == day)
            << year << "-" << month << "-" << day;
        ASSERT_EQ(WeekdayFromDays(days), weekday);
        ++days;
        weekday = (weekday + 1) % 7;
      }
    }
  }
}

TEST(CivilTime, StartsIn1970OnAThursday) {
  EXPECT_EQ(DaysFromCivil(1970, 1, 1), 0);
  EXPECT_EQ(WeekdayFromDays(0), 4);
  EXPECT_EQ(DaysFromCivil(2000, 2, 29), 11016);
  EXPECT_EQ(DaysFromCivil(1, 1, 1), -719162);
}

TEST(CivilTime, ASecondBefore1970IsTheDayBefore) {
  EXPECT_EQ(DaysFromSeconds(-1), -1);
  EXPECT_EQ(DaysFromSeconds(0), 0);
  EXPECT_EQ(DaysFromSeconds(86399), 0);
  EXPECT_EQ(DaysFromSeconds(86400), 1);
  EXPECT_EQ(DaysFromSeconds(-86400), -1);
  EXPECT_EQ(DaysFromSeconds(-86401), -2);
}

TEST(CivilTime, LeapYearsSkipMostCenturies) {
  for (const int year : {4, 400, 1600, 2000, 2024}) EXPECT_TRUE(IsLeapYear(year)) << year;
  for (const int year : {1, 100, 1900, 2100, 2023}) EXPECT_FALSE(IsLeapYear(year)) << year;
}

}  // namespace
}  // namespace writ
