// Functions of expressions: paths.
// Tested by tests/vm/functions/paths_test.cc.
#include "vm/functions/function.h"

namespace writ::functions {

Value PathNormalize(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value PathWithin(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

}  // namespace writ::functions
