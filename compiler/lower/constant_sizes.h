// How large constants are, and what finding something in them costs.
//
// Tested by tests/compiler/lower/cost_test.cc.
#pragma once

#include <unordered_map>

#include "vm/value.h"

namespace writ::cel {

// Looks at each constant once, however many expressions name it. REQUIRES: constants outlive this
// and do not change. Thread safety: none.
class ConstantSizes {
 public:
  // As ExpressionBound::size (compiler/lower/cost.h).
  double SizeOf(const Value& constant);

  // What `in` walks of a constant, its size, or 0 if it has an index in a program
  // (vm/key_index.h); and the most that it walks of any that stands in there.
  double WalkOf(const Value& constant);
  double LargestWalkIn(const Value& constant);

 private:
  struct Sizes {
    double size = 1;
    double walk = 0;
    double largest_walk_in = 0;
  };

  static Sizes Measure(const Value& constant);
  Sizes Of(const Value& constant);

  std::unordered_map<const void*, Sizes> known_;  // by list or map
};

}  // namespace writ::cel
