// Every way to call every function and operator, by name.
//
// Tested by tests/compiler/check/overloads_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/check/environment.h"
#include "compiler/check/name_tree.h"
#include "grammar/ast.h"

namespace writ::cel {

// Rows of compiler/check/operators.def.
enum class OperatorId : uint8_t {
#define OP(id, name, written, signatures) k##id,
#include "compiler/check/operators.def"
#undef OP
};

// REQUIRES: the node is kNegate, kBinary or kIndex.
OperatorId OperatorOf(const Node& node);
// "_+_", and "+".
std::string_view NameOf(OperatorId id);
std::string_view WrittenForm(OperatorId id);

// The standard overloads and those an environment declares.
class OverloadTable {
 public:
  // REQUIRES: declarations outlives the table.
  explicit OverloadTable(const std::vector<Overload>& declarations);

  using Overloads = std::vector<const Overload*>;
  // Those of a function, of both styles, in the order of the tables; empty: no such function.
  const Overloads& Find(std::string_view function) const;
  const Overloads& Find(OperatorId id) const;

  // Functions by the parts of their names, to find namespaced ones: trees of standard functions
  // and of declared ones. Items mean nothing.
  static const NameTree& standard_names();
  const NameTree& declared_names() const { return declared_names_; }

  // All functions that can be written, no operators: for suggestions.
  std::vector<std::string_view> Names() const;

 private:
  std::unordered_map<std::string_view, Overloads> declared_;  // with the standard ones
  NameTree declared_names_;
};

}  // namespace writ::cel
