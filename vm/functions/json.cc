// Functions of expressions: json.
// Tested by tests/vm/functions/json_test.cc.
#include "vm/functions/function.h"

namespace writ::functions {

Value JsonDecode(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

}  // namespace writ::functions
