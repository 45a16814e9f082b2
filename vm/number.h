// JSON numbers as values.
//
// An integer token is an int where it fits int64, else a uint where it fits uint64, else a double;
// a token with a fraction or an exponent is a double. A number that readers would not agree on is
// Tag::kUnsafeNumber, which keeps its text and makes any rule that reads it an error: not finite
// as a double (or rounded to zero), more than 17 significant digits once zeros are stripped from
// both ends, or an integer that is not exact as a double (JavaScript servers round it).
//
// Tested by tests/vm/number_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "vm/value.h"

namespace writ {

// Whether the text is a number as RFC 8259 writes it, and nothing else.
bool IsJsonNumber(std::string_view text);

// So many digits are exact as a double, and so is the power of ten that as many decimals divide by:
// their quotient is the nearest double.
inline constexpr size_t kMaxShortDigits = 15;

inline constexpr double kPowersOfTen[kMaxShortDigits + 1] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

// The number of those digits, of which the last `decimals` stand behind a point; none: there is no
// point. REQUIRES: there are kMaxShortDigits at most.
inline Value ShortNumber(bool negative, uint64_t digits, size_t decimals) {
  const auto whole = static_cast<int64_t>(digits);
  if (decimals == 0) return Value::Int(negative ? -whole : whole);
  const double value = static_cast<double>(whole) / kPowersOfTen[decimals];
  return Value::Double(negative ? -value : value);
}

// REQUIRES: `token` follows RFC 8259's number grammar. The value may point into it.
Value ReadNumber(std::string_view token);

}  // namespace writ
