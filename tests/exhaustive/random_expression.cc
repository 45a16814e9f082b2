// Random CEL expressions.
// Tested by tests/exhaustive/random_test.cc.
#include "exhaustive/random_expression.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace writ::exhaustive {
namespace {

using cel::Overload;
using cel::Type;
using cel::TypeKind;

constexpr int kDepth = 4;

using Texts = std::vector<std::string_view>;

// Values at the edges, and values that other functions take as texts.
const Texts& Literals(TypeKind kind) {
  static const std::map<TypeKind, Texts> kLiterals = {
      {TypeKind::kNull, {"null"}},
      {TypeKind::kBool, {"true", "false"}},
      {TypeKind::kInt,
       {"0", "1", "2", "3", "-1", "7", "64", "9223372036854775807", "-9223372036854775808"}},
      {TypeKind::kUint, {"0u", "1u", "2u", "3u", "64u", "18446744073709551615u"}},
      {TypeKind::kDouble, {"0.0", "-0.0", "1.0", "1.5", "-2.5", "1e300", "9007199254740993.0"}},
      {TypeKind::kString,
       {"''", "'a'", "'ab'", "'b'", "'äé😀'", "'%s %d'", "'1'", "'true'", "'[a-c]+'", "'1h'",
        "'2009-02-13T23:31:30Z'", "'10.0.0.1'", "'10.0.0.0/8'", "'https://h.example/p?q=1'",
        "'/srv/../x'", "'Mo-Fr 09:00-18:00'", "'Europe/Berlin'", "'{\"a\": [1]}'", "'YQ=='"}},
      {TypeKind::kBytes, {"b''", "b'a'", "b'\\xff\\x00'"}},
      {TypeKind::kTimestamp,
       {"timestamp(0)", "timestamp('2009-02-13T23:31:30.5Z')",
        "timestamp('9999-12-31T23:59:59Z')"}},
      {TypeKind::kDuration, {"duration('0s')", "duration('1h1ns')", "duration('-5m')"}},
  };
  static const Texts kNone;
  const auto found = kLiterals.find(kind);
  return found == kLiterals.end() ? kNone : found->second;
}

// Values of abstract types, by the type's name.
std::optional<std::string_view> AbstractLiteral(std::string_view name) {
  if (name == "net.IP") return "ip('10.0.0.1')";
  if (name == "net.CIDR") return "cidr('10.0.0.0/8')";
  if (name == "url") return "url('https://h.example:8080/p?q=1')";
  return std::nullopt;
}

// Whether `pattern`, a type of a signature, can be `type`; parameters are bound on the way.
bool Matches(const Type& pattern, const Type& type, std::map<std::string, Type>& bound) {
  if (pattern.is(TypeKind::kParameter)) {
    return bound.try_emplace(pattern.name(), type).first->second == type;
  }
  if (pattern.kind() != type.kind() || pattern.parameters().size() != type.parameters().size()) {
    return false;
  }
  if (pattern.is(TypeKind::kAbstract) && pattern.name() != type.name()) return false;
  for (size_t i = 0; i < pattern.parameters().size(); ++i) {
    if (!Matches(pattern.parameters()[i], type.parameters()[i], bound)) return false;
  }
  return true;
}

Type Substitute(const Type& pattern, const std::map<std::string, Type>& bound) {
  const auto& parameters = pattern.parameters();
  switch (pattern.kind()) {
    case TypeKind::kParameter: {
      const auto found = bound.find(pattern.name());
      return found == bound.end() ? Type(TypeKind::kInt) : found->second;
    }
    case TypeKind::kList: return Type::List(Substitute(parameters[0], bound));
    case TypeKind::kMap:
      return Type::Map(Substitute(parameters[0], bound), Substitute(parameters[1], bound));
    case TypeKind::kAbstract: {
      std::vector<Type> inner;
      for (const Type& parameter : parameters) inner.push_back(Substitute(parameter, bound));
      return Type::Abstract(pattern.name(), std::move(inner));
    }
    default: return pattern;
  }
}

}  // namespace

Generator::Generator(uint64_t seed, const cel::Environment& environment, uint32_t mistakes)
    : random_(seed), environment_(environment), mistakes_(mistakes) {}

std::string Generator::Expression() {
  locals_.clear();
  names_ = 0;
  return Of(AnyType(2), kDepth);
}

