// Reading zones, and keeping those that programs may ask for.
// Tested by tests/vm/time_zone_test.cc.
#include "vm/time_zone.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "vm/civil_time.h"

namespace writ {
namespace {

constexpr std::string_view kFolder = "/usr/share/zoneinfo/";
constexpr size_t kMaxNameBytes = 64;
constexpr int kMaxNameParts = 3;         // "America/Argentina/Buenos_Aires"
constexpr size_t kMaxFileBytes = 65536;  // the largest of the database has some 4,000
constexpr size_t kMaxZones = 4096;       // the database has some 600 names
constexpr int32_t kMaxOffset = 26 * 3600;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The POSIX form of TZ, from left to right. Each step fails on what it does not know.
class RuleParser {
 public:
  explicit RuleParser(std::string_view text) : rest_(text) {}

  std::optional<ZoneRule> Parse() {
    ZoneRule rule;
    // POSIX counts westward.
    if (!Name() || !Time(24, &rule.standard)) return std::nullopt;
    rule.standard = -rule.standard;
    if (rest_.empty()) return rule;
    rule.has_summer = true;
    rule.summer = rule.standard + 3600;
    if (!Name()) return std::nullopt;
    if (!rest_.empty() && rest_.front() != ',') {
      if (!Time(24, &rule.summer)) return std::nullopt;
      rule.summer = -rule.summer;
    }
    // Without dates POSIX leaves them to the implementation.
    if (!Change(&rule.summer_starts) || !Change(&rule.summer_ends)) return std::nullopt;
    if (!rest_.empty()) return std::nullopt;
    return rule;
  }

 private:
  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // "CET" or "<+0545>".
  bool Name() {
    const bool quoted = Take('<');
    size_t size = 0;
    while (size < rest_.size() &&
           (IsLetter(rest_[size]) ||
            (quoted && (IsDigit(rest_[size]) || rest_[size] == '+' || rest_[size] == '-')))) {
      ++size;
    }
    if (size < 3) return false;
    rest_.remove_prefix(size);
    return !quoted || Take('>');
  }

  bool Number(int most, int* number) {
    size_t size = 0;
    *number = 0;
    while (size < rest_.size() && IsDigit(rest_[size]) && *number <= most) {
      *number = *number * 10 + (rest_[size++] - '0');
    }
    rest_.remove_prefix(size);
    return size > 0 && *number <= most;
  }

  // [+-]hh[:mm[:ss]] as seconds.
  bool Time(int most_hours, int32_t* seconds) {
    const bool negative = Take('-');
    if (!negative) Take('+');
    int hours = 0;
    int minutes = 0;
    int rest = 0;
    if (!Number(most_hours, &hours)) return false;
    if (Take(':')) {
      if (!Number(59, &minutes)) return false;
      if (Take(':') && !Number(59, &rest)) return false;
    }
    *seconds = hours * 3600 + minutes * 60 + rest;
    if (negative) *seconds = -*seconds;
    return true;
  }

  // ",M3.5.0/2", ",J60" or ",59".
  bool Change(YearlyChange* change) {
    if (!Take(',')) return false;
    if (Take('M')) {
      change->kind = YearlyChange::Kind::kWeekdayOfMonth;
      if (!Number(12, &change->month) || change->month < 1 || !Take('.')) return false;
      if (!Number(5, &change->week) || change->week < 1 || !Take('.')) return false;
      if (!Number(6, &change->day)) return false;
    } else if (Take('J')) {
      change->kind = YearlyChange::Kind::kDayOfYearNoLeaps;
      if (!Number(365, &change->day) || change->day < 1) return false;
    } else {
      change->kind = YearlyChange::Kind::kDayOfYear;
      if (!Number(365, &change->day)) return false;
    }
    return !Take('/') || Time(167, &change->time);
  }

