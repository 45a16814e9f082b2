// writ's own policy language, `writ: 1`: YAML to the policy model, its expressions parsed and
// checked.
//
// Every fault is reported, each at its line and column, inside expressions too. docs/language.md
// teaches the language.
//
// Tested by tests/compiler/load/load_writ_test.cc and tests/policies/.
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

// Each variable is compiled with those before it in sight, so what no real policy needs is refused.
inline constexpr size_t kMaxVariables = 1000;

// Constants up to here have a type each as data.<name>; more are read from `data` as a whole.
inline constexpr size_t kMaxNamedConstants = 1000;

// `root` must outlive the policy. `space` names its counters unless it has a name of its own.
// Paths in it are relative to the folder of source->name(). nullopt if there was any error.
// `looked_for`, unless null, gets the files of from_file, in that case too.
std::optional<Policy> LoadWrit(std::shared_ptr<const Source> source, const yaml::Node& root,
                               std::string space, Diagnostics& diagnostics,
                               std::vector<FileRead>* looked_for = nullptr);

}  // namespace writ
