// UTF-8, read and written, strictly.
#include "vm/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "reference/json.h"

namespace writ {
namespace {

std::string Utf8(uint32_t c) {
  char bytes[4];
  return std::string(bytes, AppendUtf8(c, bytes));
}

TEST(Utf8, WritesAndReadsEveryCodePoint) {
  for (uint32_t c = 0; c < 0x110000; ++c) {
    const std::string bytes = Utf8(c);
    const bool surrogate = c >= 0xD800 && c < 0xE000;
    ASSERT_EQ(reference::IsUtf8(bytes), !surrogate) << std::hex << c;
    ASSERT_EQ(Utf8Length(bytes.c_str()), surrogate ? 0 : bytes.size()) << std::hex << c;
    std::string_view rest = bytes;
    ASSERT_EQ(TakeCodePoint(rest), c) << std::hex << c;
    ASSERT_TRUE(rest.empty()) << std::hex << c;
  }
}

// Every two bytes, and every third byte of what two of them may start, against the table of the
// standard.
TEST(Utf8, TellsWhichBytesAreASequence) {
  const auto check = [](std::string text) {
    // The length of the prefix that is one whole character, by the reference.
    size_t expected = 0;
    for (size_t length = 1; length <= text.size() && expected == 0; ++length) {
      if (reference::IsUtf8(text.substr(0, length))) expected = length;
    }
    ASSERT_EQ(Utf8Length(text.c_str()), expected) << testing::PrintToString(text);
  };
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string two = {static_cast<char>(a), static_cast<char>(b)};
      check(two);
      for (const char c : {'\x7F', '\x80', '\x8F', '\x90', '\x9F', '\xA0', '\xBF', '\xC0'}) {
        check(two + c);
        for (const char d : {'\x7F', '\x80', '\xBF', '\xC0'}) check(two + c + d);
      }
    }
  }
}

// Text is looked at in words of eight bytes as far as these are ASCII.
TEST(Utf8, IsWhatEachPartOfATextIsWhereverItStands) {
  for (size_t before = 0; before < 20; ++before) {
    for (size_t after = 0; after < 20; ++after) {
      for (const std::string_view part : {"", "\xC3\xA9", "\xF0\x9F\x99\x82", "\x80", "\xC3",
                                          "\xFF", "\xED\xA0\x80", "\xC0\x80"}) {
        const std::string text =
            std::string(before, 'a') + std::string(part) + std::string(after, 'z');
        EXPECT_EQ(IsUtf8(text), reference::IsUtf8(text)) << testing::PrintToString(text);
      }
    }
  }
}

TEST(Utf8, ReadsNothingBeyondTheFirstByteThatDoesNotBelong) {
  for (const std::string_view cut : {"\xC3", "\xE2\x82", "\xF0\x9F\x99", "\xF0"}) {
    const std::string exact(cut);  // followed by its NUL only
    EXPECT_EQ(Utf8Length(exact.c_str()), 0u);
  }
}

TEST(Utf8, TakesBytesThatAreNoSequenceOneAtATime) {
  for (const std::string_view bad :
       {"\x80", "\xC0\xAF", "\xC3", "\xC3(", "\xE0\x80\xA2", "\xE0\x80\xAF", "\xE2\x82",
        "\xF0\x80\x80\x8A", "\xF0\x9F\x99", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    std::string_view rest = bad;
    EXPECT_EQ(TakeCodePoint(rest), 0xFFFDu) << testing::PrintToString(bad);
    EXPECT_EQ(rest, bad.substr(1)) << testing::PrintToString(bad);
  }
}

}  // namespace
}  // namespace writ
