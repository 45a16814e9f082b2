// Equality and order.
// Tested by tests/vm/compare_test.cc.
#include "vm/compare.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "vm/elements.h"
#include "vm/key_index.h"
#include "vm/operands.h"
#include "vm/span.h"

namespace writ {
namespace {

int Sign(bool less, bool greater) {
  return less ? -1 : greater ? 1 : 0;
}

int CompareDoubles(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return 2;
  return Sign(a<b, a> b);
}

int CompareIntDouble(int64_t a, double b) {
  if (std::isnan(b)) return 2;
  // Both limits are exact as doubles.
  if (b >= 0x1p63) return -1;
  if (b < -0x1p63) return 1;
  const auto whole = static_cast<int64_t>(b);
  if (a != whole) return Sign(a<whole, a> whole);
  const double fraction = b - static_cast<double>(whole);
  return Sign(fraction > 0, fraction < 0);
}

int CompareUintDouble(uint64_t a, double b) {
  if (std::isnan(b)) return 2;
  if (b >= 0x1p64) return -1;
  if (b < 0) return 1;
  const auto whole = static_cast<uint64_t>(b);
  if (a != whole) return Sign(a<whole, a> whole);
  return Sign(b - static_cast<double>(whole) > 0, false);
}

// Go's %v of a float64: the shortest digits that read back the same, with an exponent of at least
// two digits below 1e-4 and from a million on.
std::string_view PrintDouble(double d, char (&buffer)[kPrintedNumberBytes]) {
  if (std::isnan(d)) return "NaN";
  if (std::isinf(d)) return d > 0 ? "+Inf" : "-Inf";
  char* const limit = buffer + sizeof buffer;
  char* end = std::to_chars(buffer, limit, d, std::chars_format::scientific).ptr;
  const char* digits = std::find(buffer, end, 'e') + 1;
  if (*digits == '+') ++digits;
  int exponent = 0;
  std::from_chars(digits, end, exponent);
  if (exponent >= -4 && exponent < 6) {
    end = std::to_chars(buffer, limit, d, std::chars_format::fixed).ptr;
  }
  return {buffer, static_cast<size_t>(end - buffer)};
}

bool IsScalar(const Value& v) {
  return !v.is_list() && !v.is_map() && !v.is(Tag::kNull);
}

// Equality inside a list or map: printed forms only, numbers included. What the call brings is read
// into the arena only where it has as many items as what it is compared with, so that no argument
// costs more memory than the policy's constants.
bool CondEqualWithin(Value actual, Value wanted, bool actual_is_json, Arena& arena, bool* unsafe);

bool CondEqualStructure(Value& actual, Value& wanted, bool actual_is_json, Arena& arena,
                        bool* unsafe) {
  if (actual.is(Tag::kNull) || wanted.is(Tag::kNull)) {
    return actual.is(Tag::kNull) && wanted.is(Tag::kNull);
  }
  if (actual.is_list() && wanted.is_list()) {
    const List* b = Items(wanted, arena);
    if (actual.is(Tag::kListSpan) && !SpanHasSize(actual, b->size, arena)) return false;
    const List* a = Items(actual, arena);
    if (a->size != b->size) return false;
    for (uint32_t i = 0; i < a->size; ++i) {
      if (!CondEqualWithin(a->items[i], b->items[i], actual_is_json, arena, unsafe)) return false;
    }
    return true;
  }
  if (actual.is_map() && wanted.is_map()) {
    const Map* b = Entries(wanted, arena);
    if (actual.is(Tag::kMapSpan) && !SpanHasSize(actual, b->size, arena)) return false;
    const Map* a = Entries(actual, arena);
    if (a->size != b->size) return false;
    for (uint32_t i = 0; i < a->size; ++i) {
      const MapEntry* match = nullptr;
      for (uint32_t j = 0; j < b->size && match == nullptr; ++j) {
        if (a->entries[i].key.view() == b->entries[j].key.view()) match = &b->entries[j];
      }
      if (match == nullptr ||
          !CondEqualWithin(a->entries[i].value, match->value, actual_is_json, arena, unsafe)) {
        return false;
      }
    }
    return true;
  }
  return false;
}

bool CondEqualWithin(Value actual, Value wanted, bool actual_is_json, Arena& arena, bool* unsafe) {
  if (actual.is(Tag::kUnsafeNumber)) {
    *unsafe = true;
    return false;
  }
  if (!IsScalar(actual) || !IsScalar(wanted)) {
    return CondEqualStructure(actual, wanted, actual_is_json, arena, unsafe);
  }
  char actual_buffer[kPrintedNumberBytes];
  char wanted_buffer[kPrintedNumberBytes];
  return PrintedForm(actual, actual_is_json, actual_buffer) ==
         PrintedForm(wanted, false, wanted_buffer);
}

}  // namespace

int CompareNumbers(const Value& a, const Value& b) {
  switch (a.tag) {
    case Tag::kInt:
      if (b.is(Tag::kInt)) return Sign(a.i<b.i, a.i> b.i);
      if (b.is(Tag::kUint)) {
        if (a.i < 0) return -1;
        return Sign(static_cast<uint64_t>(a.i) < b.u, static_cast<uint64_t>(a.i) > b.u);
      }
      return CompareIntDouble(a.i, b.d);
    case Tag::kUint:
      if (b.is(Tag::kUint)) return Sign(a.u<b.u, a.u> b.u);
      if (b.is(Tag::kInt)) return -CompareNumbers(b, a);
      return CompareUintDouble(a.u, b.d);
    default: {
      if (b.is(Tag::kDouble)) return CompareDoubles(a.d, b.d);
      const int swapped = CompareNumbers(b, a);
      return swapped == 2 ? 2 : -swapped;
    }
  }
}

bool SameScalar(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return CompareNumbers(a, b) == 0;
  if (a.tag != b.tag) return false;
  switch (a.tag) {
    case Tag::kNull: return true;
    case Tag::kBool:
    case Tag::kDuration: return a.i == b.i;
    case Tag::kTimestamp: return a.i == b.i && a.size == b.size;
    case Tag::kString:
    case Tag::kBytes:
    case Tag::kType:
    case Tag::kIp:
    case Tag::kUrl: return a.view() == b.view();
    case Tag::kCidr: return a.reserved == b.reserved && a.view() == b.view();
    default: return false;
  }
}

namespace {

// Values that a program builds may nest deeper than any call's or constant's.
constexpr uint32_t kMaxEqualityDepth = 1000;

class Equality {
 public:
  explicit Equality(FunctionContext& context) : context_(context) {}

