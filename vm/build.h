// Lists and maps that grow: literals with optional elements, and what comprehensions collect.
//
// A list does not change once it is made, yet collecting n elements takes time in proportion to n:
// elements stand in a block of memory that is larger than needed, and whoever extends a list whose
// end is the block's end writes behind it and gets a new head over the same elements.
//
//   head {size 2} ──> ┌───┬───┬───┬───┐    room {used 3, capacity 4}
//   head {size 3} ──> │ a │ b │ c │   │
//                     └───┴───┴───┴───┘
//
// The first head still shows a and b only. A second extension of it finds used ≠ size and copies,
// so that no list ever sees another one's elements, whatever a program does. Constants and what
// comes from a line have no room and are copied when they are first extended.
//
// Each gives Failure for an error: kBudget, kNoSuchOverload for what is no list or map, an error
// that is an operand.
//
// Tested by tests/vm/build_test.cc.
#pragma once

#include "vm/functions/function.h"
#include "vm/value.h"

namespace writ {

// list + [item].
Value Append(const Value& list, const Value& item, FunctionContext& context);
// list + [?item]: an empty optional adds nothing.
Value AppendOptional(const Value& list, const Value& item, FunctionContext& context);
// a + b.
Value Concatenate(const Value& a, const Value& b, FunctionContext& context);

// The map with one more entry. kUnsupportedKey unless the key is a bool, int, uint or string;
// kDuplicateKey if there is one with an equal key.
Value Insert(const Value& map, const Value& key, const Value& value, FunctionContext& context);
// An empty optional adds nothing.
Value InsertOptional(const Value& map, const Value& key, const Value& value,
                     FunctionContext& context);
// The map with all entries of the other.
Value InsertAll(const Value& map, const Value& other, FunctionContext& context);

}  // namespace writ
