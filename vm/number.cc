// JSON number tokens to values.
// Tested by tests/vm/number_test.cc.
#include "vm/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace writ {
namespace {

constexpr size_t kMaxSignificantDigits = 17;
constexpr uint64_t kExactLimit = uint64_t{1} << 53;

// Whether digits × 10^zeros is exact as a double: its odd part must fit 53 bits.
bool ExactAsDouble(uint64_t digits, size_t zeros) {
  if (digits == 0) return true;
  while (digits % 2 == 0) digits /= 2;
  for (size_t i = 0; i < zeros && digits <= kExactLimit; ++i) digits *= 5;
  return digits <= kExactLimit;
}

// Takes the digits that the text starts with. False if there are none.
bool TakeDigits(std::string_view& text) {
  const size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(end);
  return end > 0;
}

}  // namespace

bool IsJsonNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') return false;
  if (!TakeDigits(text)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!TakeDigits(text)) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!TakeDigits(text)) return false;
  }
  return text.empty();
}

Value ReadNumber(std::string_view token) {
  const bool negative = token.front() == '-';
  const std::string_view unsigned_part = token.substr(negative ? 1 : 0);
  if (unsigned_part.size() <= kMaxShortDigits + 1) {
    uint64_t digits = 0;
    size_t point = unsigned_part.size();
    size_t at = 0;
    for (; at < unsigned_part.size(); ++at) {
      const char c = unsigned_part[at];
      if (c >= '0' && c <= '9') {
        digits = digits * 10 + static_cast<uint64_t>(c - '0');
      } else if (c == '.') {
        point = at;
      } else {
        break;
      }
    }
    const bool integer = point == unsigned_part.size();
    if (at == unsigned_part.size() && (!integer || at <= kMaxShortDigits)) {
      return ShortNumber(negative, digits, integer ? 0 : at - point - 1);
    }
  }

  const Value unsafe = Value::Text(Tag::kUnsafeNumber, token);
  const size_t exponent_at = token.find_first_of("eE");
  const std::string_view mantissa = token.substr(0, exponent_at);
  const bool integer =
      exponent_at == std::string_view::npos && mantissa.find('.') == std::string_view::npos;

  // Significant digits: from the first to the last digit that is not zero.
  uint64_t digits = 0;
  size_t significant = 0;
  size_t zeros = 0;  // since the last digit that counts
  for (const char c : mantissa) {
    if (c < '0' || c > '9') continue;
    if (c == '0') {
      if (significant > 0) ++zeros;
      continue;
    }
    significant += zeros + 1;
    if (significant > kMaxSignificantDigits) return unsafe;
    for (; zeros > 0; --zeros) digits *= 10;
    digits = digits * 10 + static_cast<uint64_t>(c - '0');
  }
  if (significant == 0) {
    return integer ? Value::Int(0) : Value::Double(negative ? -0.0 : 0.0);
  }
  if (integer) {
    if (!ExactAsDouble(digits, zeros)) return unsafe;
    int64_t as_int;
    const char* end = token.data() + token.size();
    if (std::from_chars(token.data(), end, as_int).ec == std::errc()) return Value::Int(as_int);
    uint64_t as_uint;
    if (!negative && std::from_chars(token.data(), end, as_uint).ec == std::errc()) {
      return Value::Uint(as_uint);
    }
  }
  double as_double;
  const auto parsed = std::from_chars(token.data(), token.data() + token.size(), as_double);
  if (parsed.ec != std::errc() || !std::isfinite(as_double) || as_double == 0) return unsafe;
  return Value::Double(as_double);
}

}  // namespace writ
