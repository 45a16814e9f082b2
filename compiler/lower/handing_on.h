// Functions whose result is one of their arguments, or what it holds: what is known of an argument
// is known of the result.
#pragma once

#include "vm/functions/function.h"

namespace writ::cel {

inline bool HandsOn(FunctionId function) {
  switch (function) {
    case FunctionId::kDyn:
    case FunctionId::kOptionalOf:
    case FunctionId::kOptionalOfNonZeroValue:
    case FunctionId::kOptionalValue:
    case FunctionId::kOptionalOr:
    case FunctionId::kOptionalOrValue: return true;
    default: return false;
  }
}

}  // namespace writ::cel
