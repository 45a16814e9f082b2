// What the constant parts of an expression evaluate to.
// Tested by tests/compiler/check/check_constants_test.cc.
#include "compiler/check/constant_values.h"

#include <algorithm>
#include <string>
#include <variant>

#include "vm/access.h"
#include "vm/arithmetic.h"
#include "vm/build.h"
#include "vm/compare.h"
#include "vm/operands.h"
#include "vm/time_zone.h"

namespace writ::cel {
namespace {

// Of all constants of an expression together, in the machine's units.
constexpr int64_t kBudget = 1 << 22;

Value Not(const Value& value) {
  if (value.is(Tag::kBool)) return Value::Bool(value.i == 0);
  return value.is(Tag::kError) ? value : Value::Failure(Error::kNoSuchOverload);
}

}  // namespace

Value ValueOf(const Literal& literal) {
  struct Visitor {
    Value operator()(std::monostate) const { return Value::Null(); }
    Value operator()(bool b) const { return Value::Bool(b); }
    Value operator()(int64_t i) const { return Value::Int(i); }
    Value operator()(uint64_t u) const { return Value::Uint(u); }
    Value operator()(double d) const { return Value::Double(d); }
    Value operator()(const std::string& s) const { return Value::String(s); }
    Value operator()(const Bytes& b) const { return Value::Text(Tag::kBytes, b.value); }
  };
  return std::visit(Visitor(), literal);
}

ConstantValues::ConstantValues(const Checked& expression, const Environment& environment,
                               Variables variables, uint32_t given, const Value& value)
    : expression_(expression),
      ast_(expression.ast),
      environment_(environment),
      variables_(variables),
      given_(given),
      given_value_(value),
      budget_(kBudget),
      context_{arena_, budget_, Value()},
      values_(expression.ast.nodes.size()) {
  // Children stand before their parents. Where a binding did not stand before its use, the use
  // would merely count as not constant.
  for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
    values_[id] = Evaluate(id);
    if (values_[id].is(Tag::kError) && values_[id].code == Error::kBudget) values_[id] = Value();
    if (budget_ < 0) break;
  }
}

bool ConstantValues::Has(NodeId node) const {
  return IsValue(values_[node]);
}

const Value& ConstantValues::Child(const Node& node, uint32_t i) const {
  return values_[ast_.child(node, i)];
}

bool ConstantValues::HasChildren(const Node& node) const {
  for (uint32_t i = 0; i < node.child_count; ++i) {
    if (!IsValue(Child(node, i))) return false;
  }
  return true;
}

Value ConstantValues::Run(FunctionId function, const std::vector<Value>& arguments) {
  if (!context_.Charge(Info(function).cost)) return Value::Failure(Error::kBudget);
  const auto count = static_cast<uint32_t>(arguments.size());
  if (TakesTimeZone(function, count) && count > 0 && arguments.back().is(Tag::kString)) {
    LoadTimeZone(arguments.back().view());
  }
  return Info(function).run(arguments.data(), count, context_);
}

Value ConstantValues::Evaluate(NodeId id) {
  const Node& node = ast_.node(id);
  const Reference& reference = expression_.references[id];
  switch (reference.kind) {
    case Reference::Kind::kVariable:
    case Reference::Kind::kType:
    case Reference::Kind::kLocal: return EvaluateReference(reference);
    case Reference::Kind::kUnknown: return {};
    default: break;
  }
  const auto name = [&] { return Value::String(ast_.name(node)); };
  switch (node.kind) {
    case Kind::kLiteral: return ValueOf(ast_.literal(node));
    case Kind::kAnd:
    case Kind::kOr: return EvaluateLogic(node);
    case Kind::kConditional: return EvaluateConditional(node);
    case Kind::kCall: return EvaluateCall(id);
    case Kind::kBind:
    case Kind::kBlock: {
      const Value& body = Child(node, node.child_count - 1);
      return IsValue(body) ? body : Value();
    }
    default: break;
  }
  if (node.child_count == 0 ? node.kind != Kind::kList && node.kind != Kind::kMap
                            : !HasChildren(node)) {
    return {};
  }
  switch (node.kind) {
    case Kind::kSelect:
      return node.optional ? writ::OptionalSelect(Child(node, 0), name(), context_)
                           : writ::Select(Child(node, 0), name(), context_);
    case Kind::kHas: return writ::Has(Child(node, 0), name(), context_);
    case Kind::kIndex:
      return node.optional ? writ::OptionalIndex(Child(node, 0), Child(node, 1), context_)
                           : writ::Index(Child(node, 0), Child(node, 1), context_);
    case Kind::kNot: return Not(Child(node, 0));
    case Kind::kNegate: return writ::Negate(Child(node, 0));
    case Kind::kBinary: return EvaluateBinary(node);
    case Kind::kList: return EvaluateList(node);
    case Kind::kMap: return EvaluateMap(node);
    default: return {};
  }
}

