// The quota of a rule: how much, in which window, of what, counted apart by what.
//
// Tested by tests/compiler/load_writ_test.cc and tests/policies/.
#pragma once

#include <optional>

#include "compiler/expression_reader.h"
#include "compiler/policy.h"
#include "compiler/policy_reader.h"

namespace writ {

// Decimals a count may keep: 10^9 units a whole one leave room for counts up to 9.2 billion.
inline constexpr uint8_t kMaxScale = 9;

// nullopt if it is faulty, which was reported.
std::optional<QuotaModel> LoadQuota(PolicyReader& reader, ExpressionReader& expressions,
                                    const yaml::Node& node);

// What an agent reads of a quota that is used up, if its rule has no message.
std::string QuotaMessage(const QuotaModel& quota, std::string_view rule);

}  // namespace writ
