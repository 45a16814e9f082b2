// Policy models to a program.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/index_report.h"
#include "compiler/policy.h"
#include "compiler/source_map.h"
#include "vm/program.h"

namespace writ {

struct EmitOptions {
  // Whether rules that a call cannot need are found out beforehand, and code is made shorter where
  // that changes nothing. If not, there is an instruction for whatever the policies say.
  bool optimise = true;
  // Gets the parts of the policies. The program is a plain one then (compiler/source_map.h).
  SourceMap* map = nullptr;
  // Gets a row for each rule.
  IndexReport* index = nullptr;
};

// One program for all policies together: a call is judged by each in order. Reports what is too
// large to encode; the program is then useless.
Program Emit(const std::vector<Policy>& policies, Diagnostics& diagnostics,
             const EmitOptions& options = {});

}  // namespace writ
