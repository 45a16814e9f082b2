// PolicyLayer Intercept's policy language, version "1": YAML to the policy model.
//
// Every file that Intercept accepts loads and decides the same, except what docs/intercept.md
// lists. Every fault is reported, each at its line and column.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "compiler/diagnostic.h"
#include "compiler/policy.h"
#include "compiler/yaml/yaml.h"

namespace writ {

// `root` must outlive the policy. nullopt if there was any error.
std::optional<Policy> LoadIntercept(std::shared_ptr<const Source> source, const yaml::Node& root,
                                    std::string space, Diagnostics& diagnostics);

}  // namespace writ
