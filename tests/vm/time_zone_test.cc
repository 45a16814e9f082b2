// Zones of the system's database, rules for far times, offsets, and names and files that are none.
#include "vm/time_zone.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "vm/assembler.h"
#include "vm/civil_time.h"
#include "vm/verify.h"

namespace writ {
namespace {

int64_t At(int64_t year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
  return DaysFromCivil(year, month, day) * kSecondsPerDay + hour * 3600 + minute * 60 + second;
}

TEST(TimeZone, FollowsThePastTheRuleAndTheFarFuture) {
  struct Case {
    const char* zone;
    int64_t at;
    int32_t offset;
  };
  const std::vector<Case> cases = {
      {"Europe/Berlin", At(1800, 1, 1), 53 * 60 + 28},  // local mean time
      {"Europe/Berlin", At(1945, 6, 1), 3 * 3600},
      {"Europe/Berlin", At(2024, 3, 31, 0, 59, 59), 3600},
      {"Europe/Berlin", At(2024, 3, 31, 1), 7200},
      {"Europe/Berlin", At(2024, 10, 27, 0, 59, 59), 7200},
      {"Europe/Berlin", At(2024, 10, 27, 1), 3600},
      {"Europe/Berlin", At(2500, 3, 28, 0, 59, 59), 3600},
      {"Europe/Berlin", At(2500, 3, 28, 1), 7200},
      {"Europe/Berlin", At(9999, 12, 31, 23), 3600},
      {"America/New_York", At(2090, 3, 12, 6, 59, 59), -5 * 3600},
      {"America/New_York", At(2090, 3, 12, 7), -4 * 3600},
      {"America/St_Johns", At(2009, 2, 13, 2), -(3 * 3600 + 1800)},
      {"Asia/Kathmandu", At(2009, 2, 13), 5 * 3600 + 45 * 60},
      {"Australia/Sydney", At(2100, 1, 1), 11 * 3600},  // summer over the turn of the year
      {"Australia/Sydney", At(2100, 7, 1), 10 * 3600},
      {"Europe/Dublin", At(2100, 1, 1), 0},  // winter time is the exception there
      {"Europe/Dublin", At(2100, 7, 1), 3600},
      {"Antarctica/Troll", At(2100, 7, 1), 7200},
      {"Pacific/Kiritimati", At(2024, 1, 1), 14 * 3600},
      {"Pacific/Apia", At(2011, 12, 30, 9, 59, 59), -10 * 3600},  // the day that was left out
      {"Pacific/Apia", At(2011, 12, 30, 10), 14 * 3600},
      {"US/Central", At(2009, 2, 13), -6 * 3600},
      {"Etc/GMT+12", At(2024, 1, 1), -12 * 3600},
      {"America/Argentina/Buenos_Aires", At(2024, 1, 1), -3 * 3600},
      {"UTC", At(2024, 1, 1), 0},
  };
  for (const Case& c : cases) {
    ASSERT_TRUE(LoadTimeZone(c.zone)) << c.zone;
    EXPECT_EQ(OffsetOfZone(c.zone, c.at), c.offset) << c.zone << " " << c.at;
  }
}

TEST(TimeZone, UnknownUntilLoaded) {
  EXPECT_EQ(OffsetOfZone("Indian/Mauritius", 0), std::nullopt);
  EXPECT_TRUE(LoadTimeZone("Indian/Mauritius"));
  EXPECT_EQ(OffsetOfZone("Indian/Mauritius", 0), 4 * 3600);
}

TEST(TimeZone, UtcNeedsNoDatabase) {
  EXPECT_EQ(OffsetOfZone("UTC", 12345), 0);
  EXPECT_TRUE(LoadTimeZone("UTC"));
}

TEST(TimeZone, ManyThreadsMayLoadAndAsk) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int j = 0; j < 50; ++j) {
        EXPECT_TRUE(LoadTimeZone("Asia/Tokyo"));
        EXPECT_EQ(OffsetOfZone("Asia/Tokyo", 0), 9 * 3600);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(TimeZone, NamesThatReachNothingElse) {
  for (const char* name : {
           "",
           "/",
           ".",
           "..",
           "../passwd",
           "Europe/../../../../etc/passwd",
           "/etc/localtime",
           "/usr/share/zoneinfo/UTC",
           "Europe//Berlin",
           "Europe/",
           "/Europe/Berlin",
           "Europe",
           "Europe/Berlin ",
           " Europe/Berlin",
           "Europe\\Berlin",
           "./Europe/Berlin",
           "Europe/Berlin\n",
           "file:Europe/Berlin",
           ":Europe/Berlin",
           "tzdata.zi",
           "zone.tab",
           "leapseconds",
           "iso3166.tab",
           "localtime",
           "posixrules",
           "posix/UTC",
           "right/UTC",
           "right/Europe/Berlin",
           "Europe/Berl\xC3\xADn",
           "America/Argentina/Buenos_Aires/x",
           "CET-1CEST",
           "europe/berlin",
           "Europe/Atlantis",
           "~",
           "$TZ",
       }) {
    EXPECT_FALSE(LoadTimeZone(name)) << name;
    EXPECT_EQ(OffsetOfZone(name, 0), std::nullopt) << name;
  }
  EXPECT_FALSE(LoadTimeZone(std::string_view("Europe/Berlin\0", 14)));
  EXPECT_FALSE(LoadTimeZone(std::string_view("UTC\0", 4)));
  EXPECT_FALSE(LoadTimeZone(std::string(1'000'000, 'A')));
  EXPECT_EQ(OffsetOfZone(std::string(1'000'000, 'A'), 0), std::nullopt);
}

TEST(TimeZone, AnEnvironmentVariableDoesNotMoveTheDatabase) {
  setenv("TZDIR", "/nowhere", 1);
  setenv("TZ", "Asia/Tokyo", 1);
  EXPECT_TRUE(LoadTimeZone("Africa/Lagos"));
  EXPECT_EQ(OffsetOfZone("Africa/Lagos", At(2024, 1, 1)), 3600);
  unsetenv("TZDIR");
  unsetenv("TZ");
}

TEST(TimeZone, OffsetsOfTwoDigitsEach) {
  const auto offset = [](const char* text) { return OffsetOfZone(text, 0); };
  EXPECT_EQ(offset("02:00"), 7200);
  EXPECT_EQ(offset("+02:00"), 7200);
  EXPECT_EQ(offset("-09:30"), -(9 * 3600 + 1800));
  EXPECT_EQ(offset("-00:00"), 0);
  EXPECT_EQ(offset("+23:59"), 23 * 3600 + 59 * 60);
  for (const char* text : {"+24:00", "+02:60", "2:00", "+2:00", "0200", "+0200", "+02", "++02:00",
                           "+-2:00", "+02:0 ", " +02:00", "+02:00 ", "+02:00:00", "Z", "UTC+2",
                           "\xE2\x88\x92"
                           "02:00",
                           "+ 2:00", ":", "+"}) {
    EXPECT_EQ(offset(text), std::nullopt) << text;
  }
}

// Rules as POSIX has them.

TEST(ZoneRule, ReadsEachForm) {
  const auto rule = ParseZoneRule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->standard, -7200);
  EXPECT_EQ(rule->summer, -3600);
  EXPECT_EQ(rule->summer_starts.month, 3);
  EXPECT_EQ(rule->summer_starts.week, 5);
  EXPECT_EQ(rule->summer_starts.time, -3600);
  EXPECT_EQ(rule->summer_ends.time, 0);

  const auto fixed = ParseZoneRule("<+0545>-5:45");
  ASSERT_TRUE(fixed);
  EXPECT_EQ(fixed->standard, 5 * 3600 + 45 * 60);
  EXPECT_FALSE(fixed->has_summer);

  const auto days = ParseZoneRule("AAA3BBB2:30:15,J60/167,59/-167:30");
  ASSERT_TRUE(days);
  EXPECT_EQ(days->summer, -(2 * 3600 + 30 * 60 + 15));
  EXPECT_EQ(days->summer_starts.kind, YearlyChange::Kind::kDayOfYearNoLeaps);
  EXPECT_EQ(days->summer_starts.day, 60);
  EXPECT_EQ(days->summer_ends.kind, YearlyChange::Kind::kDayOfYear);
  EXPECT_EQ(days->summer_ends.time, -(167 * 3600 + 1800));
}

TEST(ZoneRule, RefusesWhatItDoesNotKnow) {
  for (const char* text : {
           "",
           "CET",
           "C1",
           "CE1",
           "<CET1",
           "<>1",
           "CET25",
           "CET-25",
           "CET1:60",
           "CET1:",
           "CET-1CEST",
           "CET-1CEST,",
           "CET-1CEST,M3.5.0",
           "CET-1CEST,M3.5.0,",
           "CET-1CEST,M0.5.0,M10.5.0",
           "CET-1CEST,M13.5.0,M10.5.0",
           "CET-1CEST,M3.0.0,M10.5.0",
           "CET-1CEST,M3.6.0,M10.5.0",
           "CET-1CEST,M3.5.7,M10.5.0",
           "CET-1CEST,M3.5.0,M10.5.0/168",
           "CET-1CEST,J0,J1",
           "CET-1CEST,J366,J1",
           "CET-1CEST,366,1",
           "CET-1CEST,M3.5.0,M10.5.0 ",
           "CET-1CEST,M3.5.0,M10.5.0,",
           "CET-99999999999999999999",
           "CET-1CEST,M3.5.0/,M10.5.0",
           "CET--1",
           "CET-1CEST,M3.5,M10.5.0",
       }) {
    EXPECT_FALSE(ParseZoneRule(text)) << text;
  }
}

// Files made here, so that what is wrong with them is known.

std::string BigEndian(uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(number >> (8 * i) & 0xFF);
  return text;
}

struct ZoneFile {
  char version = '2';
  std::vector<int64_t> changes;
  std::vector<uint8_t> type_of_change;
  std::vector<int32_t> types = {3600};
  uint32_t leaps = 0;
  std::string footer = "\nCET-1\n";

