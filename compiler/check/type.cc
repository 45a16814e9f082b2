// Types of CEL expressions.
// Tested by tests/compiler/check/type_test.cc.
#include "compiler/check/type.h"

#include <algorithm>
#include <utility>

namespace writ::cel {
namespace {

constexpr std::string_view kOptionalName = "optional_type";

std::string_view KindName(TypeKind kind) {
  switch (kind) {
    case TypeKind::kDyn: return "dyn";
    case TypeKind::kNull: return "null";
    case TypeKind::kBool: return "bool";
    case TypeKind::kInt: return "int";
    case TypeKind::kUint: return "uint";
    case TypeKind::kDouble: return "double";
    case TypeKind::kString: return "string";
    case TypeKind::kBytes: return "bytes";
    case TypeKind::kTimestamp: return "timestamp";
    case TypeKind::kDuration: return "duration";
    case TypeKind::kList: return "list";
    case TypeKind::kMap: return "map";
    case TypeKind::kType: return "type";
    case TypeKind::kAbstract:
    case TypeKind::kParameter: return "dyn";
    case TypeKind::kError: return "error";
  }
  return "dyn";
}

}  // namespace

struct Type::Rest {
  std::string name;
  std::vector<Type> parameters;
  uint32_t depth = 1;
  uint32_t size = 1;
  bool has_parameters = false;
};

Type::Type(TypeKind kind, std::string name, std::vector<Type> parameters) : kind_(kind) {
  Rest rest{std::move(name), std::move(parameters), 1, 1, kind == TypeKind::kParameter};
  for (Type& parameter : rest.parameters) {
    const uint32_t depth = parameter.rest_ ? parameter.rest_->depth : 1;
    const uint32_t size = parameter.rest_ ? parameter.rest_->size : 1;
    if (depth + 1 > kMaxTypeDepth || rest.size + size > kMaxTypeSize) {
      parameter = Type();
      ++rest.size;
      continue;
    }
    rest.depth = std::max(rest.depth, depth + 1);
    rest.size += size;
    rest.has_parameters = rest.has_parameters || parameter.has_parameters();
  }
  rest_ = std::make_shared<const Rest>(std::move(rest));
}

Type Type::List(Type element) {
  return {TypeKind::kList, "", {std::move(element)}};
}

Type Type::Map(Type key, Type value) {
  return {TypeKind::kMap, "", {std::move(key), std::move(value)}};
}

Type Type::TypeOf(Type type) {
  return {TypeKind::kType, "", {std::move(type)}};
}

Type Type::Optional(Type value) {
  return Abstract(std::string(kOptionalName), {std::move(value)});
}

Type Type::Abstract(std::string name, std::vector<Type> parameters) {
  return {TypeKind::kAbstract, std::move(name), std::move(parameters)};
}

Type Type::Parameter(std::string name) {
  return {TypeKind::kParameter, std::move(name)};
}

Type Type::Variable(uint32_t number) {
  Type type(TypeKind::kParameter);
  type.variable_ = number;
  return type;
}

bool Type::is_optional() const {
  return kind_ == TypeKind::kAbstract && name() == kOptionalName && parameters().size() == 1;
}

bool Type::has_parameters() const {
  return rest_ ? rest_->has_parameters : kind_ == TypeKind::kParameter;
}

const std::string& Type::name() const {
  static const std::string empty;
  return rest_ ? rest_->name : empty;
}

const std::vector<Type>& Type::parameters() const {
  static const std::vector<Type> none;
  return rest_ ? rest_->parameters : none;
}

std::string Type::ToString() const {
  std::string text(name().empty() ? KindName(kind_) : std::string_view(name()));
  if (parameters().empty()) return text;
  const char* separator = "(";
  for (const Type& parameter : parameters()) {
    text += separator;
    text += parameter.ToString();
    separator = ", ";
  }
  return text + ")";
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_ || a.variable_ != b.variable_) return false;
  if (a.rest_ == b.rest_) return true;
  return a.name() == b.name() && a.parameters() == b.parameters();
}

}  // namespace writ::cel
