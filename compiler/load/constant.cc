// YAML nodes to values.
// Tested by tests/compiler/load/constant_test.cc.
#include "compiler/load/constant.h"

namespace writ {
namespace {

Value ScalarToValue(const yaml::Node& node, Arena& arena) {
  const yaml::Scalar scalar = yaml::Resolve(node);
  if (const auto* b = std::get_if<bool>(&scalar)) return Value::Bool(*b);
  if (const auto* i = std::get_if<int64_t>(&scalar)) return Value::Int(*i);
  if (const auto* u = std::get_if<uint64_t>(&scalar)) return Value::Uint(*u);
  if (const auto* d = std::get_if<double>(&scalar)) return Value::Double(*d);
  if (const auto* s = std::get_if<std::string>(&scalar)) return Value::String(arena.Copy(*s));
  return Value::Null();
}

}  // namespace

// Recursion is as deep as the document, which the reader bounds.
Value ToValue(const yaml::Node* node, Arena& arena) {
  if (node == nullptr) return Value::Null();
  switch (node->kind) {
    case yaml::Kind::kScalar: return ScalarToValue(*node, arena);
    case yaml::Kind::kSequence: {
      Value* items = arena.Allocate<Value>(node->items.size());
      for (size_t i = 0; i < node->items.size(); ++i) items[i] = ToValue(node->items[i], arena);
      return Value::Of(arena.New(List{static_cast<uint32_t>(node->items.size()), items}));
    }
    case yaml::Kind::kMapping: {
      MapEntry* entries = arena.Allocate<MapEntry>(node->members.size());
      for (size_t i = 0; i < node->members.size(); ++i) {
        entries[i] = {Value::String(arena.Copy(node->members[i].key->text)),
                      ToValue(node->members[i].value, arena)};
      }
      return Value::Of(arena.New(Map{static_cast<uint32_t>(node->members.size()), entries}));
    }
  }
  return Value::Null();
}

}  // namespace writ
