// Why a call of a suite was decided as it was: the rule in its policy, and what it saw.
//
// Tested by tests/cli/suites.py.
#pragma once

#include <cstdint>
#include <string>

#include "cli/suite.h"
#include "compiler/diagnostic.h"
#include "vm/machine.h"

namespace writ {

struct FailedCall {
  Diagnostic decided_by;  // without a source: there is no rule, or its policy has no source
  std::string saw;        // lines, each with its LF
};

// The case is played again up to that repetition of that step, by a program that is watched.
// `decision` is what came of it.
FailedCall ExplainFailure(const Suite& suite, const Case& made, const Step& failed,
                          int64_t repetition, const Decision& decision);

}  // namespace writ
