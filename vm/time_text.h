// Points and lengths of time as text, and back.
//
// Tested by tests/vm/time_text_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "vm/value.h"

namespace writ {

// The years 0001 to 9999, in seconds since 1970-01-01T00:00Z.
inline constexpr int64_t kFirstSecond = -62135596800;
inline constexpr int64_t kLastSecond = 253402300799;

inline Value TimestampValue(int64_t seconds, uint32_t nanoseconds) {
  Value v = Value::Int(seconds);
  v.tag = Tag::kTimestamp;
  v.size = nanoseconds;
  return v;
}

inline Value DurationValue(int64_t nanoseconds) {
  Value v = Value::Int(nanoseconds);
  v.tag = Tag::kDuration;
  return v;
}

// RFC 3339: "2026-03-02T09:30:00Z", "…T09:30:00.25+02:00". Letters are capitals, the day must
// exist, no leap seconds; digits of a second after the ninth are dropped. Fails with
// kInvalidTimestamp, or kRange for a year outside 0001 to 9999.
Value ReadTimestamp(std::string_view text);

// "1h30m", "-2.5s", "0": a sign, then numbers with a unit each (h, m, s, ms, us or µs, ns); what
// is finer than a nanosecond is dropped. Fails with kInvalidDuration, or kRange beyond an int64 of
// nanoseconds (292 years).
Value ReadDuration(std::string_view text);

inline constexpr size_t kPrintedTimeBytes = 40;

// "2026-03-02T09:30:00.25Z": always UTC, no more digits than needed. REQUIRES: a timestamp from
// year 0001 to 9999; others print as "year out of range", as nothing makes them.
std::string_view PrintTimestamp(const Value& timestamp, char (&buffer)[kPrintedTimeBytes]);

// "5400s", "-2.5s".
std::string_view PrintDuration(const Value& duration, char (&buffer)[kPrintedTimeBytes]);

}  // namespace writ
