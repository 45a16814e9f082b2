// Functions of expressions: domains.
// Tested by tests/vm/functions/domains_test.cc.
#include "vm/functions/function.h"

namespace writ::functions {

Value DomainWithin(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

}  // namespace writ::functions
