// What expressions ask before they read what may be missing, each in one spelling.
//
// Tested by tests/compiler/check/check_warnings_test.cc.
#pragma once

#include <string>
#include <string_view>

#include "grammar/ast.h"

namespace writ::cel {

// "args.x" of a selection or a has().
std::string FieldText(const Ast& ast, const Node& field);

// "has(args.x)"
std::string HasGuard(const Ast& ast, const Node& field);
std::string HasGuard(const Ast& ast, NodeId map, std::string_view key);
// "args.currency in data.cap"
std::string KeyGuard(const Ast& ast, NodeId key, NodeId map);
// "args.?x.hasValue()"
std::string ValueGuard(const Ast& ast, NodeId optional);

}  // namespace writ::cel
