// What the operators of CEL do with values, for the oracle: written a second time, apart from the
// machine (writ::Add and so on), so that the two can be held against each other. What they share is
// equality of values (vm/compare.h).
//
// Thread safety: pure; a context belongs to one thread.
#pragma once

#include <string_view>

#include "grammar/ast.h"
#include "vm/functions/function.h"
#include "vm/value.h"

namespace writ::oracle {

// All results may be Value::Failure(code). Operands are no failures.

Value Binary(cel::Operator op, const Value& left, const Value& right, FunctionContext& context);
Value Negate(const Value& operand);
Value Equal(const Value& left, const Value& right, FunctionContext& context);
// Value::Bool: whether left comes before right; for values that can be ordered.
Value Less(const Value& left, const Value& right);

// operand.name, operand[key] and, where `optional`, operand.?name and operand[?key]. An operand
// that is an optional is looked into, and the result is an optional then too.
Value Select(const Value& operand, std::string_view name, bool optional, FunctionContext& context);
Value Index(const Value& operand, const Value& key, bool optional, FunctionContext& context);
Value Has(const Value& operand, std::string_view name, FunctionContext& context);

// Whether a map may have such a key: kNone, or why not.
Error CheckKey(const Value& key);

// The value of the key, or null. Keys are equal as CEL's == says: 1, 1u and 1.0 are one key.
const Value* Find(const Map& map, const Value& key, FunctionContext& context);

}  // namespace writ::oracle
