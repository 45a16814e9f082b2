// Many globs at once say what each of them says.
#include "vm/glob_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "vm/glob.h"

namespace writ {
namespace {

std::vector<uint32_t> Fits(const GlobSet& set, std::string_view text) {
  std::vector<uint32_t> fits;
  set.ForEachFit(text, [&fits](uint32_t glob) {
    fits.push_back(glob);
    return true;
  });
  std::sort(fits.begin(), fits.end());
  return fits;
}

TEST(GlobSet, FindsThoseThatFit) {
  const GlobSet set({"get_*", "*_user", "get_*_user", "*t_u*", "*", "get_user", "", "get_*"});
  EXPECT_EQ(Fits(set, "get_user"), (std::vector<uint32_t>{0, 1, 3, 4, 5, 7}));
  EXPECT_EQ(Fits(set, "get_a_user"), (std::vector<uint32_t>{0, 1, 2, 4, 7}));
  EXPECT_EQ(Fits(set, "get_"), (std::vector<uint32_t>{0, 4, 7}));
  EXPECT_EQ(Fits(set, "x"), (std::vector<uint32_t>{4}));
  EXPECT_EQ(Fits(set, ""), (std::vector<uint32_t>{4, 6}));
}

TEST(GlobSet, StopsWhenItIsToldTo) {
  const GlobSet set({"*", "a*", "*b", "*x*"});
  int told = 0;
  set.ForEachFit("ab", [&told](uint32_t /*glob*/) { return ++told < 2; });
  EXPECT_EQ(told, 2);
}

TEST(GlobSet, AgreesWithEachGlobAlone) {
  std::mt19937 random(1);
  const auto text = [&random](const char* letters, size_t most) {
    std::string made;
    for (size_t n = random() % (most + 1); n > 0; --n) made += letters[random() % 3];
    return made;
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> globs;
    for (int i = 0; i < 30; ++i) globs.push_back(text("ab*", 6));
    const GlobSet set({globs.begin(), globs.end()});
    for (int i = 0; i < 30; ++i) {
      const std::string name = text("abc", 8);
      std::vector<uint32_t> expected;
      for (uint32_t glob = 0; glob < globs.size(); ++glob) {
        if (GlobMatches(name, globs[glob])) expected.push_back(glob);
      }
      ASSERT_EQ(Fits(set, name), expected) << name;
    }
  }
}

}  // namespace
}  // namespace writ
