// Globs: `*` and nothing else.
#include "vm/glob.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace writ {
namespace {

TEST(Glob, TakesTheWholeText) {
  EXPECT_TRUE(GlobMatches("", ""));
  EXPECT_TRUE(GlobMatches("", "*"));
  EXPECT_TRUE(GlobMatches("get_user", "get_user"));
  EXPECT_TRUE(GlobMatches("get_user", "get_*"));
  EXPECT_TRUE(GlobMatches("get_", "get_*"));
  EXPECT_TRUE(GlobMatches("get_user", "*user"));
  EXPECT_TRUE(GlobMatches("get_user", "*t_u*"));
  EXPECT_TRUE(GlobMatches("aXbXc", "a*b*c"));
  EXPECT_TRUE(GlobMatches("abcabc", "*abc"));
  EXPECT_TRUE(GlobMatches("a", "****"));
  EXPECT_FALSE(GlobMatches("get_user", "get_use"));
  EXPECT_FALSE(GlobMatches("get_user", "et_user"));
  EXPECT_FALSE(GlobMatches("get", "get_*"));
  EXPECT_FALSE(GlobMatches("x", ""));
  EXPECT_FALSE(GlobMatches("ab", "a*bc"));
  EXPECT_FALSE(GlobMatches("aa", "a*a*a"));
}

TEST(Glob, NothingElseIsSpecial) {
  EXPECT_FALSE(GlobMatches("a", "?"));
  EXPECT_TRUE(GlobMatches("?", "?"));
  EXPECT_FALSE(GlobMatches("a", "[a]"));
  EXPECT_FALSE(GlobMatches("*", "\\*"));
  EXPECT_TRUE(GlobMatches("\\x", "\\*"));
  EXPECT_FALSE(GlobMatches("a", "{a,b}"));
  EXPECT_FALSE(GlobMatches("A", "a"));
  EXPECT_TRUE(GlobMatches("a/b/c", "a*c"));
  EXPECT_TRUE(GlobMatches(".hidden", "*"));
  EXPECT_TRUE(GlobMatches(std::string("a\0b", 3), "a*b"));
  EXPECT_TRUE(GlobMatches("gr\xC3\xBC\xC3\x9F", "gr*\xC3\x9F"));
}

// Against the definition, on every text and pattern of a small world.
TEST(Glob, AgreesWithTheDefinition) {
  const std::function<bool(std::string_view, std::string_view)> fits =
      [&fits](std::string_view text, std::string_view pattern) -> bool {
    if (pattern.empty()) return text.empty();
    if (pattern[0] == '*') {
      return fits(text, pattern.substr(1)) || (!text.empty() && fits(text.substr(1), pattern));
    }
    return !text.empty() && text[0] == pattern[0] && fits(text.substr(1), pattern.substr(1));
  };
  const auto words = [](std::string_view letters, size_t longest) {
    std::vector<std::string> all = {""};
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i].size() == longest) continue;
      for (const char c : letters) all.push_back(all[i] + c);
    }
    return all;
  };
  for (const std::string& text : words("ab", 6)) {
    for (const std::string& pattern : words("ab*", 5)) {
      ASSERT_EQ(GlobMatches(text, pattern), fits(text, pattern)) << text << " " << pattern;
    }
  }
}

// What takes a backtracking matcher ages: it ends.
TEST(Glob, EndsOnPatternsMadeToBeSlow) {
  const std::string text(20'000, 'a');
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  EXPECT_FALSE(GlobMatches(text, pattern + "*b"));
  EXPECT_TRUE(GlobMatches(text, pattern));
}

}  // namespace
}  // namespace writ
