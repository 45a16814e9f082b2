// Mends what yaml-cpp 0.7 gets wrong in the value of a scalar:
//
//   "\N" and "\_"       come as single bytes, which are no UTF-8
//   "text\n\n\n"        of several line breaks before the closing quote only one is kept
//   >+                  folded text that keeps its last line breaks loses all but one
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "compiler/yaml/lines.h"

namespace writ::yaml {

// The value of the scalar at `offset` of `text` that is written as `look` says.
std::string RepairValue(std::string_view text, size_t offset, const ScalarLook& look,
                        const std::string& value);

}  // namespace writ::yaml