  Value Run(const Value& a, const Value& b) {
    const bool equal = Same(a, b, kMaxEqualityDepth);
    return error_ == Error::kNone ? Value::Bool(equal) : Value::Failure(error_);
  }

 private:
  bool Fail(Error error) {
    error_ = error;
    return false;
  }
  bool Fail() { return Fail(Error::kBudget); }

  bool Same(const Value& a, const Value& b, uint32_t depth) {
    if (a.is_list() && b.is_list()) return SameLists(a, b, depth);
    if (a.is_map() && b.is_map()) return SameMaps(a, b, depth);
    if (!IsValue(a) || a.is(Tag::kUnsafeNumber)) return Fail(Mismatch(a).code);
    if (!IsValue(b) || b.is(Tag::kUnsafeNumber)) return Fail(Mismatch(b).code);
    if (a.is(Tag::kOptional) && b.is(Tag::kOptional)) {
      if (a.optional == nullptr || b.optional == nullptr) return a.optional == b.optional;
      return depth > 0 ? Same(*a.optional, *b.optional, depth - 1) : Fail();
    }
    if ((a.is(Tag::kString) || a.is(Tag::kBytes)) && a.size == b.size && a.size >= kLongText &&
        !context_.ChargeText(a.size)) {
      return Fail();
    }
    return SameScalar(a, b);
  }

  bool SameLists(const Value& a, const Value& b, uint32_t depth) {
    if (depth == 0 || !ChargeWalk(a, context_) || !ChargeWalk(b, context_)) return Fail();
    if (a.is(Tag::kList) && b.is(Tag::kList) && a.list->size != b.list->size) return false;
    Elements left(a, context_.arena);
    Elements right(b, context_.arena);
    while (left.Next()) {
      if (!right.Next() || !Same(left.value, right.value, depth - 1)) return false;
    }
    return !right.Next();
  }

  bool SameMaps(const Value& a, const Value& b, uint32_t depth) {
    uint32_t size = 0;
    uint32_t other_size = 0;
    if (depth == 0 || !ChargeWalk(a, context_) || !CountElements(a, context_, &size) ||
        !CountElements(b, context_, &other_size)) {
      return Fail();
    }
    if (size != other_size) return false;
    Map entries;
    if (!Searchable(b, size, &entries)) return Fail();
    for (Elements elements(a, context_.arena); elements.Next();) {
      const Value* const match = Find(entries, elements.key);
      if (match == nullptr || !Same(elements.value, *match, depth - 1)) return false;
    }
    return error_ == Error::kNone;
  }

  // The map built, with an index if it is large.
  bool Searchable(const Value& map, uint32_t size, Map* built) {
    if (map.is(Tag::kMap)) {
      *built = *map.map;
    } else {
      if (!context_.ChargeRoom(uint64_t{size} * sizeof(MapEntry))) return false;
      MapEntry* const entries = context_.arena.Allocate<MapEntry>(size);
      uint32_t at = 0;
      for (Elements elements(map, context_.arena); elements.Next();) {
        entries[at++] = {elements.key, elements.value};
      }
      *built = Map{size, entries};
    }
    if (built->index != nullptr || size < KeyIndex::kWorthwhile) return true;
    if (!context_.Charge(size) || !context_.ChargeRoom(uint64_t{size} * 32)) return false;
    for (uint32_t i = 0; i < size; ++i) {
      if (!ChargeHash(built->entries[i].key, context_)) return false;
    }
    built->index = KeyIndex::Make(&built->entries->key, 2, size, size, context_.arena);
    return true;
  }

