// Reading lists, maps and optionals: fields, indexes, membership.
//
// As instructions do, these take any values and give Failure for an error; what takes time in
// proportion to its operands is charged. Spans of the line are walked, not built: a field of an
// object costs no memory. Numeric keys and indexes work across types: 1, 1u and 1.0 are one key.
//
// On an optional each of them works on what it holds: the result of Select and Index is then
// optional too, and an optional without a value has no fields (optional.none(), or false).
//
// Tested by tests/vm/access_test.cc.
#pragma once

#include "vm/functions/function.h"
#include "vm/value.h"

namespace writ {

// from.name; kNoSuchKey. REQUIRES: name is a string.
Value Select(const Value& from, const Value& name, FunctionContext& context);
// from.?name.
Value OptionalSelect(const Value& from, const Value& name, FunctionContext& context);
// has(from.name): also true where the value is null, or a number that is not to be read.
Value Has(const Value& from, const Value& name, FunctionContext& context);

// from[key]; kNoSuchKey, kIndexOutOfRange; kInvalidArgument for an index with a fraction.
Value Index(const Value& from, const Value& key, FunctionContext& context);
// from[?key].
Value OptionalIndex(const Value& from, const Value& key, FunctionContext& context);

// element in container: an equal element, or a key. An element that is not to be read is an error
// only if no other one is equal.
Value In(const Value& element, const Value& container, FunctionContext& context);

}  // namespace writ