  std::string_view rest_;
};

// Seconds from 1970 to a year's change, by the clocks that it changes.
int64_t LocalSeconds(const YearlyChange& change, int64_t year) {
  int64_t day = 0;
  switch (change.kind) {
    case YearlyChange::Kind::kDayOfYear: day = DaysFromCivil(year, 1, 1) + change.day; break;
    case YearlyChange::Kind::kDayOfYearNoLeaps:
      day = DaysFromCivil(year, 1, 1) + change.day - 1;
      if (IsLeapYear(year) && change.day >= 60) ++day;
      break;
    case YearlyChange::Kind::kWeekdayOfMonth: {
      const int64_t first = DaysFromCivil(year, change.month, 1);
      int date = (change.day - WeekdayFromDays(first) + 7) % 7 + (change.week - 1) * 7;
      if (date >= DaysInMonth(year, change.month)) date -= 7;
      day = first + date;
      break;
    }
  }
  return day * kSecondsPerDay + change.time;
}

// The last change up to then decides. Those of the years before and after are looked at too, since
// a change may stand up to a week outside its year.
int32_t OffsetByRule(const ZoneRule& rule, int64_t seconds) {
  if (!rule.has_summer) return rule.standard;
  const int64_t this_year = CivilFromDays(DaysFromSeconds(seconds)).year;
  int64_t latest = INT64_MIN;
  int32_t offset = rule.standard;
  const auto consider = [&](int64_t change, int32_t offset_then) {
    if (change > seconds || change < latest) return;
    latest = change;
    offset = offset_then;
  };
  for (int64_t year = this_year - 1; year <= this_year + 1; ++year) {
    consider(LocalSeconds(rule.summer_starts, year) - rule.standard, rule.summer);
    consider(LocalSeconds(rule.summer_ends, year) - rule.summer, rule.standard);
  }
  return offset;
}

// Big-endian numbers off the front of a zone's file.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<std::string_view> Take(uint64_t size) {
    if (size > rest_.size()) return std::nullopt;
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  static uint64_t Number(std::string_view bytes) {
    uint64_t number = 0;
    for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
    return number;
  }

  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

struct ZoneHeader {
  char version = 0;
  uint64_t ut_flags = 0;
  uint64_t standard_flags = 0;
  uint64_t leaps = 0;
  uint64_t changes = 0;
  uint64_t types = 0;
  uint64_t name_bytes = 0;

  uint64_t DataBytes(uint64_t time_bytes) const {
    return changes * (time_bytes + 1) + types * 6 + name_bytes + leaps * (time_bytes + 4) +
           standard_flags + ut_flags;
  }
};

std::optional<ZoneHeader> ReadHeader(ByteReader& reader) {
  const auto bytes = reader.Take(44);
  if (!bytes || bytes->substr(0, 4) != "TZif") return std::nullopt;
  const auto count = [&](size_t i) { return ByteReader::Number(bytes->substr(20 + 4 * i, 4)); };
  return ZoneHeader{(*bytes)[4], count(0), count(1), count(2), count(3), count(4), count(5)};
}

std::string ReadZoneFile(std::string_view name) {
  std::string bytes;
  const std::string path = std::string(kFolder).append(name);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return bytes;
  struct stat status;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
      static_cast<uint64_t>(status.st_size) <= kMaxFileBytes) {
    bytes.resize(static_cast<size_t>(status.st_size));
    size_t filled = 0;
    while (filled < bytes.size()) {
      const ssize_t got = read(file, bytes.data() + filled, bytes.size() - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      filled += static_cast<size_t>(got);
    }
    bytes.resize(filled);
  }
  close(file);
  return bytes;
}

class Registry {
 public:
  bool Add(std::string_view name) {
    {
      const std::shared_lock lock(mutex_);
      if (zones_.contains(name)) return true;
    }
    auto zone = TimeZone::FromBytes(ReadZoneFile(name));
    if (!zone) return false;
    const std::unique_lock lock(mutex_);
    if (zones_.size() >= kMaxZones) return false;
    zones_.emplace(name, std::move(*zone));  // not if another thread was faster
    return true;
  }

