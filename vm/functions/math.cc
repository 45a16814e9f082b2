// Functions of numbers.
// Tested by tests/vm/functions/math_test.cc.
#include <cmath>
#include <cstdint>

#include "vm/compare.h"
#include "vm/functions/arguments.h"

namespace writ::functions {
namespace {

// The first of the numbers that no other one lies beyond; `beyond` is 1 for above, -1 for below.
// What is no number, and NaN where it would have to be compared, has no place in the order.
Value Utmost(const Value* numbers, uint32_t count, int beyond) {
  for (uint32_t i = 0; i < count; ++i) {
    if (!numbers[i].is_number()) return NoOverload(numbers + i, 1);
  }
  Value utmost = numbers[0];
  for (uint32_t i = 1; i < count; ++i) {
    const int order = CompareNumbers(numbers[i], utmost);
    if (order == 2) return Fail(Error::kInvalidArgument);
    if (order == beyond) utmost = numbers[i];
  }
  return utmost;
}

Value UtmostArgument(const Value* arguments, uint32_t count, FunctionContext& context, int beyond) {
  if (count == 1 && arguments[0].is_list()) {
    const List* list = ReadList(arguments[0], context);
    if (list == nullptr) return Fail(Error::kBudget);
    if (list->size == 0) return Fail(Error::kInvalidArgument);
    return Utmost(list->items, list->size, beyond);
  }
  if (count == 0) return Fail(Error::kNoSuchOverload);
  if (!context.Charge(count)) return Fail(Error::kBudget);
  return Utmost(arguments, count, beyond);
}

using DoubleFunction = double (*)(double);

Value OfDouble(const Value* arguments, uint32_t count, DoubleFunction function) {
  if (!Are(arguments, count, {Tag::kDouble})) return NoOverload(arguments, count);
  return Value::Double(function(arguments[0].d));
}

using DoubleTest = bool (*)(double);

Value TestDouble(const Value* arguments, uint32_t count, DoubleTest test) {
  if (!Are(arguments, count, {Tag::kDouble})) return NoOverload(arguments, count);
  return Value::Bool(test(arguments[0].d));
}

// Bits are the same for int and uint, which share their place in a value.
Value WithBits(Value like, uint64_t bits) {
  like.u = bits;
  return like;
}

using BitFunction = uint64_t (*)(uint64_t, uint64_t);

Value OfBits(const Value* arguments, uint32_t count, BitFunction function) {
  if (!Are(arguments, count, {Tag::kInt, Tag::kInt}) &&
      !Are(arguments, count, {Tag::kUint, Tag::kUint})) {
    return NoOverload(arguments, count);
  }
  return WithBits(arguments[0], function(arguments[0].u, arguments[1].u));
}

Value Shift(const Value* arguments, uint32_t count, BitFunction function) {
  if (!Are(arguments, count, {Tag::kInt, Tag::kInt}) &&
      !Are(arguments, count, {Tag::kUint, Tag::kInt})) {
    return NoOverload(arguments, count);
  }
  const int64_t distance = arguments[1].i;
  if (distance < 0) return Fail(Error::kInvalidArgument);
  if (distance >= 64) return WithBits(arguments[0], 0);
  return WithBits(arguments[0], function(arguments[0].u, static_cast<uint64_t>(distance)));
}

}  // namespace

Value MathGreatest(const Value* arguments, uint32_t count, FunctionContext& context) {
  return UtmostArgument(arguments, count, context, 1);
}

Value MathLeast(const Value* arguments, uint32_t count, FunctionContext& context) {
  return UtmostArgument(arguments, count, context, -1);
}

Value MathAbs(const Value* arguments, uint32_t count, FunctionContext&) {
  if (Are(arguments, count, {Tag::kUint})) return arguments[0];
  if (Are(arguments, count, {Tag::kDouble})) return Value::Double(std::fabs(arguments[0].d));
  if (!Are(arguments, count, {Tag::kInt})) return NoOverload(arguments, count);
  if (arguments[0].i == INT64_MIN) return Fail(Error::kOverflow);
  return Value::Int(arguments[0].i < 0 ? -arguments[0].i : arguments[0].i);
}

Value MathSign(const Value* arguments, uint32_t count, FunctionContext&) {
  if (Are(arguments, count, {Tag::kUint})) return Value::Uint(arguments[0].u > 0 ? 1 : 0);
  if (Are(arguments, count, {Tag::kInt})) {
    return Value::Int((arguments[0].i > 0 ? 1 : 0) - (arguments[0].i < 0 ? 1 : 0));
  }
  if (!Are(arguments, count, {Tag::kDouble})) return NoOverload(arguments, count);
  const double of = arguments[0].d;
  if (std::isnan(of)) return arguments[0];
  return Value::Double((of > 0 ? 1 : 0) - (of < 0 ? 1 : 0));
}

Value MathCeil(const Value* arguments, uint32_t count, FunctionContext&) {
  return OfDouble(arguments, count, [](double of) { return std::ceil(of); });
}

Value MathFloor(const Value* arguments, uint32_t count, FunctionContext&) {
  return OfDouble(arguments, count, [](double of) { return std::floor(of); });
}

Value MathRound(const Value* arguments, uint32_t count, FunctionContext&) {
  return OfDouble(arguments, count, [](double of) { return std::round(of); });
}

Value MathTrunc(const Value* arguments, uint32_t count, FunctionContext&) {
  return OfDouble(arguments, count, [](double of) { return std::trunc(of); });
}

Value MathSqrt(const Value* arguments, uint32_t count, FunctionContext&) {
  if (Are(arguments, count, {Tag::kInt})) {
    return Value::Double(std::sqrt(static_cast<double>(arguments[0].i)));
  }
  if (Are(arguments, count, {Tag::kUint})) {
    return Value::Double(std::sqrt(static_cast<double>(arguments[0].u)));
  }
  return OfDouble(arguments, count, [](double of) { return std::sqrt(of); });
}

Value MathIsInf(const Value* arguments, uint32_t count, FunctionContext&) {
  return TestDouble(arguments, count, [](double of) { return std::isinf(of); });
}

Value MathIsNaN(const Value* arguments, uint32_t count, FunctionContext&) {
  return TestDouble(arguments, count, [](double of) { return std::isnan(of); });
}

Value MathIsFinite(const Value* arguments, uint32_t count, FunctionContext&) {
  return TestDouble(arguments, count, [](double of) { return std::isfinite(of); });
}

Value MathBitAnd(const Value* arguments, uint32_t count, FunctionContext&) {
  return OfBits(arguments, count, [](uint64_t a, uint64_t b) { return a & b; });
}

Value MathBitOr(const Value* arguments, uint32_t count, FunctionContext&) {
  return OfBits(arguments, count, [](uint64_t a, uint64_t b) { return a | b; });
}

Value MathBitXor(const Value* arguments, uint32_t count, FunctionContext&) {
  return OfBits(arguments, count, [](uint64_t a, uint64_t b) { return a ^ b; });
}

Value MathBitNot(const Value* arguments, uint32_t count, FunctionContext&) {
  if (!Are(arguments, count, {Tag::kInt}) && !Are(arguments, count, {Tag::kUint})) {
    return NoOverload(arguments, count);
  }
  return WithBits(arguments[0], ~arguments[0].u);
}

Value MathBitShiftLeft(const Value* arguments, uint32_t count, FunctionContext&) {
  return Shift(arguments, count, [](uint64_t bits, uint64_t by) { return bits << by; });
}

Value MathBitShiftRight(const Value* arguments, uint32_t count, FunctionContext&) {
  return Shift(arguments, count, [](uint64_t bits, uint64_t by) { return bits >> by; });
}

}  // namespace writ::functions
