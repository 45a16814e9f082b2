// What an environment lets an expression name.
// Tested by tests/compiler/check/check_test.cc.
#include "compiler/check/known_names.h"

#include <algorithm>

namespace writ::cel {

const std::vector<NamedType>& NamedTypes() {
  static const std::vector<NamedType> types = {
      {"int", TypeKind::kInt},
      {"uint", TypeKind::kUint},
      {"double", TypeKind::kDouble},
      {"bool", TypeKind::kBool},
      {"string", TypeKind::kString},
      {"bytes", TypeKind::kBytes},
      {"list", Type::List(Type())},
      {"map", Type::Map(Type(), Type())},
      {"null_type", TypeKind::kNull},
      {"type", TypeKind::kType},
      {"optional_type", Type::Optional(Type())},
      {"google.protobuf.Timestamp", TypeKind::kTimestamp},
      {"google.protobuf.Duration", TypeKind::kDuration},
      {"net.IP", Type::Abstract("net.IP")},
      {"net.CIDR", Type::Abstract("net.CIDR")},
      {"url", Type::Abstract("url")},
  };
  return types;
}

const NameTree& TypeNames() {
  static const NameTree names = [] {
    NameTree tree;
    for (uint32_t i = 0; i < NamedTypes().size(); ++i) tree.Add(NamedTypes()[i].name, i);
    return tree;
  }();
  return names;
}

KnownNames::KnownNames(const Environment& from) : environment(from), overloads(from.declarations) {
  for (uint32_t i = 0; i < from.variables.size(); ++i) variables.Add(from.variables[i].name, i);
  for (std::string container = from.container; !container.empty();) {
    containers.push_back(container);
    const size_t dot = container.rfind('.');
    container.resize(dot == std::string::npos ? 0 : dot);
  }
  containers.emplace_back();
}

Value KnownNames::ConstantAt(const std::vector<std::string_view>& parts) const {
  uint32_t at = NameTree::kRoot;
  Value value;
  size_t taken = 0;
  for (size_t i = 0; i < parts.size() && at != NameTree::kNone; ++i) {
    at = variables.Step(at, parts[i]);
    const uint32_t item = variables.ItemAt(at);
    if (item == NameTree::kNone) continue;
    const Variable& variable = environment.variables[item];
    value = variable.storage == Variable::Storage::kConstant ? variable.constant : Value();
    taken = i + 1;
  }
  for (; taken < parts.size() && value.is(Tag::kMap); ++taken) {
    const MapEntry* const end = value.map->entries + value.map->size;
    const MapEntry* const found = std::find_if(value.map->entries, end, [&](const MapEntry& entry) {
      return entry.key.is(Tag::kString) && entry.key.view() == parts[taken];
    });
    value = found == end ? Value::Failure(Error::kNoSuchKey) : found->value;
  }
  return taken == parts.size() || value.is(Tag::kError) ? value : Value();
}

}  // namespace writ::cel
