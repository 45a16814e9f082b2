// Where what an expression evaluates to comes from.
// Tested by tests/compiler/check/check_warnings_test.cc.
#include "compiler/check/origins.h"

#include <algorithm>

namespace writ::cel {
namespace {

Origin OfVariable(const Variable& variable) {
  switch (variable.storage) {
    case Variable::Storage::kArguments: return Origin::kCall;
    case Variable::Storage::kConstant: return Origin::kPolicy;
    case Variable::Storage::kBlock: return variable.origin;
    default: return Origin::kElsewhere;
  }
}

}  // namespace

std::vector<Origin> FindOrigins(const Checked& expression, const Environment& environment) {
  const Ast& ast = expression.ast;
  std::vector<Origin> origins(ast.nodes.size(), Origin::kPolicy);
  // Children stand before their parents, and what is bound before its uses.
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& node = ast.node(id);
    const Reference& reference = expression.references[id];
    if (reference.kind == Reference::Kind::kVariable) {
      origins[id] = OfVariable(environment.variables[reference.index]);
      continue;
    }
    if (reference.kind == Reference::Kind::kLocal) {
      const Node& binder = ast.node(reference.index);
      const NodeId bound = ast.child(binder, binder.kind == Kind::kBlock ? reference.which : 0);
      origins[id] = bound < id ? origins[bound] : Origin::kElsewhere;
      continue;
    }
    for (uint32_t i = reference.target_is_namespace ? 1 : 0; i < node.child_count; ++i) {
      origins[id] = std::max(origins[id], origins[ast.child(node, i)]);
    }
  }
  return origins;
}

Origin OriginOf(const Checked& expression, const Environment& environment) {
  return FindOrigins(expression, environment)[expression.ast.root];
}

}  // namespace writ::cel
