// Calls that test their first operand by what the second one says: args.x.startsWith("/srv/"),
// path.within(args.path, data.folder).
//
// Tested by tests/policies/warned.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/check/check.h"

namespace writ::cel {

struct TextTest {
  FunctionId function;
  std::string_view brings;  // what the second operand is, such as "pattern"
  NodeId tested;
  NodeId by;
};

// The test that the node is, if it is one.
std::optional<TextTest> ReadTextTest(const Checked& expression, NodeId id);

// One spelling of a test of `tested` by `by`, for comparing; empty for what is too long for that.
std::string SpellTextTest(const Ast& ast, FunctionId function, NodeId tested, NodeId by);

}  // namespace writ::cel
