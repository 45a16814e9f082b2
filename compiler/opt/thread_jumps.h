// Jump threading: a jump to a jump goes where that goes, and a jump to the next instruction, or
// code that nothing reaches, goes away.
//
//   2  TestTrue r1   true 3, false 5          2  TestTrue r1   true 3, false 6
//   3  LoadConst     …                        3  LoadConst     …
//   4  Jump          6                 ->     4  Jump          5
//   5  Jump          8                        5  LoadConst     …
//   6  LoadConst     …                        6  …
//
// Tested by tests/compiler/opt/thread_jumps_test.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "vm/instruction.h"
#include "vm/program.h"

namespace writ {

// A block's code before its jumps are relative.
struct UnlinkedCode {
  // A jump's target: operand c of that instruction, or d. Targets are indices of instructions.
  struct Jump {
    uint32_t instruction;
    uint32_t target;
    bool second;
  };
  std::vector<Instruction> instructions;
  std::vector<SourcePosition> positions;  // of each
  std::vector<Jump> jumps;                // ordered by instruction
  std::vector<RuleStart> rule_starts;
  // An error raised from `first` to before `end` goes on at `handler`; ordered, without overlap.
  struct Recovery {
    uint32_t first;
    uint32_t end;
    uint32_t handler;
  };
  std::vector<Recovery> recoveries;
};

void ThreadJumps(UnlinkedCode& code);

}  // namespace writ
