// Which variables an expression needs.
#include "compiler/emit/variable_needs.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "compiler/load/load_policy.h"

namespace writ {
namespace {

using Numbers = std::vector<uint32_t>;

class VariableNeedsTest : public testing::Test {
 protected:
  // Of a policy with these variables, the last of which is the expression asked about.
  void Load(const std::string& variables) {
    source_ = std::make_shared<const Source>("policy.yaml",
                                             "writ: 1\ndefault: allow\nvariables:\n" + variables +
                                                 "rules: [{name: a, forbid: args.x}]\n");
    document_ = yaml::Parse(source_, diagnostics_);
    policy_ = LoadPolicy(source_, *document_->root(), "policy", diagnostics_);
    ASSERT_TRUE(policy_.has_value());
    ASSERT_EQ(diagnostics_.error_count(), 0u);
  }
  const Expression& last() const { return policy_->variables.back().expression; }

  std::shared_ptr<const Source> source_;
  Diagnostics diagnostics_;
  std::unique_ptr<yaml::Document> document_;
  std::optional<Policy> policy_;
};

TEST_F(VariableNeedsTest, ThoseItNamesEachOnce) {
  Load("  a: args.a\n  b: args.b\n  c: 'variables.b == variables.a || variables.b == 1'\n");
  EXPECT_EQ(VariableNeeds(*policy_).NamedIn(last()), (Numbers{0, 1}));
  Load("  a: args.a\n");
  EXPECT_EQ(VariableNeeds(*policy_).NamedIn(last()), Numbers());
}

TEST_F(VariableNeedsTest, AndWhatTheseNeedInOrder) {
  Load(
      "  a: args.a\n  b: args.b\n  c: variables.a\n  d: variables.c == variables.c\n"
      "  e: variables.d\n");
  const VariableNeeds needs(*policy_);
  EXPECT_EQ(needs.NamedIn(last()), (Numbers{3}));
  EXPECT_EQ(needs.All({3}), (Numbers{0, 2, 3}));
  EXPECT_EQ(needs.All({1, 2}), (Numbers{0, 1, 2}));
  EXPECT_EQ(needs.All({}), Numbers());
}

TEST_F(VariableNeedsTest, OfManyVariables) {
  std::string variables = "  v0: args.a\n";
  for (int i = 1; i < 200; ++i) {
    variables += "  v" + std::to_string(i) + ": variables.v" + std::to_string(i - 1) + "\n";
  }
  Load(variables);
  const Numbers all = VariableNeeds(*policy_).All({199});
  ASSERT_EQ(all.size(), 200u);
  EXPECT_EQ(all.back(), 199u);
}

}  // namespace
}  // namespace writ
