// Following the arguments of a tool through an expression.
// Tested by tests/policies/schemas.
#include "compiler/schema/expression_places.h"

#include <algorithm>
#include <utility>

#include "compiler/lower/argument_paths.h"
#include "compiler/lower/handing_on.h"

namespace writ {
namespace {

using cel::Kind;
using cel::Macro;
using cel::Node;
using cel::NodeId;
using cel::Reference;

// A value that may stand in more places is taken for something unknown.
constexpr size_t kMaxPlaces = 8;
constexpr size_t kMaxConstants = 64;

bool IsScalar(const Value& value) {
  return value.is_number() || value.is(Tag::kString) || value.is(Tag::kBool) ||
         value.is(Tag::kNull);
}

bool IsEmpty(const Value& value) {
  return (value.is(Tag::kList) && value.list->size == 0) ||
         (value.is(Tag::kMap) && value.map->size == 0);
}

class Finder {
 public:
  Finder(const cel::Checked& expression, const Policy& policy, Places& places,
         std::shared_ptr<const cel::ConstantValues> values, const VariablePlaces& variables)
      : expression_(expression),
        ast_(expression.ast),
        policy_(policy),
        places_(places),
        variables_(variables) {
    found_.expression = &expression;
    found_.values = std::move(values);
    found_.nodes.resize(ast_.nodes.size());
    found_.live.resize(ast_.nodes.size());
  }

  ExpressionPlaces Run() {
    for (NodeId id = 0; id < ast_.nodes.size(); ++id) Visit(id);
    MarkLive();
    return std::move(found_);
  }

 private:
  NodePlaces& At(NodeId id) { return found_.nodes[id]; }
  NodePlaces& Child(const Node& node, uint32_t i) { return At(ast_.child(node, i)); }

  void Visit(NodeId id) {
    const Node& node = ast_.node(id);
    const Reference& reference = expression_.references[id];
    if (found_.values->Has(id)) return TakeConstant(id);
    if (reference.kind == Reference::Kind::kVariable) return TakeVariable(id);
    if (reference.kind == Reference::Kind::kLocal) return TakeLocal(id);
    switch (node.kind) {
      case Kind::kNot:
        if (const auto decided = Child(node, 0).decided) At(id).decided = !*decided;
        break;
      case Kind::kAnd:
      case Kind::kOr: VisitLogic(id); break;
      case Kind::kConditional: VisitConditional(id); break;
      case Kind::kBind:
      case Kind::kBlock: At(id) = Child(node, node.child_count - 1); break;
      case Kind::kComprehension:
        if (node.macro == Macro::kFilter || node.macro == Macro::kSortBy) TakeSelection(id);
        break;
      case Kind::kCall: VisitCall(id); break;
      default: VisitLookup(id); break;
    }
  }

  void TakeConstant(NodeId id) {
    const Value& value = found_.values->at(id);
    if (IsScalar(value)) At(id).constants.push_back(value);
    At(id).exact = IsScalar(value) || IsEmpty(value);
    if (value.is(Tag::kBool)) At(id).decided = value.i != 0;
  }

  void TakeVariable(NodeId id) {
    const uint32_t index = expression_.references[id].index;
    const cel::Variable& variable = policy_.environment.variables[index];
    if (variable.storage == cel::Variable::Storage::kArguments) {
      At(id).places.push_back(kArgumentsPlace);
      At(id).exact = true;
    } else if (variable.storage == cel::Variable::Storage::kBlock &&
               index >= policy_.first_variable) {
      const ExpressionPlaces* const of = variables_(index - policy_.first_variable);
      if (of != nullptr) At(id) = of->root();
    }
  }

