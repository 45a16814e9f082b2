// Types of CEL expressions, as the checker deduces them (language definition, "Gradual type
// checking").
//
// Tested by tests/compiler/check/type_test.cc.
//
// Types are values: cheap to copy, compared by structure. What an author's text can make of them is
// bounded: parameters that would make a type deeper than kMaxTypeDepth or larger than kMaxTypeSize
// are dyn. Thread safety: immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace writ::cel {

enum class TypeKind : uint8_t {
  kDyn,
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kList,       // parameters: element
  kMap,        // parameters: key, value
  kType,       // parameters: what it is the type of; none: not known
  kAbstract,   // name and parameters: optional_type(T), net.IP, url, ...
  kParameter,  // name: stands for any type in a signature, or for one not yet known
  kError,      // of an expression that was reported already
};

inline constexpr uint32_t kMaxTypeDepth = 64;
inline constexpr uint32_t kMaxTypeSize = 256;  // types in it, itself included

class Type {
 public:
  Type() = default;                     // dyn
  Type(TypeKind kind) : kind_(kind) {}  // NOLINT: kinds are types without parameters
  Type(TypeKind kind, std::string name, std::vector<Type> parameters = {});

  static Type List(Type element);
  static Type Map(Type key, Type value);
  static Type TypeOf(Type type);
  static Type Optional(Type value);
  static Type Abstract(std::string name, std::vector<Type> parameters = {});
  static Type Parameter(std::string name);
  // A parameter that has a number instead of a name: a type not yet known (compiler/check/unify.h).
  static Type Variable(uint32_t number);

  TypeKind kind() const { return kind_; }
  bool is(TypeKind kind) const { return kind_ == kind; }
  bool is_optional() const;
  bool is_variable() const { return kind_ == TypeKind::kParameter && rest_ == nullptr; }
  uint32_t variable() const { return variable_; }
  // Whether there is a kParameter in it.
  bool has_parameters() const;
  // Of kAbstract and kParameter.
  const std::string& name() const;
  const std::vector<Type>& parameters() const;

  // As people and the conformance cases write it: "list(int)", "map(string, dyn)", "timestamp",
  // "optional_type(int)", "type(int)", "null". A type not yet known is "dyn".
  std::string ToString() const;

  friend bool operator==(const Type& a, const Type& b);

 private:
  struct Rest;
  TypeKind kind_ = TypeKind::kDyn;
  uint32_t variable_ = 0;
  std::shared_ptr<const Rest> rest_;  // null where there is nothing more to say
};

}  // namespace writ::cel