  // Nodes of a map stay where they are, and zones are never taken out.
  const TimeZone* Find(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    const auto zone = zones_.find(name);
    return zone == zones_.end() ? nullptr : &zone->second;
  }

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, const TimeZone, std::less<>> zones_;
};

// Never destroyed: decisions may go on in other threads while the process ends.
Registry& Zones() {
  static Registry& registry = *new Registry;
  return registry;
}

}  // namespace

std::optional<ZoneRule> ParseZoneRule(std::string_view text) {
  return RuleParser(text).Parse();
}

std::optional<TimeZone> TimeZone::FromBytes(std::string_view bytes) {
  ByteReader reader(bytes);
  // First the same again in 32 bits, for old readers.
  const auto first = ReadHeader(reader);
  if (!first || first->version < '2' || !reader.Take(first->DataBytes(4))) return std::nullopt;
  const auto header = ReadHeader(reader);
  if (!header || header->version < '2' || header->leaps != 0) return std::nullopt;
  if (header->types == 0 || header->types > 256) return std::nullopt;
  // Counts have 32 bits, so that nothing here overflows; what they promise must be there.
  if (header->DataBytes(8) > reader.rest().size()) return std::nullopt;
  const auto times = *reader.Take(header->changes * 8);
  const auto type_of_change = *reader.Take(header->changes);
  const auto types = *reader.Take(header->types * 6);
  reader.Take(header->name_bytes + header->standard_flags + header->ut_flags);

  std::vector<int32_t> offset_of_type;
  for (size_t i = 0; i < header->types; ++i) {
    const auto offset = static_cast<int32_t>(ByteReader::Number(types.substr(i * 6, 4)));
    if (offset < -kMaxOffset || offset > kMaxOffset) return std::nullopt;
    offset_of_type.push_back(offset);
  }
  TimeZone zone;
  zone.offsets_.push_back(offset_of_type[0]);
  for (size_t i = 0; i < header->changes; ++i) {
    const auto time = static_cast<int64_t>(ByteReader::Number(times.substr(i * 8, 8)));
    const auto type = static_cast<unsigned char>(type_of_change[i]);
    if (type >= header->types) return std::nullopt;
    if (!zone.changes_.empty() && time <= zone.changes_.back()) return std::nullopt;
    zone.changes_.push_back(time);
    zone.offsets_.push_back(offset_of_type[type]);
  }

  // The rule for what comes after, a line of its own; empty if none is known.
  std::string_view footer = reader.rest();
  if (footer.size() < 2 || footer.front() != '\n' || footer.back() != '\n') return std::nullopt;
  footer = footer.substr(1, footer.size() - 2);
  if (!footer.empty()) {
    zone.rule_ = ParseZoneRule(footer);
    if (!zone.rule_) return std::nullopt;
  }
  return zone;
}

int32_t TimeZone::OffsetAt(int64_t seconds) const {
  const auto later = std::upper_bound(changes_.begin(), changes_.end(), seconds);
  if (later == changes_.end() && rule_) return OffsetByRule(*rule_, seconds);
  return offsets_[static_cast<size_t>(later - changes_.begin())];
}

bool IsTimeZoneName(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) return false;
  if (name == "localtime" || name == "posixrules") return false;
  if (name.starts_with("posix/") || name.starts_with("right/")) return false;
  int parts = 1;
  char before = '/';
  for (const char c : name) {
    if (c == '/') {
      if (before == '/' || ++parts > kMaxNameParts) return false;
    } else if (!IsLetter(c) && !IsDigit(c) && c != '_' && c != '+' && c != '-') {
      return false;
    }
    before = c;
  }
  return before != '/';
}

std::optional<int32_t> ParseUtcOffset(std::string_view text) {
  const bool west = text.starts_with('-');
  if (west || text.starts_with('+')) text.remove_prefix(1);
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const size_t i : {0u, 1u, 3u, 4u}) {
    if (!IsDigit(text[i])) return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (hours > 23 || minutes > 59) return std::nullopt;
  const int32_t seconds = hours * 3600 + minutes * 60;
  return west ? -seconds : seconds;
}

bool LoadTimeZone(std::string_view name) {
  return name == "UTC" || (IsTimeZoneName(name) && Zones().Add(name));
}

void LoadAllTimeZones() {
  // Read once: a second look would find the same names, and a reload is not to walk a tree.
  static std::once_flag once;
  std::call_once(once, [] {
    std::error_code failed;
    std::filesystem::recursive_directory_iterator at(kFolder, failed);
    for (; !failed && at != std::filesystem::recursive_directory_iterator(); at.increment(failed)) {
      const std::string name = at->path().string().substr(kFolder.size());
      if (name == "posix" || name == "right" || at.depth() >= kMaxNameParts) {
        at.disable_recursion_pending();
      } else {
        LoadTimeZone(name);
      }
    }
  });
}

std::optional<int32_t> OffsetOfZone(std::string_view zone, int64_t seconds) {
  if (zone == "UTC") return 0;
  if (const auto offset = ParseUtcOffset(zone)) return offset;
  if (zone.size() > kMaxNameBytes) return std::nullopt;
  const TimeZone* known = Zones().Find(zone);
  if (known == nullptr) return std::nullopt;
  return known->OffsetAt(seconds);
}

}  // namespace writ
