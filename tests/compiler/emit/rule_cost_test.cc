// What rules cost at worst.
#include "compiler/emit/rule_cost.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "compiler/load/load_policy.h"

namespace writ {
namespace {

// The cost of the last rule of a policy of which this is the part from `data` on.
class CostOfRule {
 public:
  explicit CostOfRule(const std::string& rest)
      : source_(std::make_shared<const Source>("policy.yaml", "writ: 1\ndefault: allow\n" + rest)),
        document_(yaml::Parse(source_, diagnostics_)),
        policy_(LoadPolicy(source_, *document_->root(), "policy", diagnostics_)) {
    EXPECT_TRUE(policy_.has_value());
    EXPECT_EQ(diagnostics_.error_count(), 0u);
    cost_ = RuleCosts(*policy_).Of(policy_->rules.back());
  }

  double constant() const { return cost_.bound.constant(); }
  double At(double bytes) const { return cost_.bound.At(bytes); }
  std::string dearest() const { return cost_.dearest->checked.ast.source; }

 private:
  std::shared_ptr<const Source> source_;
  Diagnostics diagnostics_;
  std::unique_ptr<yaml::Document> document_;
  std::optional<Policy> policy_;
  RuleCost cost_;
};

constexpr char kLoop[] = "lists.range(1000).all(x, x >= 0)";

TEST(RuleCost, IsTheSumOfItsExpressions) {
  const std::string loop = kLoop;
  const double one = CostOfRule("rules: [{name: a, require: '" + loop + "'}]").constant();
  const std::string two = "rules: [{name: a, when: '" + loop + "', require: '" + loop + "'}]";
  EXPECT_GT(one, 1000);
  EXPECT_EQ(CostOfRule(two).constant(), 2 * one);
  EXPECT_GT(
      CostOfRule("rules: [{name: a, forbid: 'args.a', message: '${" + loop + "}'}]").constant(),
      one);
  EXPECT_GT(CostOfRule("rules: [{name: a, quota: {max: 1, per: day, by: 'string(" + loop + ")'}}]")
                .constant(),
            one);
}

TEST(RuleCost, CountsAVariableOnce) {
  const std::string variables = "variables: {v: '" + std::string(kLoop) +
                                "', w: 'variables.v || variables.v', unused: '" + kLoop + "'}\n";
  const double once = CostOfRule(variables + "rules: [{name: a, require: variables.v}]").constant();
  const CostOfRule often(variables +
                         "rules: [{name: a, require: [variables.v, variables.w, variables.w]}]");
  EXPECT_GT(once, 1000);
  EXPECT_LT(often.constant(), once + 50);
  EXPECT_EQ(often.dearest(), kLoop);
}

TEST(RuleCost, KnowsTheSizesOfVariables) {
  const CostOfRule cost(
      "variables: {numbers: lists.range(1000)}\n"
      "rules: [{name: a, require: 'variables.numbers.all(x, x >= 0)'}]");
  EXPECT_GT(cost.constant(), 5000);
  EXPECT_EQ(cost.At(1e6), cost.At(1));
}

TEST(RuleCost, CountsDataBehindOptionals) {
  std::string data = "data: {big: [";
  for (int i = 0; i < 9000; ++i) data += "k" + std::to_string(i) + ", ";
  data += "]}\n";
  for (const std::string list : {"data.big", "data.?big.orValue([])", "dyn(data.big)"}) {
    EXPECT_GT(CostOfRule(data + "rules: [{name: a, require: '" + list + ".all(x, " + list +
                         ".all(y, x != args.s))'}]")
                  .constant(),
              10'000'000)
        << list;
  }
}

// A block of a predicate that rules share may run twice, and then the rule's own code does.
TEST(RuleCost, CountsHowOftenCodeMayRun) {
  const std::string test = "args.l.all(x, x.a < 5) || args.ok || args.also_ok";
  const double one = CostOfRule("rules: [{name: a, require: '" + test + "'}]").At(1e6);
  const double shared = CostOfRule("rules: [{name: a, require: '" + test + "'}, {name: b, when: '" +
                                   test + "', forbid: args.x}]")
                            .At(1e6);
  EXPECT_GE(shared, 1.5 * one);
}

// A fast path is there to save time: a policy is never refused for it that would be taken without.
TEST(RuleCost, RefusesNothingForSecondRunsAlone) {
  const auto constant = [](int elements, int rules) {
    std::string policy = "data: {l: [";
    for (int i = 0; i < elements; ++i) policy += "k" + std::to_string(i) + ", ";
    policy += "]}\nrules:\n";
    for (int i = 0; i < rules; ++i) {
      policy += "- {name: r" + std::to_string(i) +
                ", require: 'data.l.all(a, data.l.all(b, a + b != args.x))'}\n";
    }
    return CostOfRule(policy).constant();
  };
  int accepted = 0;
  while (constant(accepted + 10, 1) <= 10'000'000) accepted += 10;
  EXPECT_GT(accepted, 100);
  for (int elements = 10; elements <= accepted; elements += 10) {
    EXPECT_LE(constant(elements, 2), 10'000'000) << elements;
  }
}

TEST(RuleCost, CountsGlobsOfToolsAndNamesOfArguments) {
  const CostOfRule one("rules: [{name: a, tools: 'read_*', quota: {max: 1, per: day}}]");
  EXPECT_GT(one.constant(), 8);
  EXPECT_GT(one.At(1000), one.constant() + 100);
  EXPECT_GT(
      CostOfRule("rules: [{name: a, tools: ['read_*', 'write_*'], quota: {max: 1, per: day}}]")
          .constant(),
      1.9 * one.constant());
  EXPECT_GT(CostOfRule("rules: [{name: a, tools: t, only_args: [a, b, c]}]").At(1000), 1000);
  EXPECT_LT(CostOfRule("rules: [{name: a, tools: t, only_args: [a, b, c, d, e, f, g, h, i, j]}]")
                .At(1000),
            500);
}

TEST(RuleCost, OfDataThatInLooksThrough) {
  std::string data = "data: {hosts: [";
  for (int i = 0; i < 5000; ++i) data += "host" + std::to_string(i) + ".example.com, ";
  data += "]}\n";
  EXPECT_LT(CostOfRule(data + "rules: [{name: a, require: args.h in data.hosts}]").constant(), 50);
  EXPECT_GT(
      CostOfRule(data + "rules: [{name: a, require: 'data.hosts.exists(h, h == args.h)'}]").At(0),
      50000);
}

TEST(RuleCost, OfARuleWithoutExpressions) {
  EXPECT_EQ(CostOfRule("rules: [{name: a, quota: {max: 1, per: day}}]").constant(), 0);
}

}  // namespace
}  // namespace writ