  std::string Header(size_t change_count, size_t type_count, size_t names) const {
    return std::string("TZif") + version + std::string(15, '\0') + BigEndian(0, 4) +
           BigEndian(0, 4) + BigEndian(leaps, 4) + BigEndian(change_count, 4) +
           BigEndian(type_count, 4) + BigEndian(names, 4);
  }
  std::string Bytes() const {
    std::string bytes =
        Header(0, 1, 4) + BigEndian(0, 6) + std::string("UTC\0", 4) + std::string(leaps * 8, '\0');
    bytes += Header(changes.size(), types.size(), 4);
    for (const int64_t at : changes) bytes += BigEndian(static_cast<uint64_t>(at), 8);
    for (const uint8_t type : type_of_change) bytes += static_cast<char>(type);
    for (const int32_t offset : types) {
      bytes += BigEndian(static_cast<uint32_t>(offset), 4) + std::string(2, '\0');
    }
    return bytes + std::string("CET\0", 4) + std::string(leaps * 12, '\0') + footer;
  }
};

TEST(ZoneFile, HoldsFromEachChangeToTheNext) {
  ZoneFile file;
  file.types = {100, 200, -300};
  file.changes = {-1000, 0, 1000};
  file.type_of_change = {1, 2, 1};
  file.footer = "\nXXX1\n";
  const auto zone = TimeZone::FromBytes(file.Bytes());
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->OffsetAt(-1001), 100);
  EXPECT_EQ(zone->OffsetAt(-1000), 200);
  EXPECT_EQ(zone->OffsetAt(-1), 200);
  EXPECT_EQ(zone->OffsetAt(0), -300);
  EXPECT_EQ(zone->OffsetAt(999), -300);
  EXPECT_EQ(zone->OffsetAt(1000), -3600);
}

