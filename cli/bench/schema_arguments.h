// The arguments that a server's schemas list for a tool, and values that they allow.
//
// Tested by tests/cli/bench_calls_test.cc.
#pragma once

#include "cli/bench/argument_tree.h"
#include "compiler/schema/server_tools.h"

namespace writ {

// Adds them to what the program reads.
void AddSchemaArguments(const ToolSchemas& schemas, const ServerTools::Tool& tool,
                        ArgumentTree& tree);

}  // namespace writ
