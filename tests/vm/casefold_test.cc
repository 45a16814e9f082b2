// Which names are the same to readers that ignore case.
#include "vm/casefold.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/utf8.h"

namespace writ {
namespace {

std::string Utf8(uint32_t c) {
  char bytes[4];
  return std::string(bytes, AppendUtf8(c, bytes));
}

TEST(Casefold, ClassesOfCharacters) {
  const std::vector<std::vector<uint32_t>> classes = {
      {'a', 'A'},
      {'z', 'Z'},
      {'k', 'K', 0x212A},        // the Kelvin sign
      {'s', 'S', 0x017F},        // long s
      {0x00E5, 0x00C5, 0x212B},  // the Angstrom sign
      {0x00B5, 0x03BC, 0x039C},  // the micro sign and mu
      {0x03C3, 0x03C2, 0x03A3},  // sigma, final too
      {0x03C9, 0x03A9, 0x2126},  // the ohm sign
      {0x03B8, 0x03D1, 0x0398, 0x03F4},
      {0x03B9, 0x0399, 0x0345, 0x1FBE},
      {0x01C6, 0x01C5, 0x01C4},  // dž, Dž, DŽ
      {0x00DF, 0x1E9E},          // ß, ẞ
      {0x00FF, 0x0178},
      {0x0451, 0x0401},  // Cyrillic
      {0x0432, 0x0412, 0x1C80},
      {0x13A0, 0xAB70},    // Cherokee
      {0x10D0, 0x1C90},    // Georgian
      {0x10428, 0x10400},  // Deseret, of four bytes
      {0x1F600},
      // i with and without its dot: writing systems differ on which is which.
      {'i', 'I', 0x0130, 0x0131},
  };
  for (const std::vector<uint32_t>& members : classes) {
    for (const uint32_t a : members) {
      for (const uint32_t b : members) {
        EXPECT_EQ(FoldCodePoint(a), FoldCodePoint(b)) << std::hex << a << " " << b;
        EXPECT_TRUE(FoldEqual("x" + Utf8(a) + "y", "X" + Utf8(b) + "Y"));
      }
    }
    for (const std::vector<uint32_t>& others : classes) {
      if (&others == &members) continue;
      EXPECT_NE(FoldCodePoint(members[0]), FoldCodePoint(others[0]))
          << std::hex << members[0] << " " << others[0];
    }
  }
}

TEST(Casefold, OtherCharactersStandForThemselves) {
  for (const uint32_t c :
       {0x00u, 0x20u, 0x30u, 0x5Bu, 0x60u, 0x7Bu, 0x7Fu, 0xA0u, 0xD7u, 0xF7u, 0x0149u, 0x01F0u,
        0x0390u, 0x2028u, 0xD7FFu, 0xD800u, 0xDFFFu, 0xFFFDu, 0x10FFFFu}) {
    EXPECT_EQ(FoldCodePoint(c), c) << std::hex << c;
  }
}

// The smallest of a class is its own representative.
TEST(Casefold, FoldingTwiceChangesNothing) {
  for (uint32_t c = 0; c < 0x110000; ++c) {
    const uint32_t folded = FoldCodePoint(c);
    ASSERT_LE(folded, c);
    ASSERT_EQ(FoldCodePoint(folded), folded) << std::hex << c;
  }
}

TEST(Casefold, NamesAreComparedToTheirEnds) {
  EXPECT_TRUE(FoldEqual("", ""));
  EXPECT_TRUE(FoldEqual("method", "METHOD"));
  EXPECT_TRUE(
      FoldEqual("stra\xC3\x9F"
                "e",
                "STRA\xE1\xBA\x9E"
                "E"));
  EXPECT_FALSE(FoldEqual("method", "methods"));
  EXPECT_FALSE(FoldEqual("methods", "method"));
  EXPECT_FALSE(FoldEqual("", "a"));
  EXPECT_FALSE(FoldEqual("a", "b"));
  EXPECT_FALSE(
      FoldEqual("stra\xC3\x9F"
                "e",
                "strasse"))
      << "one character is not two";
  EXPECT_FALSE(FoldEqual("caf\xC3\xA9", "cafe"));
  EXPECT_FALSE(FoldEqual("[", "{"));
  EXPECT_FALSE(FoldEqual("@", "`"));
}

TEST(Casefold, TakesLoneSurrogatesAsThemselves) {
  EXPECT_TRUE(FoldEqual("\xED\xA0\x80x", "\xED\xA0\x80X"));
  EXPECT_FALSE(FoldEqual("\xED\xA0\x80", "\xED\xA0\x81"));
}

}  // namespace
}  // namespace writ
