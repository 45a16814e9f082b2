// Which tools names and globs stand for, held against each other.
//
// Tested by tests/compiler/lint/tool_sets_test.cc.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/policy.h"

namespace writ {

// Whether every tool that `part` names is named by `whole`. False where it cannot be told.
bool Covers(std::string_view whole, std::string_view part);

// Whether no tool is named by both. False where it cannot be told.
bool AreDisjoint(std::string_view a, std::string_view b);

// The same of a rule's tools, of which an empty list is all.
bool Covers(const std::vector<ToolPattern>& whole, const std::vector<ToolPattern>& part);

// Why no call of the tools comes to any rule of a `writ: 1` policy; empty where one may.
std::string_view WhyNeverCalled(const Policy& policy, std::string_view tools);

}  // namespace writ
