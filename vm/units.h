// Numbers of expressions as whole counts: an amount of 19.99 with two decimals kept is 1999.
//
// Exact: a double is what its shortest decimal text says, so 19.99 is 1999 hundredths and not the
// 1998 that multiplying and cutting gives. Amounts round up, so that no sequence of small calls is
// free; limits round down to the decimals that are kept.
//
// Tested by tests/vm/units_test.cc.
#pragma once

#include <cstdint>
#include <optional>

#include "vm/value.h"

namespace writ {

// In units of 10^-scale. Nothing for what cannot be counted: no number, NaN, an infinity, a number
// below zero, more than an int64 holds. REQUIRES: scale <= kMaxScale.
std::optional<int64_t> AmountUnits(const Value& amount, uint8_t scale);

// The same for limits, of which one with a fraction needs decimals to be kept.
std::optional<int64_t> LimitUnits(const Value& limit, uint8_t scale);

}  // namespace writ
