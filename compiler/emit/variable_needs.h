// Which of a policy's variables an expression needs: those that it names, and those that these need
// in turn. Looks at each variable once, however many rules need it.
//
// Tested by tests/compiler/emit/variable_needs_test.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/policy.h"

namespace writ {

class VariableNeeds {
 public:
  // REQUIRES: a `writ: 1` policy that does not change.
  explicit VariableNeeds(const Policy& policy);

  // Numbers in Policy::variables of those that the expression names, each once, in order.
  std::vector<uint32_t> NamedIn(const Expression& expression) const;
  // Those and all that they need, each once, in order: each only needs some before it.
  std::vector<uint32_t> All(const std::vector<uint32_t>& named) const;

 private:
  // A bit for each variable.
  using Set = std::vector<uint64_t>;

  uint32_t first_;  // in the environment
  uint32_t count_;
  std::vector<Set> needs_;  // by variable, itself included
};

}  // namespace writ
