// Lists of names and globs in `writ: 1` policies.
//
// Tested by tests/compiler/load/load_writ_test.cc and tests/policies/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/load/policy_reader.h"
#include "compiler/policy.h"

namespace writ {

// Tools: one name or glob, or a list of them.
std::vector<ToolPattern> ReadToolPatterns(PolicyReader& reader, const yaml::Node& node,
                                          std::string_view what);

// Names: a list, which may be empty. `thing` is what each of them names, such as "an argument".
// `places`, unless null, gets where each of them stands.
std::vector<std::string> ReadNames(PolicyReader& reader, const yaml::Node& node,
                                   std::string_view what, std::string_view thing,
                                   std::vector<Position>* places = nullptr);

// Whether a tool's name is one of the patterns.
bool Names(const std::vector<ToolPattern>& patterns, std::string_view tool);

}  // namespace writ
