// Signatures of functions and operators, from the text of the tables.
// Tested by tests/compiler/check/overloads_test.cc.
#include "compiler/check/signature.h"

#include <array>
#include <string>
#include <utility>

namespace writ::cel {
namespace {

struct SimpleType {
  std::string_view name;
  TypeKind kind;
};

constexpr std::array<SimpleType, 10> kSimpleTypes = {{{"dyn", TypeKind::kDyn},
                                                      {"null", TypeKind::kNull},
                                                      {"bool", TypeKind::kBool},
                                                      {"int", TypeKind::kInt},
                                                      {"uint", TypeKind::kUint},
                                                      {"double", TypeKind::kDouble},
                                                      {"string", TypeKind::kString},
                                                      {"bytes", TypeKind::kBytes},
                                                      {"timestamp", TypeKind::kTimestamp},
                                                      {"duration", TypeKind::kDuration}}};

// Reads one text from its start. The tables are short and ours: types in them nest a few levels.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  bool Take(std::string_view text) {
    if (rest_.substr(0, text.size()) != text) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  std::string_view TakeUntil(std::string_view stops) {
    const std::string_view taken = rest_.substr(0, rest_.find_first_of(stops));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::optional<Type> TakeType() {
    std::string_view name = TakeUntil("(), >;");
    // "T..." is the caller's.
    if (const size_t dots = name.find("..."); dots != std::string_view::npos) {
      rest_ = std::string_view(name.data() + dots, name.size() - dots + rest_.size());
      name = name.substr(0, dots);
    }
    if (name.empty()) return std::nullopt;
    std::vector<Type> parameters;
    if (Take("(")) {
      do {
        std::optional<Type> parameter = TakeType();
        if (!parameter) return std::nullopt;
        parameters.push_back(*std::move(parameter));
      } while (Take(", "));
      if (!Take(")")) return std::nullopt;
    }
    return Make(name, std::move(parameters));
  }

  // <T>.name(T, T...) -> T
  std::optional<Overload> TakeOverload() {
    Overload overload;
    if (Take("<")) {
      std::optional<Type> target = TakeType();
      if (!target || !Take(">.")) return std::nullopt;
      overload.member = true;
      overload.parameters.push_back(*std::move(target));
    }
    overload.function = TakeUntil("(");
    if (overload.function.empty() || !Take("(")) return std::nullopt;
    if (!Take(")")) {
      do {
        std::optional<Type> parameter = TakeType();
        if (!parameter || overload.variadic) return std::nullopt;
        overload.parameters.push_back(*std::move(parameter));
        overload.variadic = Take("...");
      } while (Take(", "));
      if (!Take(")")) return std::nullopt;
    }
    if (!Take(" -> ")) return std::nullopt;
    std::optional<Type> result = TakeType();
    if (!result) return std::nullopt;
    overload.result = *std::move(result);
    return overload;
  }

 private:
  static std::optional<Type> Make(std::string_view name, std::vector<Type> parameters) {
    if (name == "list" && parameters.size() == 1) return Type::List(parameters[0]);
    if (name == "map" && parameters.size() == 2) return Type::Map(parameters[0], parameters[1]);
    if (name == "type" && parameters.size() == 1) return Type::TypeOf(parameters[0]);
    if (name == "type" && parameters.empty()) return Type(TypeKind::kType);
    for (const SimpleType& simple : kSimpleTypes) {
      if (simple.name == name) {
        return parameters.empty() ? std::optional<Type>(simple.kind) : std::nullopt;
      }
    }
    if (name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z') {
      return Type::Parameter(std::string(name));
    }
    return Type::Abstract(std::string(name), std::move(parameters));
  }

  std::string_view rest_;
};

}  // namespace

std::optional<Type> ParseType(std::string_view text) {
  Reader reader(text);
  std::optional<Type> type = reader.TakeType();
  return reader.at_end() ? type : std::nullopt;
}

std::optional<std::vector<Overload>> ParseSignatures(std::string_view text) {
  Reader reader(text);
  std::vector<Overload> overloads;
  do {
    std::optional<Overload> overload = reader.TakeOverload();
    if (!overload) return std::nullopt;
    overloads.push_back(*std::move(overload));
  } while (reader.Take("; "));
  return reader.at_end() ? std::make_optional(std::move(overloads)) : std::nullopt;
}

std::string ShowCall(const Overload& overload) {
  std::string text;
  size_t next = 0;
  if (overload.member) {
    text = "<" + overload.parameters[0].ToString() + ">.";
    next = 1;
  }
  text += overload.function + "(";
  for (size_t i = next; i < overload.parameters.size(); ++i) {
    if (i != next) text += ", ";
    text += overload.parameters[i].ToString();
  }
  if (overload.variadic) text += "...";
  return text + ")";
}

}  // namespace writ::cel
