// How much one limit lets pass within the window of another.
//
// Tested by tests/compiler/lint/most_in_window_test.cc.
#pragma once

#include <cstdint>
#include <optional>

#include "vm/program.h"

namespace writ {

// The most that can be counted within `window` where `limit` is the most within each of `limited`;
// none where that knows no bound, or where it is no number of 64 bits.
std::optional<int64_t> MostInWindow(int64_t limit, Window limited, Window window);

}  // namespace writ
