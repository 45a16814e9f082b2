// Names and globs of tools as sets, held against all short texts.
#include "compiler/lint/tool_sets.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/glob.h"

namespace writ {
namespace {

// All texts of up to `length` of the letters.
std::vector<std::string> Texts(const std::string& letters, size_t length) {
  std::vector<std::string> texts = {""};
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() == length) break;
    for (const char letter : letters) texts.push_back(texts[i] + letter);
  }
  return texts;
}

TEST(ToolSets, AgreeWithWhatGlobsMatch) {
  const std::vector<std::string> globs = Texts("ab*", 4);
  // What three letters tell apart is told apart by longer texts, too.
  const std::vector<std::string> names = Texts("abc", 6);
  std::vector<std::vector<bool>> named;
  for (const std::string& glob : globs) {
    named.emplace_back();
    for (const std::string& name : names) named.back().push_back(GlobMatches(name, glob));
  }
  for (size_t a = 0; a < globs.size(); ++a) {
    for (size_t b = 0; b < globs.size(); ++b) {
      bool covers = true;
      bool meets = false;
      for (size_t i = 0; i < names.size(); ++i) {
        covers = covers && (named[a][i] || !named[b][i]);
        meets = meets || (named[a][i] && named[b][i]);
      }
      // "**" covers "*", which a star of its own tells only where it stands for one.
      if (Covers(globs[a], globs[b])) {
        EXPECT_TRUE(covers) << globs[a] << " " << globs[b];
      }
      if (covers && globs[b].find("**") == std::string::npos) {
        EXPECT_TRUE(Covers(globs[a], globs[b])) << globs[a] << " " << globs[b];
      }
      EXPECT_NE(AreDisjoint(globs[a], globs[b]), meets) << globs[a] << " " << globs[b];
    }
  }
}

TEST(ToolSets, WhatIsTooLargeIsLeftOpen) {
  const std::string large = std::string(1 << 10, 'a') + "*";
  EXPECT_FALSE(AreDisjoint("b" + large, large));
  EXPECT_FALSE(Covers("a*", std::string(1 << 16, 'a') + "*"));
  EXPECT_TRUE(Covers(large, large));
}

TEST(ToolSets, AnEmptyListIsAllTools) {
  const std::vector<ToolPattern> some = {{{}, "a", false}, {{}, "b*", true}};
  EXPECT_TRUE(Covers({}, some));
  EXPECT_TRUE(Covers(some, {{{}, "bc", false}, {{}, "a", false}}));
  EXPECT_FALSE(Covers(some, {}));
  EXPECT_FALSE(Covers(some, {{{}, "a*", true}}));
  EXPECT_TRUE(Covers({{{}, "*", true}}, {}));
}

}  // namespace
}  // namespace writ
