// Functions of expressions: optionals.
// Tested by tests/vm/functions/optionals_test.cc.
#include "vm/functions/function.h"

namespace writ::functions {

Value OptionalNone(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value OptionalOf(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value OptionalOfNonZeroValue(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value OptionalHasValue(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value OptionalValue(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value OptionalOr(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value OptionalOrValue(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

}  // namespace writ::functions
