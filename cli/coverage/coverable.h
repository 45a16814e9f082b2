// What of a policy its suites can exercise: its rules, and the outcomes of its conditions.
//
//   rule "small charges"          a rule
//   when: labels.env == "prod"    a condition: true, false
//   require: a > 1 && !ok(b)      two: the leaves below &&, ||, ! and ?:
//   quota: { max: 3, … }          one: passed, full
//
// A gate (hide, default: deny) is as a rule. What no call can bring about is left out, and listed.
//
// Tested by tests/cli/coverage_test.cc.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/policy_places.h"
#include "compiler/compile.h"

namespace writ {

// Which outcome of a condition: the first is true, of quotas passed.
inline constexpr size_t kHolds = 0;
inline constexpr size_t kHoldsNot = 1;

struct CoverableRule {
  std::string name;
  Place place;
};

struct CoverableCondition {
  enum class Kind : uint8_t { kTest, kOnlyArgs, kQuota };
  Kind kind = Kind::kTest;
  Place place;
  std::string text;  // as it is written
  std::string in;    // the name of its rule or variable
  std::array<bool, 2> possible = {true, true};
};

// "true", "false"; of quotas "passed", "full".
std::string_view OutcomeName(CoverableCondition::Kind kind, size_t outcome);

struct LeftOut {
  Place place;
  std::string what;
  std::string_view why;
};

struct Coverable {
  static constexpr uint32_t kNone = UINT32_MAX;

  std::vector<CoverableRule> rules;
  std::vector<CoverableCondition> conditions;
  std::vector<LeftOut> left_out;
  // Of the gates their number among the rules.
  uint32_t hidden = kNone;
  uint32_t default_deny = kNone;
  // By part of the source map: which condition it is, and which rule is exercised if it is come to.
  std::vector<uint32_t> condition_of;
  std::vector<uint32_t> rule_of;
  // By part: the condition that it is, or is in.
  std::vector<uint32_t> condition_around;
  // By quota of the program: its part, or kNoPart.
  std::vector<uint32_t> quota_parts;
};

// REQUIRES: the program is there, and of one policy.
Coverable FindCoverable(const TracedProgram& traced);

}  // namespace writ
