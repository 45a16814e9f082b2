// A policy of either language, told apart by what it says: `writ: 1` or `version: "1"`.
//
// Tested by tests/compiler/load/load_policy_test.cc and tests/policies/.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/policy.h"
#include "compiler/read_file.h"
#include "compiler/yaml/yaml.h"

namespace writ {

// `root` must outlive the policy. `space` names its counters, unless a policy of `writ: 1` has a
// name of its own. nullopt if there was any error.
// `looked_for`, unless null, gets the files of from_file, in that case too.
std::optional<Policy> LoadPolicy(std::shared_ptr<const Source> source, const yaml::Node& root,
                                 std::string space, Diagnostics& diagnostics,
                                 std::vector<FileRead>* looked_for = nullptr);

}  // namespace writ
