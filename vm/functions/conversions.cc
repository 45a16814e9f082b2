// Functions of types: type() and the conversions between types.
// Tested by tests/vm/functions/conversions_test.cc.
#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

#include "vm/compare.h"
#include "vm/functions/arguments.h"
#include "vm/functions/network.h"
#include "vm/time_text.h"
#include "vm/utf8.h"

namespace writ::functions {
namespace {

// A text that was made here, kept in the arena.
Value Kept(std::string_view text, FunctionContext& context) {
  if (!context.ChargeText(text.size())) return Fail(Error::kBudget);
  return Value::String(context.arena.Copy(text));
}

// The error of std::from_chars, or of text after the number it read.
Error NumberError(const std::from_chars_result& result, std::string_view text) {
  if (result.ec == std::errc::result_out_of_range) return Error::kRange;
  const bool whole = result.ptr == text.data() + text.size();
  return result.ec == std::errc() && whole ? Error::kNone : Error::kConversion;
}

// from_chars takes a minus only. Nothing but what begins a number may follow the plus.
std::string_view WithoutPlus(std::string_view text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+';
  return plus ? text.substr(1) : text;
}

bool SameLetters(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

Value DoubleFromText(std::string_view text) {
  const std::string_view number = WithoutPlus(text);
  const bool negative = !number.empty() && number.front() == '-';
  const std::string_view name = number.substr(negative ? 1 : 0);
  if (SameLetters(name, "infinity") || SameLetters(name, "inf")) {
    return Value::Double(negative ? -HUGE_VAL : HUGE_VAL);
  }
  if (SameLetters(text, "nan")) return Value::Double(std::nan(""));
  // Other spellings of from_chars are none of ours: "nan(1)".
  if (number.find_first_not_of("-+.0123456789eE") != std::string_view::npos) {
    return Fail(Error::kConversion);
  }
  double value = 0;
  const Error error =
      NumberError(std::from_chars(number.data(), number.data() + number.size(), value), number);
  return error == Error::kNone ? Value::Double(value) : Fail(error);
}

}  // namespace

Value Type(const Value* arguments, uint32_t count, FunctionContext&) {
  if (count != 1 || arguments[0].is(Tag::kUnsafeNumber)) return NoOverload(arguments, count);
  return Value::Text(Tag::kType, TypeName(arguments[0].tag));
}

Value Dyn(const Value* arguments, uint32_t count, FunctionContext&) {
  if (count != 1 || arguments[0].is(Tag::kUnsafeNumber)) return NoOverload(arguments, count);
  return arguments[0];
}

Value ToInt(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1) return NoOverload(arguments, count);
  const Value& from = arguments[0];
  switch (from.tag) {
    case Tag::kInt: return from;
    case Tag::kUint:
      if (from.u > static_cast<uint64_t>(INT64_MAX)) return Fail(Error::kRange);
      return Value::Int(static_cast<int64_t>(from.u));
    case Tag::kDouble:
      // The least int64 is left out with everything below: a double that says it may have been
      // rounded to it. NaN is in no range.
      if (!(from.d > -0x1p63 && from.d < 0x1p63)) return Fail(Error::kRange);
      return Value::Int(static_cast<int64_t>(from.d));
    case Tag::kTimestamp:
    case Tag::kDuration: return Value::Int(from.i);
    case Tag::kString: {
      if (!context.ChargeText(from.size)) return Fail(Error::kBudget);
      const std::string_view text = WithoutPlus(from.view());
      int64_t value = 0;
      const Error error =
          NumberError(std::from_chars(text.data(), text.data() + text.size(), value), text);
      return error == Error::kNone ? Value::Int(value) : Fail(error);
    }
    default: return NoOverload(arguments, count);
  }
}

Value ToUint(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1) return NoOverload(arguments, count);
  const Value& from = arguments[0];
  switch (from.tag) {
    case Tag::kUint: return from;
    case Tag::kInt:
      if (from.i < 0) return Fail(Error::kRange);
      return Value::Uint(static_cast<uint64_t>(from.i));
    case Tag::kDouble:
      if (!(from.d >= 0 && from.d < 0x1p64)) return Fail(Error::kRange);
      return Value::Uint(static_cast<uint64_t>(from.d));
    case Tag::kString: {
      if (!context.ChargeText(from.size)) return Fail(Error::kBudget);
      const std::string_view text = from.view();
      uint64_t value = 0;
      const Error error =
          NumberError(std::from_chars(text.data(), text.data() + text.size(), value), text);
      return error == Error::kNone ? Value::Uint(value) : Fail(error);
    }
    default: return NoOverload(arguments, count);
  }
}

