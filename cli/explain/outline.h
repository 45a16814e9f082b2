// What of policies is not in their programs, and whoever explains a decision wants to name: which
// tools entries and rules are for, and the names of variables.
//
// Tested by tests/cli/explain_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/compile.h"
#include "compiler/policy.h"

namespace writ {

struct PolicyOutline {
  std::shared_ptr<const Source> source;
  bool default_deny = false;
  bool hides_all = false;
  std::vector<ToolPattern> allow;  // or listed, in a version "1" policy
  std::vector<ToolPattern> hide;
  std::vector<std::string> variables;  // in source order
  // By the place of its name: the tools that a rule is for. Empty: every tool.
  std::map<Position, std::vector<ToolPattern>> rules;
  // By their place: what stands behind the path of a version "1" condition, as in `lte 500`.
  std::map<Position, std::string> conditions;

  bool Hides(std::string_view tool) const;
  bool Lists(std::string_view tool) const;
};

// Adds those of all policies that are compiled to `outlines`, in the order of SourceMap::sources.
PolicyInspector OutlineInto(std::vector<PolicyOutline>& outlines);

}  // namespace writ
