// Types as the cases write them.
// Tested by tests/conformance/cases_test.cc.
#include <array>
#include <utility>

#include "conformance/cases.h"

namespace writ::conformance {
namespace {

using cel::Type;
using cel::TypeKind;

constexpr std::array<std::pair<std::string_view, TypeKind>, 10> kPlainTypes = {{
    {"dyn", TypeKind::kDyn},
    {"null", TypeKind::kNull},
    {"bool", TypeKind::kBool},
    {"int", TypeKind::kInt},
    {"uint", TypeKind::kUint},
    {"double", TypeKind::kDouble},
    {"string", TypeKind::kString},
    {"bytes", TypeKind::kBytes},
    {"timestamp", TypeKind::kTimestamp},
    {"duration", TypeKind::kDuration},
}};

// type = name [ "(" type { ", " type } ")" ]
class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : rest_(text) {}

  std::optional<Type> ReadAll() {
    std::optional<Type> type = Read();
    return rest_.empty() ? type : std::nullopt;
  }

 private:
  std::optional<Type> Read() {
    const std::string name = Name();
    if (name.empty()) return std::nullopt;
    if (name == "param") return Parameter();
    std::vector<Type> parameters;
    if (Take("(")) {
      do {
        std::optional<Type> parameter = Read();
        if (!parameter.has_value()) return std::nullopt;
        parameters.push_back(std::move(*parameter));
      } while (Take(", "));
      if (!Take(")")) return std::nullopt;
    }
    return Make(name, std::move(parameters));
  }

  std::optional<Type> Parameter() {
    if (!Take("(")) return std::nullopt;
    std::string name = Name();
    if (name.empty() || !Take(")")) return std::nullopt;
    return Type::Parameter(std::move(name));
  }

  static std::optional<Type> Make(const std::string& name, std::vector<Type> parameters) {
    for (const auto& [plain, kind] : kPlainTypes) {
      if (name == plain) return parameters.empty() ? std::optional(Type(kind)) : std::nullopt;
    }
    if (name == "list" && parameters.size() == 1) return Type::List(parameters[0]);
    if (name == "map" && parameters.size() == 2) return Type::Map(parameters[0], parameters[1]);
    if (name == "type" && parameters.size() == 1) return Type::TypeOf(parameters[0]);
    if (name == "optional_type" && parameters.size() == 1) return Type::Optional(parameters[0]);
    return Type::Abstract(name, std::move(parameters));
  }

  std::string Name() {
    const size_t end = rest_.find_first_of("(), ");
    std::string name(rest_.substr(0, end));
    rest_.remove_prefix(name.size());
    return name;
  }

  bool Take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<cel::Type> ReadType(std::string_view text) {
  return TypeReader(text).ReadAll();
}

}  // namespace writ::conformance
