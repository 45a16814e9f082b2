// Comparisons with constants, and which of them cannot hold together: x == 1 and x == 2, x > 5 and
// x < 3.
//
// Tested by tests/compiler/check/check_warnings_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "compiler/check/constant_values.h"
#include "grammar/ast.h"
#include "vm/value.h"

namespace writ::cel {

// ==, !=, <, <=, > and >=.
bool IsComparison(const Node& node);

// What says the same with the sides the other way round, and what says the opposite.
Operator Mirrored(Operator op);
Operator Negated(Operator op);

// Something compared with a constant: subject op value. The op may be kIn, the value a list then.
struct Comparison {
  std::string_view subject;  // its text
  Operator op = Operator::kEqual;
  Value value;
};

// The node as a comparison with a constant of something that is none. It points into the expression
// and its values.
std::optional<Comparison> ReadComparison(const Ast& ast, const ConstantValues& values, NodeId id);

// Whether one thing can be `op value`, given that it is `known_op known`. Errs on the side of yes.
bool Compatible(Operator known_op, const Value& known, Operator op, const Value& value);

// Whether two comparisons of one subject cannot both hold.
bool Contradict(const Comparison& a, const Comparison& b);

}  // namespace writ::cel
