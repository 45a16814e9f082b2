// The value that a quota counts apart by, as text.
//
// Values that CEL holds equal have the same text, others have another: the number 1 is 1 whether it
// came as 1 or as 1.0 (or a client could spend twice), the text "1" is "1" with its quotes.
//
// Tested by tests/vm/counter_key_test.cc.
#pragma once

#include <cstddef>
#include <string>

#include "vm/value.h"

namespace writ {

// Longer keys are refused: every one of them is kept.
inline constexpr size_t kMaxCounterKeyBytes = 4096;

// Appends the text. False if the value is none to count by: a list, a map, an optional, NaN, or
// one whose text would be longer than kMaxCounterKeyBytes.
bool AppendCounterKey(const Value& value, std::string& text);

}  // namespace writ
