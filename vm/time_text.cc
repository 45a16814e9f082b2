// RFC 3339 timestamps and durations with units.
// Tested by tests/vm/time_text_test.cc.
#include "vm/time_text.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "vm/civil_time.h"

namespace writ {
namespace {

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Takes text off its front.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool Take(std::string_view wanted) {
    if (rest_.substr(0, wanted.size()) != wanted) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }
  std::string_view TakeDigits() {
    const auto* end = std::find_if_not(rest_.begin(), rest_.end(), IsDigit);
    const std::string_view digits(rest_.data(), static_cast<size_t>(end - rest_.begin()));
    rest_.remove_prefix(digits.size());
    return digits;
  }
  // Exactly `count` digits, of a number from `least` to `most`.
  std::optional<int> TakeNumber(size_t count, int least, int most) {
    const std::string_view digits = rest_.substr(0, count);
    if (digits.size() < count || !std::all_of(digits.begin(), digits.end(), IsDigit)) {
      return std::nullopt;
    }
    int number = 0;
    for (const char digit : digits) number = number * 10 + (digit - '0');
    if (number < least || number > most) return std::nullopt;
    rest_.remove_prefix(count);
    return number;
  }

 private:
  std::string_view rest_;
};

// A fraction's digits as a number of `unit`s (of a power of ten or a multiple of it), cut off.
// 17 digits are more than any unit has nanoseconds.
int64_t FractionOf(std::string_view digits, int64_t unit) {
  __int128 numerator = 0;
  __int128 denominator = 1;
  for (const char digit : digits.substr(0, 17)) {
    numerator = numerator * 10 + (digit - '0');
    denominator *= 10;
  }
  return static_cast<int64_t>(numerator * unit / denominator);
}

struct Unit {
  std::string_view name;
  int64_t nanoseconds;
};
// ORDER: no name stands before one that it begins.
constexpr Unit kUnits[] = {
    {"ns", 1},
    {"us", 1'000},
    {"\xC2\xB5s", 1'000},  // U+00B5, micro sign
    {"\xCE\xBCs", 1'000},  // U+03BC, Greek mu
    {"ms", 1'000'000},
    {"s", kNanosecondsPerSecond},
    {"m", 60 * kNanosecondsPerSecond},
    {"h", 3600 * kNanosecondsPerSecond},
};

char* PrintPadded(int64_t number, int width, char* out) {
  for (int i = width - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  return out + width;
}

// ".25" for a quarter of a second; nothing for none.
char* PrintFraction(int64_t nanoseconds, char* out) {
  if (nanoseconds == 0) return out;
  *out++ = '.';
  char* end = PrintPadded(nanoseconds, 9, out);
  while (end[-1] == '0') --end;
  return end;
}

}  // namespace

Value ReadTimestamp(std::string_view text) {
  const Value malformed = Value::Failure(Error::kInvalidTimestamp);
  TextReader reader(text);
  const auto year = reader.TakeNumber(4, 0, 9999);
  if (!year.has_value() || !reader.Take("-")) return malformed;
  const auto month = reader.TakeNumber(2, 1, 12);
  if (!month.has_value() || !reader.Take("-")) return malformed;
  const auto day = reader.TakeNumber(2, 1, 31);
  if (!day.has_value() || !reader.Take("T")) return malformed;
  const auto hour = reader.TakeNumber(2, 0, 23);
  if (!hour.has_value() || !reader.Take(":")) return malformed;
  const auto minute = reader.TakeNumber(2, 0, 59);
  if (!minute.has_value() || !reader.Take(":")) return malformed;
  const auto second = reader.TakeNumber(2, 0, 59);
  if (!second.has_value()) return malformed;
  int64_t nanoseconds = 0;
  if (reader.Take(".")) {
    const std::string_view digits = reader.TakeDigits();
    if (digits.empty()) return malformed;
    nanoseconds = FractionOf(digits, kNanosecondsPerSecond);
  }
  int64_t offset = 0;
  if (!reader.Take("Z")) {
    const bool east = reader.Take("+");
    if (!east && !reader.Take("-")) return malformed;
    const auto hours = reader.TakeNumber(2, 0, 23);
    if (!hours.has_value() || !reader.Take(":")) return malformed;
    const auto minutes = reader.TakeNumber(2, 0, 59);
    if (!minutes.has_value()) return malformed;
    offset = (int64_t{*hours} * 60 + *minutes) * (east ? 60 : -60);
  }
  if (!reader.done() || *day > DaysInMonth(*year, *month)) return malformed;
  const int64_t seconds = DaysFromCivil(*year, *month, *day) * kSecondsPerDay +
                          int64_t{*hour} * 3600 + int64_t{*minute} * 60 + *second - offset;
  if (seconds < kFirstSecond || seconds > kLastSecond) return Value::Failure(Error::kRange);
  return TimestampValue(seconds, static_cast<uint32_t>(nanoseconds));
}

Value ReadDuration(std::string_view text) {
  const Value malformed = Value::Failure(Error::kInvalidDuration);
  TextReader reader(text);
  const bool negative = reader.Take("-");
  if (!negative) reader.Take("+");
  if (reader.done()) return malformed;
  __int128 sum = 0;
  bool first = true;
  bool in_range = true;
  while (!reader.done()) {
    const std::string_view whole = reader.TakeDigits();
    const std::string_view fraction = reader.Take(".") ? reader.TakeDigits() : std::string_view();
    if (whole.empty() && fraction.empty()) return malformed;
    const auto* unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                    [&](const Unit& u) { return reader.Take(u.name); });
    // Only a nought needs no unit, and only alone.
    if (unit == std::end(kUnits)) {
      return first && whole == "0" && fraction.empty() && reader.done() && text.back() == '0'
                 ? DurationValue(0)
                 : malformed;
    }
    uint64_t count = 0;
    if (!whole.empty() &&
        std::from_chars(whole.data(), whole.data() + whole.size(), count).ec != std::errc()) {
      in_range = false;
    }
    sum +=
        static_cast<__int128>(count) * unit->nanoseconds + FractionOf(fraction, unit->nanoseconds);
    // Out of range for good, as every part adds to it; left to grow it could overflow.
    if (sum > std::numeric_limits<uint64_t>::max()) {
      in_range = false;
      sum = 0;
    }
    first = false;
  }
  if (negative) sum = -sum;
  if (!in_range || sum > std::numeric_limits<int64_t>::max() ||
      sum < std::numeric_limits<int64_t>::min()) {
    return Value::Failure(Error::kRange);
  }
  return DurationValue(static_cast<int64_t>(sum));
}

std::string_view PrintTimestamp(const Value& timestamp, char (&buffer)[kPrintedTimeBytes]) {
  if (timestamp.i < kFirstSecond || timestamp.i > kLastSecond) return "year out of range";
  const int64_t days = DaysFromSeconds(timestamp.i);
  const CivilDay date = CivilFromDays(days);
  const int64_t second = timestamp.i - days * kSecondsPerDay;
  char* out = PrintPadded(date.year, 4, buffer);
  *out++ = '-';
  out = PrintPadded(date.month, 2, out);
  *out++ = '-';
  out = PrintPadded(date.day, 2, out);
  *out++ = 'T';
  out = PrintPadded(second / 3600, 2, out);
  *out++ = ':';
  out = PrintPadded(second / 60 % 60, 2, out);
  *out++ = ':';
  out = PrintPadded(second % 60, 2, out);
  out = PrintFraction(timestamp.size, out);
  *out++ = 'Z';
  return {buffer, static_cast<size_t>(out - buffer)};
}

std::string_view PrintDuration(const Value& duration, char (&buffer)[kPrintedTimeBytes]) {
  const bool negative = duration.i < 0;
  const uint64_t nanoseconds = negative ? uint64_t{0} - static_cast<uint64_t>(duration.i)
                                        : static_cast<uint64_t>(duration.i);
  char* out = buffer;
  if (negative) *out++ = '-';
  out = std::to_chars(out, buffer + sizeof buffer, nanoseconds / kNanosecondsPerSecond).ptr;
  out = PrintFraction(static_cast<int64_t>(nanoseconds % kNanosecondsPerSecond), out);
  *out++ = 's';
  return {buffer, static_cast<size_t>(out - buffer)};
}

}  // namespace writ
