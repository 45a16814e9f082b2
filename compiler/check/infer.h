// The type of every node (language definition, "Gradual type checking").
//
// Tested by tests/compiler/check/check_test.cc and the conformance cases that say what they deduce.
#pragma once

#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/known_names.h"

namespace writ::cel {

// Fills expression.types from its tree and references.
void InferTypes(const KnownNames& names, Checked& expression, std::vector<Problem>& problems);

}  // namespace writ::cel
