// What is said of policies, and above all what is not.
#include "compiler/lint/lint.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "compiler/load/load_policy.h"
#include "compiler/yaml/yaml.h"

namespace writ {
namespace {

// Each finding's line and word: "7 dead-rule\n".
std::string Found(const std::string& text) {
  const auto source = std::make_shared<const Source>("policy.yaml", text);
  Diagnostics before;
  const auto document = yaml::Parse(source, before);
  EXPECT_NE(document, nullptr) << text;
  if (document == nullptr) return "";
  const auto policy = LoadPolicy(source, *document->root(), "policy", before);
  EXPECT_TRUE(policy.has_value()) << text << Render(before.all().front());
  if (!policy) return "";
  Diagnostics diagnostics;
  Lint(*policy, diagnostics);
  diagnostics.Sort();
  std::string found;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    EXPECT_EQ(diagnostic.severity, Severity::kWarning);
    EXPECT_FALSE(diagnostic.hint.empty());
    found += std::to_string(diagnostic.at.line) + " " + std::string(Word(diagnostic.code)) + "\n";
  }
  return found;
}

// Of rules, each a line from 4 on.
std::string FoundIn(const std::string& rules) {
  return Found("writ: 1\ndefault: allow\nrules:\n" + rules);
}

TEST(ShadowedRules, AreBehindOneThatDeniesAll) {
  EXPECT_EQ(FoundIn("  - {name: a, tools: 'x_*', forbid: true}\n"
                    "  - {name: b, tools: [x_1, 'x_y*'], require: args.n == 1}\n"
                    "  - {name: c, tools: [x_1, y], require: args.n == 1}\n"),
            "5 shadowed-rule\n");
  EXPECT_EQ(FoundIn("  - {name: a, when: args.env == 'prod', forbid: true}\n"
                    "  - {name: b, tools: t, when: (args.env=='prod'), quota: {max: 1, per: day}}\n"
                    "  - {name: c, tools: t, when: args.env == 'dev', require: args.n == 1}\n"),
            "5 shadowed-rule\n");
}

TEST(ShadowedRules, HaveConditionsOfAnEarlierOne) {
  EXPECT_EQ(FoundIn("  - {name: a, require: [args.n == 1, args.m == 2], forbid: args.x}\n"
                    "  - {name: b, tools: t, require: args.m == 2}\n"
                    "  - {name: c, tools: t, forbid: args.x, require: args.n==1}\n"
                    "  - {name: d, tools: t, forbid: args.y}\n"),
            "5 shadowed-rule\n6 shadowed-rule\n");
  EXPECT_EQ(FoundIn("  - {name: a, forbid: args.env == 'prod'}\n"
                    "  - {name: b, when: args.env == 'prod', require: args.n == 1}\n"),
            "5 shadowed-rule\n");
  EXPECT_EQ(FoundIn("  - {name: a, only_args: [n]}\n"
                    "  - {name: b, only_args: [n, m]}\n"
                    "  - {name: c, tools: t, only_args: []}\n"),
            "5 shadowed-rule\n");
}

TEST(ShadowedRules, AreNoOthers) {
  // One in shadow denies nothing; one for fewer tools leaves the others.
  EXPECT_EQ(FoundIn("  - {name: a, forbid: true, mode: shadow}\n"
                    "  - {name: b, require: args.n == 1}\n"),
            "");
  EXPECT_EQ(FoundIn("  - {name: a, tools: [t, u], forbid: true}\n"
                    "  - {name: b, tools: '*', require: args.n == 1}\n"
                    "  - {name: c, require: args.m == 1}\n"),
            "");
  // Where the earlier one does not apply, the later may; and a `when` that fails denies.
  EXPECT_EQ(FoundIn("  - {name: a, when: args.e == 1, require: args.n == 1}\n"
                    "  - {name: b, require: args.n == 1}\n"),
            "");
  EXPECT_EQ(FoundIn("  - {name: a, require: args.n == 1}\n"
                    "  - {name: b, when: args.e == 1, require: args.n == 1}\n"),
            "");
  EXPECT_EQ(FoundIn("  - {name: a, require: args.n == 1}\n"
                    "  - {name: b, when: 1 < 2, require: args.n == 1}\n"),
            "5 shadowed-rule\n");
  // Values and names that differ.
  EXPECT_EQ(FoundIn("  - {name: a, require: [args.n == 1, 'args.l.all(x, x > 1)']}\n"
                    "  - {name: b, require: args.n == '1'}\n"
                    "  - {name: c, require: 'args.l.all(x, x > 2)'}\n"
                    "  - {name: d, require: 'args.n == 1.0'}\n"),
            "");
  // A later count still counts.
  EXPECT_EQ(FoundIn("  - {name: a, require: args.n == 1}\n"
                    "  - {name: b, require: args.n == 1, quota: {max: 1, per: day}}\n"),
            "");
}

TEST(DeadRules, NeverApply) {
  EXPECT_EQ(FoundIn("  - {name: a, when: false, forbid: true}\n"
                    "  - {name: b, when: args.n == 1 && args.n == 2, forbid: true}\n"
                    "  - {name: c, require: true}\n"
                    "  - {name: d, when: args.n == 1 || args.n == 2, forbid: true}\n"),
            "4 dead-rule\n5 dead-rule\n6 dead-rule\n");
  EXPECT_EQ(Found("writ: 1\ndefault: deny\nallow: ['read_*', write]\nhide: [write]\nrules:\n"
                  "  - {name: a, tools: 'delete_*', require: args.n == 1}\n"
                  "  - {name: b, tools: 'wr*', require: args.n == 1}\n"
                  "  - {name: c, tools: '*_file', require: args.n == 1}\n"
                  "  - {name: d, tools: 'r*', require: args.m == 1}\n"),
            "6 dead-rule\n7 dead-rule\n");
}

TEST(DeadRules, AreNoSwitchesOfTheData) {
  EXPECT_EQ(Found("writ: 1\ndefault: allow\ndata: {strict: false}\nrules:\n"
                  "  - {name: a, when: data.strict, forbid: true}\n"
                  "  - {name: b, require: '!data.strict'}\n"),
            "");
  // A `when` that may fail denies, whatever the rule requires.
  EXPECT_EQ(FoundIn("  - {name: a, when: args.n == 1, require: true}\n"), "");
  EXPECT_EQ(FoundIn("  - {name: a, require: false}\n"), "4 always-denies\n");
}

TEST(Limits, OfWhichATighterOneIsReachedBefore) {
  EXPECT_EQ(FoundIn("  - {name: a, tools: t, quota: {max: 10, per: hour}}\n"
                    "  - {name: b, tools: t, quota: {max: 300, per: day}}\n"),
            "5 unreachable-limit\n");
  EXPECT_EQ(FoundIn("  - {name: a, tools: t, quota: {max: 10, per: hour}}\n"
                    "  - {name: b, tools: t, quota: {max: 239, per: day}}\n"),
            "");
  EXPECT_EQ(FoundIn("  - {name: a, tools: t, quota: {max: 5, per: minute}}\n"
                    "  - {name: b, tools: t, quota: {max: 4, per: hour}}\n"),
            "4 unreachable-limit\n");
  EXPECT_EQ(FoundIn("  - {name: a, quota: {max: 5, per: day}}\n"
                    "  - {name: b, quota: {max: 5, per: day}}\n"),
            "5 unreachable-limit\n");
  EXPECT_EQ(FoundIn("  - {name: a, quota: {max: 5, per: day, of: args.n, by: args.who}}\n"
                    "  - {name: b, quota: {max: 9, per: day, of: args.n, by: args.who}}\n"
                    "  - {name: c, quota: {max: 9, per: day, of: args.m, by: args.who}}\n"
                    "  - {name: d, quota: {max: 9, per: day, of: args.n}}\n"),
            "5 unreachable-limit\n");
}

TEST(Limits, ThatCountElsewhereAreNotHeldAgainstEachOther) {
  EXPECT_EQ(FoundIn("  - {name: a, tools: t, quota: {max: 1, per: hour}}\n"
                    "  - {name: b, tools: [t, u], quota: {max: 300, per: day}}\n"),
            "");
  EXPECT_EQ(FoundIn("  - {name: a, when: args.n == 1, quota: {max: 1, per: hour}}\n"
                    "  - {name: b, quota: {max: 300, per: day}}\n"),
            "");
  EXPECT_EQ(FoundIn("  - {name: a, mode: shadow, quota: {max: 1, per: hour}}\n"
                    "  - {name: b, quota: {max: 300, per: day}}\n"),
            "");
  EXPECT_EQ(FoundIn("  - {name: a, quota: {max: 1, per: session}}\n"
                    "  - {name: b, quota: {max: 300, per: day}}\n"),
            "");
}

TEST(Limits, ThatLetNothingPass) {
  EXPECT_EQ(FoundIn("  - {name: a, quota: {max: 0, per: hour}}\n"
                    "  - {name: b, quota: {max: 0.5, per: hour, scale: 1}}\n"
                    "  - {name: c, quota: {max: 0, per: hour, of: args.n}}\n"),
            "4 always-denies\n5 always-denies\n");
}

TEST(Variables, ThatNothingUses) {
  EXPECT_EQ(Found("writ: 1\ndefault: allow\nvariables:\n  a: args.n\n  b: variables.a + 1\n"
                  "  c: args.m\n  d: variables.c + 1\n  e: args.k\nrules:\n"
                  "  - {name: r, require: variables.d == 1, message: 'no ${variables.e}'}\n"),
            "4 unused-variable\n5 unused-variable\n");
}

TEST(InterceptRules, ThatAreNotReached) {
  const std::string top = "version: \"1\"\nhide: [h]\ntools:\n";
  EXPECT_EQ(
      Found(top + "  t:\n    rules:\n"
                  "      - {name: a, action: deny}\n"
                  "      - {name: b, conditions: [{path: args.n, op: eq, value: 1}]}\n"
                  "  h:\n    rules:\n"
                  "      - {name: c, conditions: [{path: args.n, op: eq, value: 1}]}\n"
                  "  '*':\n    rules:\n"
                  "      - {name: d, conditions: [{path: args.n, op: in, value: [1, a]}]}\n"
                  "      - {name: e, conditions: [{path: args.n, op: in, value: [1, a]}]}\n"
                  "      - {name: f, conditions: [{path: args.n, op: in, value: [1, b]}]}\n"
                  "      - {name: g, conditions: [{path: args.n, op: in, value: [1, '1']}]}\n"),
      "7 shadowed-rule\n8 dead-rule\n14 shadowed-rule\n");
}

TEST(InterceptLimits, OfWhichATighterOneIsReachedBefore) {
  const std::string top = "version: \"1\"\ntools:\n";
  EXPECT_EQ(Found(top + "  t:\n    rules:\n"
                        "      - {name: a, rate_limit: 10/hour}\n"
                        "      - {name: b, rate_limit: 300/day}\n"
                        "  u:\n    rules:\n"
                        "      - {name: c, rate_limit: 300/day}\n"
                        "  '*':\n    rules:\n"
                        "      - {name: d, rate_limit: 400/day}\n"),
            "6 unreachable-limit\n");
  EXPECT_EQ(Found(top + "  t:\n    rules:\n"
                        "      - {name: a, rate_limit: 300/day}\n"
                        "  '*':\n    rules:\n"
                        "      - {name: b, rate_limit: 10/hour}\n"),
            "5 unreachable-limit\n");
}

TEST(InterceptLimits, OfCountersThatOthersRead) {
  EXPECT_EQ(Found("version: \"1\"\ntools:\n"
                  "  t:\n    rules:\n"
                  "      - {name: a, rate_limit: 10/hour}\n"
                  "      - name: b\n"
                  "        conditions: [{path: state.t.calls, op: lte, value: 300}]\n"
                  "        state: {counter: calls, window: day}\n"
                  "  u:\n    rules:\n"
                  "      - {name: c, conditions: [{path: state.t.calls, op: lt, value: 9}]}\n"),
            "");
}

TEST(Lint, ManyRulesTakeNoTimeTogether) {
  std::string rules;
  for (int i = 0; i < 20'000; ++i) {
    rules += "  - {name: r" + std::to_string(i) +
             ", tools: t, require: args.n == " + std::to_string(i) + "}\n";
  }
  EXPECT_EQ(FoundIn(rules), "");
}

}  // namespace
}  // namespace writ
