// How hints repeat a part of an expression.
//
// Tested by tests/policies/bad and tests/policies/warned.
#pragma once

#include <string>
#include <string_view>

#include "grammar/ast.h"

namespace writ::cel {

// What stands at the node, if it is short enough to be repeated.
std::string TextOr(const Ast& ast, NodeId node, std::string_view otherwise);

// The same for what a function is called on: "(a + b)".
std::string TargetOr(const Ast& ast, NodeId node, std::string_view otherwise);

}  // namespace writ::cel
