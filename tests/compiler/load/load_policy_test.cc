// Which of the two languages a policy is in.
#include "compiler/load/load_policy.h"

#include <gtest/gtest.h>

#include "compiler/compiled.h"

namespace writ {
namespace {

TEST(LoadPolicy, WritOrVersionSaysTheLanguage) {
  const Loaded loaded({"writ: 1\ndefault: allow\n", "version: \"1\"\n"});
  ASSERT_EQ(loaded.policies.size(), 2u) << loaded.Said();
  EXPECT_EQ(loaded.policies[0].language, Language::kWrit);
  EXPECT_EQ(loaded.policies[1].language, Language::kIntercept);
}

TEST(LoadPolicy, NeitherIsAnErrorWithTheLanguageItLooksLike) {
  EXPECT_NE(Loaded({"rules: []\n"}).Said().find("hint: start the policy with writ: 1\n"),
            std::string::npos);
  EXPECT_NE(Loaded({"tools: {}\n"}).Said().find("hint: start the policy with version: \"1\"\n"),
            std::string::npos);
}

}  // namespace
}  // namespace writ
