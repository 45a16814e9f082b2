// What expressions ask before they read.
// Tested by tests/compiler/check/check_warnings_test.cc.
#include "compiler/check/guards.h"

#include <fmt/core.h>

#include "compiler/check/check.h"

namespace writ::cel {

std::string FieldText(const Ast& ast, const Node& field) {
  return fmt::format("{}.{}", ast.text(ast.node(ast.child(field, 0))), ast.name(field));
}

std::string HasGuard(const Ast& ast, const Node& field) {
  return fmt::format("has({})", FieldText(ast, field));
}

std::string HasGuard(const Ast& ast, NodeId map, std::string_view key) {
  return fmt::format("has({}.{})", ast.text(ast.node(map)), key);
}

std::string KeyGuard(const Ast& ast, NodeId key, NodeId map) {
  return fmt::format("{} in {}", ast.text(ast.node(key)), ast.text(ast.node(map)));
}

std::string ValueGuard(const Ast& ast, NodeId optional) {
  return fmt::format("{}.hasValue()", ast.text(ast.node(optional)));
}

std::vector<std::string> Guards(const Checked& expression) {
  const Ast& ast = expression.ast;
  std::vector<std::string> guards;
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& node = ast.node(id);
    const Reference& reference = expression.references[id];
    if (node.kind == Kind::kHas || (node.kind == Kind::kSelect && node.optional)) {
      guards.push_back(HasGuard(ast, node));
    } else if (node.kind == Kind::kBinary && node.op == Operator::kIn) {
      const NodeId key = ast.child(node, 0);
      const NodeId map = ast.child(node, 1);
      guards.push_back(KeyGuard(ast, key, map));
      const Node& literal = ast.node(key);
      if (literal.kind != Kind::kLiteral) continue;
      if (const auto* name = std::get_if<std::string>(&ast.literal(literal))) {
        guards.push_back(HasGuard(ast, map, *name));
      }
    } else if (reference.kind == Reference::Kind::kFunction && node.child_count > 0 &&
               reference.index == static_cast<uint32_t>(FunctionId::kOptionalHasValue)) {
      guards.push_back(ValueGuard(ast, ast.child(node, 0)));
    }
  }
  return guards;
}

}  // namespace writ::cel
