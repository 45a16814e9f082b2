// Functions of expressions: urls.
// Tested by tests/vm/functions/urls_test.cc.
#include "vm/functions/function.h"

namespace writ::functions {

Value Url(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value IsUrl(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value UrlGetScheme(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value UrlGetHost(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value UrlGetHostname(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value UrlGetPort(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value UrlGetEscapedPath(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

Value UrlGetQuery(const Value*, uint32_t, FunctionContext&) {
  return Value::Failure(Error::kNoSuchOverload);
}

}  // namespace writ::functions
