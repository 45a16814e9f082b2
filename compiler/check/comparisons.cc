// Comparisons with constants.
// Tested by tests/compiler/check/check_warnings_test.cc.
#include "compiler/check/comparisons.h"

#include <algorithm>
#include <cmath>

#include "vm/compare.h"

namespace writ::cel {

bool IsComparison(const Node& node) {
  if (node.kind != Kind::kBinary) return false;
  switch (node.op) {
    case Operator::kEqual:
    case Operator::kNotEqual:
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual: return true;
    default: return false;
  }
}

Operator Mirrored(Operator op) {
  switch (op) {
    case Operator::kLess: return Operator::kGreater;
    case Operator::kLessEqual: return Operator::kGreaterEqual;
    case Operator::kGreater: return Operator::kLess;
    case Operator::kGreaterEqual: return Operator::kLessEqual;
    default: return op;
  }
}

Operator Negated(Operator op) {
  switch (op) {
    case Operator::kEqual: return Operator::kNotEqual;
    case Operator::kNotEqual: return Operator::kEqual;
    case Operator::kLess: return Operator::kGreaterEqual;
    case Operator::kLessEqual: return Operator::kGreater;
    case Operator::kGreater: return Operator::kLessEqual;
    case Operator::kGreaterEqual: return Operator::kLess;
    default: return op;
  }
}

namespace {

enum class Holds : uint8_t { kNever, kSometimes };

bool IsEquality(Operator op) {
  return op == Operator::kEqual || op == Operator::kNotEqual;
}

double AsDouble(const Value& number) {
  if (number.is(Tag::kDouble)) return number.d;
  return number.is(Tag::kUint) ? static_cast<double>(number.u) : static_cast<double>(number.i);
}

// Whether some numbers are ordered as if the two were one. Against a double an integer is ordered
// as the double next to it, and from 2^53 on several integers have the same one.
bool AreOneAsDoubles(const Value& a, const Value& b) {
  constexpr double kFirstGap = 9007199254740992.0;
  const double as_double = AsDouble(a);
  if (as_double != AsDouble(b) || std::fabs(as_double) < kFirstGap) return false;
  return CompareNumbers(a, b) != 0 || a.is(Tag::kDouble) != b.is(Tag::kDouble);
}

// Whether a number that is `known_op known` can be `op value`.
Holds HoldsGiven(Operator known_op, const Value& known, Operator op, const Value& value) {
  const bool numbers = known.is_number() && value.is_number();
  const bool same_kind = numbers || known.tag == value.tag;
  if (!same_kind) {
    // Of what equals one value nothing holds that is said about values of another type.
    return known_op == Operator::kEqual && op != Operator::kNotEqual ? Holds::kNever
                                                                     : Holds::kSometimes;
  }
  int order = 2;  // of `value` to `known`: 2 if they have none
  if (numbers) {
    const bool ordered = !IsEquality(op) || !IsEquality(known_op);
    if (ordered && AreOneAsDoubles(known, value)) return Holds::kSometimes;
    order = CompareNumbers(value, known);
  } else if (known.is(Tag::kString) || known.is(Tag::kBool)) {
    order = SameScalar(value, known) ? 0 : 2;
  }
  if (known_op == Operator::kEqual && op == Operator::kEqual && !numbers) {
    return order == 0 ? Holds::kSometimes : Holds::kNever;
  }
  if (order == 2) return Holds::kSometimes;
  const bool upward = op == Operator::kGreater || op == Operator::kGreaterEqual;
  const bool downward = op == Operator::kLess || op == Operator::kLessEqual;
  switch (known_op) {
    case Operator::kEqual:
      switch (op) {
        case Operator::kEqual: return order == 0 ? Holds::kSometimes : Holds::kNever;
        case Operator::kNotEqual: return order == 0 ? Holds::kNever : Holds::kSometimes;
        case Operator::kLess: return order > 0 ? Holds::kSometimes : Holds::kNever;
        case Operator::kLessEqual: return order >= 0 ? Holds::kSometimes : Holds::kNever;
        case Operator::kGreater: return order < 0 ? Holds::kSometimes : Holds::kNever;
        case Operator::kGreaterEqual: return order <= 0 ? Holds::kSometimes : Holds::kNever;
        default: return Holds::kSometimes;
      }
    case Operator::kNotEqual:
      return op == Operator::kEqual && order == 0 ? Holds::kNever : Holds::kSometimes;
    case Operator::kLess:
    case Operator::kLessEqual: {
      const bool touching = known_op == Operator::kLessEqual &&
                            (op == Operator::kGreaterEqual || op == Operator::kEqual);
      if (!upward && op != Operator::kEqual) return Holds::kSometimes;
      return order > 0 || (order == 0 && !touching) ? Holds::kNever : Holds::kSometimes;
    }
    case Operator::kGreater:
    case Operator::kGreaterEqual: {
      const bool touching = known_op == Operator::kGreaterEqual &&
                            (op == Operator::kLessEqual || op == Operator::kEqual);
      if (!downward && op != Operator::kEqual) return Holds::kSometimes;
      return order < 0 || (order == 0 && !touching) ? Holds::kNever : Holds::kSometimes;
    }
    default: return Holds::kSometimes;
  }
}

// Whether one of the list's elements can be what is compared.
bool AnyCompatible(const List& list, Operator op, const Value& value) {
  return std::any_of(list.items, list.items + list.size, [&](const Value& item) {
    return Compatible(Operator::kEqual, item, op, value);
  });
}

bool IsScalar(const Value& value) {
  return value.is_number() || value.is(Tag::kString) || value.is(Tag::kBool);
}

}  // namespace

bool Compatible(Operator known_op, const Value& known, Operator op, const Value& value) {
  return HoldsGiven(known_op, known, op, value) != Holds::kNever &&
         HoldsGiven(op, value, known_op, known) != Holds::kNever;
}

bool Contradict(const Comparison& a, const Comparison& b) {
  if (a.op != Operator::kIn && b.op != Operator::kIn) {
    return !Compatible(a.op, a.value, b.op, b.value);
  }
  if (a.op != Operator::kIn) return Contradict(b, a);
  const List& list = *a.value.list;
  if (b.op != Operator::kIn) return !AnyCompatible(list, b.op, b.value);
  return std::none_of(list.items, list.items + list.size, [&](const Value& item) {
    return AnyCompatible(*b.value.list, Operator::kEqual, item);
  });
}

std::optional<Comparison> ReadComparison(const Ast& ast, const ConstantValues& values, NodeId id) {
  const Node& node = ast.node(id);
  const bool is_in = node.kind == Kind::kBinary && node.op == Operator::kIn;
  if (!is_in && !IsComparison(node)) return std::nullopt;
  const NodeId left = ast.child(node, 0);
  const NodeId right = ast.child(node, 1);
  Comparison comparison;
  comparison.op = node.op;
  if (values.Has(right) && !values.Has(left)) {
    comparison.subject = ast.text(ast.node(left));
    comparison.value = values.at(right);
  } else if (!is_in && values.Has(left) && !values.Has(right)) {
    comparison.subject = ast.text(ast.node(right));
    comparison.value = values.at(left);
    comparison.op = Mirrored(node.op);
  } else {
    return std::nullopt;
  }
  if (comparison.subject.empty()) return std::nullopt;
  if (!is_in) return IsScalar(comparison.value) ? std::optional(comparison) : std::nullopt;
  // What is long is not walked for each comparison.
  constexpr uint32_t kMaxElements = 64;
  if (!comparison.value.is(Tag::kList)) return std::nullopt;
  const List& list = *comparison.value.list;
  const bool plain = list.size > 0 && list.size <= kMaxElements &&
                     std::all_of(list.items, list.items + list.size, IsScalar);
  return plain ? std::optional(comparison) : std::nullopt;
}

}  // namespace writ::cel
