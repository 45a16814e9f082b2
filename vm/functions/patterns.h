// RE2 patterns: compiling those that are not known before a call, and what searching with one
// costs.
//
// RE2 searches with an automaton, in a few nanoseconds a byte, until that takes too much memory;
// then it goes on in time with the product of text and pattern, some 4 ns for a byte and an
// instruction. Any pattern that counts can be brought to that by a text made for it. So a byte
// costs a unit for 32 instructions of the pattern, and at least a quarter: what a call may cost in
// all is less than two seconds then.
//
// Tested by tests/vm/functions/patterns_test.cc.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "vm/functions/function.h"

namespace writ {

// The longest pattern that is compiled while deciding, and the memory that one may use for its
// program and automaton.
inline constexpr size_t kMaxCallPatternBytes = 1000;
inline constexpr int64_t kMaxCallPatternMemory = 1 << 20;

// A pattern that comes from the call, or null with *failure set: malformed, too long or too large
// (kInvalidPattern), or too expensive (kBudget).
std::unique_ptr<re2::RE2> CompileCallPattern(std::string_view pattern, FunctionContext& context,
                                             Error* failure);

// Whether the pattern is found anywhere in the text, a bool; or kBudget. For patterns compiled at
// load as well.
Value FindPattern(const re2::RE2& pattern, std::string_view text, FunctionContext& context);

}  // namespace writ
