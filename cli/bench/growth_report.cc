// Growth for people, for programs and as a picture.
// Tested by tests/cli/bench.py.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "cli/bench/figures.h"
#include "cli/bench/growth.h"
#include "cli/bench/svg.h"

namespace writ {
namespace {

// Least and most of all curves.
struct Extent {
  double least_rules = 1;
  double most_rules = 1;
  double least_ns = 1;
  double most_ns = 1;
};

Extent ExtentOf(const GrowthReport& report) {
  Extent made;
  bool is_first = true;
  for (const GrowthCurve& curve : report.curves) {
    for (const GrowthPoint& point : curve.points) {
      const auto rules = static_cast<double>(point.rules);
      const double ns = std::max(1.0, point.nanoseconds.median);
      if (is_first) made = {rules, rules, ns, ns};
      is_first = false;
      made.least_rules = std::min(made.least_rules, rules);
      made.most_rules = std::max(made.most_rules, rules);
      made.least_ns = std::min(made.least_ns, ns);
      made.most_ns = std::max(made.most_ns, ns);
    }
  }
  return made;
}

constexpr std::string_view kMarks[] = {"●", "■", "▲", "◆"};
constexpr Ink kInks[] = {Ink::kGreen, Ink::kYellow, Ink::kRed, Ink::kBold};

// The curves on a grid of characters, both axes logarithmic.
class TerminalPlot {
 public:
  explicit TerminalPlot(const GrowthReport& report)
      : extent_(ExtentOf(report)),
        rules_(extent_.least_rules, extent_.most_rules, 0, kColumns - 1),
        nanoseconds_(extent_.least_ns, extent_.most_ns, kLines - 1, 0),
        grid_(kLines, std::vector<Spot>(kColumns)) {
    for (size_t i = 0; i < report.curves.size(); ++i) Draw(report.curves[i], i);
  }

  std::string Text(bool color) const {
    std::string out;
    for (size_t line = 0; line < kLines; ++line) {
      out += fmt::format("  {:>6} │", LabelOf(line));
      std::string row;
      size_t owed = 0;
      for (const Spot& spot : grid_[line]) {
        if (spot.text.empty()) {
          ++owed;
          continue;
        }
        row.append(owed, ' ');
        owed = 0;
        AppendInked(spot.text, spot.ink, color, row);
      }
      out += row + "\n";
    }
    out += fmt::format("  {:>6} └", "ns");
    for (size_t i = 0; i < kColumns; ++i) out += "─";
    out += "\n         ";
    std::string labels;
    for (const double tick : rules_.ticks()) {
      const auto at = static_cast<size_t>(std::lround(rules_.At(tick)));
      const std::string label = ShortNumber(tick);
      const size_t begin = std::min(at, kColumns - label.size());
      if (begin < labels.size() + (labels.empty() ? 0 : 1)) continue;
      labels.append(begin - labels.size(), ' ');
      labels += label;
    }
    return out + labels + "  rules\n";
  }

 private:
  static constexpr size_t kColumns = 60;
  static constexpr size_t kLines = 14;
  struct Spot {
    std::string text = {};
    Ink ink = Ink::kPlain;
  };

  std::string LabelOf(size_t line) const {
    for (const double tick : nanoseconds_.ticks()) {
      if (std::lround(nanoseconds_.At(tick)) == static_cast<long>(line)) return ShortNumber(tick);
    }
    return {};
  }

  void Draw(const GrowthCurve& curve, size_t number) {
    const Ink ink = kInks[number % std::size(kInks)];
    for (size_t i = 0; i < curve.points.size(); ++i) {
      const double x = rules_.At(static_cast<double>(curve.points[i].rules));
      const double y = nanoseconds_.At(std::max(1.0, curve.points[i].nanoseconds.median));
      if (i > 0) {
        const double before_x = rules_.At(static_cast<double>(curve.points[i - 1].rules));
        const double before_y =
            nanoseconds_.At(std::max(1.0, curve.points[i - 1].nanoseconds.median));
        for (double at = before_x + 1; at < x; ++at) {
          Put(at, before_y + (y - before_y) * (at - before_x) / (x - before_x), "·", ink, false);
        }
      }
      Put(x, y, kMarks[number % std::size(kMarks)], ink, true);
    }
  }

  void Put(double x, double y, std::string_view text, Ink ink, bool over) {
    const auto column = static_cast<size_t>(std::clamp<long>(std::lround(x), 0, kColumns - 1));
    const auto line = static_cast<size_t>(std::clamp<long>(std::lround(y), 0, kLines - 1));
    Spot& spot = grid_[line][column];
    if (!spot.text.empty() && !over) return;
    spot = {std::string(text), ink};
  }

