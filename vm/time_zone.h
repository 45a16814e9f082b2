// Time zones: how far a place's clocks are from UTC at a point in time.
//
// A zone is a name of the IANA database ("Europe/Berlin"), read from the system's copy in
// /usr/share/zoneinfo, or an offset that never changes ("+02:00"). Decisions open no file: what a
// program may ask for is loaded when the program is, and stays for the life of the process. A name
// that was not loaded is unknown, whatever the database has by then.
//
// Why no library: the C library's functions keep one zone in global state, and the libraries for
// C++ honour TZDIR, absolute paths or both. Here a name can reach nothing but a file below that
// one folder, and an environment variable does not move it: who may set a variable of the proxy's
// process could otherwise decide what "office hours" are.
//
// Thread safety: every function may be called from any thread. Zones never change or move.
//
// Tested by tests/vm/time_zone_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace writ {

// When a rule such as "the last Sunday in March at 02:00" changes the clocks.
struct YearlyChange {
  enum class Kind : uint8_t {
    kDayOfYear,         // day: 0..365, February 29 counted
    kDayOfYearNoLeaps,  // day: 1..365, February 29 never counted
    kWeekdayOfMonth,    // month, week 1..5 (5: the last) and day: 0..6, Sunday being 0
  };
  Kind kind = Kind::kDayOfYear;
  int month = 0;
  int week = 0;
  int day = 0;
  int32_t time = 7200;  // seconds after (or before) local midnight, at most a week
};

// What holds after the last change that a zone's file lists: the POSIX form of TZ.
struct ZoneRule {
  int32_t standard = 0;  // seconds east of UTC
  bool has_summer = false;
  int32_t summer = 0;
  YearlyChange summer_starts;
  YearlyChange summer_ends;
};

// `text` as it stands in the last line of a zone's file: "CET-1CEST,M3.5.0,M10.5.0/3".
// Nothing if it is of another form.
std::optional<ZoneRule> ParseZoneRule(std::string_view text);

class TimeZone {
 public:
  // From the bytes of a compiled zone (RFC 9636, version 2 or later, without leap seconds).
  // Nothing if they are anything else; they may be hostile.
  static std::optional<TimeZone> FromBytes(std::string_view bytes);

  // Seconds east of UTC at a time, within ±26 hours.
  // REQUIRES: seconds since 1970, of years 1 to 9999.
  int32_t OffsetAt(int64_t seconds) const;

 private:
  std::vector<int64_t> changes_;  // rising
  std::vector<int32_t> offsets_;  // before the first change, and from each on: one more
  std::optional<ZoneRule> rule_;  // from the last change on
};

// Whether it has the form of a zone's name: parts of A-Z a-z 0-9 _ + - between slashes, at most
// three parts and 64 bytes. "localtime" and "posixrules" stand for another zone on every machine
// and are none; neither is what the folders "posix" and "right" hold.
bool IsTimeZoneName(std::string_view name);

// Seconds east of UTC for "+02:00", "-09:30", "02:00" (east); hours up to 23, minutes up to 59.
std::optional<int32_t> ParseUtcOffset(std::string_view text);

// Makes a zone known, from the database. True if it is now; UTC always is.
bool LoadTimeZone(std::string_view name);

// All zones of the database, for programs that make a zone's name of what they are given.
void LoadAllTimeZones();

// Seconds east of UTC of a zone at a time; nothing if the zone is not known. Opens nothing and
// allocates nothing.
std::optional<int32_t> OffsetOfZone(std::string_view zone, int64_t seconds);

}  // namespace writ
