// Predicates that rules have in common: which ones, and that they decide as if they were written
// out.
#include "compiler/opt/share.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "compiler/compiled.h"
#include "vm/call.h"

namespace writ {
namespace {

std::string Policy(const std::string& rules) {
  return "writ: 1\nname: p\ndefault: allow\nrules:\n" + rules;
}

size_t CountOf(Opcode op, const Program& program) {
  return static_cast<size_t>(
      std::count_if(program.code.begin(), program.code.end(),
                    [op](const Instruction& instruction) { return instruction.op == op; }));
}

size_t Forces(const std::string& rules) {
  return CountOf(Opcode::kForce, **Compiled(Policy(rules)));
}

constexpr char kLong[] = "args.a + args.b + args.c < args.d * args.e";

TEST(Share, RunsABlockForWhatTwoRulesHaveInCommon) {
  const std::string rules = std::string("  - { name: a, tools: t, require: '") + kLong +
                            "' }\n  - { name: b, tools: t, forbid: '" + kLong + "' }\n";
  EXPECT_EQ(Forces(rules), 2u);
}

TEST(Share, LeavesAShortOneWhereItIs) {
  EXPECT_EQ(Forces("  - { name: a, tools: t, require: args.a < args.b }\n"
                   "  - { name: b, tools: t, require: args.a < args.b }\n"),
            0u);
}

TEST(Share, LeavesWhatRulesOfOneToolHaveOnceWhereItIs) {
  const std::string rules = std::string("  - { name: a, tools: t, require: '") + kLong +
                            "' }\n  - { name: b, tools: u, require: '" + kLong + "' }\n";
  EXPECT_EQ(Forces(rules), 0u);
}

TEST(Share, LeavesWhatMayBeNoBoolWhereItIs) {
  const std::string choice = "args.a + args.b < args.c ? args.d : args.e";
  const std::string rules = "  - { name: a, tools: t, require: '" + choice +
                            "' }\n  - { name: b, tools: t, require: '" + choice + "' }\n";
  EXPECT_EQ(Forces(rules), 0u);
}

// Not where the rule has it that shared the predicate first, which need not even apply.
TEST(Share, TellsAnErrorWhereTheRuleHasThePredicate) {
  const auto program =
      Compiled(Policy(std::string("  - { name: a, tools: t, when: 'args.go', require: '") + kLong +
                      "' }\n  - { name: b, tools: t, require: '" + kLong + "' }\n"));
  Call call(program);
  call.Begin(R"({"go":false})", "t");
  const Decision decision = call.machine().Decide();
  EXPECT_EQ(decision.verdict, Verdict::kError);
  EXPECT_EQ((*program)->rules[decision.rule].name, "b");
  EXPECT_EQ((*program)->positions[decision.instruction].line, 6u);
}

}  // namespace
}  // namespace writ
