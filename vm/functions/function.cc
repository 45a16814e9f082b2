// The table of functions.
// Tested by the tests in tests/vm/functions/ and tests/docs/functions.py.
#include "vm/functions/function.h"

#include <array>

namespace writ {

const FunctionInfo& Info(FunctionId id) {
  static constexpr std::array<FunctionInfo, kFunctionCount> kFunctions = {{
#define FN(id, name, signatures, cost, growth, meaning, errors) \
  {name, signatures, cost, Growth::k##growth, meaning, errors, functions::id},
#include "vm/functions/functions.def"
#undef FN
  }};
  return kFunctions[static_cast<size_t>(id)];
}

bool TakesTimeZone(FunctionId id, uint32_t count) {
  if (id == FunctionId::kTimeWithin) return true;
  return count == 2 && Info(id).signatures.starts_with("<timestamp>.");
}

}  // namespace writ
