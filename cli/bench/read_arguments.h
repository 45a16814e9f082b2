// What a program asks of the arguments of one tool: which it reads, and what it compares them with,
// read off its code.
//
// The code is looked through from top to bottom, jumps apart, so what stands in a tree may be asked
// under conditions only; nothing depends on finding all of it. Time is bounded, whatever the
// program.
//
// Tested by tests/cli/bench_calls_test.cc.
#pragma once

#include <string>
#include <vector>

#include "cli/bench/argument_tree.h"
#include "vm/verify.h"

namespace writ {

ArgumentTree ReadArguments(const VerifiedProgram& program, const ToolEntry& tool);

// Names that other tools than those of the index may have, as far as the code compares the tool's
// name: of a glob one that fits it.
std::vector<std::string> ReadToolNames(const VerifiedProgram& program);

}  // namespace writ