Type Generator::AnyType(int depth) {
  static constexpr std::array kPlain = {
      TypeKind::kBool,   TypeKind::kBool,  TypeKind::kBool,      TypeKind::kInt,
      TypeKind::kInt,    TypeKind::kUint,  TypeKind::kDouble,    TypeKind::kString,
      TypeKind::kString, TypeKind::kBytes, TypeKind::kTimestamp, TypeKind::kDuration,
      TypeKind::kNull,   TypeKind::kDyn};
  static constexpr std::array kKeys = {TypeKind::kString, TypeKind::kInt, TypeKind::kBool};
  if (depth > 0) {
    switch (random_.Below(8)) {
      case 0: return Type::List(AnyType(depth - 1));
      case 1: return Type::Map(random_.Pick(kKeys), AnyType(depth - 1));
      case 2: return Type::Optional(AnyType(depth - 1));
      default: break;
    }
  }
  return random_.Pick(kPlain);
}

std::string Generator::Of(Type type, int depth) {
  if (mistakes_ != 0 && random_.OneIn(mistakes_)) type = AnyType(1);
  if (type.is(TypeKind::kDyn)) {
    type = AnyType(1);
    if (depth > 0) return fmt::format("dyn({})", Of(type, depth - 1));
  }
  if (depth <= 0) return Leaf(type);
  switch (random_.Below(8)) {
    case 0: return Leaf(type);
    case 1: return Access(type, depth);
    case 2: return Macro(type, depth);
    case 3: return Bind(type, depth);
    case 4:
    case 5: return Call(type, depth);
    default: return Operator(type, depth);
  }
}

std::string Generator::Leaf(const Type& type) {
  std::vector<std::string_view> names;
  for (const cel::Variable& variable : environment_.variables) {
    if (variable.type == type || variable.type.is(TypeKind::kDyn)) names.push_back(variable.name);
  }
  for (const Local& local : locals_) {
    // The innermost ones, whose reading crosses most frames, more often.
    if (local.type == type) names.insert(names.end(), 3, local.name);
  }
  if (!names.empty() && !random_.OneIn(3)) return std::string(random_.Pick(names));
  return Literal(type);
}

std::string Generator::Literal(const Type& type) {
  const Texts& texts = Literals(type.kind());
  if (!texts.empty()) return std::string(random_.Pick(texts));
  const auto& parameters = type.parameters();
  switch (type.kind()) {
    case TypeKind::kList: {
      std::string list = "[";
      for (uint32_t i = random_.Below(4); i > 0; --i) {
        const bool optional = random_.OneIn(6);
        list += optional ? "?" + Leaf(Type::Optional(parameters[0])) : Leaf(parameters[0]);
        if (i > 1) list += ", ";
      }
      return list + "]";
    }
    case TypeKind::kMap: {
      std::string map = "{";
      for (uint32_t i = random_.Below(4); i > 0; --i) {
        const bool optional = random_.OneIn(6);
        map += fmt::format("{}{}: {}", optional ? "?" : "", Leaf(parameters[0]),
                           Leaf(optional ? Type::Optional(parameters[1]) : parameters[1]));
        if (i > 1) map += ", ";
      }
      return map + "}";
    }
    case TypeKind::kAbstract: {
      if (type.is_optional()) {
        if (random_.OneIn(3)) return "optional.none()";
        return fmt::format("optional.of({})", Leaf(parameters[0]));
      }
      return std::string(AbstractLiteral(type.name()).value_or("null"));
    }
    case TypeKind::kType: return random_.OneIn(2) ? "int" : "type(1u)";
    default: return Literal(TypeKind::kInt);
  }
}

std::string Generator::Operator(const Type& type, int depth) {
  const int below = depth - 1;
  if (random_.OneIn(5)) {
    return fmt::format("({} ? {} : {})", Of(TypeKind::kBool, below), Of(type, below),
                       Of(type, below));
  }
  switch (type.kind()) {
    case TypeKind::kBool: return Comparison(depth);
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble:
    case TypeKind::kString:
    case TypeKind::kBytes:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration: return Arithmetic(type, depth);
    case TypeKind::kList:
      if (random_.OneIn(2)) return fmt::format("({} + {})", Of(type, below), Of(type, below));
      return fmt::format("[{}, {}]", Of(type.parameters()[0], below),
                         Of(type.parameters()[0], below));
    case TypeKind::kMap:
      return fmt::format("{{{}: {}}}", Of(type.parameters()[0], below),
                         Of(type.parameters()[1], below));
    default: return Leaf(type);
  }
}

