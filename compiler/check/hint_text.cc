// How hints repeat a part of an expression.
// Tested by tests/policies/bad and tests/policies/warned.
#include "compiler/check/hint_text.h"

namespace writ::cel {
namespace {

constexpr size_t kMostShown = 40;

// Whether a dot behind the node would belong to a part of it.
bool NeedsParentheses(const Node& node) {
  switch (node.kind) {
    case Kind::kNot:
    case Kind::kNegate:
    case Kind::kBinary:
    case Kind::kAnd:
    case Kind::kOr:
    case Kind::kConditional: return true;
    default: return false;
  }
}

}  // namespace

std::string TextOr(const Ast& ast, NodeId node, std::string_view otherwise) {
  const std::string_view text = ast.text(ast.node(node));
  return std::string(text.empty() || text.size() > kMostShown ? otherwise : text);
}

std::string TargetOr(const Ast& ast, NodeId node, std::string_view otherwise) {
  std::string text = TextOr(ast, node, "");
  if (text.empty()) return std::string(otherwise);
  return NeedsParentheses(ast.node(node)) ? "(" + text + ")" : text;
}

}  // namespace writ::cel
