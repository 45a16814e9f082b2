// Equality, order and membership: CEL's, and that of version "1" conditions, which is another.
//
// Tested by tests/vm/compare_test.cc.
#pragma once

#include <string>
#include <string_view>

#include "vm/arena.h"
#include "vm/functions/function.h"
#include "vm/value.h"

namespace writ {

// CEL's a == b: numbers across types, NaN unequal to itself, lists and maps deeply; values of
// different types are unequal. A bool, or Failure: kUnsafeNumber if an unsafe number had to be
// compared, kBudget.
Value Equal(const Value& a, const Value& b, FunctionContext& context);

// The order of two values of one type, or of two numbers: an int, -1, 0 or 1, or 2 if one is NaN.
// Against a double, an integer is ordered as the double next to it, although only Equal to a double
// that it is exactly.
// Failure for types that have none: only bool, numbers, string, bytes, timestamp and duration do.
Value Order(const Value& a, const Value& b, FunctionContext& context);
// a < b and a <= b; false for NaN.
Value Less(const Value& a, const Value& b, FunctionContext& context);
Value LessEqual(const Value& a, const Value& b, FunctionContext& context);

// Equality of what has no parts; lists, maps and optionals are never the same.
bool SameScalar(const Value& a, const Value& b);

// -1, 0, 1 for numbers across types; 2 if either is NaN. Exact: no rounding through double.
int CompareNumbers(const Value& a, const Value& b);

// How PolicyLayer Intercept prints a scalar (Go's %v): "true", "42", "1e+06" for a number that
// came as JSON (JSON numbers are doubles there), the text itself. Written to `buffer`, or a view
// of the value's own text.
inline constexpr size_t kPrintedNumberBytes = 32;
std::string_view PrintedForm(const Value& scalar, bool number_as_double,
                             char (&buffer)[kPrintedNumberBytes]);

// Equality of version "1" conditions: two numbers by value, other scalars by printed form, null,
// lists and maps by structure (with the printed forms of what they hold). `actual_is_json`: numbers
// of `actual` came from the call, not from a counter. Sets *unsafe if an unsafe number had to be
// compared; the result means nothing then.
bool CondEqual(const Value& actual, const Value& wanted, bool actual_is_json, Arena& arena,
               bool* unsafe);

// A span as a list or map in the arena, which replaces it, so that the reading is done once.
// REQUIRES: list.is_list(), map.is_map().
const List* Items(Value& list, Arena& arena);
const Map* Entries(Value& map, Arena& arena);

}  // namespace writ
