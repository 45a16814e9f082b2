// The operators + - * / % and unary minus, as CEL has them.
//
// Operands may be any values; what has no overload for them is kNoSuchOverload. Integers never
// wrap: kOverflow, kDivideByZero. Doubles follow IEEE 754. Timestamps stay within the years 1 to
// 9999 and durations within what nanoseconds fit: kRange.
//
// Tested by tests/vm/arithmetic_test.cc.
#pragma once

#include "vm/functions/function.h"
#include "vm/value.h"

namespace writ {

// Seconds since 1970 of 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
inline constexpr int64_t kFirstSecond = -62135596800;
inline constexpr int64_t kLastSecond = 253402300799;

// Also joins strings, bytes and lists.
Value Add(const Value& a, const Value& b, FunctionContext& context);
Value Subtract(const Value& a, const Value& b);
Value Multiply(const Value& a, const Value& b);
Value Divide(const Value& a, const Value& b);
Value Modulo(const Value& a, const Value& b);
Value Negate(const Value& a);

}  // namespace writ
