// Pieces of CEL as text: what the translation of version "1" conditions is put together from.
//
// Tested by tests/compiler/migrate/condition_text_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace writ {

// A string literal: r"…" where that saves backslashes, else "…" with what is not shown escaped.
std::string CelString(std::string_view text);

// A literal of that very double, infinities and NaN as quotients.
std::string CelDouble(double number);

// The argument at a path: args.order.total, args["a-b"].
std::string ArgumentText(const std::vector<std::string>& names);

// Whether the member is there. Has a value only where the argument at `names` without the last is a
// map, which `args` always is.
std::string IsThere(const std::vector<std::string>& names);

}  // namespace writ
