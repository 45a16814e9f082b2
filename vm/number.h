// JSON numbers as values.
//
// An integer token is an int where it fits int64, else a uint where it fits uint64, else a double;
// a token with a fraction or an exponent is a double. A number that readers would not agree on is
// Tag::kUnsafeNumber, which keeps its text and makes any rule that reads it an error: not finite
// as a double (or rounded to zero), more than 17 significant digits once zeros are stripped from
// both ends, or an integer that is not exact as a double (JavaScript servers round it).
//
// Tested by tests/vm/number_test.cc.
#pragma once

#include <string_view>

#include "vm/value.h"

namespace writ {

// Whether the text is a number as RFC 8259 writes it, and nothing else.
bool IsJsonNumber(std::string_view text);

// REQUIRES: `token` follows RFC 8259's number grammar. The value may point into it.
Value ReadNumber(std::string_view token);

}  // namespace writ
