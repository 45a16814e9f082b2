// Policies of version "1" and what becomes of them: tests/compiler/migrated/ holds both, or why a
// policy is refused.
#include "compiler/migrate/migrate.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

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

}  // namespace
}  // namespace writ
