// Constant folding.
// Tested by tests/compiler/opt/fold_test.cc.
#include "compiler/opt/fold.h"

#include <algorithm>

#include "compiler/lower/expression.h"
#include "vm/copy.h"

namespace writ::cel {
namespace {

// What a part may cost, in instructions, and how many values it may make: more is left to the call
// that needs it.
constexpr int64_t kFoldBudget = 100'000;
constexpr size_t kMaxFoldedValues = 10'000;

// How many parts of one expression are tried: each takes time in proportion to the expression.
constexpr uint32_t kMaxFoldedParts = 1000;

bool IsPure(const Reference& reference) {
  return reference.kind != Reference::Kind::kFunction ||
         static_cast<FunctionId>(reference.index) != FunctionId::kTimeWithin;
}

// The member of a constant map that a selection names, or null.
const Value* Member(const Value& map, const std::string& name) {
  if (!map.is(Tag::kMap)) return nullptr;
  for (uint32_t i = 0; i < map.map->size; ++i) {
    const MapEntry& entry = map.map->entries[i];
    if (entry.key.is(Tag::kString) && entry.key.view() == name) return &entry.value;
  }
  return nullptr;
}

class Folder {
 public:
  Folder(const Checked& expression, const Environment& environment, Arena& pool)
      : expression_(expression),
        ast_(expression.ast),
        environment_(environment),
        pool_(pool),
        known_(expression.ast.nodes.size()) {}

  std::vector<Value> Run() {
    FindConstants();
    std::vector<bool> inside(ast_.nodes.size());  // of a constant part
    for (NodeId id = static_cast<NodeId>(ast_.nodes.size()); id-- > 0;) {
      const bool folds = constant_[id] && !inside[id];
      for (uint32_t i = 0; i < ast_.node(id).child_count; ++i) {
        inside[ast_.child(ast_.node(id), i)] = inside[id] || folds;
      }
      if (folds) Evaluate(id);
    }
    return std::move(known_);
  }

 private:
  // A part is constant if all in it is, and every variable of a comprehension in it is that of one
  // in it. Children stand before their parents, so what binds a variable has a higher number.
  void FindConstants() {
    const auto count = static_cast<NodeId>(ast_.nodes.size());
    constant_.assign(count, false);
    std::vector<bool> closed_below(count);
    std::vector<NodeId> outermost(count, 0);  // what binds a variable used here
    for (NodeId id = 0; id < count; ++id) {
      const Node& node = ast_.node(id);
      const Reference& reference = expression_.references[id];
      bool all = true;
      NodeId binder = 0;
      for (uint32_t i = 0; i < node.child_count; ++i) {
        const NodeId child = ast_.child(node, i);
        // The name of a function's namespace is no value.
        if (i == 0 && reference.target_is_namespace) continue;
        all = all && closed_below[child];
        binder = std::max(binder, outermost[child]);
      }
      switch (reference.kind) {
        case Reference::Kind::kVariable: {
          const Variable& variable = environment_.variables[reference.index];
          all = variable.storage == Variable::Storage::kConstant;
          break;
        }
        case Reference::Kind::kLocal: binder = std::max(binder, NodeId{reference.index}); break;
        case Reference::Kind::kUnknown: all = false; break;
        default:
          all = all && IsPure(reference) &&
                (node.kind != Kind::kIdent || reference.kind == Reference::Kind::kType) &&
                node.kind != Kind::kMessage;
          break;
      }
      closed_below[id] = all;
      outermost[id] = binder <= id ? 0 : binder;
      constant_[id] = all && binder <= id;
    }
  }

  void Evaluate(NodeId id) {
    const Node& node = ast_.node(id);
    if (node.kind == Kind::kLiteral) return;
    if (const Value* member = Walk(id); member != nullptr) {
      known_[id] = *member;
      return;
    }
    // A node that only names something is loaded as fast as a constant.
    if (expression_.references[id].kind != Reference::Kind::kNone &&
        expression_.references[id].kind != Reference::Kind::kFunction) {
      return;
    }
    if (++tried_ > kMaxFoldedParts) return;
    const std::optional<Value> value =
        EvaluateConstant(expression_, environment_, id, kFoldBudget, kMaxFoldedValues, pool_);
    if (!value.has_value()) return;
    known_[id] = *value;
  }

  // A chain of selections from one of the environment's constants, which may be large: not copied.
  const Value* Walk(NodeId id) const {
    std::vector<NodeId> steps;
    for (;;) {
      const Node& node = ast_.node(id);
      const Reference& reference = expression_.references[id];
      if (reference.kind == Reference::Kind::kVariable) {
        const Value* value = &environment_.variables[reference.index].constant;
        for (size_t i = steps.size(); i-- > 0 && value != nullptr;) {
          value = Member(*value, ast_.name(ast_.node(steps[i])));
        }
        return value;
      }
      if (node.kind != Kind::kSelect || node.optional) return nullptr;
      steps.push_back(id);
      id = ast_.child(node, 0);
    }
  }

  const Checked& expression_;
  const Ast& ast_;
  const Environment& environment_;
  Arena& pool_;
  std::vector<Value> known_;
  std::vector<bool> constant_;
  uint32_t tried_ = 0;
};

}  // namespace

std::vector<Value> Fold(const Checked& expression, const Environment& environment, Arena& pool) {
  return Folder(expression, environment, pool).Run();
}

}  // namespace writ::cel
