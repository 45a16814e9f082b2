// Constants that can only fail: a malformed pattern, duration, address, time zone, …, a key or an
// index that a constant does not have, arithmetic that overflows.
//
// The functions themselves say what is malformed: they are run at compile time, with something
// harmless in place of arguments that are not known yet.
//
// Tested by tests/compiler/check/check_constants_test.cc.
#pragma once

#include <vector>

#include "compiler/check/check.h"

namespace writ::cel {

// REQUIRES: the expression has no errors.
void CheckConstants(Checked& expression, const Environment& environment,
                    std::vector<Problem>& problems);

}  // namespace writ::cel