Value ConstantValues::EvaluateReference(const Reference& reference) {
  switch (reference.kind) {
    case Reference::Kind::kType: return Value::Text(Tag::kType, reference.text);
    case Reference::Kind::kVariable: {
      if (reference.index == given_) return given_value_;
      const Variable& variable = environment_.variables[reference.index];
      const bool known =
          variable.storage == Variable::Storage::kConstant && variables_ == Variables::kIncluded;
      return known ? variable.constant : Value();
    }
    default: break;
  }
  const Node& binder = ast_.node(reference.index);
  if (binder.kind != Kind::kBind && binder.kind != Kind::kBlock) return {};
  const Value& bound = Child(binder, binder.kind == Kind::kBind ? 0 : reference.which);
  return IsValue(bound) ? bound : Value();
}

Value ConstantValues::EvaluateBinary(const Node& node) {
  const Value& a = Child(node, 0);
  const Value& b = Child(node, 1);
  switch (node.op) {
    case Operator::kAdd: return writ::Add(a, b, context_);
    case Operator::kSubtract: return writ::Subtract(a, b);
    case Operator::kMultiply: return writ::Multiply(a, b);
    case Operator::kDivide: return writ::Divide(a, b);
    case Operator::kModulo: return writ::Modulo(a, b);
    case Operator::kEqual: return writ::Equal(a, b, context_);
    case Operator::kNotEqual: return Not(writ::Equal(a, b, context_));
    case Operator::kLess: return writ::Less(a, b, context_);
    case Operator::kLessEqual: return writ::LessEqual(a, b, context_);
    case Operator::kGreater: return writ::Less(b, a, context_);
    case Operator::kGreaterEqual: return writ::LessEqual(b, a, context_);
    case Operator::kIn: return writ::In(a, b, context_);
  }
  return {};
}

// One operand decides, whatever the others are.
Value ConstantValues::EvaluateLogic(const Node& node) {
  const bool deciding = node.kind == Kind::kOr;
  bool all = true;
  for (uint32_t i = 0; i < node.child_count; ++i) {
    const Value& operand = Child(node, i);
    if (operand.is(Tag::kBool) && (operand.i != 0) == deciding) return operand;
    all = all && operand.is(Tag::kBool);
  }
  return all ? Value::Bool(!deciding) : Value();
}

Value ConstantValues::EvaluateConditional(const Node& node) {
  for (uint32_t i = 0; i + 1 < node.child_count; i += 2) {
    const Value& condition = Child(node, i);
    if (!condition.is(Tag::kBool)) return {};
    if (condition.i == 0) continue;
    return IsValue(Child(node, i + 1)) ? Child(node, i + 1) : Value();
  }
  const Value& otherwise = Child(node, node.child_count - 1);
  return IsValue(otherwise) ? otherwise : Value();
}

Value ConstantValues::EvaluateList(const Node& node) {
  auto* list = arena_.New(List{0, nullptr, nullptr, nullptr});
  Value value = Value::Of(list);
  for (uint32_t i = 0; i < node.child_count && !value.is(Tag::kError); ++i) {
    const bool optional = ast_.node(ast_.child(node, i)).optional_entry;
    value = optional ? writ::AppendOptional(value, Child(node, i), context_)
                     : writ::Append(value, Child(node, i), context_);
  }
  return value;
}

Value ConstantValues::EvaluateMap(const Node& node) {
  auto* map = arena_.New(Map{0, nullptr, nullptr, nullptr});
  Value value = Value::Of(map);
  for (uint32_t i = 0; i + 1 < node.child_count && !value.is(Tag::kError); i += 2) {
    const bool optional = ast_.node(ast_.child(node, i)).optional_entry;
    value = optional ? writ::InsertOptional(value, Child(node, i), Child(node, i + 1), context_)
                     : writ::Insert(value, Child(node, i), Child(node, i + 1), context_);
  }
  return value;
}

Value ConstantValues::EvaluateCall(NodeId id) {
  const Node& node = ast_.node(id);
  const Reference& reference = expression_.references[id];
  if (reference.kind != Reference::Kind::kFunction) return {};
  const auto function = static_cast<FunctionId>(reference.index);
  std::vector<Value> arguments;
  for (uint32_t i = reference.target_is_namespace ? 1 : 0; i < node.child_count; ++i) {
    if (!IsValue(Child(node, i))) return {};
    arguments.push_back(Child(node, i));
  }
  // Without a point in time, it is about now.
  if (function == FunctionId::kTimeWithin && arguments.size() < 3) return {};
  return Run(function, arguments);
}

}  // namespace writ::cel
