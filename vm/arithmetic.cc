// Arithmetic of expressions.
// Tested by tests/vm/arithmetic_test.cc.
#include "vm/arithmetic.h"

#include <cstring>

#include "vm/build.h"
#include "vm/operands.h"
#include "vm/time_text.h"

namespace writ {
namespace {

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

Value Overflow() {
  return Value::Failure(Error::kOverflow);
}
Value OutOfRange() {
  return Value::Failure(Error::kRange);
}

// REQUIRES: nanoseconds in [-10^9, 2 * 10^9).
Value Timestamp(int64_t seconds, int64_t nanoseconds) {
  if (nanoseconds < 0) {
    nanoseconds += kNanosecondsPerSecond;
    --seconds;
  } else if (nanoseconds >= kNanosecondsPerSecond) {
    nanoseconds -= kNanosecondsPerSecond;
    ++seconds;
  }
  if (seconds < kFirstSecond || seconds > kLastSecond) return OutOfRange();
  return TimestampValue(seconds, static_cast<uint32_t>(nanoseconds));
}

// A timestamp may come from a program, out of range; the sums below must not overflow for it.
bool InRange(const Value& timestamp) {
  return timestamp.i >= kFirstSecond && timestamp.i <= kLastSecond &&
         timestamp.size < kNanosecondsPerSecond;
}

Value Move(const Value& timestamp, const Value& duration, int sign) {
  if (!InRange(timestamp)) return OutOfRange();
  return Timestamp(timestamp.i + sign * (duration.i / kNanosecondsPerSecond),
                   timestamp.size + sign * (duration.i % kNanosecondsPerSecond));
}

Value Between(const Value& from, const Value& to) {
  if (!InRange(from) || !InRange(to)) return OutOfRange();
  int64_t nanoseconds;
  if (__builtin_mul_overflow(to.i - from.i, kNanosecondsPerSecond, &nanoseconds) ||
      __builtin_add_overflow(nanoseconds, int64_t{to.size} - int64_t{from.size}, &nanoseconds)) {
    return OutOfRange();
  }
  return DurationValue(nanoseconds);
}

Value Join(const Value& a, const Value& b, FunctionContext& context) {
  const uint64_t size = uint64_t{a.size} + b.size;
  if (!context.ChargeRoom(size)) return Value::Failure(Error::kBudget);
  char* const text = context.arena.Allocate<char>(size);
  if (a.size > 0) std::memcpy(text, a.text, a.size);
  if (b.size > 0) std::memcpy(text + a.size, b.text, b.size);
  return Value::Text(a.tag, {text, static_cast<size_t>(size)});
}

}  // namespace

Value Add(const Value& a, const Value& b, FunctionContext& context) {
  if (a.is_list() && b.is_list()) return Concatenate(a, b, context);
  if (a.tag != b.tag) {
    if (a.is(Tag::kTimestamp) && b.is(Tag::kDuration)) return Move(a, b, 1);
    if (a.is(Tag::kDuration) && b.is(Tag::kTimestamp)) return Move(b, a, 1);
    return Mismatch(a, b);
  }
  switch (a.tag) {
    case Tag::kInt: {
      int64_t sum;
      return __builtin_add_overflow(a.i, b.i, &sum) ? Overflow() : Value::Int(sum);
    }
    case Tag::kUint: {
      uint64_t sum;
      return __builtin_add_overflow(a.u, b.u, &sum) ? Overflow() : Value::Uint(sum);
    }
    case Tag::kDouble: return Value::Double(a.d + b.d);
    case Tag::kDuration: {
      int64_t sum;
      return __builtin_add_overflow(a.i, b.i, &sum) ? OutOfRange() : DurationValue(sum);
    }
    case Tag::kString:
    case Tag::kBytes: return Join(a, b, context);
    default: return Mismatch(a, b);
  }
}

Value Subtract(const Value& a, const Value& b) {
  if (a.is(Tag::kTimestamp) && b.is(Tag::kDuration)) return Move(a, b, -1);
  if (a.tag != b.tag) return Mismatch(a, b);
  switch (a.tag) {
    case Tag::kInt: {
      int64_t difference;
      return __builtin_sub_overflow(a.i, b.i, &difference) ? Overflow() : Value::Int(difference);
    }
    case Tag::kUint: {
      uint64_t difference;
      return __builtin_sub_overflow(a.u, b.u, &difference) ? Overflow() : Value::Uint(difference);
    }
    case Tag::kDouble: return Value::Double(a.d - b.d);
    case Tag::kDuration: {
      int64_t difference;
      return __builtin_sub_overflow(a.i, b.i, &difference) ? OutOfRange()
                                                           : DurationValue(difference);
    }
    case Tag::kTimestamp: return Between(b, a);
    default: return Mismatch(a, b);
  }
}

Value Multiply(const Value& a, const Value& b) {
  if (a.tag != b.tag) return Mismatch(a, b);
  switch (a.tag) {
    case Tag::kInt: {
      int64_t product;
      return __builtin_mul_overflow(a.i, b.i, &product) ? Overflow() : Value::Int(product);
    }
    case Tag::kUint: {
      uint64_t product;
      return __builtin_mul_overflow(a.u, b.u, &product) ? Overflow() : Value::Uint(product);
    }
    case Tag::kDouble: return Value::Double(a.d * b.d);
    default: return Mismatch(a, b);
  }
}

Value Divide(const Value& a, const Value& b) {
  if (a.tag != b.tag) return Mismatch(a, b);
  switch (a.tag) {
    case Tag::kInt:
      if (b.i == 0) return Value::Failure(Error::kDivideByZero);
      return a.i == INT64_MIN && b.i == -1 ? Overflow() : Value::Int(a.i / b.i);
    case Tag::kUint:
      return b.u == 0 ? Value::Failure(Error::kDivideByZero) : Value::Uint(a.u / b.u);
    case Tag::kDouble: return Value::Double(a.d / b.d);
    default: return Mismatch(a, b);
  }
}

Value Modulo(const Value& a, const Value& b) {
  if (a.tag != b.tag) return Mismatch(a, b);
  switch (a.tag) {
    case Tag::kInt:
      if (b.i == 0) return Value::Failure(Error::kDivideByZero);
      return a.i == INT64_MIN && b.i == -1 ? Overflow() : Value::Int(a.i % b.i);
    case Tag::kUint:
      return b.u == 0 ? Value::Failure(Error::kDivideByZero) : Value::Uint(a.u % b.u);
    default: return Mismatch(a, b);
  }
}

Value Negate(const Value& a) {
  if (a.is(Tag::kInt)) return a.i == INT64_MIN ? Overflow() : Value::Int(-a.i);
  if (a.is(Tag::kDouble)) return Value::Double(-a.d);
  return Mismatch(a);
}

}  // namespace writ
