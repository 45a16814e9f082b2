// Pictures as SVG: a few shapes and texts, readable on light and on dark paper. What a text holds
// is escaped, whatever it is.
//
// Tested by tests/cli/bench_svg_test.cc.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace writ {

struct Point {
  double x = 0;
  double y = 0;
};

enum class Anchor : uint8_t { kStart, kMiddle, kEnd };

// Series are told apart by colour and by the shape of their marks.
inline constexpr size_t kSvgSeries = 4;

// What each of them begins with.
inline constexpr std::string_view kSvgBeginning =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" data-by=\"writ bench\"";

class Svg {
 public:
  // `title`: also for those who cannot see it.
  Svg(double width, double height, std::string_view title);

  void Text(Point at, std::string_view text, Anchor anchor = Anchor::kStart);
  // A smaller, fainter one.
  void Note(Point at, std::string_view text, Anchor anchor = Anchor::kStart);
  void Heading(Point at, std::string_view text);
  // A thin line, of an axis or a grid.
  void Rule(Point from, Point to);
  // One that marks something, dashed.
  void Mark(Point from, Point to);
  void Bar(Point corner, double width, double height, size_t series);
  void Path(const std::vector<Point>& points, size_t series);
  void Dot(Point at, size_t series);

  // The whole document, with its LF.
  std::string Finish();

 private:
  void AddText(Point at, std::string_view text, Anchor anchor, std::string_view style);

  std::string text_;
};

// Places on a logarithmic axis.
class LogAxis {
 public:
  // From `least` to `most` of the values, rounded outwards to decades, or to 1, 2 and 5 of them
  // where they are few. REQUIRES: 0 < least <= most.
  LogAxis(double least, double most, double from, double to);

  double At(double value) const;
  // Where lines and numbers stand, rising.
  const std::vector<double>& ticks() const { return ticks_; }

 private:
  double low_ = 0;
  double high_ = 1;
  double from_;
  double to_;
  std::vector<double> ticks_;
};

// 850, 1.2k, 3M.
std::string ShortNumber(double value);

}  // namespace writ
