// Policy models to a program.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/policy.h"
#include "compiler/source_map.h"
#include "vm/program.h"

namespace writ {

// One program for all policies together: a call is judged by each in order. Reports what is too
// large to encode; the program is then useless. With a `map`, the parts of the policies are added
// to it, and the program is a plain one (compiler/source_map.h).
Program Emit(const std::vector<Policy>& policies, Diagnostics& diagnostics,
             SourceMap* map = nullptr);

}  // namespace writ
