// What the constant parts of an expression evaluate to: literals, what operators and functions make
// of them, and the constants of the environment.
//
// Values come from the very functions the machine runs. Comprehensions are not evaluated, nor is
// what depends on the clock.
//
// Tested by tests/compiler/check/check_constants_test.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/check/check.h"
#include "vm/arena.h"
#include "vm/functions/function.h"
#include "vm/value.h"

namespace writ::cel {

// What a literal stands for; text is the literal's own.
Value ValueOf(const Literal& literal);

class ConstantValues {
 public:
  enum class Variables : uint8_t { kIncluded, kUnknown };

  // Takes time and memory in proportion to the expression; what would cost more counts as not
  // constant. REQUIRES: expression and environment outlive this.
  ConstantValues(const Checked& expression, const Environment& environment, Variables variables)
      : ConstantValues(expression, environment, variables, UINT32_MAX, Value()) {}
  // The same, given that variable `given` of the environment has the value.
  ConstantValues(const Checked& expression, const Environment& environment, Variables variables,
                 uint32_t given, const Value& value);

  // Absent: not a constant. A failure: whenever it is evaluated, it fails like that; what contains
  // it is then no constant.
  const Value& at(NodeId node) const { return values_[node]; }
  bool Has(NodeId node) const;

  // Runs a function as the machine would, without a clock. Loads the time zones it asks for.
  Value Run(FunctionId function, const std::vector<Value>& arguments);

 private:
  Value Evaluate(NodeId id);
  Value EvaluateReference(const Reference& reference);
  Value EvaluateBinary(const Node& node);
  Value EvaluateLogic(const Node& node);
  Value EvaluateConditional(const Node& node);
  Value EvaluateList(const Node& node);
  Value EvaluateMap(const Node& node);
  Value EvaluateCall(NodeId id);
  const Value& Child(const Node& node, uint32_t i) const;
  bool HasChildren(const Node& node) const;

  const Checked& expression_;
  const Ast& ast_;
  const Environment& environment_;
  Variables variables_;
  uint32_t given_;
  Value given_value_;
  Arena arena_;
  int64_t budget_;
  FunctionContext context_;
  std::vector<Value> values_;
};

}  // namespace writ::cel
