// Where what an expression evaluates to comes from: whether its author or its caller says it.
//
// Tested by tests/compiler/check/check_warnings_test.cc.
#pragma once

#include <vector>

#include "compiler/check/check.h"

namespace writ::cel {

// By node.
std::vector<Origin> FindOrigins(const Checked& expression, const Environment& environment);

// Of the whole.
Origin OriginOf(const Checked& expression, const Environment& environment);

}  // namespace writ::cel
