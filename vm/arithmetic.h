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

// Also joins strings, bytes and lists.
Value Add(const Value& a, const Value& b, FunctionContext& context);
Value Subtract(const Value& a, const Value& b);
Value Multiply(const Value& a, const Value& b);
Value Divide(const Value& a, const Value& b);
Value Modulo(const Value& a, const Value& b);
Value Negate(const Value& a);

}  // namespace writ
