// Which parts of an expression may end in an error.
// Tested by tests/compiler/lower/lower_test.cc.
#include "compiler/lower/fallible.h"

namespace writ::cel {
namespace {

// What a type is known to be, that comparisons between two of it cannot fail.
bool IsPlainScalar(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble:
    case TypeKind::kString: return true;
    default: return false;
  }
}

std::vector<bool> Find(const Checked& expression, const std::vector<Value>* known) {
  const Ast& ast = expression.ast;
  std::vector<bool> fallible(ast.nodes.size(), true);
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& node = ast.node(id);
    const Reference& reference = expression.references[id];
    if (known != nullptr && !(*known)[id].is(Tag::kAbsent)) {
      fallible[id] = false;
      continue;
    }
    bool children = false;
    bool scalars = true;
    for (uint32_t i = 0; i < node.child_count; ++i) {
      children = children || fallible[ast.child(node, i)];
      scalars = scalars && IsPlainScalar(expression.types[ast.child(node, i)]);
    }
    bool bools = true;
    for (uint32_t i = 0; i < node.child_count; ++i) {
      bools = bools && expression.types[ast.child(node, i)].is(TypeKind::kBool);
    }
    switch (node.kind) {
      case Kind::kLiteral: fallible[id] = false; break;
      case Kind::kIdent:
        if (reference.kind == Reference::Kind::kType) fallible[id] = false;
        if (reference.kind == Reference::Kind::kLocal) {
          fallible[id] = ast.node(reference.index).kind != Kind::kComprehension;
        }
        break;
      case Kind::kNot:
      case Kind::kAnd:
      case Kind::kOr: fallible[id] = children || !bools; break;
      case Kind::kBinary:
        fallible[id] = children || !scalars || node.op < Operator::kEqual ||
                       node.op == Operator::kIn ||
                       expression.types[ast.child(node, 0)].kind() !=
                           expression.types[ast.child(node, 1)].kind();
        break;
      default: break;
    }
  }
  return fallible;
}

}  // namespace

std::vector<bool> FindFallible(const Checked& expression, const LowerTarget& target) {
  return Find(expression, target.known);
}

std::vector<bool> FindFallible(const Checked& expression) {
  return Find(expression, nullptr);
}

}  // namespace writ::cel
