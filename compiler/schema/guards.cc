// Finding what is asked of arguments.
// Tested by tests/policies/schemas.
#include "compiler/schema/guards.h"

#include <optional>

namespace writ {

using cel::Kind;
using cel::Node;
using cel::NodeId;
using cel::Reference;

void Guards::Add(const Guards& others) {
  asked.insert(others.asked.begin(), others.asked.end());
  types_asked.insert(others.types_asked.begin(), others.types_asked.end());
}

bool Guards::AskType(const Places& places, PlaceId place) const {
  if (types_asked.empty()) return false;
  while (place != kArgumentsPlace) {
    if (types_asked.count(place) > 0) return true;
    place = places.at(place).parent;
  }
  return false;
}

Guards GuardsIn(const ExpressionPlaces& expression, Places& places) {
  Guards guards;
  const cel::Checked& checked = *expression.expression;
  for (NodeId id = 0; id < checked.ast.nodes.size(); ++id) {
    if (!expression.live[id]) continue;
    const Node& node = checked.ast.node(id);
    const Reference& reference = checked.references[id];
    if (reference.kind == Reference::Kind::kVariable || reference.kind == Reference::Kind::kLocal) {
      continue;
    }
    if (node.kind == Kind::kCall && reference.kind == Reference::Kind::kFunction &&
        reference.text == "type" && node.child_count > 0) {
      const NodeId operand = checked.ast.child(node, node.child_count - 1);
      const std::vector<PlaceId>& asked = expression.nodes[operand].places;
      guards.types_asked.insert(asked.begin(), asked.end());
      continue;
    }
    const std::optional<Lookup> lookup = LookupOf(expression, id);
    if (!lookup) continue;
    if (!lookup->asks && !checked.types[lookup->from].is_optional()) continue;
    for (const PlaceId parent : expression.nodes[lookup->from].places) {
      guards.asked.insert(places.Member(parent, lookup->name));
    }
  }
  return guards;
}

}  // namespace writ
