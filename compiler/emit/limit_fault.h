// What to say of a policy whose program is over a limit of the verifier.
//
// Tested by tests/compiler/emit/limit_fault_test.cc.
#pragma once

#include <string>

#include "vm/program.h"

namespace writ {

struct LimitFault {
  std::string message;  // names the limit
  std::string hint;
};

// REQUIRES: not ProgramLimit::kNone.
LimitFault LimitFaultOf(ProgramLimit limit);

}  // namespace writ