TEST(ZoneFile, WithoutARuleTheLastChangeHolds) {
  ZoneFile file;
  file.types = {100, 200};
  file.changes = {0};
  file.type_of_change = {1};
  file.footer = "\n\n";
  const auto zone = TimeZone::FromBytes(file.Bytes());
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->OffsetAt(int64_t{1} << 36), 200);
}

TEST(ZoneFile, SummerTimeAllYear) {
  ZoneFile file;
  file.footer = "\nXXX3EDT4,0/0,J365/23\n";
  const auto zone = TimeZone::FromBytes(file.Bytes());
  ASSERT_TRUE(zone);
  for (int64_t at = At(2023, 12, 1); at < At(2025, 2, 1); at += 1800) {
    ASSERT_EQ(zone->OffsetAt(at), -4 * 3600) << at;
  }
}

TEST(ZoneFile, DaysWithAndWithoutLeapDays) {
  ZoneFile file;
  file.footer = "\nAAA0BBB-1,J60/0,J61/0\n";  // March 1, all of it, every year
  auto zone = TimeZone::FromBytes(file.Bytes());
  ASSERT_TRUE(zone);
  for (const int year : {2023, 2024}) {
    EXPECT_EQ(zone->OffsetAt(At(year, 2, 28, 23, 59, 59)), 0);
    EXPECT_EQ(zone->OffsetAt(At(year, 3, 1)), 3600);
    EXPECT_EQ(zone->OffsetAt(At(year, 3, 1, 23)), 0);
  }
  file.footer = "\nAAA0BBB-1,59/0,60/0\n";  // the 60th day
  zone = TimeZone::FromBytes(file.Bytes());
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->OffsetAt(At(2023, 3, 1)), 3600);
  EXPECT_EQ(zone->OffsetAt(At(2024, 2, 29)), 3600);
  EXPECT_EQ(zone->OffsetAt(At(2024, 3, 1)), 0);
}

