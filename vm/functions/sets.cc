// Functions of expressions: sets.
// Tested by tests/vm/functions/sets_test.cc.
#include "vm/functions/function.h"

namespace writ::functions {

Value SetsContains(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value SetsEquivalent(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value SetsIntersects(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

}  // namespace writ::functions
