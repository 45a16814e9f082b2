// Limits of the verifier, for authors.
// Tested by tests/compiler/emit/limit_fault_test.cc.
#include "compiler/emit/limit_fault.h"

#include <fmt/core.h>

#include "vm/constant_fault.h"
#include "vm/decision_cost.h"
#include "vm/verify.h"

namespace writ {

LimitFault LimitFaultOf(ProgramLimit limit) {
  switch (limit) {
    case ProgramLimit::kNone: break;
    case ProgramLimit::kConstants:
      return {fmt::format("the texts of the constants, each counted wherever it stands, have more "
                          "than {} MiB",
                          kMaxConstantTextBytes >> 20),
              "keep fewer texts in the policy, or shorter ones"};
    case ProgramLimit::kPatterns:
      return {fmt::format("the regular expressions are too large: one of them has more than {} "
                          "KiB, or all of them have more than {} MiB or compile to more than {} "
                          "instructions",
                          kMaxPatternBytes >> 10, kMaxPatternsBytes >> 20, kMaxPatternInstructions),
              "write fewer or smaller ones; {1,1000} makes as many copies of what it repeats"};
    case ProgramLimit::kFrames:
      return {fmt::format("comprehensions that stand in one another read variables of those around "
                          "them over too many levels: {} in all",
                          kMaxOuterFrames),
              "nest fewer of them"};
    case ProgramLimit::kDecisionCost:
      return {fmt::format("what is checked for one tool may cost more than {} instructions, each "
                          "loop counted as if it ran once",
                          kMaxDecisionCost),
              "check fewer rules for every tool, or shorter ones; name the tools that need them"};
  }
  return {"the program is over a limit", ""};
}

}  // namespace writ
