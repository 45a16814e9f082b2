// What of a policy can be exercised, and what cases exercise of it.
#include "cli/coverage/coverage.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "cli/test/case_run.h"

namespace writ {
namespace {

class Coverage : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              fmt::format("writ-coverage-{}-{}", test->name(), ::getpid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }

  // The policy, and the steps of one case of its suite, each a line.
  void Run(const std::string& policy, const std::vector<std::string>& steps,
           const std::string& top = "") {
    Write("p.yaml", policy);
    std::string text = "policy: p.yaml\n" + top + "cases:\n  - name: one\n    steps:\n";
    for (const std::string& step : steps) text += "      - " + step + "\n";
    Diagnostics diagnostics;
    const std::optional<Suite> suite = LoadSuite(Write("s.yaml", text), {}, policies_, diagnostics);
    std::string said;
    for (const Diagnostic& diagnostic : diagnostics.all()) said += Render(diagnostic);
    ASSERT_TRUE(suite.has_value()) << said;
    if (coverage_ == nullptr) {
      policy_ = suite->policy;
      coverage_ = std::make_unique<PolicyCoverage>(policy_->name(), policy_->traced());
    }
    ASSERT_EQ(coverage_->why_not_measured(), "");
    const CaseResult result = RunCase(*suite, suite->cases.front(), coverage_.get(), [] {});
    EXPECT_TRUE(result.passed) << Render(result.failure);
  }

  // "args.a > 1: 2 true, 0 false", in order.
  std::vector<std::string> Conditions() const {
    std::vector<std::string> all;
    for (size_t i = 0; i < coverage_->coverable().conditions.size(); ++i) {
      const CoverableCondition& condition = coverage_->coverable().conditions[i];
      std::string text = condition.text + ":";
      for (const size_t outcome : {kHolds, kHoldsNot}) {
        if (!condition.possible[outcome]) continue;
        text += fmt::format(" {} {}", OutcomeName(condition.kind, outcome),
                            coverage_->hits().outcomes[i][outcome]);
      }
      if (coverage_->hits().errors[i] > 0) {
        text += fmt::format(" errors {}", coverage_->hits().errors[i]);
      }
      all.push_back(text);
    }
    return all;
  }

  std::map<std::string, uint64_t> Rules() const {
    std::map<std::string, uint64_t> all;
    for (size_t i = 0; i < coverage_->coverable().rules.size(); ++i) {
      all[coverage_->coverable().rules[i].name] = coverage_->hits().rules[i];
    }
    return all;
  }

  std::vector<std::string> LeftOutOnes() const {
    std::vector<std::string> all;
    for (const LeftOut& left_out : coverage_->coverable().left_out) {
      all.push_back(fmt::format("{}: {}", left_out.what, left_out.why));
    }
    return all;
  }

