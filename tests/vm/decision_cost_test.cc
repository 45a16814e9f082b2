// What decisions cost at worst.
#include "vm/decision_cost.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/assembler.h"
#include "vm/verify.h"

namespace writ {
namespace {

constexpr uint64_t kCoarseWillDo = UINT64_MAX;

uint64_t Bound(Program program, uint64_t enough = 0) {
  const auto verified = Verify(std::move(program));
  if (!verified.has_value()) throw std::invalid_argument(verified.error().text);
  std::vector<uint64_t> run_costs;
  for (uint32_t i = 0; i < (**verified)->blocks.size(); ++i) {
    run_costs.push_back((*verified)->run_cost(i));
  }
  return BoundDecisions(***verified, run_costs, enough);
}

TEST(DecisionCost, IsThatOfTheDearestPath) {
  EXPECT_EQ(Bound(Assemble("decision\n Pass")), 1u);
  EXPECT_EQ(Bound(Assemble(R"(
    decision
      CondRegex 0 args.a x @short @long
    long:
      CondRegex 0 args.b y @short @short
    short:
      Pass)")),
            64u + 64 + 1);
}

TEST(DecisionCost, GoesOnInTheDearestBlock) {
  EXPECT_EQ(Bound(Assemble(R"(
    decision
      Pass
    decision
      CondRegex 0 args.a x @end @end
    end:
      Pass
    decision
      CondPresent 0 args.a @cheap @dear
    cheap:
      Chain block0
    dear:
      Chain block1)")),
            1u + 1 + 64 + 1);
}

// The cost of the last block with what it runs doubles from one to the next.
TEST(DecisionCost, CountsAForcedBlockOnce) {
  std::string listing = "value 1\n LoadConst r0 7\n Return r0\n";
  for (uint32_t i = 1; i < 80; ++i) {
    const std::string force = " Force r0 block" + std::to_string(i - 1) + "\n";
    listing += "value 1\n" + force + force + " Return r0\n";
  }
  listing += "decision 1\n Force r0 block79\n Force r0 block79\n Pass\n";
  for (const uint64_t enough : {uint64_t{0}, kCoarseWillDo}) {
    EXPECT_EQ(Bound(Assemble(listing), enough), 2u + 79 * 5 + 5);
  }
}

TEST(DecisionCost, CountsALoopsBodyOnce) {
  EXPECT_EQ(Bound(Assemble(R"(
    body 3
      Return r0
    decision 2
      Loop r0 block0 r1 0
      Loop r0 block0 r1 0
      Pass)")),
            4u + 4 + 1 + 1);
}

TEST(DecisionCost, CountsWhatIsReachedWhereThatMatters) {
  const char* const listing = R"(
    value 1
      LoadConst r0 1
      Return r0
    value 1
      LoadConst r0 2
      Return r0
    decision 1
      Force r0 block1
      Pass)";
  EXPECT_EQ(Bound(Assemble(listing)), 2u + 1 + 2);
  EXPECT_EQ(Bound(Assemble(listing), 7), 2u + 1 + 2 + 2);
  EXPECT_EQ(Bound(Assemble(listing), 6), 2u + 1 + 2);
}

// What a quota and a message evaluate is run anew each time.
TEST(DecisionCost, CountsTheBlocksOfAQuotaForEachNote) {
  const auto program = [] {
    return Assemble(R"(
      value 1
        LoadConst r0 1
        Return r0
      value 1
        Force r0 block0
        Return r0
      decision
        Reserve calls
        Reserve *0
        Pass)");
  };
  const uint64_t own = 3;
  EXPECT_EQ(Bound(program()), own + 2 * kCounterCost);
  for (const auto block : {&Quota::limit_block, &Quota::amount_block, &Quota::key_block}) {
    Program counting = program();
    counting.quotas[0].*block = 1;
    EXPECT_EQ(Bound(std::move(counting)), own + 2 * (kCounterCost + 3) + 3 + 2);
  }
  Program long_name = program();
  long_name.counters[0].space = std::string(1600, 'x');
  EXPECT_EQ(Bound(std::move(long_name)), own + 2 * (kCounterCost + 100));
}

TEST(DecisionCost, CountsMessagesAsOftenAsTheyMayBeShown) {
  const auto program = [](const std::string& decision) {
    Program made = Assemble("value 1\n LoadConst r0 1\n Return r0\n decision\n" + decision);
    made.rules[0].message = {{"text", kNoBlock}, {"", 0}, {"", 0}};
    return made;
  };
  const uint64_t message = 2 * 2;
  EXPECT_EQ(Bound(program("Deny first")), 1u + message + 2);
  EXPECT_EQ(Bound(program("Shadow first\n Shadow first\n Pass")), 3u + 2 * message + 2);
  EXPECT_EQ(Bound(program("CondPresent 0 args.a @x @y\nx:\n Deny first\ny:\n Deny first")),
            2u + message + 2)
      << "one rule denies";
  EXPECT_EQ(Bound(program("Reserve first\n Pass")), 2u + kCounterCost + message + 2)
      << "a quota may be used up";
}

TEST(DecisionCost, CountsTheCountersThatAreRead) {
  Program program = Assemble("decision\n CondPresent 0 args.a #1 #1\n Reserve calls\n Pass");
  program.reads = {{0, 0}, {0, 0}, {0, 0}};
  program.tools[0].first_read = 1;
  program.tools[0].read_count = 2;
  EXPECT_EQ(Bound(std::move(program)), 3 * kCounterCost + 3);
}

}  // namespace
}  // namespace writ
