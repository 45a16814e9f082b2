// Functions of optionals. Where the second argument is not always evaluated the compiler makes
// jumps of them; here both are there.
// Tested by tests/vm/functions/optionals_test.cc.
#include "vm/functions/arguments.h"
#include "vm/span.h"

namespace writ::functions {
namespace {

// What protocol buffers call the default of a type. Types, optionals, addresses and URLs have none.
bool IsZero(const Value& value, FunctionContext& context) {
  switch (value.tag) {
    case Tag::kNull: return true;
    case Tag::kBool:
    case Tag::kInt:
    case Tag::kDuration: return value.i == 0;
    case Tag::kUint: return value.u == 0;
    case Tag::kDouble: return value.d == 0;
    case Tag::kTimestamp: return value.i == 0 && value.size == 0;
    case Tag::kString:
    case Tag::kBytes: return value.size == 0;
    case Tag::kList: return value.list->size == 0;
    case Tag::kMap: return value.map->size == 0;
    case Tag::kListSpan:
    case Tag::kMapSpan: return !SpanReader(value.view(), context.arena).Next();
    default: return false;
  }
}

}  // namespace

Value OptionalNone(const Value* arguments, uint32_t count, FunctionContext&) {
  return count == 0 ? Value::Optional(nullptr) : NoOverload(arguments, count);
}

Value OptionalOf(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1 || arguments[0].is(Tag::kUnsafeNumber)) return NoOverload(arguments, count);
  return Value::Optional(context.arena.New(arguments[0]));
}

Value OptionalOfNonZeroValue(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1 || arguments[0].is(Tag::kUnsafeNumber)) return NoOverload(arguments, count);
  // White space may stand before the first item of a span.
  const bool span = arguments[0].is(Tag::kListSpan) || arguments[0].is(Tag::kMapSpan);
  if (span && !context.ChargeText(arguments[0].size)) return Fail(Error::kBudget);
  if (IsZero(arguments[0], context)) return Value::Optional(nullptr);
  return Value::Optional(context.arena.New(arguments[0]));
}

Value OptionalHasValue(const Value* arguments, uint32_t count, FunctionContext&) {
  if (!Are(arguments, count, {Tag::kOptional})) return NoOverload(arguments, count);
  return Value::Bool(arguments[0].optional != nullptr);
}

Value OptionalValue(const Value* arguments, uint32_t count, FunctionContext&) {
  if (!Are(arguments, count, {Tag::kOptional})) return NoOverload(arguments, count);
  if (arguments[0].optional == nullptr) return Fail(Error::kOptionalNone);
  return *arguments[0].optional;
}

Value OptionalOr(const Value* arguments, uint32_t count, FunctionContext&) {
  if (!Are(arguments, count, {Tag::kOptional, Tag::kOptional})) return NoOverload(arguments, count);
  return arguments[0].optional != nullptr ? arguments[0] : arguments[1];
}

Value OptionalOrValue(const Value* arguments, uint32_t count, FunctionContext&) {
  if (count != 2 || !arguments[0].is(Tag::kOptional)) return NoOverload(arguments, count);
  if (arguments[0].optional != nullptr) return *arguments[0].optional;
  return arguments[1].is(Tag::kUnsafeNumber) ? Fail(Error::kUnsafeNumber) : arguments[1];
}

}  // namespace writ::functions