  std::filesystem::path folder_;
  TestedPolicies policies_{true};
  std::shared_ptr<TestedPolicy> policy_;
  std::unique_ptr<PolicyCoverage> coverage_;
};

using Lines = std::vector<std::string>;
using Counts = std::map<std::string, uint64_t>;

std::string Rule(const std::string& body) {
  return "writ: 1\ndefault: allow\nrules:\n  - name: r\n    tools: t\n" + body;
}

TEST_F(Coverage, ConditionsAreTheLeavesOfLogic) {
  Run(Rule("    when: has(args.w)\n"
           "    require: '!(args.a > 1) && (args.b == 2 || args.c == 3)'\n"),
      {"{ call: t, expect: allow }", "{ call: t, args: { w: 1, a: 9 }, expect: deny }",
       "{ call: t, args: { w: 1, a: 0, b: 2 }, expect: allow }",
       "{ call: t, args: { w: 1, a: 0, b: 1, c: 4 }, expect: deny }"});
  EXPECT_EQ(Conditions(), (Lines{"has(args.w): true 3 false 1", "args.a > 1: true 1 false 2",
                                 "args.b == 2: true 1 false 1", "args.c == 3: true 0 false 1"}));
  EXPECT_EQ(Rules(), (Counts{{"r", 3}}));
  EXPECT_EQ(coverage_->outcomes(), (Share{7, 8}));
  ASSERT_EQ(coverage_->Gaps().size(), 1u);
  EXPECT_EQ(coverage_->Gaps()[0].text, "never true");
  EXPECT_EQ(coverage_->Gaps()[0].place.at, (Position{7, 48}));
  EXPECT_EQ(coverage_->Gaps()[0].place.length, 11u);
}

TEST_F(Coverage, ARuleIsExercisedByMoreThanItsWhen) {
  Run(Rule("    when: args.w == 1\n    require: args.a == 1\n"),
      {"{ call: t, args: { w: 0 }, expect: allow }", "{ call: t, expect: error }"});
  EXPECT_EQ(Rules(), (Counts{{"r", 0}}));
  EXPECT_EQ(Conditions(),
            (Lines{"args.w == 1: true 0 false 1 errors 1", "args.a == 1: true 0 false 0"}));
  EXPECT_EQ(coverage_->rules(), (Share{0, 1}));
  const std::vector<Gap> gaps = coverage_->Gaps();
  ASSERT_EQ(gaps.size(), 3u);
  EXPECT_EQ(gaps[0].text, "never exercised");
  EXPECT_EQ(gaps[1].text, "never true, an error 1 time");
  EXPECT_EQ(gaps[2].text, "neither true nor false");
}

TEST_F(Coverage, AnErrorBehindWhenExercisesARule) {
  Run(Rule("    require: args.a == 1\n"), {"{ call: t, expect: error }"});
  EXPECT_EQ(Rules(), (Counts{{"r", 1}}));
  EXPECT_EQ(Conditions(), (Lines{"args.a == 1: true 0 false 0 errors 1"}));
}

TEST_F(Coverage, ConditionalsAskAndHandOn) {
  Run(Rule("    require: \"args.a == 1 ? args.b == 1 : size(args.c) > (args.d == 1 ? 1 : 2)\"\n"),
      {"{ call: t, args: { a: 1, b: 1 }, expect: allow }",
       "{ call: t, args: { a: 2, c: xx, d: 1 }, expect: allow }"});
  EXPECT_EQ(Conditions(), (Lines{"args.a == 1: true 1 false 1", "args.b == 1: true 1 false 0",
                                 "size(args.c) > (args.d == 1 ? 1 : 2): true 1 false 0",
                                 "args.d == 1: true 1 false 0"}));
}

TEST_F(Coverage, PredicatesCountOnceADecision) {
  Run(Rule("    require: args.l.exists(x, x > 1 && x < 9)\n"
           "    forbid: args.l.map(x, x == 5).size() > 4 || args.l.filter(x, x == 3).size() > 1\n"),
      {"{ call: t, args: { l: [0, 0, 10, 2, 3] }, expect: deny }",
       "{ call: t, args: { l: [7] }, expect: allow }"});
  EXPECT_EQ(
      Conditions(),
      (Lines{"args.l.exists(x, x > 1 && x < 9): true 2 false 0", "x > 1: true 2 false 1",
             "x < 9: true 2 false 1", "args.l.map(x, x == 5).size() > 4: true 1 false 1",
             "args.l.filter(x, x == 3).size() > 1: true 0 false 1", "x == 3: true 0 false 1"}));
}

TEST_F(Coverage, VariablesAreTestsWhereTheyAreBools) {
  Run("writ: 1\ndefault: allow\nvariables:\n  ok: args.a > 1 || args.b > 1\n"
      "  text: \"args.a > 5 ? 'x' : 'y'\"\n  unused: args.z > 1\n"
      "rules:\n  - { name: r, tools: t, require: 'variables.ok && variables.text == \"x\"' }\n",
      {"{ call: t, args: { a: 6 }, expect: allow }"});
  EXPECT_EQ(Conditions(), (Lines{"args.a > 1: true 1 false 0", "args.b > 1: true 0 false 0",
                                 "args.a > 5: true 1 false 0", "variables.ok: true 1 false 0",
                                 "variables.text == \"x\": true 1 false 0"}));
  EXPECT_EQ(LeftOutOnes(), (Lines{"args.z > 1: no call gets here"}));
}

TEST_F(Coverage, WhatCannotHappenIsLeftOut) {
  Run("writ: 1\ndefault: allow\ndata: { strict: true, none: [] }\nrules:\n"
      "  - { name: a, tools: t, require: data.strict || args.a == 1 }\n"
      "  - { name: b, tools: t, require: 'args.b == 1 && data.none.size() == 0' }\n"
      "  - { name: c, tools: t, forbid: true }\n"
      "  - { name: d, tools: t, require: args.d == 1 }\n"
      "  - { name: e, tools: [t, u], require: args.e == 1 }\n",
      {"{ call: t, args: { b: 1 }, expect: deny, rule: c }",
       "{ call: u, args: { e: 1 }, expect: allow }"});
  EXPECT_EQ(Rules(), (Counts{{"a", 1}, {"b", 1}, {"c", 1}, {"e", 1}}));
  EXPECT_EQ(Conditions(), (Lines{"args.b == 1: true 1 false 0", "args.e == 1: true 1 false 0"}));
  EXPECT_EQ(LeftOutOnes(),
            (Lines{"data.strict: it is the same for all calls", "args.a == 1: no call gets here",
                   "data.none.size() == 0: it is the same for all calls", "d: no call gets here"}));
}

TEST_F(Coverage, RulesThatDecideNothingAreLeftOut) {
  Run(Rule("    when: args.w == 1\n    require: true\n"), {"{ call: t, expect: error }"});
  EXPECT_EQ(Rules(), Counts());
  EXPECT_EQ(Conditions(), Lines());
  EXPECT_EQ(LeftOutOnes(), (Lines{"r: it decides nothing"}));
  EXPECT_EQ(coverage_->outcomes(), (Share{0, 0}));
}

TEST_F(Coverage, TheClockVaries) {
  Run(Rule("    require: time.within('Mo-Fr 08:00-18:00', 'UTC')\n"),
      {"{ call: t, expect: allow }", "{ advance: 12h }", "{ call: t, expect: deny }"},
      "now: 2026-03-02T09:30:00Z\n");
  EXPECT_EQ(Conditions(), (Lines{"time.within('Mo-Fr 08:00-18:00', 'UTC'): true 1 false 1"}));
}

TEST_F(Coverage, QuotasPassAndAreFull) {
  Run(Rule("    quota: { max: 1, per: hour }\n") +
          "  - { name: s, tools: t, mode: shadow, quota: { max: 0, per: hour } }\n"
          "  - { name: never, tools: u, quota: { max: 0, per: hour } }\n",
      {"{ call: t, expect: allow }", "{ call: t, expect: deny, rule: r }"});
  EXPECT_EQ(Conditions(), (Lines{": passed 1 full 1", ": full 1", ": full 0"}));
  EXPECT_EQ(Rules(), (Counts{{"r", 2}, {"s", 2}, {"never", 0}}));
  ASSERT_EQ(coverage_->Gaps().size(), 2u);
  EXPECT_EQ(coverage_->Gaps()[1].text, "never full");
}

TEST_F(Coverage, QuotasOfCallsThatAreDeniedElsewhereDoNotPass) {
  Run(Rule("    quota: { max: 1, per: hour, of: 'args.n > 5 ? 1 : 2' }\n") +
          "  - { name: s, tools: t, forbid: true }\n",
      {"{ call: t, args: { n: 1 }, expect: deny, rule: s }"});
  EXPECT_EQ(Conditions(), (Lines{": passed 0 full 0", "args.n > 5: true 0 false 0"}));
  EXPECT_EQ(Rules(), (Counts{{"r", 1}, {"s", 1}}));
}

TEST_F(Coverage, OnlyArgsHoldsOrNot) {
  Run(Rule("    only_args: [a, b]\n"), {"{ call: t, args: { a: 1 }, expect: allow }"});
  EXPECT_EQ(Conditions(), (Lines{"[a, b]: true 1 false 0"}));
  EXPECT_EQ(coverage_->Gaps()[0].text, "always holds");
}

TEST_F(Coverage, InterceptConditionsAreAsked) {
  Run("version: \"1\"\nhide: [h]\ndefault: deny\ntools:\n  t:\n    rules:\n"
      "      - name: r\n        conditions:\n"
      "          - { path: args.a, op: neq, value: 1 }\n"
      "          - { path: args.b, op: exists, value: false }\n"
      "      - { name: q, rate_limit: 1/hour }\n",
      {"{ call: t, args: { a: 2 }, expect: allow }", "{ call: t, args: { a: 1 }, expect: deny }",
       "{ call: t, args: { a: 2, b: 1 }, expect: deny }", "{ call: h, expect: deny }"});
  EXPECT_EQ(Conditions(), (Lines{"args.a: true 2 false 1", "args.b: true 1 false 1",
                                 "state.t._rate_hour: passed 1 full 0"}));
  EXPECT_EQ(Rules(), (Counts{{"(hidden)", 1}, {"(default deny)", 0}, {"r", 3}, {"q", 1}}));
  EXPECT_EQ(coverage_->coverable().rules[0].place.at, (Position{2, 1}));
}

TEST_F(Coverage, AListShowsWhatIsHidden) {
  Run("writ: 1\ndefault: allow\nhide: [h]\n", {"{ list: [a], visible: [a] }"});
  EXPECT_EQ(Rules(), (Counts{{"(hidden)", 0}}));
  Run("writ: 1\ndefault: allow\nhide: [h]\n", {"{ list: [a, h], visible: [a] }"});
  EXPECT_EQ(Rules(), (Counts{{"(hidden)", 1}}));
}

TEST_F(Coverage, SuitesOfOnePolicyAddUp) {
  const std::string policy = Rule("    require: labels.env == 'dev'\n") + "labels: [env]\n";
  Run(policy, {"{ call: t, expect: allow }"}, "labels: { env: dev }\n");
  EXPECT_EQ(Conditions(), (Lines{"labels.env == 'dev': true 1 false 0"}));
  Run(policy, {"{ call: t, expect: deny }"}, "labels: { env: prod }\n");
  EXPECT_EQ(Conditions(), (Lines{"labels.env == 'dev': true 1 false 1"}));
  EXPECT_EQ(coverage_->Gaps().size(), 0u);
}

TEST_F(Coverage, LinesAreMarkedByAllThatStandsInThem) {
  Run("writ: 1\ndefault: allow\nrules:\n  - name: r\n    tools: t\n"
      "    require:\n      - args.a > 1 && args.b > 1\n      - args.c > 1\n      - args.d > 1\n"
      "  - { name: s, tools: u, forbid: true }\n",
      {"{ call: t, args: { a: 2, b: 2, c: 2, d: 2 }, expect: allow }",
       "{ call: t, args: { a: 2, b: 2, c: 1 }, expect: deny }"});
  using enum LineMark;
  EXPECT_EQ(MarkLines(*coverage_),
            (std::vector<LineMark>{kNothing, kNothing, kNothing, kCovered, kNothing, kNothing,
                                   kPartly, kCovered, kPartly, kNot, kNothing}));
}

TEST_F(Coverage, WhatIsTooLargeOrHasNoSourceIsNotMeasured) {
  TracedProgram too_large;
  too_large.why = "a rule is too long";
  EXPECT_EQ(PolicyCoverage("p", too_large).why_not_measured(),
            "it is too large: a rule is too long");
  Run(Rule("    require: args.a == 1\n"), {"{ call: t, args: { a: 1 }, expect: allow }"});
  TracedProgram bundle;
  bundle.program = policy_->program();
  std::vector<std::unique_ptr<PolicyCoverage>> all;
  all.push_back(std::make_unique<PolicyCoverage>("b", bundle));
  EXPECT_EQ(all[0]->why_not_measured(), "a bundle has no source");
  EXPECT_FALSE(IsAtLeast(all, 0));
  all.push_back(std::move(coverage_));
  EXPECT_EQ(Total(all).measured, 1u);
  EXPECT_EQ(Total(all).rules, (Share{1, 1}));
  EXPECT_EQ(Total(all).outcomes, (Share{1, 2}));
}

TEST(Share, IsCutAndNeverRoundedUp) {
  EXPECT_EQ((Share{0, 0}).Percent(), "100");
  EXPECT_EQ((Share{0, 3}).Percent(), "0.0");
  EXPECT_EQ((Share{2, 3}).Percent(), "66.6");
  EXPECT_EQ((Share{99'999, 100'000}).Percent(), "99.9");
  EXPECT_EQ((Share{3, 3}).Percent(), "100");
}

TEST(Share, IsComparedExactly) {
  EXPECT_TRUE((Share{0, 0}).IsAtLeast(100));
  EXPECT_TRUE((Share{0, 3}).IsAtLeast(0));
  EXPECT_TRUE((Share{3, 4}).IsAtLeast(75));
  EXPECT_FALSE((Share{3, 4}).IsAtLeast(75.1));
  EXPECT_FALSE((Share{99'999, 100'000}).IsAtLeast(100));
}

}  // namespace
}  // namespace writ
