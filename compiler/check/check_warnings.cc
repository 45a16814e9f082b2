// What is allowed but hardly meant.
// Tested by tests/compiler/check/check_warnings_test.cc.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/check/check.h"
#include "compiler/check/constant_values.h"
#include "compiler/check/overloads.h"
#include "compiler/diagnostic.h"
#include "vm/compare.h"

namespace writ::cel {
namespace {

constexpr size_t kShownText = 40;
// Comparisons of one thing that are held against each other.
constexpr size_t kMaxFacts = 16;

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

// Something compared with a constant: subject op value.
struct Comparison {
  std::string_view subject;  // its text
  Operator op = Operator::kEqual;
  Value value;
  NodeId node = kNoNode;
};

enum class Holds : uint8_t { kNever, kSometimes };

// Whether a number that is `known_op known` can be `op value`.
Holds Compatible(Operator known_op, const Value& known, Operator op, const Value& value) {
  const bool numbers = known.is_number() && value.is_number();
  const bool same_kind = numbers || known.tag == value.tag;
  if (!same_kind) {
    // Of what equals one value nothing holds that is said about values of another type.
    return known_op == Operator::kEqual && op != Operator::kNotEqual ? Holds::kNever
                                                                     : Holds::kSometimes;
  }
  int order = 2;  // of `value` to `known`: 2 if they have none
  if (numbers) {
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

class WarningFinder {
 public:
  WarningFinder(const Checked& expression, const Environment& environment)
      : expression_(expression),
        ast_(expression.ast),
        environment_(environment),
        values_(expression, environment, ConstantValues::Variables::kUnknown) {}

  std::vector<Problem> Run() {
    for (const NodeId id : Outermost()) Look(id);
    std::stable_sort(problems_.begin(), problems_.end(),
                     [](const Problem& a, const Problem& b) { return a.at < b.at; });
    return std::move(problems_);
  }

 private:
  // The nodes that are no part of a constant; constants are reported whole.
  std::vector<NodeId> Outermost() {
    std::vector<NodeId> nodes;
    std::vector<NodeId> work = {ast_.root};
    while (!work.empty()) {
      const NodeId id = work.back();
      work.pop_back();
      nodes.push_back(id);
      const Node& node = ast_.node(id);
      if (IsConstantCondition(id)) {
        const bool is_true = values_.at(id).i != 0;
        if (node.kind != Kind::kLiteral) {
          Warn(node, fmt::format("this is always {}", is_true ? "true" : "false"), "");
        }
        nodes.pop_back();
        continue;
      }
      for (uint32_t i = 0; i < node.child_count; ++i) work.push_back(ast_.child(node, i));
    }
    return nodes;
  }

  // Of && and ||, the operands are told apart: one of them can decide alone.
  bool IsConstantCondition(NodeId id) const {
    const Kind kind = ast_.node(id).kind;
    return kind != Kind::kAnd && kind != Kind::kOr && values_.at(id).is(Tag::kBool);
  }

  std::string Shown(NodeId id) const {
    const std::string_view text = ast_.text(ast_.node(id));
    return std::string(text.empty() || text.size() > kShownText ? "x" : text);
  }

  void Look(NodeId id) {
    const Node& node = ast_.node(id);
    switch (node.kind) {
      case Kind::kAnd:
      case Kind::kOr: LookAtLogic(node); break;
      case Kind::kConditional:
        for (uint32_t i = 0; i + 1 < node.child_count; i += 2) {
          WarnOfLiteral(ast_.child(node, i), "the condition");
        }
        break;
      case Kind::kBinary:
        if (IsComparison(node)) {
          LookAtComparison(id);
        } else if (node.op != Operator::kIn) {
          LookAtArithmetic(node);
        }
        break;
      default: break;
    }
  }

  void WarnOfLiteral(NodeId id, std::string_view what) {
    if (ast_.node(id).kind != Kind::kLiteral || !values_.at(id).is(Tag::kBool)) return;
    Warn(ast_.node(id),
         fmt::format("{} is always {}", what, values_.at(id).i != 0 ? "true" : "false"), "");
  }

  // x == 1 && x == 2 can never be true, x != 1 || x != 2 never false.
  void LookAtLogic(const Node& node) {
    const bool is_or = node.kind == Kind::kOr;
    std::map<std::string_view, std::vector<Comparison>> by_subject;
    for (uint32_t i = 0; i < node.child_count; ++i) {
      const NodeId operand = ast_.child(node, i);
      WarnOfLiteral(operand, is_or ? "this side of ||" : "this side of &&");
      std::optional<Comparison> comparison = ReadComparison(operand);
      if (!comparison) continue;
      if (is_or) comparison->op = Negated(comparison->op);
      std::vector<Comparison>& facts = by_subject[comparison->subject];
      const bool contradicts = std::any_of(facts.begin(), facts.end(), [&](const Comparison& fact) {
        return Compatible(fact.op, fact.value, comparison->op, comparison->value) ==
                   Holds::kNever ||
               Compatible(comparison->op, comparison->value, fact.op, fact.value) == Holds::kNever;
      });
      if (contradicts) {
        const std::string subject(comparison->subject.size() > kShownText
                                      ? std::string_view("the same value")
                                      : comparison->subject);
        Warn(ast_.node(operand),
             is_or ? fmt::format("with what is said of {} before, this || is never false", subject)
                   : fmt::format("with what is said of {} before, this && is never true", subject),
             is_or ? "perhaps && was meant" : "perhaps || was meant");
        return;
      }
      if (facts.size() < kMaxFacts) facts.push_back(*comparison);
    }
  }

  // Of a comparison with a constant of something that is none.
  std::optional<Comparison> ReadComparison(NodeId id) const {
    const Node& node = ast_.node(id);
    if (!IsComparison(node)) return std::nullopt;
    const NodeId left = ast_.child(node, 0);
    const NodeId right = ast_.child(node, 1);
    Comparison comparison;
    comparison.node = id;
    comparison.op = node.op;
    if (values_.Has(right) && !values_.Has(left)) {
      comparison.subject = ast_.text(ast_.node(left));
      comparison.value = values_.at(right);
    } else if (values_.Has(left) && !values_.Has(right)) {
      comparison.subject = ast_.text(ast_.node(right));
      comparison.value = values_.at(left);
      comparison.op = Mirrored(node.op);
    } else {
      return std::nullopt;
    }
    const bool is_scalar = comparison.value.is_number() || comparison.value.is(Tag::kString) ||
                           comparison.value.is(Tag::kBool);
    if (!is_scalar || comparison.subject.empty()) return std::nullopt;
    return comparison;
  }

  void LookAtComparison(NodeId id) {
    const Node& node = ast_.node(id);
    const NodeId left = ast_.child(node, 0);
    const NodeId right = ast_.child(node, 1);
    const std::string_view text = ast_.text(ast_.node(left));
    if (!text.empty() && text == ast_.text(ast_.node(right))) {
      Warn(node, fmt::format("both sides of {} are the same", WrittenForm(OperatorOf(node))), "");
      return;
    }
    if (LookAtSize(node) || LookAtJson(node, left, right)) return;
    LookAtJson(node, right, left);
  }

  // size(x) >= 0 is always true.
  bool LookAtSize(const Node& node) {
    const NodeId left = ast_.child(node, 0);
    const NodeId right = ast_.child(node, 1);
    const bool is_left = IsSize(left);
    const NodeId other = is_left ? right : left;
    if (!(is_left || IsSize(right)) || !values_.at(other).is_number()) return false;
    const Operator op = is_left ? node.op : Mirrored(node.op);
    const Value& value = values_.at(other);
    const auto holds = [&](Operator wanted) {
      return Compatible(Operator::kGreaterEqual, Value::Int(0), wanted, value);
    };
    const bool never = holds(op) == Holds::kNever;
    if (!never && holds(Negated(op)) != Holds::kNever) return false;
    Warn(node, fmt::format("a size is never below 0: this is always {}", never ? "false" : "true"),
         op == Operator::kGreaterEqual || op == Operator::kLess ? "perhaps size(…) > 0 was meant"
                                                                : "");
    return true;
  }

  bool IsSize(NodeId id) const {
    const Reference& reference = expression_.references[id];
    return reference.kind == Reference::Kind::kFunction &&
           reference.index == static_cast<uint32_t>(FunctionId::kSize);
  }

  // Whether the value is read from the call's arguments as it stands there. Walks what it names
  // only once for each comparison, and chains are no longer than the expression.
  bool IsArgument(NodeId id) const {
    bool selected = false;
    for (;;) {
      const Node& node = ast_.node(id);
      const Reference& reference = expression_.references[id];
      if (reference.kind == Reference::Kind::kVariable) {
        return selected &&
               environment_.variables[reference.index].storage == Variable::Storage::kArguments;
      }
      if ((node.kind != Kind::kSelect && node.kind != Kind::kIndex) || node.optional) return false;
      selected = true;
      id = ast_.child(node, 0);
    }
  }

  // args.t < timestamp(…): JSON has text there.
  bool LookAtJson(const Node& node, NodeId argument, NodeId other) {
    const Type& type = expression_.types[other];
    if (!type.is(TypeKind::kTimestamp) && !type.is(TypeKind::kDuration) &&
        !type.is(TypeKind::kBytes)) {
      return false;
    }
    if (!expression_.types[argument].is(TypeKind::kDyn) || !IsArgument(argument)) return false;
    const std::string_view effect = node.op == Operator::kEqual      ? "this is always false"
                                    : node.op == Operator::kNotEqual ? "this is always true"
                                                                     : "this always fails";
    Warn(node, fmt::format("JSON has no {}: {}", type.ToString(), effect),
         fmt::format("write {}({})", type.ToString(), Shown(argument)));
    return true;
  }

  // dyn * 0.5 fails for a JSON integer.
  void LookAtArithmetic(const Node& node) {
    for (uint32_t i = 0; i < 2; ++i) {
      const NodeId number = ast_.child(node, i);
      const NodeId other = ast_.child(node, 1 - i);
      const Value& value = values_.at(number);
      if (!expression_.types[other].is(TypeKind::kDyn)) continue;
      const bool is_double = value.is(Tag::kDouble);
      if (!is_double && !value.is(Tag::kUint)) continue;
      const std::string_view op = WrittenForm(OperatorOf(node));
      const std::string_view type = is_double ? "double" : "uint";
      const std::string left = i == 1 ? fmt::format("double({})", Shown(other)) : Shown(number);
      const std::string right = i == 1 ? Shown(number) : fmt::format("double({})", Shown(other));
      Warn(node,
           fmt::format("this fails where {} is an integer in JSON: there is no int {} {}",
                       Shown(other), op, type),
           is_double ? fmt::format("write {} {} {}", left, op, right)
                     : "integers of JSON are int: leave the u out");
      return;
    }
  }

  void Warn(const Node& node, std::string message, std::string hint) {
    if (problems_.size() >= kMaxProblems) return;
    problems_.push_back(
        {Severity::kWarning, node.at, node.at_length, std::move(message), std::move(hint)});
  }

  const Checked& expression_;
  const Ast& ast_;
  const Environment& environment_;
  ConstantValues values_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> FindWarnings(const Checked& expression, const Environment& environment) {
  return WarningFinder(expression, environment).Run();
}

}  // namespace writ::cel
