// A policy held against the tools of its server: names that the server does not have, arguments
// that their schemas do not have or have otherwise, and what the policy leaves out.
//
// Tested by tests/policies/schemas, tests/cli/check_tools.py.
#pragma once

#include "compiler/diagnostic.h"
#include "compiler/policy.h"
#include "compiler/schema/server_tools.h"

namespace writ {

// REQUIRES: the policy has no errors.
void CheckTools(const Policy& policy, const ServerTools& tools, Diagnostics& diagnostics);

}  // namespace writ
