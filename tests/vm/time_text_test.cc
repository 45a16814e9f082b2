// Points and lengths of time as text.
#include "vm/time_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace writ {
namespace {

std::string Printed(const Value& time) {
  char buffer[kPrintedTimeBytes];
  if (time.is(Tag::kError)) return "error: " + std::string(ErrorText(time.code));
  return std::string(time.is(Tag::kTimestamp) ? PrintTimestamp(time, buffer)
                                              : PrintDuration(time, buffer));
}

struct Case {
  std::string_view text;
  std::string_view printed;
};

TEST(TimeText, TimestampsPrintInUtcWithoutNeedlessDigits) {
  const Case cases[] = {
      {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
      {"2009-02-13T23:31:30Z", "2009-02-13T23:31:30Z"},
      {"2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"},
      {"2000-02-29T12:00:00Z", "2000-02-29T12:00:00Z"},
      {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
      {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"},
      {"2026-03-02T09:30:00.250000000Z", "2026-03-02T09:30:00.25Z"},
      {"2026-03-02T09:30:00.000Z", "2026-03-02T09:30:00Z"},
      {"2026-03-02T09:30:00.000000001Z", "2026-03-02T09:30:00.000000001Z"},
      {"2026-03-02T09:30:00.1234567899Z", "2026-03-02T09:30:00.123456789Z"},
      {"2026-03-02T09:30:00.99999999999999999999999999999Z", "2026-03-02T09:30:00.999999999Z"},
      {"2026-03-02T09:30:00+02:00", "2026-03-02T07:30:00Z"},
      {"2026-03-02T00:30:00+05:45", "2026-03-01T18:45:00Z"},
      {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"},
      {"2026-03-02T09:30:00-00:00", "2026-03-02T09:30:00Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
      {"9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"},
      {"0000-12-31T23:30:00-01:00", "0001-01-01T00:30:00Z"},
  };
  for (const Case& c : cases) EXPECT_EQ(Printed(ReadTimestamp(c.text)), c.printed) << c.text;
}

TEST(TimeText, TimestampsOutsideOfTheirYearsAreRefused) {
  for (const std::string_view text :
       {"0000-12-31T23:59:59Z", "0001-01-01T00:30:00+01:00", "9999-12-31T23:30:00-01:00"}) {
    EXPECT_EQ(Printed(ReadTimestamp(text)), "error: a number out of range") << text;
  }
}

TEST(TimeText, WhatIsNoTimestampIsRefused) {
  for (const std::string_view text : {"",
                                      "now",
                                      "2026-03-02",
                                      "2026-03-02T09:30Z",
                                      "2026-03-02T09:30:00",
                                      "2026-03-02 09:30:00Z",
                                      "2026-03-02t09:30:00Z",
                                      "2026-03-02T09:30:00z",
                                      "2026-3-2T09:30:00Z",
                                      "2026-13-02T09:30:00Z",
                                      "2026-00-02T09:30:00Z",
                                      "2026-02-29T09:30:00Z",
                                      "1900-02-29T09:30:00Z",
                                      "2026-04-31T09:30:00Z",
                                      "2026-03-00T09:30:00Z",
                                      "2026-03-02T24:00:00Z",
                                      "2026-03-02T09:60:00Z",
                                      "2026-03-02T09:30:60Z",
                                      "2026-03-02T09:30:00.Z",
                                      "2026-03-02T09:30:00,5Z",
                                      "2026-03-02T09:30:00+0200",
                                      "2026-03-02T09:30:00+02",
                                      "2026-03-02T09:30:00+24:00",
                                      "2026-03-02T09:30:00+02:60",
                                      "2026-03-02T09:30:00ZZ",
                                      "2026-03-02T09:30:00Z ",
                                      " 2026-03-02T09:30:00Z",
                                      "10000-01-01T00:00:00Z",
                                      "-001-01-01T00:00:00Z",
                                      "+2026-03-02T09:30:00Z",
                                      "2026-03-02T09:30:00+-1:00",
                                      "20a6-03-02T09:30:00Z"}) {
    EXPECT_EQ(Printed(ReadTimestamp(text)), "error: not a timestamp") << text;
  }
}

TEST(TimeText, DurationsPrintAsSeconds) {
  const Case cases[] = {
      {"0", "0s"},
      {"-0", "0s"},
      {"+0", "0s"},
      {"0s", "0s"},
      {"1h30m", "5400s"},
      {"1h30m2.5s", "5402.5s"},
      {"1m1ms", "60.001s"},
      {"-1.5h", "-5400s"},
      {"+90s", "90s"},
      {"100ms", "0.1s"},
      {"-1ns", "-0.000000001s"},
      {"123.321456789s", "123.321456789s"},
      {"1us", "0.000001s"},
      {"1\xC2\xB5s", "0.000001s"},
      {"1\xCE\xBCs", "0.000001s"},
      {".5s", "0.5s"},
      {"1.s", "1s"},
      {"2m2m", "240s"},
      {"1s1h", "3601s"},
      {"0.1234567899s", "0.123456789s"},
      {"0.9ns", "0s"},
      {"9223372036854775807ns", "9223372036.854775807s"},
      {"-9223372036854775808ns", "-9223372036.854775808s"},
      {"9223372036s854775807ns", "9223372036.854775807s"},
  };
  for (const Case& c : cases) EXPECT_EQ(Printed(ReadDuration(c.text)), c.printed) << c.text;
}

TEST(TimeText, DurationsOfCenturiesAreOutOfRange) {
  const std::string many_hours = [] {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "9223372036854775807h";
    return text;
  }();
  for (const std::string_view text :
       {std::string_view("9223372036854775808ns"), std::string_view("-9223372036854775809ns"),
        std::string_view("9223372036s854775808ns"), std::string_view("320000000000s"),
        std::string_view("-320000000000s"), std::string_view("99999999999999999999999s"),
        std::string_view("2562047h48m"), std::string_view(many_hours)}) {
    EXPECT_EQ(Printed(ReadDuration(text)), "error: a number out of range") << text.substr(0, 60);
  }
}

TEST(TimeText, WhatIsNoDurationIsRefused) {
  for (const std::string_view text :
       {"",     "-",   "+",  "1",      "5",   "00",     "0.",   "0.0",    ".",    ".s",   "s",
        "1d",   "1w",  "1H", "1S",     "1 s", " 1s",    "1s ",  "1h-30m", "--1s", "+-1s", "1e3s",
        "1h30", "0h0", "0 ", "1\xC2s", "P1D", "1.2.3s", "1,5s", "0x1s",   "infs"}) {
    EXPECT_EQ(Printed(ReadDuration(text)), "error: not a duration") << text;
  }
}

}  // namespace
}  // namespace writ
