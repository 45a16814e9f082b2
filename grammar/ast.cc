// The spine of a tree.
// Tested by tests/grammar/ast_test.cc.
#include "grammar/ast.h"

#include <algorithm>

namespace writ::cel {

bool OnSpine(const Node& node) {
  switch (node.kind) {
    case Kind::kSelect:
    case Kind::kHas:
    case Kind::kIndex:
    case Kind::kBinary:
    case Kind::kComprehension: return true;
    case Kind::kCall: return node.member;
    default: return false;
  }
}

std::vector<NodeId> Spine(const Ast& ast, NodeId node) {
  std::vector<NodeId> spine = {node};
  while (OnSpine(ast.node(spine.back()))) {
    spine.push_back(ast.child(ast.node(spine.back()), 0));
  }
  std::reverse(spine.begin(), spine.end());
  return spine;
}

}  // namespace writ::cel
