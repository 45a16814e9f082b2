// What a sound policy says in vain: rules that never decide, limits that are never reached,
// variables that nothing uses. Only what can be proven from the policy alone is said, and nothing
// of it changes what the policy decides.
//
// Tested by tests/policies/warned and tests/compiler/lint.
#pragma once

#include "compiler/diagnostic.h"
#include "compiler/policy.h"

namespace writ {

// Warns, as of the policy's source. REQUIRES: the policy was loaded without errors, and the
// document of a version "1" policy is still there. Of very large policies not every two rules are
// held against each other.
void Lint(const Policy& policy, Diagnostics& diagnostics);

}  // namespace writ