Value ToDouble(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1) return NoOverload(arguments, count);
  const Value& from = arguments[0];
  switch (from.tag) {
    case Tag::kDouble: return from;
    case Tag::kInt: return Value::Double(static_cast<double>(from.i));
    case Tag::kUint: return Value::Double(static_cast<double>(from.u));
    case Tag::kString:
      if (!context.ChargeText(from.size)) return Fail(Error::kBudget);
      return DoubleFromText(from.view());
    default: return NoOverload(arguments, count);
  }
}

Value ToString(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1) return NoOverload(arguments, count);
  const Value& from = arguments[0];
  switch (from.tag) {
    case Tag::kString: return from;
    case Tag::kIp:
    case Tag::kCidr: return Value::String(FormatIp(from, context.arena));
    case Tag::kUrl: return Value::String(from.view());
    case Tag::kBytes:
      if (!context.ChargeText(from.size)) return Fail(Error::kBudget);
      return IsUtf8(from.view()) ? Value::String(from.view()) : Fail(Error::kInvalidUtf8);
    case Tag::kDouble:
      if (std::isinf(from.d)) return Value::String(from.d > 0 ? "Infinity" : "-Infinity");
      [[fallthrough]];
    case Tag::kBool:
    case Tag::kInt:
    case Tag::kUint: {
      char buffer[kPrintedNumberBytes];
      return Kept(PrintedForm(from, false, buffer), context);
    }
    case Tag::kTimestamp: {
      char buffer[kPrintedTimeBytes];
      return Kept(PrintTimestamp(from, buffer), context);
    }
    case Tag::kDuration: {
      char buffer[kPrintedTimeBytes];
      return Kept(PrintDuration(from, buffer), context);
    }
    default: return NoOverload(arguments, count);
  }
}

Value ToBytes(const Value* arguments, uint32_t count, FunctionContext&) {
  if (!Are(arguments, count, {Tag::kString}) && !Are(arguments, count, {Tag::kBytes})) {
    return NoOverload(arguments, count);
  }
  return Value::Text(Tag::kBytes, arguments[0].view());
}

Value ToBool(const Value* arguments, uint32_t count, FunctionContext&) {
  if (Are(arguments, count, {Tag::kBool})) return arguments[0];
  if (!Are(arguments, count, {Tag::kString})) return NoOverload(arguments, count);
  for (const std::string_view text : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (arguments[0].view() == text) return Value::Bool(true);
  }
  for (const std::string_view text : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (arguments[0].view() == text) return Value::Bool(false);
  }
  return Fail(Error::kConversion);
}

Value ToTimestamp(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (Are(arguments, count, {Tag::kTimestamp})) return arguments[0];
  if (Are(arguments, count, {Tag::kString})) {
    if (!context.ChargeText(arguments[0].size)) return Fail(Error::kBudget);
    return ReadTimestamp(arguments[0].view());
  }
  if (!Are(arguments, count, {Tag::kInt})) return NoOverload(arguments, count);
  const int64_t seconds = arguments[0].i;
  if (seconds < kFirstSecond || seconds > kLastSecond) return Fail(Error::kRange);
  return TimestampValue(seconds, 0);
}

Value ToDuration(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (Are(arguments, count, {Tag::kDuration})) return arguments[0];
  if (!Are(arguments, count, {Tag::kString})) return NoOverload(arguments, count);
  if (!context.ChargeText(arguments[0].size)) return Fail(Error::kBudget);
  return ReadDuration(arguments[0].view());
}

}  // namespace writ::functions
