// The value that a quota counts apart by, as text.
//
// Text, whole numbers and bools. Values that CEL holds equal have the same text, others have
// another: the number 1 is 1 whether it is an int or a uint, the text "1" is "1" with its quotes.
// Nothing else is a key, so that a client has no second way to write one: 1.0 is none, nor null.
//
// Tested by tests/vm/counter_key_test.cc.
#pragma once

#include <cstddef>
#include <string>

#include "vm/value.h"

namespace writ {

// Longer keys are refused: every one of them is kept.
inline constexpr size_t kMaxCounterKeyBytes = 4096;

// Appends the text. False if the value is none to count by, or one whose text would be longer than
// kMaxCounterKeyBytes.
bool AppendCounterKey(const Value& value, std::string& text);

}  // namespace writ
