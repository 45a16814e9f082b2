// What the names of an expression stand for (language definition, "Name resolution").
//
// Locals come first, by the first name of a chain alone; then, of the prefixes of a chain, the
// longest that is a variable's or type's name in the container or a namespace around it.
//
// Tested by tests/compiler/check/check_test.cc.
#pragma once

#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/known_names.h"

namespace writ::cel {

// Fills `references`, one for each node. In a checked environment, what is not known is a problem.
void ResolveNames(const KnownNames& names, const Ast& ast, std::vector<Reference>& references,
                  std::vector<Problem>& problems);

}  // namespace writ::cel
