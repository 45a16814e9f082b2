// Where in a policy's text things stand whose extent its model does not keep.
//
// Tested by tests/cli/coverage_test.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "compiler/source.h"

namespace writ {

// `length` code points, within the line.
struct Place {
  Position at;
  uint32_t length = 1;
};

// Of a name that is written there, in quotes or without.
Place PlaceOfName(const Source& source, Position at, std::string_view name);

// Of a key of the policy itself, which may be within a suite; of its first line if there is none.
Place PlaceOfKey(const std::shared_ptr<const Source>& source, std::string_view key);

// Its lines: all, or of a policy within a suite those from its key to the next.
struct LineRange {
  uint32_t first = 1;
  uint32_t last = 0;
};
LineRange LinesOfPolicy(const std::shared_ptr<const Source>& source);

}  // namespace writ
