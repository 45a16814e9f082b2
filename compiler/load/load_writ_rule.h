// A rule of a `writ: 1` policy.
//
// Tested by tests/compiler/load/load_writ_test.cc and tests/policies/.
#pragma once

#include <optional>

#include "compiler/load/expression_reader.h"
#include "compiler/load/policy_reader.h"
#include "compiler/policy.h"

namespace writ {

// What the rule of that policy says, as far as it could be read; nullopt if it is no rule at all.
// What is wrong was reported. REQUIRES: which tools are allowed and hidden was read.
std::optional<RuleModel> LoadRule(PolicyReader& reader, const Policy& policy,
                                  ExpressionReader& expressions, const yaml::Node& node);

}  // namespace writ
