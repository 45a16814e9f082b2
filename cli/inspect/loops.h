// Which tools' calls may go through loops.
//
// Tested by tests/cli/bundles.py.
#pragma once

#include <vector>

#include "vm/program.h"

namespace writ {

// Of each of Program::tools, whether a call of it may run a loop, be it in a rule, a quota or a
// message. REQUIRES: the program was verified.
std::vector<bool> FindLoops(const Program& program);

}  // namespace writ