  void TakeLocal(NodeId id) {
    const Reference& reference = expression_.references[id];
    const Node& binder = ast_.node(reference.index);
    const NodeId bound = ast_.child(binder, binder.kind == Kind::kBlock ? reference.which : 0);
    if (bound >= id) return;
    const bool whole = binder.kind == Kind::kBind || binder.kind == Kind::kBlock ||
                       binder.macro == Macro::kOptMap || binder.macro == Macro::kOptFlatMap;
    if (whole) {
      At(id) = At(bound);
      return;
    }
    // An element of a list; of an object, its key.
    const bool has_both = binder.name2 != 0;
    if (has_both && reference.which == 0) return;
    At(id).exact = At(bound).exact && At(bound).constants.empty();
    for (const PlaceId place : At(bound).places) {
      const JsonKinds kinds = places_.at(place).kinds;
      if ((kinds & kObjectKind) != 0) At(id).exact = false;
      if (has_both || (kinds & kListKind) != 0) Add(At(id), places_.Element(place));
    }
  }

  // Some elements of a list; of an object, its keys.
  void TakeSelection(NodeId id) {
    const NodePlaces& from = Child(ast_.node(id), 0);
    if (!from.constants.empty()) return;
    At(id).exact = from.exact;
    for (const PlaceId place : from.places) {
      const JsonKinds kinds = places_.at(place).kinds;
      if ((kinds & kObjectKind) != 0) At(id).exact = false;
      if ((kinds & kListKind) != 0) At(id).places.push_back(place);
    }
  }

  void VisitLogic(NodeId id) {
    const Node& node = ast_.node(id);
    const bool decider = node.kind == Kind::kOr;
    bool all = true;
    for (uint32_t i = 0; i < node.child_count; ++i) {
      const auto decided = Child(node, i).decided;
      if (decided == decider) {
        At(id).decided = decider;
        return;
      }
      all = all && decided.has_value();
    }
    if (all) At(id).decided = !decider;
  }

  void VisitConditional(NodeId id) {
    const Node& node = ast_.node(id);
    std::vector<NodeId> branches;
    bool is_open = true;
    for (uint32_t i = 0; i + 1 < node.child_count && is_open; i += 2) {
      const auto decided = Child(node, i).decided;
      if (decided != false) branches.push_back(ast_.child(node, i + 1));
      is_open = decided != true;
    }
    if (is_open) branches.push_back(ast_.child(node, node.child_count - 1));
    At(id) = At(branches.front());
    for (size_t i = 1; i < branches.size(); ++i) {
      Merge(At(id), At(branches[i]));
      if (At(id).decided != At(branches[i]).decided) At(id).decided.reset();
    }
  }

  void VisitCall(NodeId id) {
    const Node& node = ast_.node(id);
    const Reference& reference = expression_.references[id];
    if (reference.kind != Reference::Kind::kFunction) return;
    if (!cel::HandsOn(static_cast<FunctionId>(reference.index))) return;
    const uint32_t first = reference.target_is_namespace ? 1 : 0;
    if (first >= node.child_count) return;
    At(id) = Child(node, first);
    for (uint32_t i = first + 1; i < node.child_count; ++i) Merge(At(id), Child(node, i));
    At(id).decided.reset();
  }

  void VisitLookup(NodeId id) {
    const Node& node = ast_.node(id);
    if (const std::optional<Lookup> lookup = LookupOf(found_, id)) {
      const NodePlaces& from = At(lookup->from);
      bool never = from.exact && !from.places.empty() && from.constants.empty();
      NodePlaces found;
      found.exact = from.exact;
      const bool is_in = node.kind == Kind::kBinary;
      for (const PlaceId place : std::vector<PlaceId>(from.places)) {
        // Of a list `in` asks for an element.
        if (is_in && (places_.at(place).kinds & kListKind) != 0) never = false;
        const PlaceId member = places_.Member(place, lookup->name);
        never = never && places_.at(member).standing == Standing::kUnlisted;
        Add(found, member);
      }
      if (node.kind == Kind::kHas || is_in) {
        if (never) At(id).decided = false;
      } else {
        At(id) = std::move(found);
      }
      return;
    }
    if (node.kind != Kind::kIndex) return;
    const NodePlaces& from = Child(node, 0);
    NodePlaces found;
    found.exact = from.exact && from.constants.empty();
    for (const PlaceId place : std::vector<PlaceId>(from.places)) {
      if ((places_.at(place).kinds & kObjectKind) != 0) found.exact = false;
      if ((places_.at(place).kinds & kListKind) != 0) Add(found, places_.Element(place));
    }
    At(id) = std::move(found);
  }

