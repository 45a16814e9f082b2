// Finding short texts: the same as the standard library finds, wherever they stand.
#include "vm/short_text.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>

namespace writ {
namespace {

// Copies of both without a byte to spare, so that a sanitizer sees one too many.
bool Holds(std::string_view text, std::string_view wanted) {
  const auto exact = [](std::string_view from) {
    auto bytes = std::make_unique<char[]>(from.size());
    from.copy(bytes.get(), from.size());
    return bytes;
  };
  const auto text_bytes = exact(text);
  const auto wanted_bytes = exact(wanted);
  return HoldsShortText({text_bytes.get(), text.size()}, {wanted_bytes.get(), wanted.size()});
}

TEST(ShortText, IsFoundWhereverItStands) {
  const std::string_view word = "order #no. 12345";
  ASSERT_EQ(word.size(), kTinyText);
  for (size_t size = 1; size <= word.size(); ++size) {
    const std::string_view wanted = word.substr(0, size);
    for (size_t length = 0; length <= 80; ++length) {
      const std::string plain(length, '.');
      ASSERT_EQ(Holds(plain, wanted), false) << size << " in " << length;
      for (size_t at = 0; at + size <= length; ++at) {
        std::string text = plain;
        text.replace(at, size, wanted);
        ASSERT_TRUE(Holds(text, wanted)) << size << " at " << at << " of " << length;
        // All but one of its bytes.
        text[at + size / 2] = '!';
        ASSERT_FALSE(Holds(text, wanted)) << size << " at " << at << " of " << length;
      }
    }
  }
}

TEST(ShortText, NothingStandsEverywhere) {
  EXPECT_TRUE(Holds("", ""));
  EXPECT_TRUE(Holds("x", ""));
  EXPECT_FALSE(Holds("", "x"));
}

// Of few letters, so that much is nearly there.
TEST(ShortText, IsFoundAsTheStandardLibraryFindsIt) {
  std::mt19937 random(20'261'123);
  const auto word = [&random](size_t longest) {
    std::string made(random() % (longest + 1), 'a');
    for (char& c : made) c = static_cast<char>(random() % 4 == 0 ? 'b' : 'a');
    return made;
  };
  size_t found = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = word(70);
    const std::string wanted = word(kTinyText);
    const bool holds = text.find(wanted) != std::string::npos;
    ASSERT_EQ(Holds(text, wanted), holds) << wanted << " in " << text;
    found += holds;
  }
  EXPECT_GT(found, 5'000u);
  EXPECT_LT(found, 18'000u);
}

}  // namespace
}  // namespace writ
