// What is said of policies that are over a limit of the verifier.
#include "compiler/emit/limit_fault.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

namespace writ {
namespace {

TEST(LimitFault, NamesTheLimitAndAWayOut) {
  const auto message = [](ProgramLimit limit) {
    EXPECT_FALSE(LimitFaultOf(limit).hint.empty());
    return LimitFaultOf(limit).message;
  };
  EXPECT_EQ(message(ProgramLimit::kConstants),
            "the texts of the constants, each counted wherever it stands, have more than 1024 MiB");
  EXPECT_EQ(message(ProgramLimit::kPatterns),
            "the regular expressions are too large: one of them has more than 256 KiB, or all of "
            "them have more than 32 MiB or compile to more than 16777216 instructions");
  EXPECT_EQ(message(ProgramLimit::kFrames),
            "comprehensions that stand in one another read variables of those around them over too "
            "many levels: 16777216 in all");
  EXPECT_EQ(message(ProgramLimit::kDecisionCost),
            "what is checked for one tool may cost more than 100000000 instructions, each loop "
            "counted as if it ran once");
}

}  // namespace
}  // namespace writ
