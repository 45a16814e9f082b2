// Bytes and times as the cases write them.
// Tested by tests/conformance/cases_test.cc.
#include "conformance/value_text.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>

namespace writ::conformance {
namespace {

// The digits after a decimal point, as nanoseconds.
uint32_t Nanoseconds(std::string_view digits) {
  uint32_t value = 0;
  for (size_t i = 0; i < 9; ++i) {
    value = value * 10 + (i < digits.size() ? static_cast<uint32_t>(digits[i] - '0') : 0);
  }
  return value;
}

}  // namespace

std::string DecodeBase64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) throw std::runtime_error("malformed base64");
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

Value ReadTimestamp(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int used = 0;
  const int fields = std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d%n", &year, &month, &day,
                                 &hour, &minute, &second, &used);
  if (fields != 6 || text.back() != 'Z') throw std::runtime_error("malformed timestamp " + text);
  const std::chrono::sys_days date =
      std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
  const std::chrono::sys_seconds point =
      date + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  Value value = Value::Int(point.time_since_epoch().count());
  value.tag = Tag::kTimestamp;
  const size_t fraction = static_cast<size_t>(used);
  if (text[fraction] == '.') {
    value.size =
        Nanoseconds(std::string_view(text).substr(fraction + 1, text.size() - fraction - 2));
  }
  return value;
}

Value ReadDuration(std::string_view text) {
  if (!text.ends_with('s')) throw std::runtime_error("malformed duration");
  text.remove_suffix(1);
  const bool negative = text.starts_with('-');
  const size_t point = text.find('.');
  const int64_t seconds = std::stoll(std::string(text.substr(0, point)));
  const int64_t fraction =
      point == std::string_view::npos ? 0 : Nanoseconds(text.substr(point + 1));
  Value value = Value::Int(seconds * 1'000'000'000 + (negative ? -fraction : fraction));
  value.tag = Tag::kDuration;
  return value;
}

}  // namespace writ::conformance
