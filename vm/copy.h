// Deep copies of values, for those that are to outlive the call they were made in.
#pragma once

#include <cstddef>
#include <optional>

#include "vm/arena.h"
#include "vm/value.h"

namespace writ {

// Nothing of the copy points out of `arena`. Nullopt if it has more than `max_values` values in it,
// is nested deeper than kMaxCopyDepth, or holds what only means something during a call: a span, an
// error, an unsafe number.
std::optional<Value> DeepCopy(const Value& value, size_t max_values, Arena& arena);

inline constexpr uint32_t kMaxCopyDepth = 200;

}  // namespace writ
