// Numbers as whole counts.
// Tested by tests/vm/units_test.cc.
#include "vm/units.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace writ {
namespace {

enum class Rounding : uint8_t { kDown, kUp };

// digits * 10^exponent, if that fits an int64.
std::optional<int64_t> Shift(uint64_t digits, int exponent, Rounding rounding) {
  if (digits == 0) return 0;
  for (; exponent > 0; --exponent) {
    if (__builtin_mul_overflow(digits, uint64_t{10}, &digits)) return std::nullopt;
  }
  bool exact = true;
  for (; exponent < 0 && (digits > 0 || exact); ++exponent) {
    exact = exact && digits % 10 == 0;
    digits /= 10;
  }
  if (!exact && rounding == Rounding::kUp) ++digits;
  if (digits > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<int64_t>(digits);
}

// REQUIRES: d is finite and not below zero.
std::optional<int64_t> DoubleUnits(double d, uint8_t scale, Rounding rounding) {
  // One digit, a point, at most sixteen digits, an exponent: "1.999e+01".
  char text[32];
  const char* const end =
      std::to_chars(text, text + sizeof text, d, std::chars_format::scientific).ptr;
  const char* const mark = std::find(static_cast<const char*>(text), end, 'e');
  uint64_t digits = 0;
  int exponent = 0;
  for (const char* p = text; p != mark; ++p) {
    if (*p == '.') continue;
    digits = digits * 10 + static_cast<uint64_t>(*p - '0');
    if (p > text) --exponent;
  }
  int power = 0;
  std::from_chars(mark[1] == '+' ? mark + 2 : mark + 1, end, power);
  return Shift(digits, exponent + power + scale, rounding);
}

}  // namespace

std::optional<int64_t> AmountUnits(const Value& amount, uint8_t scale) {
  switch (amount.tag) {
    case Tag::kInt:
      if (amount.i < 0) return std::nullopt;
      return Shift(static_cast<uint64_t>(amount.i), scale, Rounding::kUp);
    case Tag::kUint: return Shift(amount.u, scale, Rounding::kUp);
    case Tag::kDouble:
      if (!std::isfinite(amount.d) || amount.d < 0) return std::nullopt;
      return DoubleUnits(std::fabs(amount.d), scale, Rounding::kUp);
    default: return std::nullopt;
  }
}

std::optional<int64_t> LimitUnits(const Value& limit, uint8_t scale) {
  switch (limit.tag) {
    case Tag::kInt:
      if (limit.i < 0) return std::nullopt;
      return Shift(static_cast<uint64_t>(limit.i), scale, Rounding::kDown);
    case Tag::kUint: return Shift(limit.u, scale, Rounding::kDown);
    case Tag::kDouble:
      if (!std::isfinite(limit.d) || limit.d < 0) return std::nullopt;
      if (scale == 0 && limit.d != std::trunc(limit.d)) return std::nullopt;
      return DoubleUnits(std::fabs(limit.d), scale, Rounding::kDown);
    default: return std::nullopt;
  }
}

}  // namespace writ
