// Functions of expressions: encoders.
// Tested by tests/vm/functions/encoders_test.cc.
#include "vm/functions/function.h"

namespace writ::functions {

Value Base64Encode(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value Base64Decode(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

}  // namespace writ::functions