  const Value* Find(const Map& map, const Value& key) {
    if (map.index != nullptr) {
      if (!ChargeHash(key, context_)) {
        Fail();
        return nullptr;
      }
      const uint32_t at = map.index->Find(key);
      return at < map.size ? &map.entries[at].value : nullptr;
    }
    if (!context_.Charge(map.size / 4)) Fail();
    for (uint32_t i = 0; i < map.size && error_ == Error::kNone; ++i) {
      if (SameScalar(map.entries[i].key, key)) return &map.entries[i].value;
    }
    return nullptr;
  }

  static constexpr uint32_t kLongText = 64;

  FunctionContext& context_;
  Error error_ = Error::kNone;
};

}  // namespace

Value Equal(const Value& a, const Value& b, FunctionContext& context) {
  return Equality(context).Run(a, b);
}

namespace {

// As CEL orders numbers: against a double, an integer is the double next to it.
int OrderNumbers(const Value& a, const Value& b) {
  const auto as_double = [](const Value& v) {
    if (v.is(Tag::kDouble)) return v.d;
    return v.is(Tag::kInt) ? static_cast<double>(v.i) : static_cast<double>(v.u);
  };
  if (!a.is(Tag::kDouble) && !b.is(Tag::kDouble)) return CompareNumbers(a, b);
  return CompareDoubles(as_double(a), as_double(b));
}

}  // namespace

Value Order(const Value& a, const Value& b, FunctionContext& context) {
  if (a.is_number() && b.is_number()) return Value::Int(OrderNumbers(a, b));
  if (a.tag != b.tag) return Mismatch(a, b);
  switch (a.tag) {
    case Tag::kBool:
    case Tag::kDuration: return Value::Int(Sign(a.i<b.i, a.i> b.i));
    case Tag::kTimestamp:
      if (a.i != b.i) return Value::Int(Sign(a.i<b.i, a.i> b.i));
      return Value::Int(Sign(a.size<b.size, a.size> b.size));
    case Tag::kString:
    case Tag::kBytes: {
      // UTF-8 is in the order of its code points.
      if (!context.ChargeText(std::min(a.size, b.size))) return Value::Failure(Error::kBudget);
      const int order = a.view().compare(b.view());
      return Value::Int(Sign(order<0, order> 0));
    }
    default: return Mismatch(a, b);
  }
}

Value Less(const Value& a, const Value& b, FunctionContext& context) {
  const Value order = Order(a, b, context);
  return order.is(Tag::kError) ? order : Value::Bool(order.i == -1);
}

Value LessEqual(const Value& a, const Value& b, FunctionContext& context) {
  const Value order = Order(a, b, context);
  return order.is(Tag::kError) ? order : Value::Bool(order.i == -1 || order.i == 0);
}

std::string_view PrintedForm(const Value& scalar, bool number_as_double,
                             char (&buffer)[kPrintedNumberBytes]) {
  switch (scalar.tag) {
    case Tag::kBool: return scalar.i != 0 ? "true" : "false";
    case Tag::kInt:
      if (number_as_double) return PrintDouble(static_cast<double>(scalar.i), buffer);
      return {buffer, static_cast<size_t>(
                          std::to_chars(buffer, buffer + sizeof buffer, scalar.i).ptr - buffer)};
    case Tag::kUint:
      if (number_as_double) return PrintDouble(static_cast<double>(scalar.u), buffer);
      return {buffer, static_cast<size_t>(
                          std::to_chars(buffer, buffer + sizeof buffer, scalar.u).ptr - buffer)};
    case Tag::kDouble: return PrintDouble(scalar.d, buffer);
    case Tag::kString: return scalar.view();
    default: return {};
  }
}

bool CondEqual(const Value& actual, const Value& wanted, bool actual_is_json, Arena& arena,
               bool* unsafe) {
  if (actual.is(Tag::kString) && wanted.is(Tag::kString)) return actual.view() == wanted.view();
  if (actual.is_number() && wanted.is_number()) return CompareNumbers(actual, wanted) == 0;
  return CondEqualWithin(actual, wanted, actual_is_json, arena, unsafe);
}

const List* Items(Value& list, Arena& arena) {
  if (list.is(Tag::kListSpan)) list = Value::Of(ReadListSpan(list.view(), arena));
  return list.list;
}

const Map* Entries(Value& map, Arena& arena) {
  if (map.is(Tag::kMapSpan)) map = Value::Of(ReadMapSpan(map.view(), arena));
  return map.map;
}

}  // namespace writ
