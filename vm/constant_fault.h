// What keeps a value from being a constant of a program: instructions trust that their operands are
// values as the machine makes them, and a bundle may hold any bytes.
//
// Tested by tests/vm/constant_fault_test.cc.
#pragma once

#include <string_view>

#include "vm/value.h"

namespace writ {

// How deep a constant's lists, maps and optionals nest.
inline constexpr uint32_t kMaxConstantDepth = 250;

// A sentence without a point, or empty for a sound one: every part of it is a value that outlives a
// call (nothing absent, no error, no part of a line), its text is UTF-8, an address has 4 or 16
// bytes and a network as many bits at most, a timestamp is in the years 1 to 9999, a URL can be
// read, and a map's keys are bools, whole numbers or text that differ.
// REQUIRES: what it points to can be read.
std::string_view ConstantFault(const Value& constant);

}  // namespace writ
