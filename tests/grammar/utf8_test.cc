#include "grammar/utf8.h"

#include <gtest/gtest.h>

namespace writ::cel {
namespace {

TEST(Utf8, LengthsOfValidSequences) {
  EXPECT_EQ(Utf8Length("a"), 1u);
  EXPECT_EQ(Utf8Length(std::string_view("\0", 1)), 1u);
  EXPECT_EQ(Utf8Length("éa"), 2u);
  EXPECT_EQ(Utf8Length("€"), 3u);
  EXPECT_EQ(Utf8Length("😬"), 4u);
  EXPECT_EQ(Utf8Length("\xf4\x8f\xbf\xbf"), 4u);
}

TEST(Utf8, InvalidSequencesHaveNone) {
  for (const std::string_view text :
       {"", "\x80", "\xff", "\xc3", "\xc3(", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xe2\x82",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_EQ(Utf8Length(text), 0u) << text;
  }
}

TEST(Utf8, CodePointsComeBack) {
  for (const uint32_t code :
       {0x0u, 0x7Fu, 0x80u, 0x7FFu, 0x800u, 0xD7FFu, 0xE000u, 0xFFFFu, 0x10000u, 0x10FFFFu}) {
    std::string text;
    AppendUtf8(code, text);
    EXPECT_EQ(Utf8Length(text), text.size()) << code;
    EXPECT_EQ(CodePoint(text), code);
  }
}

TEST(Utf8, HexHasFourDigitsOrMore) {
  EXPECT_EQ(Hex(0), "0000");
  EXPECT_EQ(Hex(0xA0), "00A0");
  EXPECT_EQ(Hex(0xFEFF), "FEFF");
  EXPECT_EQ(Hex(0x1F62C), "1F62C");
  EXPECT_EQ(Hex(0x10FFFF), "10FFFF");
}

}  // namespace
}  // namespace writ::cel