  static void Add(NodePlaces& to, PlaceId place) {
    if (std::find(to.places.begin(), to.places.end(), place) != to.places.end()) return;
    if (to.places.size() < kMaxPlaces) {
      to.places.push_back(place);
    } else {
      to.exact = false;
    }
  }

  static void Merge(NodePlaces& to, const NodePlaces& from) {
    to.exact = to.exact && from.exact;
    for (const PlaceId place : from.places) Add(to, place);
    to.constants.insert(to.constants.end(), from.constants.begin(), from.constants.end());
    if (to.constants.size() > kMaxConstants) {
      to.constants.clear();
      to.exact = false;
    }
  }

  // What decides alone leaves the rest of && and || unread, or its errors absorbed.
  void MarkLive() {
    std::vector<NodeId> work = {ast_.root};
    while (!work.empty()) {
      const NodeId id = work.back();
      work.pop_back();
      if (found_.live[id]) continue;
      found_.live[id] = true;
      const Node& node = ast_.node(id);
      if (node.kind == Kind::kAnd || node.kind == Kind::kOr) {
        const bool decider = node.kind == Kind::kOr;
        NodeId alone = cel::kNoNode;
        for (uint32_t i = 0; i < node.child_count && alone == cel::kNoNode; ++i) {
          if (Child(node, i).decided == decider) alone = ast_.child(node, i);
        }
        if (alone != cel::kNoNode) {
          work.push_back(alone);
          continue;
        }
      }
      if (node.kind == Kind::kConditional) {
        bool is_open = true;
        for (uint32_t i = 0; i + 1 < node.child_count && is_open; i += 2) {
          work.push_back(ast_.child(node, i));
          if (Child(node, i).decided != false) work.push_back(ast_.child(node, i + 1));
          is_open = Child(node, i).decided != true;
        }
        if (is_open) work.push_back(ast_.child(node, node.child_count - 1));
        continue;
      }
      for (uint32_t i = 0; i < node.child_count; ++i) work.push_back(ast_.child(node, i));
    }
  }

  const cel::Checked& expression_;
  const cel::Ast& ast_;
  const Policy& policy_;
  Places& places_;
  const VariablePlaces& variables_;
  ExpressionPlaces found_;
};

}  // namespace

ExpressionPlaces FindPlaces(const cel::Checked& expression, const Policy& policy, Places& places,
                            std::shared_ptr<const cel::ConstantValues> values,
                            const VariablePlaces& variables) {
  return Finder(expression, policy, places, std::move(values), variables).Run();
}

std::optional<Lookup> LookupOf(const ExpressionPlaces& places, NodeId id) {
  const cel::Ast& ast = places.expression->ast;
  const Node& node = ast.node(id);
  const auto text_at = [&](NodeId key) -> std::optional<std::string> {
    const Value& value = places.values->at(key);
    if (!value.is(Tag::kString)) return std::nullopt;
    return std::string(value.view());
  };
  switch (node.kind) {
    case Kind::kSelect:
      return Lookup{ast.child(node, 0), cel::kNoNode, ast.name(node), node.optional};
    case Kind::kHas: return Lookup{ast.child(node, 0), cel::kNoNode, ast.name(node), true};
    case Kind::kIndex:
      if (auto name = text_at(ast.child(node, 1))) {
        return Lookup{ast.child(node, 0), ast.child(node, 1), std::move(*name), node.optional};
      }
      return std::nullopt;
    case Kind::kBinary:
      if (node.op != cel::Operator::kIn) return std::nullopt;
      if (auto name = text_at(ast.child(node, 0))) {
        return Lookup{ast.child(node, 1), ast.child(node, 0), std::move(*name), true};
      }
      return std::nullopt;
    default: return std::nullopt;
  }
}

}  // namespace writ
