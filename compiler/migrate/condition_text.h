// Conditions of version "1" as expressions of CEL that decide the same.
//
// Where the condition does not hold because its argument is missing or of another type, the
// expression may end in an error instead of false: both deny. Where it holds the expression is
// true. What is different is about numbers that servers read differently (docs/architecture.md,
// "Numbers"): they deny as well where `exists` only asks whether one is there, and wherever they
// stand in an argument that must differ from a list or an object; and `contains` passes over one
// beside an item that it looks for.
//
// Tested by tests/compiler/migrate/condition_text_test.cc and agreement_test.cc.
#pragma once

#include <string>
#include <vector>

#include "compiler/policy.h"

namespace writ {

// Lists that are too long to stand in an expression, and become constants of the policy.
class LongLists {
 public:
  // Names the list and returns what an expression refers to it by. `items` is YAML, one entry each.
  std::string Add(std::vector<std::string> items);
  // As a member of the policy, or nothing.
  std::string Text() const;

 private:
  std::vector<std::vector<std::string>> lists_;
};

// Whether the expression starts with `x in [x]`, which is true, or an error if there is a number in
// the argument x that servers read differently.
bool ReadsEveryNumber(const Condition& condition);

// REQUIRES: a condition on an argument, not on a counter.
std::string ConditionText(const Condition& condition, LongLists& lists);

}  // namespace writ
