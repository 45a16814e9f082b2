// Functions of expressions: the parts of points and lengths of time.
// Tested by tests/vm/functions/time_test.cc.
#include "vm/civil_time.h"
#include "vm/functions/arguments.h"
#include "vm/functions/function.h"
#include "vm/time_zone.h"

namespace writ::functions {
namespace {

// What a calendar and a clock show at a point in time.
struct LocalTime {
  int64_t days;     // since 1970-01-01
  int64_t seconds;  // of that day
  uint32_t nanoseconds;
  CivilDay date() const { return CivilFromDays(days); }
};

// `<timestamp>.part()` and `<timestamp>.part(zone)`. UTC where no zone is given.
template <typename Part>
Value TimestampPart(const Value* arguments, uint32_t count, Part part) {
  if (count < 1 || count > 2 || !arguments[0].is(Tag::kTimestamp)) {
    return NoOverload(arguments, count);
  }
  int64_t seconds = arguments[0].i;
  if (count == 2) {
    if (!arguments[1].is(Tag::kString)) return NoOverload(arguments, count);
    const auto offset = OffsetOfZone(arguments[1].view(), seconds);
    if (!offset) return Fail(Error::kInvalidTimeZone);
    seconds += *offset;
  }
  const int64_t days = DaysFromSeconds(seconds);
  return Value::Int(part(LocalTime{days, seconds - days * kSecondsPerDay, arguments[0].size}));
}

// The same, and `<duration>.part()` of a number of nanoseconds.
template <typename Part, typename DurationPart>
Value TimePart(const Value* arguments, uint32_t count, Part part, DurationPart duration_part) {
  if (count == 1 && arguments[0].is(Tag::kDuration)) {
    return Value::Int(duration_part(arguments[0].i));
  }
  return TimestampPart(arguments, count, part);
}

}  // namespace

Value GetFullYear(const Value* arguments, uint32_t count, FunctionContext&) {
  return TimestampPart(arguments, count, [](const LocalTime& at) { return at.date().year; });
}

Value GetMonth(const Value* arguments, uint32_t count, FunctionContext&) {
  return TimestampPart(arguments, count, [](const LocalTime& at) { return at.date().month - 1; });
}

Value GetDayOfYear(const Value* arguments, uint32_t count, FunctionContext&) {
  return TimestampPart(arguments, count, [](const LocalTime& at) {
    return at.days - DaysFromCivil(at.date().year, 1, 1);
  });
}

Value GetDayOfMonth(const Value* arguments, uint32_t count, FunctionContext&) {
  return TimestampPart(arguments, count, [](const LocalTime& at) { return at.date().day - 1; });
}

Value GetDate(const Value* arguments, uint32_t count, FunctionContext&) {
  return TimestampPart(arguments, count, [](const LocalTime& at) { return at.date().day; });
}

Value GetDayOfWeek(const Value* arguments, uint32_t count, FunctionContext&) {
  return TimestampPart(arguments, count,
                       [](const LocalTime& at) { return WeekdayFromDays(at.days); });
}

Value GetHours(const Value* arguments, uint32_t count, FunctionContext&) {
  return TimePart(
      arguments, count, [](const LocalTime& at) { return at.seconds / 3600; },
      [](int64_t nanoseconds) { return nanoseconds / 3'600'000'000'000; });
}

Value GetMinutes(const Value* arguments, uint32_t count, FunctionContext&) {
  return TimePart(
      arguments, count, [](const LocalTime& at) { return at.seconds / 60 % 60; },
      [](int64_t nanoseconds) { return nanoseconds / 60'000'000'000; });
}

Value GetSeconds(const Value* arguments, uint32_t count, FunctionContext&) {
  return TimePart(
      arguments, count, [](const LocalTime& at) { return at.seconds % 60; },
      [](int64_t nanoseconds) { return nanoseconds / 1'000'000'000; });
}

// Of a duration too it is what is left of the second, not all of it in milliseconds.
Value GetMilliseconds(const Value* arguments, uint32_t count, FunctionContext&) {
  return TimePart(
      arguments, count, [](const LocalTime& at) { return at.nanoseconds / 1'000'000; },
      [](int64_t nanoseconds) { return nanoseconds / 1'000'000 % 1000; });
}

}  // namespace writ::functions
