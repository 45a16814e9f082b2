// Macros: calls that are no functions.
//
// A call is a macro by its name alone, like a keyword: `has` and `cel.bind` where they are called
// without and with that target, the others with any. A call of that name whose arguments do not
// fit is an error, never a function. A leading dot (.has(x)) makes it a function.
//
// Tested by tests/grammar/macro_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "grammar/ast.h"
#include "grammar/parse.h"

namespace writ::cel {

// A call whose parts are nodes already.
struct Call {
  std::string_view name;
  bool absolute = false;
  std::optional<NodeId> target;
  std::vector<NodeId> arguments;
  uint32_t at = 0;  // of the name, whose length is name.size()
};

// What becomes of it: a node's kind, names and children.
struct Expansion {
  Kind kind = Kind::kCall;
  Macro macro = Macro::kNone;
  std::string name;
  std::string name2;
  std::vector<NodeId> children;
};

// Nothing if the call is no macro.
tl::expected<std::optional<Expansion>, SyntaxError> Expand(const Ast& ast, const Call& call);

}  // namespace writ::cel
