// Policies of version "1" and what becomes of them: tests/compiler/migrated/ holds both, or why a
// policy is refused.
#include "compiler/migrate/migrate.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "compiler/compiled.h"
#include "compiler/text_files.h"

namespace writ {
namespace {

class Migrated : public testing::TestWithParam<std::string> {};

TEST_P(Migrated, IsAsExpected) {
  const TextFile file("tests/compiler/migrated", GetParam());
  Loaded loaded({file.given()});
  ASSERT_EQ(loaded.policies.size(), 1u) << loaded.Said();
  const std::optional<std::string> text =
      MigratePolicy(loaded.policies[0], *loaded.documents[0]->root(), loaded.diagnostics);
  loaded.diagnostics.Sort();
  file.Expect(text.value_or("") + loaded.Said());
  if (!text) return;
  const Loaded migrated({*text});
  EXPECT_FALSE(migrated.diagnostics.has_errors()) << migrated.Said();
  Compiled(*text);
}

INSTANTIATE_TEST_SUITE_P(All, Migrated, testing::ValuesIn(TextFile::In("tests/compiler/migrated")),
                         [](const auto& param) { return param.param; });

// Looking for a free number from 2 on each time would take minutes.
TEST(MigratedNames, ManyRulesOfOneNameAreNumbered) {
  constexpr int kRules = 40'000;
  std::string text = "version: \"1\"\ntools:\n  t:\n    rules:\n";
  for (int i = 0; i < kRules; ++i) text += "      - {name: a, action: deny}\n";
  text += "      - {name: a (7), action: deny}\n";
  Loaded loaded({text});
  ASSERT_EQ(loaded.policies.size(), 1u) << loaded.Said();
  const std::optional<std::string> migrated =
      MigratePolicy(loaded.policies[0], *loaded.documents[0]->root(), loaded.diagnostics);
  ASSERT_TRUE(migrated.has_value()) << loaded.Said();
  std::set<std::string> names;
  constexpr std::string_view kName = "  - name: ";
  for (size_t at = 0; (at = migrated->find(kName, at)) != std::string::npos;) {
    at += kName.size();
    EXPECT_TRUE(names.insert(migrated->substr(at, migrated->find('\n', at) - at)).second);
  }
  EXPECT_EQ(names.size(), kRules + 1u);
  EXPECT_EQ(names.count("a (7)"), 1u);
  EXPECT_EQ(names.count("a (40001)"), 1u);
}

}  // namespace
}  // namespace writ
