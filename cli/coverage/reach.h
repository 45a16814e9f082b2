// Which instructions of a program some call may come to, as far as constants tell.
//
// Tested by tests/cli/coverage_test.cc.
#pragma once

#include <vector>

#include "vm/program.h"

namespace writ {

// By instruction. Follows what calls run, messages and what quotas ask included: a test of a
// constant has one exit, and what stands behind a rule that always denies is not come to.
std::vector<bool> ReachableCode(const Program& program);

}  // namespace writ
