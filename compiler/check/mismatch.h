// What to say where no overload takes the types it is given.
//
// Tested by tests/compiler/check/check_test.cc.
#pragma once

#include <string>
#include <vector>

#include "compiler/check/overloads.h"
#include "compiler/check/type.h"
#include "grammar/ast.h"

namespace writ::cel {

struct Mismatch {
  std::string message;
  std::string hint;
};

// REQUIRES: the node is kNegate, kBinary or kIndex; a type for each child.
Mismatch OperatorMismatch(const Ast& ast, const Node& node, const std::vector<Type>& types);

// Of a call: types of the arguments, the target first if it is a value.
Mismatch FunctionMismatch(const std::string& function, const OverloadTable::Overloads& overloads,
                          bool member, const std::vector<Type>& types);

}  // namespace writ::cel
