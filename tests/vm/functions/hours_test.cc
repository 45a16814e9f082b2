// Weekly hours in a time zone.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/civil_time.h"
#include "vm/functions/applied.h"
#include "vm/time_text.h"
#include "vm/time_zone.h"

namespace writ {
namespace {

// 2026-03-02 is a Monday; `day` 0 is that day.
Value At(int day, int hour, int minute = 0, int second = 0) {
  return TimestampValue(
      (DaysFromCivil(2026, 3, 2) + day) * kSecondsPerDay + hour * 3600 + minute * 60 + second, 0);
}

class Hours : public testing::Test {
 protected:
  std::string Within(const Value& at, std::string_view hours, std::string_view zone = "UTC") {
    return apply_(FunctionId::kTimeWithin, {at, hours, zone});
  }
  Applied apply_;
};

TEST_F(Hours, FromTheStartUpToBeforeTheEnd) {
  constexpr std::string_view kOffice = "Mo-Fr 09:00-18:00";
  EXPECT_EQ(Within(At(0, 8, 59, 59), kOffice), "false");
  EXPECT_EQ(Within(At(0, 9), kOffice), "true");
  EXPECT_EQ(Within(At(4, 17, 59, 59), kOffice), "true");
  EXPECT_EQ(Within(At(4, 18), kOffice), "false");
  EXPECT_EQ(Within(At(5, 12), kOffice), "false");
  EXPECT_EQ(Within(At(6, 12), kOffice), "false");
}

TEST_F(Hours, ListsOfDaysOfSpansAndOfRules) {
  constexpr std::string_view kHours = "Mo,We 08:00-12:00,13:00-17:00; Sa 10:00-14:00";
  for (int day = 0; day < 7; ++day) {
    for (int hour = 0; hour < 24; ++hour) {
      const bool workday =
          (day == 0 || day == 2) && ((hour >= 8 && hour < 12) || (hour >= 13 && hour < 17));
      const bool saturday = day == 5 && hour >= 10 && hour < 14;
      EXPECT_EQ(Within(At(day, hour, 30), kHours), workday || saturday ? "true" : "false")
          << day << " " << hour;
    }
  }
}

TEST_F(Hours, OverMidnight) {
  constexpr std::string_view kNight = "Fr 22:00-06:00";
  EXPECT_EQ(Within(At(4, 5), kNight), "false") << "the night to Friday is Thursday's";
  EXPECT_EQ(Within(At(4, 21, 59), kNight), "false");
  EXPECT_EQ(Within(At(4, 22), kNight), "true");
  EXPECT_EQ(Within(At(5, 5, 59, 59), kNight), "true");
  EXPECT_EQ(Within(At(5, 6), kNight), "false");
  EXPECT_EQ(Within(At(0, 1), "Su 22:00-06:00"), "true") << "the week goes round";
  EXPECT_EQ(Within(At(0, 1), "22:00-00:00"), "false");
  EXPECT_EQ(Within(At(0, 23), "22:00-00:00"), "true");
}

TEST_F(Hours, WholeDays) {
  EXPECT_EQ(Within(At(6, 23, 59, 59), "Su 00:00-24:00"), "true");
  EXPECT_EQ(Within(At(7, 0), "Su 00:00-24:00"), "false");
  EXPECT_EQ(Within(At(3, 3), "00:00-24:00"), "true");
}

TEST_F(Hours, RangesOfDaysGoRound) {
  for (int day = 0; day < 7; ++day) {
    EXPECT_EQ(Within(At(day, 12), "Fr-Mo 00:00-24:00"), day >= 4 || day == 0 ? "true" : "false");
    EXPECT_EQ(Within(At(day, 12), "Mo-Su 00:00-24:00"), "true");
    EXPECT_EQ(Within(At(day, 12), "Tu-Tu 00:00-24:00"), day == 1 ? "true" : "false");
  }
}

TEST_F(Hours, NamesOfDays) {
  const std::vector<std::vector<const char*>> names = {
      {"Mo", "mo", "MON", "Mon"},
      {"Tu", "tue"},
      {"We", "wed"},
      {"Th", "thu"},
      {"Fr", "fri"},
      {"Sa", "sat"},
      {"Su", "sUN"},
  };
  for (int day = 0; day < 7; ++day) {
    for (int named = 0; named < 7; ++named) {
      for (const std::string name : names[static_cast<size_t>(named)]) {
        EXPECT_EQ(Within(At(day, 1), name + " 00:00-24:00"), day == named ? "true" : "false");
      }
    }
  }
}

TEST_F(Hours, ByTheClocksOfTheZone) {
  ASSERT_TRUE(LoadTimeZone("Europe/Berlin"));
  constexpr std::string_view kOffice = "Mo-Fr 09:00-18:00";
  EXPECT_EQ(Within(At(0, 8), kOffice, "Europe/Berlin"), "true");
  EXPECT_EQ(Within(At(0, 7, 59), kOffice, "Europe/Berlin"), "false");
  EXPECT_EQ(Within(At(28, 7), kOffice, "Europe/Berlin"), "true")
      << "summer time since the day before";
  EXPECT_EQ(Within(At(0, 3), kOffice, "+06:00"), "true");
  EXPECT_EQ(Within(At(6, 23), "Mo 00:00-24:00", "+01:00"), "true");
  EXPECT_EQ(Within(At(0, 0), "Su 00:00-24:00", "-01:00"), "true");
  EXPECT_EQ(Within(TimestampValue(-62135596800, 0), "Mo 00:00-24:00"), "true");
}

TEST_F(Hours, WithoutATimeItIsNow) {
  const auto within = [&] { return apply_(FunctionId::kTimeWithin, {"Mo-Fr 09:00-18:00", "UTC"}); };
  EXPECT_EQ(within(), "error: undeclared name") << "no clock";
  apply_.now = At(0, 10);
  EXPECT_EQ(within(), "true");
  apply_.now = At(5, 10);
  EXPECT_EQ(within(), "false");
}

TEST_F(Hours, MalformedOnes) {
  for (const char* hours : {
           "",
           " ",
           ";",
           "Mo",
           "Mo-Fr",
           "Mo-Fr 9:00-18:00",
           "Mo-Fr 09:00",
           "Mo-Fr 09:00-",
           "Mo-Fr 09-18",
           "Mo-Fr 0900-1800",
           "Mo 09:00-18:00;",
           "Mo 09:00-18:00,",
           ";Mo 09:00-18:00",
           "Mo, 09:00-18:00",
           "Mo- 09:00-18:00",
           ",Mo 09:00-18:00",
           "Mo 24:00-01:00",
           "Mo 09:00-24:01",
           "Mo 25:00-26:00",
           "Mo 09:60-10:00",
           "Mo 09:00-09:00",
           "Mo 00:00-00:00",
           "Mo 09:00-18:00 PH off",
           "Mo 09:00-18:00 Tu",
           "Montag 09:00-18:00",
           "M 09:00-18:00",
           "Mond 09:00-18:00",
           "Xx 09:00-18:00",
           "24/7",
           "Mo 09:00:00-18:00:00",
           "Mo 09.00-18.00",
           "Mo 9am-5pm",
           "Mo 09:00\xE2\x80\x93"
           "18:00",
           "Mo\t09:00-18:00",
           "Mo 09:00-18:00\n",
           "Mo -09:00-18:00",
           "Mo +9:00-18:00",
           "Mo 09:00-18:00; Tu 09:00",
       }) {
    EXPECT_EQ(Within(At(0, 10), hours), "error: not weekly hours") << hours;
  }
  EXPECT_EQ(Within(At(0, 10), std::string_view("Mo 09:00-18:00\0", 15)), "error: not weekly hours");
}

TEST_F(Hours, WrongZonesAndTypes) {
  EXPECT_EQ(Within(At(0, 10), "Mo 09:00-18:00", "Europe/Atlantis"), "error: not a time zone");
  EXPECT_EQ(Within(At(0, 10), "Mo 09:00-18:00", ""), "error: not a time zone");
  const std::string no_overload = "error: no such overload";
  EXPECT_EQ(apply_(FunctionId::kTimeWithin, {At(0, 10), "Mo 09:00-18:00"}), no_overload);
  EXPECT_EQ(apply_(FunctionId::kTimeWithin, {"Mo 09:00-18:00"}), no_overload);
  EXPECT_EQ(apply_(FunctionId::kTimeWithin, {1, "Mo 09:00-18:00", "UTC"}), no_overload);
}

TEST_F(Hours, LongOnesArePaidFor) {
  std::string hours = "Mo 09:00-10:00";
  for (int i = 0; i < 1000; ++i) hours += ",09:00-10:00";
  EXPECT_EQ(Within(At(0, 9), hours), "true");
  EXPECT_EQ(apply_.Within(1000, FunctionId::kTimeWithin, {At(0, 9), hours, "UTC"}),
            "error: evaluation budget exceeded");
}

}  // namespace
}  // namespace writ
