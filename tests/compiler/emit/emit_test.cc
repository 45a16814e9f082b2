// From models to bytecode: listings in golden/, and what programs of unusual size decide.
//
// With WRIT_REBASE=1 in the environment the listings are rewritten, for review by eye.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/compiled.h"
#include "compiler/text_files.h"
#include "vm/call.h"
#include "vm/disasm.h"

namespace writ {
namespace {

// Several policies stand in one file, parted by lines that say "--- and".
std::vector<std::string> Policies(const std::string& given) {
  constexpr std::string_view kAnd = "--- and\n";
  std::vector<std::string> policies;
  size_t start = 0;
  for (size_t end; (end = given.find(kAnd, start)) != std::string::npos;
       start = end + kAnd.size()) {
    policies.push_back(given.substr(start, end - start));
  }
  policies.push_back(given.substr(start));
  return policies;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, Listing) {
  TextFile file("tests/compiler/golden", GetParam());
  file.Expect(Disassemble(**Compiled(Policies(file.given()))));
}

INSTANTIATE_TEST_SUITE_P(Emit, Golden, testing::ValuesIn(TextFile::In("tests/compiler/golden")),
                         [](const auto& name) { return name.param; });

// "allow", or who denied: a rule's name, or the code where no rule is to name.
std::string Decided(Call& call, std::string_view tool, std::string_view arguments) {
  const Decision decision = call.Decide(arguments, tool);
  if (decision.verdict == Verdict::kAllow) return "allow";
  const auto& rules = call.program()->rules;
  return decision.rule < rules.size() ? rules[decision.rule].name
                                      : std::string(CodeName(decision.code));
}

std::string Rule(const std::string& name, const std::string& condition) {
  return fmt::format("      - {{name: {}, conditions: [{}]}}\n", name, condition);
}

TEST(Emit, CutsTheRulesOfOneToolIntoBlocks) {
  constexpr int kRules = 20'000;
  std::string policy = "version: \"1\"\ntools:\n  t:\n    rules:\n";
  for (int i = 0; i < kRules; ++i) {
    policy +=
        Rule(fmt::format("rule {}", i), fmt::format("{{path: args.n, op: neq, value: {}}}", i));
  }
  Call call(Compiled(policy));
  EXPECT_GT(call.program()->blocks.size(), 2u);
  for (const Block& block : call.program()->blocks) {
    EXPECT_LE(block.instruction_count, kMaxBlockInstructions);
    EXPECT_LE(block.operand_count, kMaxBlockOperands);
  }
  for (const int n : {0, 1, 8191, 8192, 10'000, kRules - 1}) {
    EXPECT_EQ(Decided(call, "t", fmt::format("{{\"n\":{}}}", n)), fmt::format("rule {}", n));
  }
  EXPECT_EQ(Decided(call, "t", fmt::format("{{\"n\":{}}}", kRules)), "allow");
  EXPECT_EQ(Decided(call, "t", "{}"), "rule 0");
  EXPECT_EQ(Decided(call, "u", "{\"n\":3}"), "allow");
}

TEST(Emit, CutsTheRulesOfEveryToolIntoBlocks) {
  constexpr int kRules = 20'000;
  std::string policy = "version: \"1\"\ntools:\n  \"*\":\n    rules:\n";
  for (int i = 0; i < kRules; ++i) {
    policy +=
        Rule(fmt::format("rule {}", i), fmt::format("{{path: args.n, op: neq, value: {}}}", i));
  }
  policy += "  t:\n    rules:\n" + Rule("own", "{path: args.n, op: neq, value: -1}");
  Call call(Compiled(policy));
  for (const std::string tool : {"t", "u"}) {
    EXPECT_EQ(Decided(call, tool, "{\"n\":0}"), "rule 0");
    EXPECT_EQ(Decided(call, tool, "{\"n\":19999}"), "rule 19999");
    EXPECT_EQ(Decided(call, tool, "{\"n\":20000}"), "allow");
  }
  EXPECT_EQ(Decided(call, "t", "{\"n\":-1}"), "own");
  EXPECT_EQ(Decided(call, "u", "{\"n\":-1}"), "allow");
}

// A binding keeps a register of its block.
TEST(Emit, CutsRulesThatBindNamesIntoBlocks) {
  std::string policy = "writ: 1\ndefault: allow\nrules:\n";
  for (int i = 0; i < 600; ++i) {
    policy +=
        fmt::format("  - {{ name: rule {0}, require: 'cel.bind(n, args.n, n) != {0}' }}\n", i);
  }
  Call call(Compiled(policy));
  EXPECT_EQ(Decided(call, "t", "{\"n\":0}"), "rule 0");
  EXPECT_EQ(Decided(call, "t", "{\"n\":599}"), "rule 599");
  EXPECT_EQ(Decided(call, "t", "{\"n\":600}"), "allow");
}

// Names on the fast path take registers twice, and what is nested deep needs many besides.
TEST(Emit, FitsNamesAndDeepNestingIntoBlocks) {
  const auto named = [](int from, int names) {
    std::string text = "cel.block([0";
    for (int i = 1; i < names; ++i) text += fmt::format(", args.n + {}", from + i);
    text += "], [0";
    for (int i = 1; i < names; ++i) text += fmt::format(", cel.index({})", i);
    return text + fmt::format("] != [{}])", from);
  };
  const std::string head = "writ: 1\ndefault: allow\nrules:\n";
  for (const int names : {5, 15, 16, 17, 30, 33}) {
    for (const int items : {2, 5, 6}) {
      std::string policy = head + "  - name: all\n    require:\n";
      for (int i = 0; i < items; ++i) {
        policy += "      - " + named(100 * i, names) + "\n";
      }
      Call call(Compiled(policy));
      EXPECT_EQ(Decided(call, "t", "{\"n\":0}"), "allow") << names << " " << items;
    }
  }
  std::string deep = "args.n";
  for (int i = 0; i < 100; ++i) deep = "1 + (" + deep + ")";
  for (const int names : {5, 10, 12, 16}) {
    std::string policy = head + "  - { name: deep, require: '" + deep + " == 100' }\n";
    for (int i = 0; i < 5; ++i) {
      policy += fmt::format("  - {{ name: rule {}, require: '{}' }}\n", i, named(100 * i, names));
    }
    Call call(Compiled(policy));
    EXPECT_EQ(Decided(call, "t", "{\"n\":0}"), "allow") << names;
    EXPECT_EQ(Decided(call, "t", "{\"n\":1}"), "deep") << names;
  }
}

// A rule is not cut: what no block can hold is refused by name.
TEST(Emit, RefusesARuleThatFillsABlock) {
  const auto policy = [](int conditions, std::string_view value) {
    std::string text =
        "version: \"1\"\ntools:\n  t:\n    rules:\n      - name: long\n        conditions:\n";
    for (int i = 0; i < conditions; ++i) {
      text += fmt::format("          - {{path: args.n, op: neq, value: {}}}\n",
                          value.empty() ? std::to_string(i) : std::string(value));
    }
    return text;
  };
  {
    Call fits(Compiled(policy(30'000, "")));
    EXPECT_EQ(Decided(fits, "t", "{\"n\":29999}"), "long");
    EXPECT_EQ(Decided(fits, "t", "{\"n\":30000}"), "allow");
  }
  // Too many operands, too many instructions.
  for (const std::string& text : {policy(40'000, ""), policy(70'000, "1")}) {
    Loaded loaded({text});
    ASSERT_FALSE(loaded.diagnostics.has_errors()) << loaded.Said();
    Emit(loaded.policies, loaded.diagnostics);
    EXPECT_EQ(loaded.Said(),
              "policy.yaml:5:15: error: rule \"long\" is too large for one block\n"
              "  5 |       - name: long\n"
              "    |               ^\n"
              "  hint: split it into several rules\n");
  }
}

// Sixteen places, each with so many names, and so many members looked up in each of them.
std::string ManyNames(int names, int members) {
  std::string text = "cel.bind(v, (";
  for (int i = 0; i < 15; ++i) {
    text += fmt::format("args.n == {0} ? args.q{0}", i);
    for (int k = 0; k < names; ++k) text += ".a";
    text += " : ";
  }
  text += "args), [0";
  for (int i = 0; i < members; ++i) text += fmt::format(", v.k{}", i);
  return text + "].size() > 1)";
}

TEST(Emit, RefusesExpressionsThatLookUpTooManyNames) {
  Loaded loaded({"writ: 1\ndefault: allow\nrules:\n  - name: long\n    require: '" +
                 ManyNames(200, 5000) + "'\n  - {name: other, require: 'args.x == 1'}\n" +
                 "  - {name: third, tools: t, quota: {max: 2 + 3, per: day, of: 'args.n'}}\n" +
                 "  - name: as long\n    require: '" + ManyNames(200, 5001) + "'\n"});
  ASSERT_FALSE(loaded.diagnostics.has_errors()) << loaded.Said();
  Emit(loaded.policies, loaded.diagnostics);
  EXPECT_EQ(loaded.diagnostics.error_count(), 1u);
  EXPECT_NE(loaded.Said().find(":15: error: this looks up more than 100000 names below args, "),
            std::string::npos)
      << loaded.Said().substr(0, 300);
}

// A small rule for every tool, in front of many tools that have rules of their own.
TEST(Emit, RefusesRulesThatLookUpTooManyNamesForTheirTools) {
  std::string policy =
      "writ: 1\ndefault: allow\nrules:\n  - name: all\n    require: '" + ManyNames(50, 50) + "'\n";
  for (int i = 0; i < 200; ++i) {
    policy += fmt::format("  - {{name: r{0}, tools: t{0}, require: args.x == 1}}\n", i);
  }
  Loaded loaded({policy});
  ASSERT_FALSE(loaded.diagnostics.has_errors()) << loaded.Said();
  Emit(loaded.policies, loaded.diagnostics);
  EXPECT_EQ(loaded.diagnostics.error_count(), 1u);
  EXPECT_NE(loaded.Said().find("expressions look up more than 5000000 names below args"),
            std::string::npos)
      << loaded.Said().substr(0, 300);
}

// Variables whose value is known are constants.
TEST(Emit, MakesConstantsOfVariablesThatNoCallChanges) {
  const auto of_variables = Compiled(
      "writ: 1\ndefault: allow\nvariables:\n  one: '\"a\"'\n"
      "  hosts: '[variables.one, \"b\"]'\n"
      "rules: [{name: a, require: 'args.host in variables.hosts'}]\n");
  const auto of_data = Compiled(
      "writ: 1\ndefault: allow\ndata: {hosts: [a, b]}\n"
      "rules: [{name: a, require: 'args.host in data.hosts'}]\n");
  EXPECT_EQ((*of_variables)->blocks.size(), (*of_data)->blocks.size());
  Call call(of_variables);
  EXPECT_EQ(Decided(call, "t", R"({"host":"a"})"), "allow");
  EXPECT_EQ(Decided(call, "t", R"({"host":"c"})"), "a");
}

// The rules of every tool are emitted once, however many tools there are.
TEST(Emit, GrowsWithTheRulesNotWithRulesTimesTools) {
  const auto program = [](int tools, int shared) {
    std::string policy = "version: \"1\"\ntools:\n";
    for (int i = 0; i < tools; ++i) {
      policy += fmt::format("  tool_{}:\n    rules:\n", i) +
                Rule("own", "{path: args.a, op: eq, value: 1}");
    }
    policy += "  \"*\":\n    rules:\n";
    for (int i = 0; i < shared; ++i) {
      policy += Rule("shared", fmt::format("{{path: args.b{}, op: neq, value: x}}", i));
    }
    return Compiled(policy);
  };
  const auto small = program(100, 50);
  const auto large = program(10'000, 50);
  const size_t per_tool = 3;  // a test, its Deny, the Chain
  EXPECT_EQ((*large)->code.size(), (*small)->code.size() + per_tool * 9'900);
  EXPECT_EQ((*large)->constants.size(), (*small)->constants.size());
  EXPECT_EQ((*large)->slot_names.size(), (*small)->slot_names.size() + 9'900);
  EXPECT_EQ((*large)->reads.size(), 0u);

  Call call(large);
  const std::string all = [] {
    std::string members = "{\"a\":1";
    for (int i = 0; i < 50; ++i) members += fmt::format(",\"b{}\":0", i);
    return members + "}";
  }();
  EXPECT_EQ(Decided(call, "tool_9999", all), "allow");
  EXPECT_EQ(Decided(call, "tool_9999", "{\"a\":1}"), "shared");
  EXPECT_EQ(Decided(call, "tool_0", "{\"a\":2}"), "own");
}

TEST(Emit, SharesEqualConstantsAndKeepsThoseApartThatDecideDifferently) {
  const auto program = Compiled(
      "version: \"1\"\n"
      "tools:\n"
      "  t:\n"
      "    rules:\n"
      "      - name: r\n"
      "        conditions:\n"
      "          - {path: args.a, op: eq, value: [1000000]}\n"
      "          - {path: args.b, op: eq, value: [1e6]}\n"
      "          - {path: args.c, op: eq, value: [\"1000000\"]}\n"
      "          - {path: args.d, op: eq, value: [1000000]}\n"
      "          - {path: args.e, op: eq, value: 7}\n"
      "          - {path: args.f, op: lte, value: 7}\n"
      "          - {path: args.g, op: eq, value: \"7\"}\n"
      "          - {path: args.h, op: regex, value: \"7\"}\n"
      "          - {path: args.i, op: regex, value: \"7\"}\n");
  EXPECT_EQ((*program)->constants.size(), 5u);
  EXPECT_EQ((*program)->patterns.size(), 1u);
  Call call(program);
  // JSON's numbers print as doubles, 1e+06, in lists.
  const std::string rest = R"(,"c":["1000000"],"e":7,"f":7,"g":7,"h":"7","i":"7"})";
  EXPECT_EQ(Decided(call, "t", R"({"a":["1000000"],"b":["1e+06"],"d":["1000000"])" + rest),
            "allow");
  EXPECT_EQ(Decided(call, "t", R"({"a":["1e+06"],"b":["1e+06"],"d":["1000000"])" + rest), "r");
  EXPECT_EQ(Decided(call, "t", R"({"a":["1000000"],"b":["1000000"],"d":["1000000"])" + rest), "r");
}

// A counter's rule that denies at once never counts, but its counter can be read.
TEST(Emit, ReadsACounterThatNothingCounts) {
  const auto program = Compiled(
      "version: \"1\"\n"
      "tools:\n"
      "  a: {rules: [{name: never, action: deny, state: {counter: n, window: hour}}]}\n"
      "  b: {rules: [{name: few, conditions: [{path: state.a.n, op: lt, value: 5}]}]}\n");
  EXPECT_EQ((*program)->quotas.size(), 0u);
  Call call(program);
  EXPECT_EQ(Decided(call, "a", "{}"), "never");
  call.Begin("{}", "b");
  ASSERT_EQ(call.machine().tool().read_count, 1u);
  const CounterRead read = (*program)->reads[call.machine().tool().first_read];
  EXPECT_EQ((*program)->counters[read.counter].path, "state.a.n");
  call.machine().SetSlot(read.slot, Value::Int(4));
  EXPECT_EQ(call.machine().Decide().verdict, Verdict::kAllow);
  call.machine().SetSlot(read.slot, Value::Int(5));
  EXPECT_EQ(call.machine().Decide().verdict, Verdict::kDeny);
}

// Each name of cel.bind() has a register, so such code is not written twice.
TEST(Emit, ManyBoundNamesFitABlock) {
  std::string condition = "cel.bind(x, a, x)";
  for (int i = 0; i < 130; ++i) condition += " && cel.bind(x, a, x)";
  const auto program = Compiled(
      "writ: 1\nname: p\ndefault: allow\nrules:\n  - { name: r, tools: t, require: \"cel.bind(a, "
      "args.z, " +
      condition + ")\" }\n");
  Call call(program);
  EXPECT_EQ(Decided(call, "t", R"({"z":true})"), "allow");
  EXPECT_EQ(Decided(call, "t", R"({"z":false})"), "r");
}

TEST(Emit, VariablesThatUseOneAnotherTooDeepAreToldWhereTheyStand) {
  std::string text = "writ: 1\nname: p\ndefault: allow\nvariables:\n  v0: args.a\n";
  for (int i = 1; i < 200; ++i) text += fmt::format("  v{}: variables.v{} + 1\n", i, i - 1);
  text += "rules:\n  - { name: r, tools: t, require: variables.v199 > 0 }\n";
  Loaded loaded({text});
  ASSERT_EQ(loaded.Said(), "");
  Emit(loaded.policies, loaded.diagnostics);
  ASSERT_EQ(loaded.diagnostics.all().size(), 1u);
  const Diagnostic& told = loaded.diagnostics.all()[0];
  EXPECT_EQ(told.at.line, 5u + 128u);
  EXPECT_EQ(told.message, "variables use one another more than 128 deep here");
}

TEST(Emit, NoPolicyAllows) {
  Call call(Compiled(std::vector<std::string>{}));
  EXPECT_EQ(Decided(call, "any", "{}"), "allow");
}

}  // namespace
}  // namespace writ
