// Functions of expressions: hours.
// Tested by tests/vm/functions/hours_test.cc.
#include "vm/functions/function.h"

namespace writ::functions {

Value TimeWithin(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

}  // namespace writ::functions