  Extent extent_;
  LogAxis rules_;
  LogAxis nanoseconds_;
  std::vector<std::vector<Spot>> grid_;
};

}  // namespace

std::string GrowthTables(const GrowthReport& report, const TableStyle& style) {
  Sheet sheet(style);
  sheet.Line("What a decision costs as the policy grows", Ink::kBold);
  Table points({{"SHAPE"},
                {"RULES", true},
                {"NS", true},
                {"P10", true},
                {"P90", true},
                {"INSTR", true},
                {"COMPILING", true},
                {"FROM A BUNDLE", true},
                {"BYTES A RULE", true}});
  for (const GrowthCurve& curve : report.curves) {
    for (const GrowthPoint& point : curve.points) {
      const bool is_first = &point == curve.points.data();
      points.Add({{is_first ? std::string(GrowthTitle(curve.shape)) : std::string()},
                  {Grouped(static_cast<double>(point.rules))},
                  {Grouped(point.nanoseconds.median)},
                  {Grouped(point.nanoseconds.low)},
                  {Grouped(point.nanoseconds.high)},
                  {fmt::format("{:.1f}", point.instructions)},
                  {Milliseconds(point.compile_ms)},
                  {Milliseconds(point.bundle_ms.median)},
                  {fmt::format("{:.0f}", point.bytes_a_rule)}});
    }
  }
  sheet.Put(points, 0, {});

  sheet.Title("GROWTH", "from the fewest rules to the most");
  Table slopes(
      {{""}, {"SHAPE"}, {"TIME", true}, {"SPREAD"}, {"NS A RULE", true}, {"INSTR A RULE", true}});
  for (size_t i = 0; i < report.curves.size(); ++i) {
    const GrowthCurve& curve = report.curves[i];
    slopes.Add({{std::string(kMarks[i % std::size(kMarks)]), kInks[i % std::size(kInks)]},
                {std::string(GrowthTitle(curve.shape))},
                {"x " + RatioText(curve.ratio.median)},
                {fmt::format("{} to {}", RatioText(curve.ratio.low), RatioText(curve.ratio.high))},
                {fmt::format("{:.3f}", curve.nanoseconds_a_rule())},
                {fmt::format("{:.3f}", curve.instructions_a_rule())}});
  }
  sheet.Put(slopes, 0, {});
  sheet.Line({});
  sheet.text() += TerminalPlot(report).Text(style.color);
  return std::move(sheet.text());
}

std::string GrowthJson(const GrowthReport& report) {
  JsonText json;
  json.Open('{');
  json.Name("curves");
  json.Open('[');
  for (const GrowthCurve& curve : report.curves) {
    json.Open('{');
    json.Member("shape", GrowthName(curve.shape));
    json.Number("rounds", curve.rounds);
    AddSpread(json, "ratio", curve.ratio);
    AddNumber(json, "ns_a_rule", curve.nanoseconds_a_rule());
    AddNumber(json, "instructions_a_rule", curve.instructions_a_rule());
    json.Name("points");
    json.Open('[');
    for (const GrowthPoint& point : curve.points) {
      json.Open('{');
      json.Number("rules", point.rules);
      AddSpread(json, "ns", point.nanoseconds);
      AddNumber(json, "instructions", point.instructions);
      AddNumber(json, "compile_ms", point.compile_ms);
      AddSpread(json, "bundle_read_ms", point.bundle_ms);
      AddNumber(json, "bytes_a_rule", point.bytes_a_rule);
      json.Close('}');
    }
    json.Close(']');
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
  return std::move(json.text) + '\n';
}

std::string GrowthPicture(const GrowthReport& report) {
  constexpr double kWidth = 760;
  constexpr double kHeight = 460;
  constexpr double kLeft = 70;
  constexpr double kRight = kWidth - 30;
  constexpr double kTop = 90;
  constexpr double kBottom = kHeight - 60;
  const Extent extent = ExtentOf(report);
  const LogAxis x(extent.least_rules, extent.most_rules, kLeft, kRight);
  const LogAxis y(extent.least_ns, extent.most_ns, kBottom, kTop);
  Svg svg(kWidth, kHeight, "Nanoseconds of a decision as the policy grows");
  svg.Heading({20, 28}, "Nanoseconds of a decision as the policy grows");
  for (const double tick : x.ticks()) {
    svg.Rule({x.At(tick), kTop}, {x.At(tick), kBottom});
    svg.Note({x.At(tick), kBottom + 18}, ShortNumber(tick), Anchor::kMiddle);
  }
  for (const double tick : y.ticks()) {
    svg.Rule({kLeft, y.At(tick)}, {kRight, y.At(tick)});
    svg.Note({kLeft - 8, y.At(tick) + 4}, ShortNumber(tick), Anchor::kEnd);
  }
  svg.Note({kRight, kBottom + 38}, "rules", Anchor::kEnd);
  svg.Note({20, kTop - 14}, "ns");
  for (size_t i = 0; i < report.curves.size(); ++i) {
    std::vector<Point> points;
    for (const GrowthPoint& point : report.curves[i].points) {
      points.push_back(
          {x.At(static_cast<double>(point.rules)), y.At(std::max(1.0, point.nanoseconds.median))});
    }
    svg.Path(points, i);
    for (const Point& point : points) svg.Dot(point, i);
    const double left = kLeft + 165 * static_cast<double>(i);
    svg.Dot({left, 52}, i);
    svg.Text({left + 12, 56}, GrowthTitle(report.curves[i].shape));
  }
  return svg.Finish();
}

}  // namespace writ
