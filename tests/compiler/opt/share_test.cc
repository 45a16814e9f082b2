// Predicates that rules have in common: which ones, and that they decide as if they were written
// out.
#include "compiler/opt/share.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "compiler/compiled.h"

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

}  // namespace
}  // namespace writ
