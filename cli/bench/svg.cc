// Shapes as elements.
// Tested by tests/cli/bench_svg_test.cc.
#include "cli/bench/svg.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "vm/shown.h"
#include "vm/utf8.h"

namespace writ {
namespace {

// Colours that are told apart by most eyes, on both papers.
constexpr std::string_view kStyle = R"(<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.note { font-size: 11px; fill: #59636e; }
.heading { font-size: 16px; font-weight: 600; }
.paper { fill: #ffffff; }
.rule { stroke: #d1d9e0; stroke-width: 1; }
.mark { stroke: #59636e; stroke-width: 1; stroke-dasharray: 4 3; }
.s0 { fill: #0969da; stroke: #0969da; } .s1 { fill: #bc4c00; stroke: #bc4c00; }
.s2 { fill: #1a7f37; stroke: #1a7f37; } .s3 { fill: #8250df; stroke: #8250df; }
.bar, .dot { stroke-width: 0; }
polyline.path { fill: none; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; }
.note { fill: #9198a1; }
.paper { fill: #0d1117; }
.rule { stroke: #3d444d; }
.mark { stroke: #9198a1; }
.s0 { fill: #4493f8; stroke: #4493f8; } .s1 { fill: #f0883e; stroke: #f0883e; }
.s2 { fill: #3fb950; stroke: #3fb950; } .s3 { fill: #ab7df8; stroke: #ab7df8; }
polyline.path { fill: none; }
}
</style>
)";

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : EscapeUnseen(WithReplacements(text))) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&apos;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string_view AnchorName(Anchor anchor) {
  switch (anchor) {
    case Anchor::kStart: return "start";
    case Anchor::kMiddle: return "middle";
    case Anchor::kEnd: return "end";
  }
  return "start";
}

}  // namespace

Svg::Svg(double width, double height, std::string_view title) {
  text_ = fmt::format(
      "{4} viewBox=\"0 0 {0:.0f} {1:.0f}\" "
      "width=\"{0:.0f}\" height=\"{1:.0f}\" role=\"img\">\n<title>{2}</title>\n{3}"
      "<rect class=\"paper\" width=\"{0:.0f}\" height=\"{1:.0f}\"/>\n",
      width, height, Escaped(title), kStyle, kSvgBeginning);
}

void Svg::AddText(Point at, std::string_view text, Anchor anchor, std::string_view style) {
  text_ +=
      fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                  style, at.x, at.y, AnchorName(anchor), Escaped(text));
}

void Svg::Text(Point at, std::string_view text, Anchor anchor) {
  AddText(at, text, anchor, "text");
}

void Svg::Note(Point at, std::string_view text, Anchor anchor) {
  AddText(at, text, anchor, "note");
}

void Svg::Heading(Point at, std::string_view text) {
  AddText(at, text, Anchor::kStart, "heading");
}

void Svg::Rule(Point from, Point to) {
  text_ += fmt::format(
      "<line class=\"rule\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", from.x,
      from.y, to.x, to.y);
}

void Svg::Mark(Point from, Point to) {
  text_ += fmt::format(
      "<line class=\"mark\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", from.x,
      from.y, to.x, to.y);
}

void Svg::Bar(Point corner, double width, double height, size_t series) {
  text_ += fmt::format(
      "<rect class=\"bar s{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n",
      series % kSvgSeries, corner.x, corner.y, std::max(width, 0.0), std::max(height, 0.0));
}

void Svg::Path(const std::vector<Point>& points, size_t series) {
  text_ += fmt::format("<polyline class=\"path s{}\" points=\"", series % kSvgSeries);
  for (const Point& point : points) text_ += fmt::format("{:.1f},{:.1f} ", point.x, point.y);
  if (!points.empty()) text_.pop_back();
  text_ += "\"/>\n";
}

void Svg::Dot(Point at, size_t series) {
  // Circle, square, triangle, diamond.
  constexpr double kSize = 4.5;
  const size_t shape = series % kSvgSeries;
  const auto corners = [&](std::initializer_list<Point> points) {
    text_ += fmt::format("<polygon class=\"dot s{}\" points=\"", shape);
    for (const Point& p : points) {
      text_ += fmt::format("{:.1f},{:.1f} ", at.x + p.x * kSize, at.y + p.y * kSize);
    }
    text_.back() = '"';
    text_ += "/>\n";
  };
  switch (shape) {
    case 0:
      text_ += fmt::format("<circle class=\"dot s0\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"/>\n",
                           at.x, at.y, kSize);
      return;
    case 1: return corners({{-1, -1}, {1, -1}, {1, 1}, {-1, 1}});
    case 2: return corners({{0, -1.2}, {1.1, 0.9}, {-1.1, 0.9}});
    default: return corners({{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}});
  }
}

std::string Svg::Finish() {
  return std::move(text_) + "</svg>\n";
}

LogAxis::LogAxis(double least, double most, double from, double to) : from_(from), to_(to) {
  const bool is_short = most / least < 50;
  const std::vector<double> steps =
      is_short ? std::vector<double>{1, 2, 5} : std::vector<double>{1};
  for (double decade = std::pow(10, std::floor(std::log10(least)));; decade *= 10) {
    for (const double step : steps) {
      const double tick = decade * step;
      // One tick at or below the least, one at or above the most.
      if (tick <= least * (1 + 1e-9)) ticks_.clear();
      ticks_.push_back(tick);
      if (tick >= most * (1 - 1e-9) && ticks_.size() > 1) {
        low_ = std::log(ticks_.front());
        high_ = std::log(ticks_.back());
        return;
      }
    }
  }
}

double LogAxis::At(double value) const {
  return from_ + (to_ - from_) * (std::log(value) - low_) / (high_ - low_);
}

std::string ShortNumber(double value) {
  constexpr std::string_view kUnits[] = {"", "k", "M", "G"};
  size_t unit = 0;
  while (value >= 999.5 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  // Three digits.
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::string number = fmt::format("{:.{}f}", value, decimals);
  if (number.find('.') != std::string::npos) {
    number.erase(number.find_last_not_of('0') + 1);
    if (number.back() == '.') number.pop_back();
  }
  return number + std::string(kUnits[unit]);
}

}  // namespace writ
