// How rules are found, and what is said of those that are not.
#include "compiler/index_report.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

#include "compiler/compiled.h"

namespace writ {
namespace {

IndexReport ReportOf(const std::string& text) {
  IndexReport report;
  EmitOptions options;
  options.index = &report;
  Compiled(std::vector<std::string>{text}, 0, options);
  return report;
}

std::string Keyed(size_t count, const std::string& tools = "    tools: pay\n") {
  std::string rules;
  for (size_t i = 0; i < count; ++i) {
    rules += fmt::format("  - name: k{}\n{}    when: args.account == \"a{}\"\n    forbid: true\n",
                         i, tools, i);
  }
  return rules;
}

const std::string kHead = "writ: 1\ndefault: allow\nrules:\n";

TEST(IndexReport, TellsByWhichValueRulesAreFound) {
  const IndexReport report = ReportOf(kHead + Keyed(10));
  ASSERT_EQ(report.size(), 10u);
  EXPECT_EQ(report[3].rule, "k3");
  EXPECT_EQ(report[3].file, "policy.yaml");
  EXPECT_EQ(report[3].at.line, 16u);
  EXPECT_EQ(report[3].tools, "pay");
  EXPECT_EQ(report[3].by, "args.account");
  EXPECT_EQ(report[3].among, 10u);
  EXPECT_EQ(report[3].why_not, "");
}

TEST(IndexReport, TellsOfGlobs) {
  std::string text = kHead;
  for (int i = 0; i < 9; ++i) {
    text += fmt::format("  - name: g{}\n    tools: \"g{}_*\"\n    forbid: true\n", i, i);
  }
  const IndexReport report = ReportOf(text);
  EXPECT_EQ(report[0].tools, "g0_*");
  EXPECT_EQ(report[0].by, "globs");
  EXPECT_EQ(report[0].among, 9u);
}

TEST(IndexReport, TellsWhyNot) {
  const auto last = [](const std::string& rule) {
    return ReportOf(kHead + Keyed(10) + "  - name: r\n    tools: pay\n" + rule).back();
  };
  EXPECT_EQ(last("    when: args.amount > 5\n    forbid: true\n").why_not,
            "its when may be true whatever any one argument is");
  EXPECT_EQ(last("    quota: {max: 5, per: day}\n").why_not,
            "it has no when, and counts every call");
  EXPECT_EQ(last("    only_args: [account]\n").why_not,
            "it has no when, and looks at the names of every call's arguments");
  EXPECT_EQ(last("    require: args.amount < 5\n").why_not,
            "it has no when, and what it tests may deny whatever any one argument is");
  EXPECT_EQ(last("    forbid: true\n").why_not,
            "it has no when, and what it tests may deny whatever any one argument is");
  EXPECT_EQ(last("    when: args.currency == \"EUR\"\n    forbid: true\n").why_not,
            "it could be found by args.currency, but few rules or values there are");
}

TEST(IndexReport, TellsThatFewRulesNeedNoTable) {
  EXPECT_EQ(ReportOf(kHead + Keyed(7))[0].why_not,
            "7 rules stand there: a table is made from 8 rules on");
  EXPECT_EQ(ReportOf(kHead + Keyed(1))[0].why_not,
            "it is alone there: a table is made from 8 rules on");
  EXPECT_EQ(ReportOf(kHead + Keyed(7))[0].hint, "");
}

// What a named tool has to itself up to its last rule parts what others have in common.
TEST(IndexReport, TellsThatRulesOfSingleToolsPartOthers) {
  std::string between = kHead;
  std::string behind = kHead;
  std::string singles;
  for (int i = 0; i < 8; ++i) {
    const std::string glob =
        fmt::format("  - name: g{}\n    tools: \"g{}_*\"\n    forbid: true\n", i, i);
    const std::string single =
        fmt::format("  - name: s{}\n    tools: s{}\n    forbid: args.x > 1\n", i, i);
    between += glob + single;
    behind += single;
    singles += glob;
  }
  const RuleIndexing parted = ReportOf(between)[0];
  EXPECT_EQ(parted.why_not, "it is alone there: a table is made from 8 rules on");
  EXPECT_EQ(parted.hint,
            "put rules for globs and for every tool behind those of single tools, which part them "
            "into rows");
  EXPECT_EQ(ReportOf(behind + singles).back().by, "globs");
}

// A rule for every tool is in the rows of named ones too.
TEST(IndexReport, TellsARuleByTheRowThatFindsItWorst) {
  const IndexReport report =
      ReportOf(kHead + Keyed(8, "") + "  - name: own\n    tools: pay\n    forbid: true\n");
  EXPECT_EQ(report[0].tools, "every tool");
  EXPECT_EQ(report[0].by, "args.account");
}

TEST(IndexReport, TellsWhatIsShared) {
  const std::string test = "args.env == \"prod\" || args.env == \"live\" || args.env.size() > 9";
  const IndexReport report =
      ReportOf(fmt::format("{}  - name: a\n    when: '{}'\n    forbid: args.x == 1\n"
                           "  - name: b\n    when: '{}'\n    forbid: args.x == 2\n",
                           kHead, test, test));
  EXPECT_EQ(report[1].shares, std::vector<std::string>{test});
}

TEST(IndexReport, TellsOfVersion1) {
  std::string text = "version: \"1\"\ntools:\n  pay:\n    rules:\n";
  for (int i = 0; i < 9; ++i) {
    text += fmt::format(
        "      - name: v{}\n        conditions: [{{path: args.account, op: neq, "
        "value: \"a{}\"}}]\n",
        i, i);
  }
  text += "      - name: eq\n        conditions: [{path: args.a, op: eq, value: 1}]\n";
  const IndexReport report = ReportOf(text);
  EXPECT_EQ(report[0].by, "args.account");
  EXPECT_EQ(report[0].tools, "pay");
  EXPECT_EQ(report[9].why_not, "its conditions may deny whatever any one argument is");
}

TEST(IndexReport, TellsOfRulesThatNoCallGetsTo) {
  const IndexReport report =
      ReportOf("writ: 1\ndefault: deny\nrules:\n  - name: r\n    tools: pay\n    forbid: true\n");
  EXPECT_EQ(report[0].by, "");
  EXPECT_EQ(report[0].why_not, "no call gets to it");
}

}  // namespace
}  // namespace writ
