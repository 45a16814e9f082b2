// Functions of expressions: format.
// Tested by tests/vm/functions/format_test.cc.
#include "vm/functions/function.h"

namespace writ::functions {

Value Format(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

}  // namespace writ::functions
