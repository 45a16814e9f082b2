// What keeps a value from being a constant of a program: instructions trust that their operands are
// values as the machine makes them, and a bundle may hold any bytes.
//
// Tested by tests/vm/constant_fault_test.cc.
#pragma once

#include <cstdint>
#include <string_view>

#include "vm/value.h"

namespace writ {

// How deep a constant's lists, maps and optionals nest.
inline constexpr uint32_t kMaxConstantDepth = 250;
// Bytes of the texts in all constants of a program, each counted wherever it stands: many may be
// one in memory, and all of them are read.
inline constexpr uint64_t kMaxConstantTextBytes = uint64_t{1} << 30;

// A sentence without a point, or empty for a sound one: every part of it is a value that outlives a
// call (nothing absent, no error, no part of a line), its text is UTF-8, an address has 4 or 16
// bytes and a network as many bits at most, none in IPv6 stands for one in IPv4, a timestamp is in
// the years 1 to 9999, a URL can be read, a type has the name of one, an unsafe number is a JSON
// number that readers round differently, and a map's keys are bools, whole numbers or text that
// differ.
// Adds the bytes of its texts to `text_bytes`; over kMaxConstantTextBytes nothing more is read.
// REQUIRES: what it points to can be read.
std::string_view ConstantFault(const Value& constant, uint64_t& text_bytes);

}  // namespace writ
