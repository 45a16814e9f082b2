// Equality and order.
// Tested by tests/vm/compare_test.cc.
#include "vm/compare.h"

#include <algorithm>
#include <charconv>
#include <cmath>

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

bool CelEqual(const Value& a, const Value& b, Arena& arena, bool* unsafe) {
  if (a.is(Tag::kUnsafeNumber) || b.is(Tag::kUnsafeNumber)) {
    *unsafe = true;
    return false;
  }
  if (a.is_number() && b.is_number()) return CompareNumbers(a, b) == 0;
  if (a.is_list() && b.is_list()) {
    Value left = a;
    Value right = b;
    const List* x = Items(left, arena);
    const List* y = Items(right, arena);
    if (x->size != y->size) return false;
    for (uint32_t i = 0; i < x->size; ++i) {
      if (!CelEqual(x->items[i], y->items[i], arena, unsafe)) return false;
    }
    return true;
  }
  if (a.is_map() && b.is_map()) {
    Value left = a;
    Value right = b;
    const Map* x = Entries(left, arena);
    const Map* y = Entries(right, arena);
    if (x->size != y->size) return false;
    for (uint32_t i = 0; i < x->size; ++i) {
      bool found = false;
      for (uint32_t j = 0; j < y->size && !found; ++j) {
        if (!CelEqual(x->entries[i].key, y->entries[j].key, arena, unsafe)) continue;
        if (!CelEqual(x->entries[i].value, y->entries[j].value, arena, unsafe)) return false;
        found = true;
      }
      if (!found) return false;
    }
    return true;
  }
  if (a.tag != b.tag) return false;
  switch (a.tag) {
    case Tag::kNull: return true;
    case Tag::kBool:
    case Tag::kDuration: return a.i == b.i;
    case Tag::kTimestamp: return a.i == b.i && a.size == b.size;
    case Tag::kString:
    case Tag::kBytes:
    case Tag::kType: return a.view() == b.view();
    case Tag::kOptional:
      if (a.optional == nullptr || b.optional == nullptr) return a.optional == b.optional;
      return CelEqual(*a.optional, *b.optional, arena, unsafe);
    default: return false;
  }
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
