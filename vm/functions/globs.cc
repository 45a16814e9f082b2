// Functions of expressions: globs.
// Tested by tests/vm/functions/globs_test.cc.
#include "vm/functions/arguments.h"
#include "vm/functions/function.h"
#include "vm/glob.h"

namespace writ::functions {

Value GlobMatches(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 2 || !arguments[0].is(Tag::kString) || !arguments[1].is(Tag::kString)) {
    return NoOverload(arguments, count);
  }
  const std::string_view text = arguments[0].view();
  const std::string_view pattern = arguments[1].view();
  if (!context.ChargeText(uint64_t{text.size()} * (pattern.size() + 1) + pattern.size())) {
    return Fail(Error::kBudget);
  }
  return Value::Bool(writ::GlobMatches(text, pattern));
}

}  // namespace writ::functions
