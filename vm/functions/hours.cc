// Functions of expressions: weekly hours.
// Tested by tests/vm/functions/hours_test.cc.
//
//   hours   = rule *( ";" rule )
//   rule    = [ days ] spans
//   days    = day [ "-" day ] *( "," day [ "-" day ] )   ; "Fr-Mo" goes over the weekend
//   spans   = time "-" time *( "," time "-" time )
//   day     = "Mo" / "Mon" / "Tu" / "Tue" …              ; in any case
//   time    = 2DIGIT ":" 2DIGIT                          ; "24:00" only as an end
//
// Spaces may stand between any two of these. Without days a rule holds for each. A span includes
// its start and excludes its end; one that ends before it starts ends on the day after. One of no
// length is an error, since it may be meant as nothing or as the whole day.
#include <array>
#include <optional>

#include "vm/civil_time.h"
#include "vm/functions/arguments.h"
#include "vm/functions/function.h"
#include "vm/time_zone.h"

namespace writ {
namespace {

constexpr int kMinutesPerDay = 24 * 60;
constexpr int kMinutesPerWeek = 7 * kMinutesPerDay;

class HoursParser {
 public:
  // `minute` of a week that starts on Monday at 00:00.
  HoursParser(std::string_view text, int minute) : rest_(text), minute_(minute) {}

  // Whether the minute is within the hours; nothing if they are malformed, anywhere.
  std::optional<bool> Parse() {
    do {
      SkipSpace();
      unsigned days = 0;  // bit 0 for Monday
      if (!Days(&days)) return std::nullopt;
      do {
        if (!Span(days)) return std::nullopt;
      } while (Take(','));
    } while (Take(';'));
    if (!rest_.empty()) return std::nullopt;
    return within_;
  }

 private:
  void SkipSpace() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }

  // With the spaces around it.
  bool Take(char c) {
    SkipSpace();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    SkipSpace();
    return true;
  }

  // A letter in lower case, or 0.
  char Letter(size_t i) const {
    if (i >= rest_.size()) return 0;
    const char c = static_cast<char>(rest_[i] | 0x20);
    return c >= 'a' && c <= 'z' ? c : '\0';
  }

  bool Day(unsigned* day) {
    static constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu",
                                                              "fri", "sat", "sun"};
    for (unsigned i = 0; i < kDays.size(); ++i) {
      if (Letter(0) != kDays[i][0] || Letter(1) != kDays[i][1]) continue;
      const size_t size = Letter(2) == 0 ? 2 : 3;
      if (size == 3 && (Letter(2) != kDays[i][2] || Letter(3) != 0)) return false;
      rest_.remove_prefix(size);
      *day = i;
      return true;
    }
    return false;
  }

  bool Days(unsigned* days) {
    if (Letter(0) == 0) {
      *days = 0x7F;
      return true;
    }
    do {
      unsigned first = 0;
      if (!Day(&first)) return false;
      unsigned last = first;
      if (Take('-') && !Day(&last)) return false;
      for (unsigned day = first;; day = (day + 1) % 7) {
        *days |= 1u << day;
        if (day == last) break;
      }
    } while (Take(','));
    // The space that parts "Mo" from "09:00" may be gone already, with others.
    return true;
  }

  bool TwoDigits(int* number) {
    if (rest_.size() < 2) return false;
    const char tens = rest_[0];
    const char ones = rest_[1];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return false;
    *number = (tens - '0') * 10 + (ones - '0');
    rest_.remove_prefix(2);
    return true;
  }

  bool Time(int latest, int* minutes) {
    int hour = 0;
    int minute = 0;
    if (!TwoDigits(&hour) || rest_.empty() || rest_.front() != ':') return false;
    rest_.remove_prefix(1);
    if (!TwoDigits(&minute) || minute > 59) return false;
    *minutes = hour * 60 + minute;
    return *minutes <= latest;
  }

  bool Span(unsigned days) {
    int start = 0;
    int end = 0;
    if (!Time(kMinutesPerDay - 1, &start) || !Take('-') || !Time(kMinutesPerDay, &end)) {
      return false;
    }
    if (start == end) return false;
    const int length = end > start ? end - start : end + kMinutesPerDay - start;
    for (int day = 0; day < 7; ++day) {
      const int since =
          (minute_ - (day * kMinutesPerDay + start) + kMinutesPerWeek) % kMinutesPerWeek;
      if ((days >> day & 1) != 0 && since < length) within_ = true;
    }
    return true;
  }

  std::string_view rest_;
  int minute_;
  bool within_ = false;
};

int MinuteOfWeek(int64_t local_seconds) {
  const int64_t day = DaysFromSeconds(local_seconds);
  const int from_monday = (WeekdayFromDays(day) + 6) % 7;
  const int64_t minute = (local_seconds - day * kSecondsPerDay) / 60;
  return from_monday * kMinutesPerDay + static_cast<int>(minute);
}

}  // namespace

namespace functions {

// `time.within(hours, zone)` and `<timestamp>.within(hours, zone)`.
Value TimeWithin(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 2 && count != 3) return NoOverload(arguments, count);
  const Value& hours = arguments[count - 2];
  const Value& zone = arguments[count - 1];
  if (!hours.is(Tag::kString) || !zone.is(Tag::kString)) {
    return NoOverload(arguments, count);
  }
  const Value at = count == 3 ? arguments[0] : context.now;
  // Without a clock there is no `now` either.
  if (count == 2 && at.is(Tag::kAbsent)) return Fail(Error::kUnknownName);
  if (!at.is(Tag::kTimestamp)) return NoOverload(arguments, count);
  if (!context.Charge(uint64_t{hours.size} + 1)) return Fail(Error::kBudget);
  const auto offset = OffsetOfZone(zone.view(), at.i);
  if (!offset) return Fail(Error::kInvalidTimeZone);
  const auto within = HoursParser(hours.view(), MinuteOfWeek(at.i + *offset)).Parse();
  return within ? Value::Bool(*within) : Fail(Error::kInvalidHours);
}

}  // namespace functions
}  // namespace writ
