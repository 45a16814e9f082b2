// Which rules may decide calls of which tools.
//
// Tested by tests/cli/bundles.py.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/inspect/inspection.h"
#include "vm/program.h"

namespace writ {

// `rules`: of each rule, which tools. `rules_of_tools`: of each tool, how many. False, and both
// empty, if there are too many to be told. REQUIRES: the program was verified.
bool FindReach(const Program& program, std::vector<RuleReach>& rules,
               std::vector<uint64_t>& rules_of_tools);

}  // namespace writ