TEST(ZoneFile, RefusesBrokenOnes) {
  const ZoneFile good;
  ASSERT_TRUE(TimeZone::FromBytes(good.Bytes()));
  ZoneFile file = good;
  file.version = '\0';
  EXPECT_FALSE(TimeZone::FromBytes(file.Bytes())) << "version 1 has no far times";
  file = good;
  file.types.clear();
  EXPECT_FALSE(TimeZone::FromBytes(file.Bytes())) << "no type";
  file = good;
  file.types = {27 * 3600};
  EXPECT_FALSE(TimeZone::FromBytes(file.Bytes())) << "an offset of more than a day";
  file.types = {INT32_MIN};
  EXPECT_FALSE(TimeZone::FromBytes(file.Bytes()));
  file = good;
  file.changes = {0};
  file.type_of_change = {1};
  EXPECT_FALSE(TimeZone::FromBytes(file.Bytes())) << "a type that is not there";
  file.type_of_change = {0, 0};
  file.changes = {5, 5};
  EXPECT_FALSE(TimeZone::FromBytes(file.Bytes())) << "changes that do not rise";
  file.changes = {5, 4};
  EXPECT_FALSE(TimeZone::FromBytes(file.Bytes()));
  file = good;
  file.leaps = 1;
  EXPECT_FALSE(TimeZone::FromBytes(file.Bytes())) << "leap seconds";
  for (const char* footer : {"", "\n", "CET-1\n", "\nCET-1", "\nCET\n", "\nCET-1\n\n"}) {
    file = good;
    file.footer = footer;
    EXPECT_FALSE(TimeZone::FromBytes(file.Bytes())) << "footer " << footer;
  }
}

TEST(ZoneFile, CountsThatPromiseTooMuchAreRefused) {
  for (size_t field = 0; field < 6; ++field) {
    for (const size_t header : {size_t{0}, size_t{44 + 10}}) {
      std::string bytes = ZoneFile().Bytes();
      bytes.replace(header + 20 + 4 * field, 4, "\xFF\xFF\xFF\xFF");
      EXPECT_FALSE(TimeZone::FromBytes(bytes)) << header << " " << field;
    }
  }
}

TEST(ZoneFile, AnyCutOrFlippedByteIsRefusedOrHarmless) {
  ZoneFile file;
  file.types = {100, 200};
  file.changes = {-1000, 1000};
  file.type_of_change = {1, 0};
  file.footer = "\nCET-1CEST,M3.5.0,M10.5.0/3\n";
  const std::string good = file.Bytes();
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(TimeZone::FromBytes(good.substr(0, size))) << size;
  }
  for (size_t i = 0; i < good.size(); ++i) {
    for (const int flip : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      std::string bytes = good;
      bytes[i] = static_cast<char>(bytes[i] ^ flip);
      const auto zone = TimeZone::FromBytes(bytes);
      if (!zone) continue;
      for (const int64_t at : {At(1, 1, 1), int64_t{0}, At(9999, 12, 31)}) {
        const int32_t offset = zone->OffsetAt(at);
        ASSERT_TRUE(offset >= -26 * 3600 && offset <= 26 * 3600) << i;
      }
    }
  }
}

// Programs that ask for zones. Each test has zones of its own: what is loaded stays.

TEST(ZonesOfAProgram, AreThoseItsConstantsName) {
  ASSERT_EQ(OffsetOfZone("Indian/Maldives", 0), std::nullopt);
  ASSERT_TRUE(Verify(Assemble(R"(
    value 2
     LoadSlot r0 args.at
     LoadConst r1 "Indian/Maldives"
     Call r0 getHours r0 2
     Return r0)")));
  EXPECT_NE(OffsetOfZone("Indian/Maldives", 0), std::nullopt);
}

TEST(ZonesOfAProgram, AreNotLoadedForOneThatAsksForNone) {
  ASSERT_TRUE(Verify(Assemble(R"(
    value 2
     LoadSlot r0 args.at
     LoadConst r1 "Indian/Chagos"
     Call r0 getHours r0 1
     Call r1 startsWith r0 2
     Return r0)")));
  EXPECT_EQ(OffsetOfZone("Indian/Chagos", 0), std::nullopt);
}

TEST(ZonesOfAProgram, AreAllWhereAnyNameMayBeAsked) {
  Program program = Assemble(R"(
    value 2
     LoadSlot r0 args.hours
     LoadSlot r1 args.zone
     Call r0 time.within r0 2
     Return r0)");
  program.all_time_zones = true;
  ASSERT_TRUE(Verify(std::move(program)));
  EXPECT_NE(OffsetOfZone("Indian/Comoro", 0), std::nullopt);
}

TEST(ZonesOfTheDatabase, AreAllLoadedAtOnce) {
  LoadAllTimeZones();
  for (const char* name : {"Africa/Abidjan", "America/Indiana/Knox", "Zulu", "W-SU", "NZ-CHAT"}) {
    EXPECT_NE(OffsetOfZone(name, 0), std::nullopt) << name;
  }
  EXPECT_EQ(OffsetOfZone("localtime", 0), std::nullopt);
  EXPECT_EQ(OffsetOfZone("right/UTC", 0), std::nullopt);
  EXPECT_EQ(OffsetOfZone("tzdata.zi", 0), std::nullopt);
}

}  // namespace
}  // namespace writ
