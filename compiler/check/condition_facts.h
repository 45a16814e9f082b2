// What the conditions of one rule say of the same things, so that one which cannot hold beside the
// others is found: when: args.env == "dev" with require: args.env == "prod".
//
// Tested by tests/policies/warned.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/comparisons.h"

namespace writ::cel {

class ConditionFacts {
 public:
  // The environment outlives this, as do all conditions.
  explicit ConditionFacts(const Environment& environment) : environment_(environment) {}

  // A condition that must be true, or false, as all before it must. What is wrong if it cannot.
  std::optional<Problem> Add(const Checked& condition, bool must_hold);

 private:
  const Environment& environment_;
  std::vector<std::unique_ptr<const ConstantValues>> values_;  // that facts point into
  std::vector<Comparison> facts_;
};

}  // namespace writ::cel