std::string Generator::Comparison(int depth) {
  static constexpr std::array kOperators = {"==", "!=", "<", "<=", ">", ">="};
  static constexpr std::array kOrdered = {
      TypeKind::kInt,   TypeKind::kUint, TypeKind::kDouble,   TypeKind::kString,
      TypeKind::kBytes, TypeKind::kBool, TypeKind::kDuration, TypeKind::kTimestamp};
  const int below = depth - 1;
  switch (random_.Below(6)) {
    case 0:
    case 1: {
      const char* op = random_.OneIn(2) ? " && " : " || ";
      std::string chain = "(" + Of(TypeKind::kBool, below);
      for (uint32_t i = random_.Below(3) + 1; i > 0; --i) chain += op + Of(TypeKind::kBool, below);
      return chain + ")";
    }
    case 2: return "!" + Of(TypeKind::kBool, below);
    case 3: {
      const Type element = AnyType(0);
      return fmt::format("({} in {})", Of(element, below), Of(Type::List(element), below));
    }
    case 4: {
      const Type type = AnyType(2);
      return fmt::format("({} == {})", Of(type, below), Of(type, below));
    }
    default: {
      const Type type = random_.Pick(kOrdered);
      return fmt::format("({} {} {})", Of(type, below), random_.Pick(kOperators), Of(type, below));
    }
  }
}

std::string Generator::Arithmetic(const Type& type, int depth) {
  const int below = depth - 1;
  switch (type.kind()) {
    case TypeKind::kTimestamp:
      return fmt::format("({} {} {})", Of(type, below), random_.OneIn(2) ? "+" : "-",
                         Of(TypeKind::kDuration, below));
    case TypeKind::kDuration: {
      const Type operand = random_.OneIn(2) ? TypeKind::kTimestamp : TypeKind::kDuration;
      return fmt::format("({} - {})", Of(operand, below), Of(operand, below));
    }
    case TypeKind::kString:
    case TypeKind::kBytes: return fmt::format("({} + {})", Of(type, below), Of(type, below));
    default: {
      static constexpr std::array kOperators = {"+", "-", "*", "/", "%"};
      if (random_.OneIn(6)) return fmt::format("-({})", Of(type, below));
      return fmt::format("({} {} {})", Of(type, below), random_.Pick(kOperators), Of(type, below));
    }
  }
}

std::string Generator::Access(const Type& type, int depth) {
  const int below = depth - 1;
  const Type map = Type::Map(TypeKind::kString, type);
  if (type.is_optional()) {
    const Type inner = Type::Map(TypeKind::kString, type.parameters()[0]);
    return random_.OneIn(2) ? Of(inner, below) + ".?a" : Of(inner, below) + "[?'ab']";
  }
  switch (random_.Below(5)) {
    case 0: return Of(map, below) + ".a";
    case 1: return fmt::format("{}[{}]", Of(map, below), Of(TypeKind::kString, below));
    case 2: return fmt::format("{}[{}]", Of(Type::List(type), below), Of(TypeKind::kInt, below));
    case 3:
      if (type.is(TypeKind::kBool)) return fmt::format("has({}.a)", Of(map, below));
      return Of(map, below) + ".ab";
    default: return fmt::format("{}.orValue({})", Of(Type::Optional(type), below), Of(type, below));
  }
}

std::string Generator::Macro(const Type& type, int depth) {
  if (type.is(TypeKind::kBool)) return Quantifier(depth);
  if (type.is(TypeKind::kList)) return ListMacro(type, depth);
  if (type.is(TypeKind::kMap)) {
    const std::string k = FreshName();
    const std::string v = FreshName();
    const Type from = AnyType(0);
    return fmt::format(
        "{}.transformMap({}, {}, {})", Of(Type::Map(type.parameters()[0], from), depth - 1), k, v,
        Within({{k, type.parameters()[0]}, {v, from}}, type.parameters()[1], depth - 1));
  }
  if (type.is_optional()) return OptionalMacro(type, depth);
  return Operator(type, depth);
}

