// Numbers as people and programs read them, for all that `writ bench` says.
//
// Tested by tests/cli/bench.py.
#pragma once

#include <string>
#include <string_view>

#include "cli/bench/percentiles.h"
#include "cli/json_text.h"

namespace writ {

// Nanoseconds: "384", "12,400"; instructions likewise.
std::string Grouped(double value);
// "2.31 ms".
std::string Milliseconds(double value);
// "1.02".
std::string RatioText(double ratio);
// "12 %".
std::string Percent(double share);
// "1 call", "2 calls".
std::string Plural(size_t count, std::string_view what);
// A bar of that share of the columns, in eighths of one.
std::string BarText(double share, size_t columns);

// With one decimal, or more where that says nothing.
void AddNumber(JsonText& json, std::string_view name, double value);
void AddPercentiles(JsonText& json, std::string_view name, const Percentiles& percentiles);
void AddSpread(JsonText& json, std::string_view name, const Spread& spread);

}  // namespace writ
