// Values that conditions are about.
// Tested by tests/compiler/lower/slot_keys_test.cc.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "compiler/lower/lowering.h"
#include "compiler/lower/slot_keys.h"
#include "vm/selection.h"

namespace writ::cel {
namespace {

// Of one condition. Policies that look at more arguments at once are none that people write.
constexpr size_t kMaxPaths = 16;

// What a table may have for a key, in the one form that equal numbers share; none for a value that
// is no key.
std::optional<Value> KeyOf(const Value& value) {
  switch (value.tag) {
    case Tag::kBool:
    case Tag::kInt: return value;
    case Tag::kUint:
      return value.u <= static_cast<uint64_t>(INT64_MAX) ? Value::Int(static_cast<int64_t>(value.u))
                                                         : value;
    case Tag::kDouble:
      // Larger ones have whole neighbours that are not equal to them.
      if (value.d != std::trunc(value.d) || std::abs(value.d) > 0x1p53) return std::nullopt;
      return Value::Int(static_cast<int64_t>(value.d));
    case Tag::kString:
      if (value.size > kMaxKeyBytes) return std::nullopt;
      return value;
    default: return std::nullopt;
  }
}

void SortOnce(std::vector<Value>& keys) {
  std::sort(keys.begin(), keys.end(), KeyLess);
  keys.erase(std::unique(keys.begin(), keys.end(),
                         [](const Value& a, const Value& b) { return !KeyLess(a, b); }),
             keys.end());
}

SlotKeys* FindPath(std::vector<SlotKeys>& all, const SlotPath& path) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&path](const SlotKeys& one) { return one.path == path; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

bool KeyLess(const Value& a, const Value& b) {
  if (a.tag != b.tag) return a.tag < b.tag;
  if (a.is(Tag::kString)) return a.view() < b.view();
  return a.is(Tag::kUint) ? a.u < b.u : a.i < b.i;
}

std::vector<SlotKeys> EitherOf(const std::vector<std::vector<SlotKeys>>& conditions) {
  std::vector<SlotKeys> either;
  for (const std::vector<SlotKeys>& condition : conditions) {
    for (const SlotKeys& keys : condition) {
      SlotKeys* const known = FindPath(either, keys.path);
      if (known == nullptr) {
        if (either.size() < kMaxPaths) either.push_back(keys);
        continue;
      }
      const bool not_if_absent = known->not_if_absent || keys.not_if_absent;
      const bool is_better = known->any_value
                                 ? !keys.any_value
                                 : !keys.any_value && keys.keys.size() < known->keys.size();
      if (is_better) *known = keys;
      known->not_if_absent = not_if_absent;
    }
  }
  return either;
}

std::vector<SlotKeys> AllOf(const std::vector<std::vector<SlotKeys>>& conditions) {
  if (conditions.empty()) return {};
  std::vector<SlotKeys> all = conditions.front();
  for (size_t i = 1; i < conditions.size() && !all.empty(); ++i) {
    std::vector<SlotKeys> others = conditions[i];
    for (SlotKeys& keys : all) {
      const SlotKeys* const other = FindPath(others, keys.path);
      if (other == nullptr) {
        keys.any_value = true;
        keys.not_if_absent = false;
        continue;
      }
      keys.any_value = keys.any_value || other->any_value;
      keys.not_if_absent = keys.not_if_absent && other->not_if_absent;
      keys.keys.insert(keys.keys.end(), other->keys.begin(), other->keys.end());
    }
    std::erase_if(all, [](const SlotKeys& keys) {
      return (keys.any_value && !keys.not_if_absent) || keys.keys.size() > 4 * kMaxSlotKeys;
    });
  }
  for (SlotKeys& keys : all) SortOnce(keys.keys);
  return all;
}

SlotPath Lowering::PathOf(NodeId id) const {
  SlotPath path;
  for (; VariableOf(id) == nullptr; id = Child(id, 0)) path.names.push_back(*PathName(id));
  const Variable& variable = *VariableOf(id);
  if (variable.storage == Variable::Storage::kSlot) return {{}, variable.index};
  std::reverse(path.names.begin(), path.names.end());
  return path;
}

// Of a test of a slot with constants.
std::vector<SlotKeys> Lowering::KeysOfTest(NodeId id) {
  const Node& node = ast_.node(id);
  NodeId slot = Child(id, 0);
  NodeId constant = Child(id, 1);
  if (!IsSlot(slot)) std::swap(slot, constant);
  SlotKeys keys{PathOf(slot), {}};
  const writ::Value wanted = ConstantOf(constant);
  const auto add = [&keys](const writ::Value& value) {
    const std::optional<writ::Value> key = KeyOf(value);
    if (key.has_value()) keys.keys.push_back(*key);
    return key.has_value();
  };
  if (node.op != Operator::kIn) {
    if (!add(wanted)) return {};
  } else if (wanted.is(Tag::kList)) {
    if (wanted.list->size > kMaxSlotKeys) return {};
    for (uint32_t i = 0; i < wanted.list->size; ++i) {
      if (!add(wanted.list->items[i])) return {};
    }
  } else {
    if (wanted.map->size > kMaxSlotKeys) return {};
    for (uint32_t i = 0; i < wanted.map->size; ++i) {
      if (!add(wanted.map->entries[i].key)) return {};
    }
  }
  SortOnce(keys.keys);
  return {std::move(keys)};
}

// has(args.x), which is no error.
std::vector<SlotKeys> Lowering::KeysOfPresence(NodeId id) {
  const NodeId from = Child(id, 0);
  const Variable* const variable = IsWhole(from) ? VariableOf(from) : nullptr;
  if (variable == nullptr || Known(from) != nullptr ||
      variable->storage != Variable::Storage::kArguments) {
    return {};
  }
  SlotKeys keys{{{ast_.name(ast_.node(id))}}, {}};
  keys.not_if_absent = true;
  keys.any_value = true;
  return {std::move(keys)};
}

std::vector<SlotKeys> Lowering::KeysIf(NodeId id, bool holds) {
  for (; Known(id) == nullptr && ast_.node(id).kind == Kind::kNot; id = Child(id, 0)) {
    holds = !holds;
  }
  if (Known(id) != nullptr) return {};
  const Node& node = ast_.node(id);
  switch (node.kind) {
    case Kind::kAnd:
    case Kind::kOr: {
      std::vector<std::vector<SlotKeys>> operands;
      for (uint32_t i = 0; i < node.child_count; ++i) {
        operands.push_back(KeysIf(ast_.child(node, i), holds));
      }
      return (node.kind == Kind::kAnd) == holds ? EitherOf(operands) : AllOf(operands);
    }
    case Kind::kBinary: {
      const bool is_key_test = (node.op == Operator::kEqual && holds) ||
                               (node.op == Operator::kNotEqual && !holds) ||
                               (node.op == Operator::kIn && holds);
      return is_key_test && IsSlotTest(id) ? KeysOfTest(id) : std::vector<SlotKeys>();
    }
    case Kind::kHas: return holds ? KeysOfPresence(id) : std::vector<SlotKeys>();
    case Kind::kConditional: {
      // a ? b : false
      const writ::Value* const otherwise =
          node.child_count == 3 ? Known(ast_.child(node, 2)) : nullptr;
      const NodeId last = ast_.child(node, node.child_count - 1);
      const bool is_literal = otherwise == nullptr && node.child_count == 3 &&
                              ast_.node(last).kind == Kind::kLiteral &&
                              std::holds_alternative<bool>(ast_.literal(ast_.node(last)));
      if (otherwise == nullptr && !is_literal) return {};
      const bool falls_to = is_literal ? std::get<bool>(ast_.literal(ast_.node(last)))
                                       : otherwise->is(Tag::kBool) && otherwise->i != 0;
      if (falls_to == holds || (otherwise != nullptr && !otherwise->is(Tag::kBool))) return {};
      const NodeId condition = ast_.child(node, 0);
      std::vector<std::vector<SlotKeys>> parts = {KeysIf(condition, true)};
      // Its error would be the whole's.
      const bool is_presence =
          ast_.node(condition).kind == Kind::kHas && !KeysOfPresence(condition).empty();
      if (is_presence || !TestIsFallible(condition))
        parts.push_back(KeysIf(ast_.child(node, 1), holds));
      return EitherOf(parts);
    }
    default: return {};
  }
}

std::vector<SlotKeys> FindSlotKeys(const Checked& condition, const LowerTarget& target,
                                   ProgramBuilder& builder, bool holds) {
  BlockBuilder unused(builder, BlockKind::kDecision, 0);
  return Lowering(condition, target, unused).KeysIf(condition.ast.root, holds);
}

}  // namespace writ::cel
