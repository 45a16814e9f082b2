// What a decision costs with ten rules and with ten thousand, in instructions of the machine, which
// are the same on every machine.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/compiled.h"
#include "vm/call.h"
#include "vm/tracer.h"

namespace writ {
namespace {

constexpr size_t kFew = 10;
constexpr size_t kMany = 10'000;

class StepCount : public Tracer {
 public:
  void Begin() override { steps = 0; }
  void Enter(uint32_t /*block*/) override {}
  void Step(uint32_t /*instruction*/, const Value* /*registers*/) override { ++steps; }
  void Raise(uint32_t, Error, uint32_t, bool) override {}
  void Leave(const Value* /*result*/) override {}

  size_t steps = 0;
};

struct Shape {
  const char* name;
  std::string (*rule)(size_t i, size_t count);
  // Calls of its first, its last and a middle rule, and of none.
  std::string (*tool)(size_t i, size_t count);
  std::string (*arguments)(size_t i);
};

std::string ToolOf(size_t i) {
  return fmt::format("tool{}", i);
}

std::string Disjoint(size_t i, size_t /*count*/) {
  return fmt::format("    tools: {}\n    require: args.amount <= 100\n", ToolOf(i));
}
std::string Keyed(size_t i, size_t /*count*/) {
  return fmt::format(
      "    tools: pay\n    when: args.account == \"a{}\"\n    require: args.amount <= 100\n", i);
}
std::string Unkeyed(size_t i, size_t /*count*/) {
  return fmt::format("    tools: pay\n    require: args.amount <= {}\n", 100 + i);
}
std::string ByGlob(size_t i, size_t /*count*/) {
  return fmt::format("    tools: \"group{}_*\"\n    require: args.amount <= 100\n", i);
}
// Rules of single tools, of values of one tool in several ways, and of groups of tools.
std::string Mixed(size_t i, size_t count) {
  if (i < count * 4 / 10) return Disjoint(i, count);
  if (i >= count * 8 / 10) return ByGlob(i, count);
  const std::string rest = i % 7 == 0 ? "    only_args: [account, amount, currency, n]\n" : "";
  const std::string require = "    require: args.amount <= 100\n" + rest;
  if (i % 3 == 0) return Keyed(i, count) + rest;
  if (i % 3 == 1) {
    return fmt::format("    tools: pay\n    when: has(args.currency) && args.currency == \"c{}\"\n",
                       i) +
           require;
  }
  return fmt::format("    tools: pay\n    when: has(args.n) && args.n in [{}, {}]\n", i,
                     i + 100'000) +
         require;
}

std::string CallOfPay(size_t i) {
  return fmt::format(R"({{"account":"a{}","amount":5,"n":{},"currency":"EUR"}})", i, i);
}

// How many instructions the dearest of some calls takes.
size_t StepsOf(const Shape& shape, size_t count) {
  std::string text = "writ: 1\ndefault: allow\nrules:\n";
  for (size_t i = 0; i < count; ++i) {
    text += fmt::format("  - name: r{}\n{}", i, shape.rule(i, count));
  }
  Call call(Compiled(text));
  StepCount counter;
  call.machine().TraceWith(&counter);
  size_t most = 0;
  for (const size_t i : {size_t{0}, count / 2, count - 1, count}) {
    const std::string tool = shape.tool(i, count);
    call.Begin(shape.arguments(i), tool);
    for (const FactSlot& fact : call.program()->facts) {
      if (fact.fact == Fact::kToolName) call.machine().SetSlot(fact.slot, Value::String(tool));
    }
    EXPECT_EQ(call.machine().Decide().code, Code::kAllowed) << shape.name << " " << i;
    most = std::max(most, counter.steps);
  }
  return most;
}

std::string Pay(size_t /*i*/, size_t /*count*/) {
  return "pay";
}

TEST(Growth, RulesOfOtherToolsCostNothing) {
  const Shape shape{"disjoint", Disjoint, [](size_t i, size_t /*count*/) { return ToolOf(i); },
                    CallOfPay};
  EXPECT_EQ(StepsOf(shape, kMany), StepsOf(shape, kFew));
}

TEST(Growth, RulesOfOtherValuesCostNothing) {
  const Shape shape{"keyed", Keyed, Pay, CallOfPay};
  EXPECT_EQ(StepsOf(shape, kMany), StepsOf(shape, kFew));
}

TEST(Growth, RulesOfOtherGlobsCostNothing) {
  const Shape shape{"globs", ByGlob,
                    [](size_t i, size_t /*count*/) { return fmt::format("group{}_x", i); },
                    CallOfPay};
  EXPECT_EQ(StepsOf(shape, kMany), StepsOf(shape, kFew));
}

TEST(Growth, MixedRulesCostWhatTheCallNeeds) {
  const Shape shape{"mixed", Mixed, Pay, CallOfPay};
  EXPECT_LE(StepsOf(shape, kMany), StepsOf(shape, 100) * 3 / 2);
}

// Each of them has its say: an instruction.
TEST(Growth, RulesThatEachCallNeedsCostAnInstruction) {
  const Shape shape{"unkeyed", Unkeyed, Pay, CallOfPay};
  EXPECT_LE(StepsOf(shape, kMany) - StepsOf(shape, kFew), (kMany - kFew) * 11 / 10);
}

// A gate asks for all its globs at once, whichever they are.
TEST(Growth, GlobsOfAGateCostNothing) {
  const auto steps = [](size_t count) {
    std::string text = "writ: 1\ndefault: deny\nallow:\n";
    for (size_t i = 0; i < count; ++i) text += fmt::format("  - \"group{}_*\"\n", i);
    Call call(Compiled(text));
    StepCount counter;
    call.machine().TraceWith(&counter);
    const std::string tool = fmt::format("group{}_x", count - 1);
    call.Begin("{}", tool);
    call.machine().SetSlot(call.program()->facts.front().slot, Value::String(tool));
    EXPECT_EQ(call.machine().Decide().code, Code::kAllowed);
    return counter.steps;
  };
  // Few are tested one by one.
  EXPECT_LE(steps(kMany), steps(kFew));
  EXPECT_EQ(steps(kMany), steps(100));
}

// The program is no more than so much larger for its index.
TEST(Growth, AnIndexTakesRoomInProportionToTheRules) {
  const auto instructions = [](size_t count, bool optimise) {
    std::string text = "writ: 1\ndefault: allow\nrules:\n";
    for (size_t i = 0; i < count; ++i) text += fmt::format("  - name: r{}\n{}", i, Keyed(i, count));
    return Compiled(std::vector<std::string>{text}, 0, {.optimise = optimise})
        ->
        operator->()
        ->code.size();
  };
  EXPECT_LE(instructions(1000, true), instructions(1000, false) * 5 / 4);
}

}  // namespace
}  // namespace writ