std::string Generator::Quantifier(int depth) {
  static constexpr std::array kMacros = {"all", "exists", "exists_one"};
  const Type element = AnyType(1);
  const std::string x = FreshName();
  if (random_.OneIn(4)) {
    static constexpr std::array kTwo = {"all", "exists", "existsOne"};
    const std::string i = FreshName();
    return fmt::format("{}.{}({}, {}, {})", Of(Type::List(element), depth - 1), random_.Pick(kTwo),
                       i, x,
                       Within({{i, TypeKind::kInt}, {x, element}}, TypeKind::kBool, depth - 1));
  }
  const bool map = random_.OneIn(4);
  const Type range = map ? Type::Map(TypeKind::kString, element) : Type::List(element);
  return fmt::format(
      "{}.{}({}, {})", Of(range, depth - 1), random_.Pick(kMacros), x,
      Within({{x, map ? Type(TypeKind::kString) : element}}, TypeKind::kBool, depth - 1));
}

std::string Generator::ListMacro(const Type& type, int depth) {
  const Type to = type.parameters()[0];
  const Type from = AnyType(0);
  const std::string x = FreshName();
  const int below = depth - 1;
  switch (random_.Below(5)) {
    case 0:
      return fmt::format("{}.filter({}, {})", Of(type, below), x,
                         Within({{x, to}}, TypeKind::kBool, below));
    case 1:
      return fmt::format("{}.map({}, {}, {})", Of(Type::List(from), below), x,
                         Within({{x, from}}, TypeKind::kBool, below),
                         Within({{x, from}}, to, below));
    case 2: {
      const std::string i = FreshName();
      return fmt::format("{}.transformList({}, {}, {})", Of(Type::List(from), below), i, x,
                         Within({{i, TypeKind::kInt}, {x, from}}, to, below));
    }
    case 3:
      return fmt::format("{}.sortBy({}, {})", Of(type, below), x,
                         Within({{x, to}}, TypeKind::kInt, below));
    default:
      return fmt::format("{}.map({}, {})", Of(Type::List(from), below), x,
                         Within({{x, from}}, to, below));
  }
}

std::string Generator::OptionalMacro(const Type& type, int depth) {
  const Type from = AnyType(0);
  const std::string x = FreshName();
  const bool flat = random_.OneIn(2);
  return fmt::format("{}.{}({}, {})", Of(Type::Optional(from), depth - 1),
                     flat ? "optFlatMap" : "optMap", x,
                     Within({{x, from}}, flat ? type : type.parameters()[0], depth - 1));
}

std::string Generator::Bind(const Type& type, int depth) {
  const Type bound = AnyType(1);
  const std::string x = FreshName();
  return fmt::format("cel.bind({}, {}, {})", x, Of(bound, depth - 1),
                     Within({{x, bound}}, type, depth - 1));
}

std::string Generator::Call(const Type& type, int depth) {
  std::vector<std::pair<const Overload*, std::map<std::string, Type>>> fitting;
  for (const Overload& overload : cel::StandardOverloads()) {
    const char first = overload.function[0];
    if (first == '_' || first == '@' || first == '!' || first == '-') continue;  // operators
    std::map<std::string, Type> bound;
    if (Matches(overload.result, type, bound)) fitting.emplace_back(&overload, std::move(bound));
  }
  if (fitting.empty()) return Operator(type, depth);
  const auto& [overload, bound] = random_.Pick(fitting);
  std::vector<Type> parameters;
  for (const Type& parameter : overload->parameters) {
    parameters.push_back(Substitute(parameter, bound));
  }
  return CallOf(*overload, parameters, depth);
}

std::string Generator::CallOf(const Overload& overload, const std::vector<Type>& parameters,
                              int depth) {
  std::string call;
  size_t next = 0;
  if (overload.member) call = fmt::format("({}).", Of(parameters[next++], depth - 1));
  call += overload.function + "(";
  const size_t more = overload.variadic ? random_.Below(3) : 0;
  for (size_t i = next; i < parameters.size() + more; ++i) {
    if (i > next) call += ", ";
    call += Of(parameters[std::min(i, parameters.size() - 1)], depth - 1);
  }
  return call + ")";
}

std::string Generator::Within(std::vector<Local> locals, const Type& type, int depth) {
  const size_t outside = locals_.size();
  for (Local& local : locals) locals_.push_back(std::move(local));
  std::string inside = Of(type, depth);
  locals_.resize(outside);
  return inside;
}

std::string Generator::FreshName() {
  // Few names, so that some hide others.
  static constexpr std::array kNames = {"p", "q", "r", "t", "v"};
  return kNames[names_++ % kNames.size()];
}

}  // namespace writ::exhaustive
