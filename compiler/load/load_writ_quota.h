// The quota of a rule: how much, in which window, of what, counted apart by what.
//
// Tested by tests/compiler/load/load_writ_test.cc and tests/policies/.
#pragma once

#include <optional>

#include "compiler/load/expression_reader.h"
#include "compiler/load/policy_reader.h"
#include "compiler/policy.h"

namespace writ {

// nullopt if it is faulty, which was reported.
std::optional<QuotaModel> LoadQuota(PolicyReader& reader, ExpressionReader& expressions,
                                    const yaml::Node& node);

// What an agent reads of a quota that is used up, if its rule has no message.
std::string QuotaMessage(const QuotaModel& quota, std::string_view rule);

}  // namespace writ
