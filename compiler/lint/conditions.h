// What can be told of conditions without a call.
//
// Tested by tests/policies/warned.
#pragma once

#include <optional>

#include "compiler/check/environment.h"
#include "compiler/policy.h"

namespace writ {

// What a condition always is, if its text alone says so. A switch in the data is none of that.
std::optional<bool> TruthOf(const Expression& condition, const cel::Environment& environment);

// Whether it is never true: always false, or a && whose operands contradict each other. It may
// still fail.
bool IsNeverTrue(const Expression& condition, const cel::Environment& environment);

bool MayFail(const Expression& condition);

// Whether two expressions of one policy are the same but for blanks and parentheses, so that they
// have one value in a call.
bool AreSame(const Expression& a, const Expression& b);
bool AreSame(const std::optional<Expression>& a, const std::optional<Expression>& b);

}  // namespace writ
