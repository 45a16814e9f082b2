// How long decisions take, as a picture: a histogram, and below it each tool.
// Tested by tests/cli/bench.py.
#include <fmt/core.h>

#include <algorithm>

#include "cli/bench/bench_report.h"
#include "cli/bench/figures.h"
#include "cli/bench/histogram.h"
#include "cli/bench/svg.h"

namespace writ {
namespace {

constexpr double kWidth = 760;
constexpr double kLeft = 180;
constexpr double kRight = kWidth - 30;
constexpr double kTop = 80;
constexpr double kBottom = 280;  // of the histogram
constexpr double kRow = 22;      // of a tool
constexpr size_t kBins = 60;
constexpr size_t kTools = 20;
constexpr size_t kNameBytes = 26;

std::string Shortened(const std::string& name) {
  return ShownWithin(name, kNameBytes);
}

std::vector<const ToolCost*> Slowest(const BenchReport& report) {
  std::vector<const ToolCost*> tools;
  for (const ToolCost& tool : report.tools) tools.push_back(&tool);
  std::stable_sort(tools.begin(), tools.end(), [](const ToolCost* a, const ToolCost* b) {
    return a->nanoseconds.p50 > b->nanoseconds.p50;
  });
  tools.resize(std::min(tools.size(), kTools));
  return tools;
}

}  // namespace

std::string BenchPicture(const BenchReport& report) {
  const std::vector<const ToolCost*> tools = Slowest(report);
  double least = report.whole.least;
  double most = report.whole.p999;
  for (const ToolCost* tool : tools) most = std::max(most, tool->nanoseconds.p99);
  const LogAxis axis(least, std::max(most, least), kLeft, kRight);
  const double end = kBottom + 40 + kRow * static_cast<double>(tools.size());

  std::string names;
  for (const std::string& policy : report.policies) names += (names.empty() ? "" : ", ") + policy;
  Svg svg(kWidth, end + 40, "Nanoseconds of a decision by " + names);
  svg.Heading({20, 28}, "Nanoseconds of a decision");
  svg.Note({20, 48}, fmt::format("{}; {}, {}", names, Plural(report.outcomes.all(), "call"),
                                 Plural(report.steadiness.rounds, "round")));
  for (const double tick : axis.ticks()) {
    svg.Rule({axis.At(tick), kTop}, {axis.At(tick), end});
    svg.Note({axis.At(tick), end + 18}, ShortNumber(tick), Anchor::kMiddle);
  }
  svg.Note({kRight, end + 34}, "ns", Anchor::kEnd);

  const Histogram histogram = Histogram::Of(report.samples, kBins);
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    const double left = axis.At(histogram.edges[i]);
    const double width = std::max(1.0, axis.At(histogram.edges[i + 1]) - left - 0.5);
    const double height = (kBottom - kTop - 20) * static_cast<double>(histogram.counts[i]) /
                          static_cast<double>(histogram.most);
    svg.Bar({left, kBottom - height}, width, height, 0);
  }
  const auto mark = [&](std::string_view name, double value, double y) {
    svg.Mark({axis.At(value), kTop}, {axis.At(value), kBottom});
    svg.Note({axis.At(value) + 3, y}, fmt::format("{} {}", name, Grouped(value)));
  };
  mark("p50", report.whole.p50, kTop + 10);
  mark("p90", report.whole.p90, kTop + 24);
  mark("p99", report.whole.p99, kTop + 38);

  svg.Note({20, kBottom + 20}, "from p50 to p99, p90 marked");
  double y = kBottom + 40;
  for (const ToolCost* tool : tools) {
    const Percentiles& of = tool->nanoseconds;
    svg.Text({kLeft - 8, y + 4}, Shortened(tool->name), Anchor::kEnd);
    svg.Bar({axis.At(of.p50), y - 4}, std::max(2.0, axis.At(of.p99) - axis.At(of.p50)), 8, 1);
    svg.Dot({axis.At(of.p90), y}, 2);
    y += kRow;
  }
  return svg.Finish();
}

}  // namespace writ
