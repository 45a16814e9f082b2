// What functions and operations are given when a test calls them without a machine.
#pragma once

#include <cstdint>

#include "vm/functions/function.h"
#include "vm/machine.h"

namespace writ {

struct TestContext {
  Arena arena;
  int64_t budget = Machine::kRunBudget;
  FunctionContext context{arena, budget};

  operator FunctionContext&() { return context; }
};

}  // namespace writ
