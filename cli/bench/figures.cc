// Numbers as text.
// Tested by tests/cli/bench.py.
#include "cli/bench/figures.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace writ {

std::string Grouped(double value) {
  const std::string digits = fmt::format("{:.0f}", value);
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

std::string Milliseconds(double value) {
  return fmt::format("{:.{}f} ms", value, value < 10 ? 2 : value < 100 ? 1 : 0);
}

std::string RatioText(double ratio) {
  return fmt::format("{:.2f}", ratio);
}

std::string Percent(double share) {
  return fmt::format("{:.0f} %", share * 100);
}

std::string Plural(size_t count, std::string_view what) {
  return fmt::format("{} {}{}", Grouped(static_cast<double>(count)), what, count == 1 ? "" : "s");
}

std::string BarText(double share, size_t columns) {
  constexpr std::string_view kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<size_t>(
      std::lround(std::clamp(share, 0.0, 1.0) * 8 * static_cast<double>(columns)));
  std::string bar;
  for (size_t i = 0; i < eighths / 8; ++i) bar += "█";
  bar += kParts[eighths % 8];
  return bar.empty() && share > 0 ? "▏" : bar;
}

void AddNumber(JsonText& json, std::string_view name, double value) {
  // What is small would be 0.
  json.Word(name, value != 0 && std::fabs(value) < 10 ? fmt::format("{:.4f}", value)
                                                      : fmt::format("{:.1f}", value));
}

void AddPercentiles(JsonText& json, std::string_view name, const Percentiles& percentiles) {
  json.Name(name);
  json.Open('{');
  json.Number("samples", percentiles.samples);
  AddNumber(json, "p50", percentiles.p50);
  AddNumber(json, "p90", percentiles.p90);
  AddNumber(json, "p99", percentiles.p99);
  AddNumber(json, "p99_9", percentiles.p999);
  AddNumber(json, "least", percentiles.least);
  AddNumber(json, "most", percentiles.most);
  json.Close('}');
}

void AddSpread(JsonText& json, std::string_view name, const Spread& spread) {
  json.Name(name);
  json.Open('{');
  AddNumber(json, "median", spread.median);
  AddNumber(json, "p10", spread.low);
  AddNumber(json, "p90", spread.high);
  json.Close('}');
}

}  // namespace writ
