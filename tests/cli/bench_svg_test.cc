// Pictures: well-formed whatever is written into them, and axes that put things where they belong.
#include "cli/bench/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace writ {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Svg, EscapesTexts) {
  Svg svg(100, 50, "a <b> & \"c\"");
  svg.Text({1, 2}, "</text><script>'\x1b[31m\xff");
  const std::string text = svg.Finish();
  EXPECT_THAT(text, HasSubstr("<title>a &lt;b&gt; &amp; &quot;c&quot;</title>"));
  EXPECT_THAT(text, HasSubstr("&lt;/text&gt;&lt;script&gt;&apos;"));
  EXPECT_THAT(text, Not(HasSubstr("<script")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\xff")));
  EXPECT_TRUE(text.ends_with("</svg>\n"));
}

TEST(Svg, IsKnownByItsBeginning) {
  EXPECT_TRUE(Svg(1, 1, "").Finish().starts_with(kSvgBeginning));
}

TEST(Svg, IsReadableOnDarkPaper) {
  EXPECT_THAT(Svg(1, 1, "").Finish(), HasSubstr("prefers-color-scheme: dark"));
}

TEST(LogAxis, GoesFromDecadeToDecade) {
  const LogAxis axis(12, 90'000, 0, 100);
  EXPECT_THAT(axis.ticks(), ElementsAre(10, 100, 1000, 10'000, 100'000));
  EXPECT_DOUBLE_EQ(axis.At(10), 0);
  EXPECT_NEAR(axis.At(1000), 50, 1e-9);
  EXPECT_NEAR(axis.At(100'000), 100, 1e-9);
}

TEST(LogAxis, HasMoreTicksWhereDecadesAreFew) {
  EXPECT_THAT(LogAxis(230, 900, 0, 1).ticks(), ElementsAre(200, 500, 1000));
  EXPECT_THAT(LogAxis(10, 10, 0, 1).ticks(), ElementsAre(10, 20));
  const LogAxis down(1, 10, 200, 100);
  EXPECT_DOUBLE_EQ(down.At(1), 200);
  EXPECT_NEAR(down.At(10), 100, 1e-9);
}

TEST(ShortNumber, HasThreeDigits) {
  EXPECT_EQ(ShortNumber(0.5), "0.5");
  EXPECT_EQ(ShortNumber(8), "8");
  EXPECT_EQ(ShortNumber(850), "850");
  EXPECT_EQ(ShortNumber(999.7), "1k");
  EXPECT_EQ(ShortNumber(1234), "1.23k");
  EXPECT_EQ(ShortNumber(3'000'000), "3M");
}

}  // namespace
}  // namespace writ
