// Which values of a slot conditions are about.
#include "compiler/lower/slot_keys.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "compiler/compiled.h"
#include "compiler/emit/rule_code.h"
#include "compiler/emit/source_parts.h"
#include "vm/disasm.h"

namespace writ {
namespace {

// By which values the rule of that policy is found: "args.a: 1, 2".
std::string WaysOf(const std::string& rule) {
  const Loaded loaded(
      {"writ: 1\ndefault: allow\nvariables:\n  known: '\"k\"'\n  unknown: args.u\n"
       "rules:\n  - name: r\n" +
       rule});
  if (loaded.diagnostics.has_errors()) return loaded.Said();
  ProgramBuilder builder;
  PathTrieBuilder trie;
  Diagnostics diagnostics;
  SourceParts parts(loaded.policies, nullptr);
  RuleCode code(builder, loaded.policies, parts, diagnostics);
  CallSlots slots(builder, trie);
  std::string text;
  for (const RuleKeys& keys : code.KeysOf(loaded.policies[0].rules[0], 0, "t", slots)) {
    if (!text.empty()) text += "; ";
    text += keys.path.fact_slot != kNoSlot ? builder.program().slot_names[keys.path.fact_slot]
                                           : fmt::format("{}", fmt::join(keys.path.names, "."));
    text += keys.absent_chooses_none ? "?:" : ":";
    for (const Value& key : keys.keys) text += " " + FormatValue(key);
  }
  return text;
}

std::string When(const std::string& condition) {
  return WaysOf("    when: '" + condition + "'\n    forbid: true\n");
}

TEST(SlotKeys, OfComparisonsWithConstants) {
  EXPECT_EQ(When("args.a == \"x\""), "a: \"x\"");
  EXPECT_EQ(When("\"x\" == args.a"), "a: \"x\"");
  EXPECT_EQ(When("args.a in [\"y\", \"x\", \"y\"]"), "a: \"x\" \"y\"");
  EXPECT_EQ(When("args.a in {\"x\": 1}"), "a: \"x\"");
  EXPECT_EQ(When("args.a.b[\"c\"] == true"), "a.b.c: true");
  EXPECT_EQ(When("args.a == variables.known"), "a: \"k\"");
  EXPECT_EQ(When("tool.name == \"x\""), "tool.name: \"x\"");
  EXPECT_EQ(When("!(args.a != \"x\")"), "a: \"x\"");
}

TEST(SlotKeys, NumbersHaveOneForm) {
  EXPECT_EQ(When("args.a in [1, 1.0, 1u, 2.0]"), "a: 1 2");
  EXPECT_EQ(When("args.a == 18446744073709551615u"), "a: 18446744073709551615u");
  EXPECT_EQ(When("args.a == 1.5"), "");
  EXPECT_EQ(When("args.a == 1e300"), "");
}

TEST(SlotKeys, OfLogic) {
  EXPECT_EQ(When("args.a == 1 && args.b > 2"), "a: 1");
  EXPECT_EQ(When("args.b > 2 && args.a == 1 && args.c == 3"), "a: 1; c: 3");
  EXPECT_EQ(When("args.a in [1, 2] && args.a in [2]"), "a: 2");
  EXPECT_EQ(When("args.a == 1 || args.a == 2"), "a: 1 2");
  EXPECT_EQ(When("args.a == 1 || args.b == 2"), "");
  EXPECT_EQ(When("args.a == 1 || args.b > 2"), "");
  EXPECT_EQ(When("(args.a == 1 && args.b == 2) || (args.b == 3 && args.c == 4)"), "b: 2 3");
  EXPECT_EQ(When("!(args.a != 1 || args.b == 2)"), "a: 1");
  EXPECT_EQ(When("!(args.a != 1 && args.a != 2)"), "a: 1 2");
  EXPECT_EQ(When("args.b > 2 ? args.a == 1 : false"), "");
  EXPECT_EQ(When("args.a == 1 ? args.b > 2 : false"), "a: 1");
  EXPECT_EQ(When("args.a == 1 ? args.b > 2 : true"), "");
}

TEST(SlotKeys, WithWhatIsAbsent) {
  EXPECT_EQ(When("has(args.a) && args.a == 1"), "a?: 1");
  EXPECT_EQ(When("has(args.a) ? args.a == 1 : false"), "a?: 1");
  EXPECT_EQ(When("(has(args.a) && args.a == 1) || (has(args.a) && args.a == 2)"), "a?: 1 2");
  EXPECT_EQ(When("(has(args.a) && args.a == 1) || args.a == 2"), "a: 1 2");
  EXPECT_EQ(When("has(args.b) && args.a == 1"), "a: 1");
  // Where args.a is no map this is an error, which an absent args.a.b does not tell from the rest.
  EXPECT_EQ(When("has(args.a.b) && args.a.b == 1"), "a.b: 1");
  EXPECT_EQ(When("has(args.a)"), "");
}

TEST(SlotKeys, OfWhatIsNoKey) {
  for (const char* condition :
       {"args.a == null", "args.a == [1]", "args.a in [1, null]", "args.a == args.b",
        "args.a.startsWith(\"x\")", "args.a != 1", "args.a > 1", "!(args.a == 1)",
        "variables.unknown == 1", "args.a.b.c.exists(x, x == 1)", "args.a + 1 == 2", "true"}) {
    EXPECT_EQ(When(condition), "") << condition;
  }
  std::string many;
  for (size_t i = 0; i <= cel::kMaxSlotKeys; ++i) many += fmt::format("{}{}", i > 0 ? ", " : "", i);
  EXPECT_EQ(When("args.a in [" + many + "]"), "");
  EXPECT_EQ(When("args.a == \"" + std::string(257, 'x') + "\""), "");
}

// Without a `when`, a rule does nothing where what it forbids is not so.
TEST(SlotKeys, OfRulesThatForbidSingleValues) {
  EXPECT_EQ(WaysOf("    forbid: args.a == 1\n"), "a: 1");
  EXPECT_EQ(WaysOf("    forbid: [args.a == 1, args.a == 2]\n"), "a: 1 2");
  EXPECT_EQ(WaysOf("    forbid: [args.a == 1, args.b == 2]\n"), "");
  EXPECT_EQ(WaysOf("    require: args.a != 1\n"), "a: 1");
  EXPECT_EQ(WaysOf("    require: args.a != 1\n    forbid: args.a == 2\n"), "a: 1 2");
  EXPECT_EQ(WaysOf("    require: args.a == 1\n"), "");
  EXPECT_EQ(WaysOf("    forbid: args.a == 1\n    only_args: [a]\n"), "");
  EXPECT_EQ(WaysOf("    forbid: args.a == 1\n    quota: {max: 1, per: day}\n"), "");
  EXPECT_EQ(WaysOf("    forbid: args.a == 1\n    when: args.b > 1\n"), "");
}

}  // namespace
}  // namespace writ
