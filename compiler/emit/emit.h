// Policy models to a program.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/policy.h"
#include "vm/program.h"

namespace writ {

// One program for all policies together: a call is judged by each in order. Reports what is too
// large to encode; the program is then useless.
Program Emit(const std::vector<Policy>& policies, Diagnostics& diagnostics);

}  // namespace writ
