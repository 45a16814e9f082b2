// Runs the text tests in tests/policies/ (its README.md says how to write one).
//
// With WRIT_REBASE=1 in the environment the files are rewritten to say what is said now, for
// review by eye.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "compiler/compile.h"
#include "compiler/lint/lint.h"
#include "compiler/load/load_policy.h"
#include "compiler/schema/check_tools.h"
#include "compiler/text_files.h"

namespace writ {
namespace {

// What `writ check policy.yaml` says on stderr; with tools, what --tools adds instead of what a
// policy says in vain.
std::string Checked(const std::string& policy, size_t* errors, const ServerTools* tools = nullptr) {
  const auto source = std::make_shared<const Source>("policy.yaml", policy);
  Diagnostics diagnostics;
  if (const auto document = yaml::Parse(source, diagnostics); document != nullptr) {
    CompileInline(source, *document->root(), "policy.yaml", diagnostics);
    Diagnostics said_before;
    auto loaded = LoadPolicy(source, *document->root(), "policy.yaml", said_before);
    if (loaded && !diagnostics.has_errors()) {
      if (tools == nullptr) {
        Lint(*loaded, diagnostics);
      } else {
        std::vector<Policy> policies;
        policies.push_back(std::move(*loaded));
        CheckTools(policies, *tools, diagnostics);
      }
    }
  }
  diagnostics.Sort();
  *errors = diagnostics.error_count();
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.all()) text += Render(diagnostic);
  return text;
}

class BadPolicy : public testing::TestWithParam<std::string> {};

TEST_P(BadPolicy, SaysWhatIsExpected) {
  TextFile file("tests/policies/bad", GetParam());
  size_t errors = 0;
  const std::string said = Checked(file.given(), &errors);
  EXPECT_GT(errors, 0u) << "this policy has no fault";
  file.Expect(said);
}

INSTANTIATE_TEST_SUITE_P(Text, BadPolicy, testing::ValuesIn(TextFile::In("tests/policies/bad")),
                         [](const auto& name) { return name.param; });

class WarnedPolicy : public testing::TestWithParam<std::string> {};

TEST_P(WarnedPolicy, SaysWhatIsExpected) {
  TextFile file("tests/policies/warned", GetParam());
  size_t errors = 0;
  const std::string said = Checked(file.given(), &errors);
  EXPECT_EQ(errors, 0u) << "this policy is refused";
  EXPECT_FALSE(said.empty()) << "nothing is said about this policy";
  file.Expect(said);
}

INSTANTIATE_TEST_SUITE_P(Text, WarnedPolicy,
                         testing::ValuesIn(TextFile::In("tests/policies/warned")),
                         [](const auto& name) { return name.param; });

class PolicyWithTools : public testing::TestWithParam<std::string> {};

TEST_P(PolicyWithTools, SaysWhatIsExpected) {
  std::ifstream in(std::string(WRIT_SOURCE_DIR) + "/tests/policies/schemas/tools.json");
  const std::string listing{std::istreambuf_iterator<char>(in), {}};
  ServerTools tools;
  ASSERT_TRUE(tools.AddListing(listing, "tools.json").has_value());
  TextFile file("tests/policies/schemas", GetParam());
  size_t errors = 0;
  const std::string said = Checked(file.given(), &errors, &tools);
  EXPECT_FALSE(said.empty()) << "nothing is said about this policy";
  file.Expect(said);
}

INSTANTIATE_TEST_SUITE_P(Text, PolicyWithTools,
                         testing::ValuesIn(TextFile::In("tests/policies/schemas")),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace writ
