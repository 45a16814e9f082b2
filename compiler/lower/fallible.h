// Which parts of an expression may end in an error, as far as types tell: what cannot needs no
// error scope.
#pragma once

#include <vector>

#include "compiler/lower/lower.h"

namespace writ::cel {

// By node. A part whose value is known cannot.
std::vector<bool> FindFallible(const Checked& expression, const LowerTarget& target);
// With no value known.
std::vector<bool> FindFallible(const Checked& expression);

}  // namespace writ::cel
