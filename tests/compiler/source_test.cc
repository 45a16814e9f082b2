// Lines and characters of sources.
#include "compiler/source.h"

#include <gtest/gtest.h>

#include <string>

namespace writ {
namespace {

TEST(Source, NumbersLinesAndColumnsFromOne) {
  const Source source("p.yaml", "ab\ncd\n");
  EXPECT_EQ(source.name(), "p.yaml");
  EXPECT_EQ(source.line_count(), 3u);
  EXPECT_EQ(source.At(0), (Position{1, 1}));
  EXPECT_EQ(source.At(2), (Position{1, 3})) << "the line end belongs to its line";
  EXPECT_EQ(source.At(3), (Position{2, 1}));
  EXPECT_EQ(source.At(6), (Position{3, 1}));
}

TEST(Source, GivesLinesWithoutTheirEnds) {
  const Source source("p", "one\r\n\r\ntwo\nthree");
  EXPECT_EQ(source.Line(1), "one");
  EXPECT_EQ(source.Line(2), "");
  EXPECT_EQ(source.Line(3), "two");
  EXPECT_EQ(source.Line(4), "three");
  EXPECT_EQ(source.Line(0), "");
  EXPECT_EQ(source.Line(5), "");
}

TEST(Source, CountsCodePointsAsColumns) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";
  const Source source("p", text);
  EXPECT_EQ(source.At(1).column, 2u);
  EXPECT_EQ(source.At(3).column, 3u);
  EXPECT_EQ(source.At(6).column, 4u);
  EXPECT_EQ(source.At(10).column, 5u);
  EXPECT_EQ(source.At(8).column, 4u) << "an offset inside a character is that character's";
}

TEST(Source, CountsBytesThatAreNoUtf8AsCharacters) {
  const Source source("p", "\xFF\x80\xC0\xAFz");
  EXPECT_EQ(source.At(4), (Position{1, 5}));
}

TEST(Source, LeavesTheByteOrderMarkOutOfTheFirstLine) {
  const Source source("p", "\xEF\xBB\xBFkey: 1\nb");
  EXPECT_EQ(source.Line(1), "key: 1");
  EXPECT_EQ(source.At(0), (Position{1, 1}));
  EXPECT_EQ(source.At(3), (Position{1, 1}));
  EXPECT_EQ(source.At(8), (Position{1, 6}));
  EXPECT_EQ(source.At(10), (Position{2, 1}));
  EXPECT_EQ(source.text().size(), 11u) << "the text itself keeps it";
}

TEST(Source, PlacesWhatIsBehindTheEndAtTheEnd) {
  EXPECT_EQ(Source("p", "ab").At(99), (Position{1, 3}));
  EXPECT_EQ(Source("p", "ab\n").At(99), (Position{2, 1}));
  EXPECT_EQ(Source("p", "").At(0), (Position{1, 1}));
  EXPECT_EQ(Source("p", "").line_count(), 1u);
}

TEST(Source, FindsTheColumnInALongLine) {
  std::string text = "first\n";
  for (int i = 0; i < 1000; ++i) text += "\xC3\xA9x";
  const Source source("p", text);
  for (const size_t pair : {0u, 1u, 31u, 32u, 33u, 500u, 999u}) {
    const auto column = static_cast<uint32_t>(2 * pair + 1);
    EXPECT_EQ(source.At(6 + 3 * pair), (Position{2, column}));
    EXPECT_EQ(source.At(6 + 3 * pair + 2), (Position{2, column + 1}));
    EXPECT_EQ(source.Cut(2, 2 * pair, 1), "\xC3\xA9");
    EXPECT_EQ(source.Cut(2, 2 * pair + 1, 1), "x");
  }
  EXPECT_EQ(source.Width(2), 2000u);
  EXPECT_EQ(source.Cut(2, 1998, 9), "\xC3\xA9x");
  EXPECT_EQ(source.Cut(2, 2000, 9), "");
}

TEST(Source, CutsLines) {
  const Source source("p", "\xEF\xBB\xBF\xC3\xA9t\xC3\xA9\r\n\nz");
  EXPECT_EQ(source.Width(1), 3u) << "without its end";
  EXPECT_EQ(source.Cut(1, 0, 2), "\xC3\xA9t");
  EXPECT_EQ(source.Cut(1, 2, 5), "\xC3\xA9");
  EXPECT_EQ(source.Width(2), 0u);
  EXPECT_EQ(source.Cut(2, 0, 5), "");
  EXPECT_EQ(source.Cut(3, 0, 5), "z");
  EXPECT_EQ(source.Width(4), 0u) << "there is none";
  EXPECT_EQ(source.Cut(4, 0, 1), "");
  EXPECT_EQ(source.Cut(0, 0, 1), "");
}

}  // namespace
}  // namespace writ
