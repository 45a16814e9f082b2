// What random expressions may name: a variable of most types, and some of which nothing is known.
#pragma once

#include "compiler/check/environment.h"
#include "oracle/evaluate.h"
#include "vm/arena.h"
#include "vm/value.h"

namespace writ::exhaustive {

struct World {
  // checked: whether expressions are.
  explicit World(bool checked);

  Arena arena;
  cel::Environment environment;
  oracle::Bindings bindings;  // "absent" has none
  Value now;
};

}  // namespace writ::exhaustive
