// Calls made up for a policy: for each tool some that pass and some that each of its rules denies,
// with arguments around what they are compared with, absent, of a wrong type, and long.
//
// The same program, tools and seed give the same calls, on any machine.
//
// Tested by tests/cli/bench_calls_test.cc.
#pragma once

#include <cstdint>
#include <memory>

#include "cli/bench/bench_call.h"
#include "cli/bench/decider.h"
#include "cli/bench/stages.h"
#include "compiler/schema/server_tools.h"

namespace writ {

struct CallsToMake {
  size_t count = 1024;  // of all tools together; each has one at least, as long as that lasts
  uint64_t seed = 1;
};

// `tools`: that the server lists, or none.
BenchCalls MakeCalls(Decider& decider, const ServerTools& tools, const CallsToMake& wanted,
                     Stages& stages);

}  // namespace writ
