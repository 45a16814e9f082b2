// Constant folding.
// Tested by tests/compiler/opt/fold_test.cc.
#include "compiler/opt/fold.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "compiler/check/constant_values.h"
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
    FindKeys();
    std::vector<bool> inside(ast_.nodes.size());  // of a constant part
    std::vector<NodeId> keys;
    std::vector<NodeId> others;
    for (NodeId id = static_cast<NodeId>(ast_.nodes.size()); id-- > 0;) {
      const bool folds = constant_[id] && !inside[id];
      for (uint32_t i = 0; i < ast_.node(id).child_count; ++i) {
        inside[ast_.child(ast_.node(id), i)] = inside[id] || folds;
      }
      if (folds) (is_key_[id] ? keys : others).push_back(id);
    }
    FoldKeys();
    for (const std::vector<NodeId>* ids : {&keys, &others}) {
      for (const NodeId id : *ids) {
        if (known_[id].is(Tag::kAbsent)) Evaluate(id);
      }
    }
    return std::move(known_);
  }

 private:
  // A part is constant if all in it is, and every variable of a comprehension in it is that of one
  // in it. Children stand before their parents, so what binds a variable has a higher number.
  void FindConstants() {
    const auto count = static_cast<NodeId>(ast_.nodes.size());
    constant_.assign(count, false);
    closed_below_.assign(count, false);
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
        all = all && closed_below_[child];
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
      closed_below_[id] = all;
      outermost[id] = binder <= id ? 0 : binder;
      constant_[id] = all && binder <= id;
    }
  }

  // What is looked up in something else.
  void FindKeys() {
    is_key_.assign(ast_.nodes.size(), false);
    for (const Node& node : ast_.nodes) {
      if (node.kind == Kind::kIndex) is_key_[ast_.child(node, 1)] = true;
      if (node.kind == Kind::kBinary && node.op == Operator::kIn) {
        is_key_[ast_.child(node, 0)] = true;
      }
    }
  }

  // Those that are text, all at once. A text is copied once, however many keys it is.
  void FoldKeys() {
    std::optional<ConstantValues> values;
    std::map<std::pair<const char*, size_t>, Value> copies;
    for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
      if (!is_key_[id] || !closed_below_[id] || ast_.node(id).kind == Kind::kLiteral) continue;
      if (!values.has_value()) {
        values.emplace(expression_, environment_, ConstantValues::Variables::kIncluded);
      }
      const Value& key = values->at(id);
      if (!key.is(Tag::kString)) continue;
      const std::string_view text = key.view();
      const auto [copy, is_new] = copies.try_emplace({text.data(), text.size()});
      if (is_new) copy->second = Value::String(pool_.Copy(text));
      known_[id] = copy->second;
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
  std::vector<bool> closed_below_;  // constants and local variables are all that is in it
  std::vector<bool> is_key_;
  uint32_t tried_ = 0;
};

}  // namespace

std::vector<Value> Fold(const Checked& expression, const Environment& environment, Arena& pool) {
  return Folder(expression, environment, pool).Run();
}

Value ValueIfKnown(const Checked& expression, const std::vector<Value>& known, Arena& pool) {
  const NodeId root = expression.ast.root;
  const Node& node = expression.ast.node(root);
  if (node.kind != Kind::kLiteral) return known[root];
  return DeepCopy(ValueOf(expression.ast.literal(node)), 1, pool).value_or(Value());
}

}  // namespace writ::cel
