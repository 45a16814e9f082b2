// A policy held against the tools of its server: names that the server does not have, arguments
// that their schemas do not have or have otherwise, and what the policy leaves out.
//
// Tested by tests/policies/schemas, tests/cli/check_tools.py.
#pragma once

#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/policy.h"
#include "compiler/schema/server_tools.h"

namespace writ {

// Policies that decide together: what one of them leaves out another may look at.
// REQUIRES: they have no errors.
void CheckTools(const std::vector<Policy>& policies, const ServerTools& tools,
                Diagnostics& diagnostics);

}  // namespace writ
