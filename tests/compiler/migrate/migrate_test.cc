// Policies of version "1" and what becomes of them: tests/compiler/migrated/ holds both, or why a
// policy is refused.
#include "compiler/migrate/migrate.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/compiled.h"
#include "compiler/text_files.h"
#include "vm/call.h"

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

std::string MigratedFrom(const std::string& text, std::string* said) {
  Loaded loaded({text});
  if (loaded.policies.size() != 1) return loaded.Said();
  const std::optional<std::string> migrated =
      MigratePolicy(loaded.policies[0], *loaded.documents[0]->root(), loaded.diagnostics);
  *said = loaded.Said();
  return migrated.value_or("");
}

std::string WithCondition(const std::string& op, const std::string& value) {
  return "version: \"1\"\ntools:\n  t:\n    rules:\n      - name: r\n        conditions:\n" +
         ("          - {path: args.v, op: " + op + ", value: " + value + "}\n");
}

TEST(MigratedLength, LongValuesBecomeData) {
  std::string list;
  for (int i = 0; i < 3'000; ++i) {
    list += (i > 0 ? ", " : "[") + ("\"" + std::to_string(i) + std::string(50, 'x') + "\"");
  }
  list += "]";
  for (const auto& [op, value] : std::vector<std::pair<std::string, std::string>>{
           {"eq", list}, {"neq", list}, {"eq", std::string(70'000, 'x')}}) {
    std::string said;
    const std::string after = MigratedFrom(WithCondition(op, value), &said);
    EXPECT_EQ(said, "");
    EXPECT_NE(after.find("args.v in data.values_1"), std::string::npos) << op;
    Call call(Compiled(after));
    const std::string arguments = "{\"v\": " + (value[0] == '[' ? value : '"' + value + '"') + "}";
    const auto allows = [&call](const std::string& json) {
      return call.Decide(json, "t").verdict == Verdict::kAllow;
    };
    EXPECT_EQ(allows(arguments), op != "neq");
    EXPECT_EQ(allows("{\"v\": [\"x\"]}"), op == "neq");
  }
}

TEST(MigratedLength, WhatTakesTooLongAnExpressionIsRefusedAtItsLine) {
  for (const auto& [op, value] : std::vector<std::pair<std::string, std::string>>{
           {"contains", std::string(70'000, 'x')}, {"regex", std::string(70'000, 'x')}}) {
    std::string said;
    EXPECT_EQ(MigratedFrom(WithCondition(op, value), &said), "");
    EXPECT_EQ(said.rfind("policy.yaml:7:20: error: this would take an expression of ", 0), 0u)
        << said.substr(0, 300);
  }
}

// Looking for a free number from 2 on each time would take minutes.
TEST(MigratedNames, ManyRulesOfOneNameAreNumbered) {
  constexpr int kRules = 40'000;
  std::string text = "version: \"1\"\ntools:\n  t:\n    rules:\n";
  for (int i = 0; i < kRules; ++i) text += "      - {name: a, action: deny}\n";
  text += "      - {name: a (7), action: deny}\n";
  std::string said;
  const std::string migrated = MigratedFrom(text, &said);
  ASSERT_EQ(said, "");
  std::set<std::string> names;
  constexpr std::string_view kName = "  - name: ";
  for (size_t at = 0; (at = migrated.find(kName, at)) != std::string::npos;) {
    at += kName.size();
    EXPECT_TRUE(names.insert(migrated.substr(at, migrated.find('\n', at) - at)).second);
  }
  EXPECT_EQ(names.size(), kRules + 1u);
  EXPECT_EQ(names.count("a (7)"), 1u);
  EXPECT_EQ(names.count("a (40001)"), 1u);
}

}  // namespace
}  // namespace writ
