// Values as text, for people who read what a test found: as CEL would write them, typed and exact.
#pragma once

#include <string>

#include "vm/arena.h"
#include "vm/value.h"

namespace writ::oracle {

// "1", "1u", "1.0", "-0.0", "\"text\"", "b\"\\x00\"", "[1, 2]", "timestamp(\"…\")", "type int",
// "optional.of(1)"; "error: division by zero" of a failure.
std::string Print(Value value, Arena& arena);

// Whether two values are the same: of the same type, lists in order, maps in any order, 0.0 and
// -0.0 apart, any NaN like any other.
bool Same(Value a, Value b, Arena& arena);

}  // namespace writ::oracle
