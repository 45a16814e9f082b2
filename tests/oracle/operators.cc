// The operators of CEL, written to be checked against the language definition by eye.
// Tested by the conformance cases and tests/exhaustive/.
#include "oracle/operators.h"

#include <cmath>
#include <limits>
#include <string>

#include "vm/compare.h"

namespace writ::oracle {
namespace {

using cel::Operator;

constexpr int64_t kMinInt = std::numeric_limits<int64_t>::min();
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z

Value NoOverload() {
  return Value::Failure(Error::kNoSuchOverload);
}

// Of a sum, difference or product in 128 bits: the value, if it fits.
Value IntOrOverflow(__int128 exact) {
  const auto cut = static_cast<int64_t>(exact);
  return cut == exact ? Value::Int(cut) : Value::Failure(Error::kOverflow);
}

Value UintOrOverflow(__int128 exact) {
  const auto cut = static_cast<uint64_t>(exact);
  return exact >= 0 && cut == static_cast<unsigned __int128>(exact)
             ? Value::Uint(cut)
             : Value::Failure(Error::kOverflow);
}

// The product of two 64-bit numbers without a sign does not fit __int128.
Value MultiplyUints(uint64_t a, uint64_t b) {
  const auto exact = static_cast<unsigned __int128>(a) * b;
  const auto cut = static_cast<uint64_t>(exact);
  return cut == exact ? Value::Uint(cut) : Value::Failure(Error::kOverflow);
}

Value Duration(__int128 nanoseconds) {
  Value v = IntOrOverflow(nanoseconds);
  if (v.is(Tag::kInt)) v.tag = Tag::kDuration;
  return v;
}

__int128 NanosecondsSince1970(const Value& timestamp) {
  return static_cast<__int128>(timestamp.i) * kNanosPerSecond + timestamp.size;
}

Value Timestamp(__int128 nanoseconds) {
  __int128 seconds = nanoseconds / kNanosPerSecond;
  __int128 rest = nanoseconds % kNanosPerSecond;
  if (rest < 0) {
    rest += kNanosPerSecond;
    --seconds;
  }
  if (seconds < kFirstSecond || seconds > kLastSecond) return Value::Failure(Error::kOverflow);
  Value v = Value::Int(static_cast<int64_t>(seconds));
  v.tag = Tag::kTimestamp;
  v.size = static_cast<uint32_t>(rest);
  return v;
}

Value Ints(Operator op, int64_t a, int64_t b) {
  switch (op) {
    case Operator::kAdd: return IntOrOverflow(static_cast<__int128>(a) + b);
    case Operator::kSubtract: return IntOrOverflow(static_cast<__int128>(a) - b);
    case Operator::kMultiply: return IntOrOverflow(static_cast<__int128>(a) * b);
    default: break;
  }
  if (b == 0) return Value::Failure(Error::kDivideByZero);
  if (a == kMinInt && b == -1) return Value::Failure(Error::kOverflow);
  return Value::Int(op == Operator::kDivide ? a / b : a % b);
}

Value Uints(Operator op, uint64_t a, uint64_t b) {
  switch (op) {
    case Operator::kAdd: return UintOrOverflow(static_cast<__int128>(a) + b);
    case Operator::kSubtract: return UintOrOverflow(static_cast<__int128>(a) - b);
    case Operator::kMultiply: return MultiplyUints(a, b);
    default: break;
  }
  if (b == 0) return Value::Failure(Error::kDivideByZero);
  return Value::Uint(op == Operator::kDivide ? a / b : a % b);
}

Value Doubles(Operator op, double a, double b) {
  switch (op) {
    case Operator::kAdd: return Value::Double(a + b);
    case Operator::kSubtract: return Value::Double(a - b);
    case Operator::kMultiply: return Value::Double(a * b);
    case Operator::kDivide: {
      // IEEE 754 has a meaning for a / 0, C++ has none.
      if (b != 0) return Value::Double(a / b);
      if (a == 0 || std::isnan(a)) return Value::Double(std::nan(""));
      const bool negative = std::signbit(a) != std::signbit(b);
      const double infinity = std::numeric_limits<double>::infinity();
      return Value::Double(negative ? -infinity : infinity);
    }
    default: return NoOverload();
  }
}

Value Concatenate(const Value& a, const Value& b, FunctionContext& context) {
  const uint64_t bytes = static_cast<uint64_t>(a.size) + b.size;
  if (bytes > UINT32_MAX || !context.ChargeText(bytes)) return Value::Failure(Error::kBudget);
  std::string both(a.view());
  both += b.view();
  return Value::Text(a.tag, context.arena.Copy(both));
}

Value ConcatenateLists(Value a, Value b, FunctionContext& context) {
  const List* left = Items(a, context.arena);
  const List* right = Items(b, context.arena);
  const uint64_t size = static_cast<uint64_t>(left->size) + right->size;
  if (size > UINT32_MAX || !context.Charge(size)) return Value::Failure(Error::kBudget);
  Value* items = context.arena.Allocate<Value>(size);
  for (uint32_t i = 0; i < left->size; ++i) items[i] = left->items[i];
  for (uint32_t i = 0; i < right->size; ++i) items[left->size + i] = right->items[i];
  return Value::Of(context.arena.New(List{static_cast<uint32_t>(size), items}));
}

Value Times(Operator op, const Value& a, const Value& b) {
  const bool add = op == Operator::kAdd;
  if (!add && op != Operator::kSubtract) return NoOverload();
  const bool a_point = a.is(Tag::kTimestamp);
  const bool b_point = b.is(Tag::kTimestamp);
  if (!a_point && !b_point) {
    return Duration(add ? static_cast<__int128>(a.i) + b.i : static_cast<__int128>(a.i) - b.i);
  }
  if (a_point && b_point) {
    if (add) return NoOverload();
    return Duration(NanosecondsSince1970(a) - NanosecondsSince1970(b));
  }
  if (b_point) {
    if (!add) return NoOverload();
    return Timestamp(NanosecondsSince1970(b) + a.i);
  }
  return Timestamp(add ? NanosecondsSince1970(a) + b.i : NanosecondsSince1970(a) - b.i);
}

bool IsTime(const Value& v) {
  return v.is(Tag::kTimestamp) || v.is(Tag::kDuration);
}

Value Arithmetic(Operator op, const Value& a, const Value& b, FunctionContext& context) {
  if (IsTime(a) && IsTime(b)) return Times(op, a, b);
  if (op == Operator::kAdd && a.is_list() && b.is_list()) return ConcatenateLists(a, b, context);
  if (a.tag != b.tag) return NoOverload();
  switch (a.tag) {
    case Tag::kInt: return Ints(op, a.i, b.i);
    case Tag::kUint: return Uints(op, a.u, b.u);
    case Tag::kDouble: return Doubles(op, a.d, b.d);
    case Tag::kString:
    case Tag::kBytes: return op == Operator::kAdd ? Concatenate(a, b, context) : NoOverload();
    default: return NoOverload();
  }
}

Value In(const Value& element, Value container, FunctionContext& context) {
  if (container.is_list()) {
    const List* list = Items(container, context.arena);
    Value otherwise = Value::Bool(false);
    for (uint32_t i = 0; i < list->size; ++i) {
      const Value equal = oracle::Equal(element, list->items[i], context);
      if (equal.is(Tag::kBool) && equal.i == 1) return equal;
      if (equal.is(Tag::kError)) otherwise = equal;
    }
    return otherwise;
  }
  if (container.is_map()) {
    return Value::Bool(Find(*Entries(container, context.arena), element, context) != nullptr);
  }
  return NoOverload();
}

Value Negated(Value truth) {
  return truth.is(Tag::kBool) ? Value::Bool(truth.i == 0) : truth;
}

// The value of a place that may not be there, or the optional of it. A number that readers
// understand differently may be there, but not be read.
Value Wrap(const Value* found, bool as_optional, Error missing, FunctionContext& context) {
  if (found != nullptr && found->is(Tag::kUnsafeNumber)) {
    return Value::Failure(Error::kUnsafeNumber);
  }
  if (!as_optional) return found == nullptr ? Value::Failure(missing) : *found;
  return Value::Optional(found == nullptr ? nullptr : context.arena.New(*found));
}

// The index that a number names, or size if it names none.
uint64_t IndexOf(const Value& key, uint32_t size) {
  for (uint32_t i = 0; i < size; ++i) {
    if (CompareNumbers(key, Value::Int(i)) == 0) return i;
  }
  return size;
}

double AsDouble(const Value& number) {
  if (number.is(Tag::kInt)) return static_cast<double>(number.i);
  return number.is(Tag::kUint) ? static_cast<double>(number.u) : number.d;
}

// -1, 0, 1, or 2 for NaN. What is compared with a double becomes one.
int OrderNumbers(const Value& a, const Value& b) {
  if (!a.is(Tag::kDouble) && !b.is(Tag::kDouble)) return CompareNumbers(a, b);
  const double left = AsDouble(a);
  const double right = AsDouble(b);
  if (std::isnan(left) || std::isnan(right)) return 2;
  return left < right ? -1 : left > right ? 1 : 0;
}

bool IsWhole(const Value& number) {
  return !number.is(Tag::kDouble) || number.d == std::trunc(number.d);
}

}  // namespace

Value Equal(const Value& left, const Value& right, FunctionContext& context) {
  if (!context.Charge(1)) return Value::Failure(Error::kBudget);
  return writ::Equal(left, right, context);
}

Value Less(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return Value::Bool(OrderNumbers(a, b) == -1);
  if (a.tag != b.tag) return NoOverload();
  switch (a.tag) {
    case Tag::kBool:
    case Tag::kDuration: return Value::Bool(a.i < b.i);
    case Tag::kTimestamp: return Value::Bool(NanosecondsSince1970(a) < NanosecondsSince1970(b));
    case Tag::kString:
    case Tag::kBytes: return Value::Bool(a.view() < b.view());
    default: return NoOverload();
  }
}

Value Binary(Operator op, const Value& left, const Value& right, FunctionContext& context) {
  switch (op) {
    case Operator::kEqual: return oracle::Equal(left, right, context);
    case Operator::kNotEqual: return Negated(oracle::Equal(left, right, context));
    case Operator::kLess: return oracle::Less(left, right);
    case Operator::kGreater: return oracle::Less(right, left);
    // a <= b is not !(b < a): neither holds for NaN.
    case Operator::kLessEqual:
    case Operator::kGreaterEqual: {
      const Value& low = op == Operator::kLessEqual ? left : right;
      const Value& high = op == Operator::kLessEqual ? right : left;
      if (low.is_number() && high.is_number()) {
        const int order = OrderNumbers(low, high);
        return Value::Bool(order == -1 || order == 0);
      }
      return Negated(oracle::Less(high, low));
    }
    case Operator::kIn: return In(left, right, context);
    default: return Arithmetic(op, left, right, context);
  }
}

Value Negate(const Value& operand) {
  if (operand.is(Tag::kDouble)) return Value::Double(-operand.d);
  if (!operand.is(Tag::kInt)) return NoOverload();
  return IntOrOverflow(-static_cast<__int128>(operand.i));
}

const Value* Find(const Map& map, const Value& key, FunctionContext& context) {
  for (uint32_t i = 0; i < map.size; ++i) {
    const Value equal = oracle::Equal(key, map.entries[i].key, context);
    if (equal.is(Tag::kBool) && equal.i == 1) return &map.entries[i].value;
  }
  return nullptr;
}

Error CheckKey(const Value& key) {
  switch (key.tag) {
    case Tag::kBool:
    case Tag::kInt:
    case Tag::kUint:
    case Tag::kString: return Error::kNone;
    default: return Error::kUnsupportedKey;
  }
}

Value Select(const Value& operand, std::string_view name, bool optional, FunctionContext& context) {
  if (operand.is(Tag::kOptional)) {
    if (operand.optional == nullptr) return operand;
    return oracle::Select(*operand.optional, name, true, context);
  }
  Value map = operand;
  if (!map.is_map()) return NoOverload();
  const Value* found = Find(*Entries(map, context.arena), Value::String(name), context);
  return Wrap(found, optional, Error::kNoSuchKey, context);
}

Value Index(const Value& operand, const Value& key, bool optional, FunctionContext& context) {
  if (operand.is(Tag::kOptional)) {
    if (operand.optional == nullptr) return operand;
    return oracle::Index(*operand.optional, key, true, context);
  }
  Value container = operand;
  if (container.is_list()) {
    const List* list = Items(container, context.arena);
    if (!key.is_number() || !IsWhole(key)) return NoOverload();
    const uint64_t index = IndexOf(key, list->size);
    const Value* found = index < list->size ? &list->items[index] : nullptr;
    return Wrap(found, optional, Error::kIndexOutOfRange, context);
  }
  if (!container.is_map()) return NoOverload();
  const Value* found = Find(*Entries(container, context.arena), key, context);
  return Wrap(found, optional, Error::kNoSuchKey, context);
}

Value Has(const Value& operand, std::string_view name, FunctionContext& context) {
  if (operand.is(Tag::kOptional)) {
    if (operand.optional == nullptr) return Value::Bool(false);
    return oracle::Has(*operand.optional, name, context);
  }
  Value map = operand;
  if (!map.is_map()) return NoOverload();
  return Value::Bool(Find(*Entries(map, context.arena), Value::String(name), context) != nullptr);
}

}  // namespace writ::oracle
