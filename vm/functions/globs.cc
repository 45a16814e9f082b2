// Functions of expressions: globs.
// Tested by tests/vm/functions/globs_test.cc.
#include "vm/functions/function.h"

namespace writ::functions {

Value GlobMatches(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

}  // namespace writ::functions
