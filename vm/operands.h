// What an operation says of operands that it has no meaning for.
//
// Operands may be anything: the accumulator of a loop may hold an error, an element of a list a
// number that is not to be read. Those have errors of their own, which come before "no such
// overload".
#pragma once

#include "vm/value.h"

namespace writ {

// Whether there is a value to store: neither absent nor an error.
inline bool IsValue(const Value& value) {
  return !value.is(Tag::kAbsent) && !value.is(Tag::kError);
}

inline Value Mismatch(const Value& a) {
  switch (a.tag) {
    case Tag::kError: return Value::Failure(a.code);
    case Tag::kAbsent: return Value::Failure(Error::kInvalidArgument);
    case Tag::kUnsafeNumber: return Value::Failure(Error::kUnsafeNumber);
    default: return Value::Failure(Error::kNoSuchOverload);
  }
}

// The first operand that says more than "no such overload".
inline Value Mismatch(const Value& a, const Value& b) {
  const Value first = Mismatch(a);
  return first.code == Error::kNoSuchOverload ? Mismatch(b) : first;
}

}  // namespace writ
