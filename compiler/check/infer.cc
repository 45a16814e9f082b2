// The type of every node.
// Tested by tests/compiler/check/check_test.cc.
#include "compiler/check/infer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>

#include "compiler/check/dashed_name.h"
#include "compiler/check/hint_text.h"
#include "compiler/check/mismatch.h"
#include "compiler/check/suggest.h"
#include "compiler/check/unify.h"
#include "compiler/diagnostic.h"

namespace writ::cel {
namespace {

Type LiteralType(const Literal& literal) {
  static constexpr std::array<TypeKind, std::variant_size_v<Literal>> kKinds = {
      TypeKind::kNull,   TypeKind::kBool,   TypeKind::kInt,  TypeKind::kUint,
      TypeKind::kDouble, TypeKind::kString, TypeKind::kBytes};
  return kKinds[literal.index()];
}

// What can be the key of a map, where that is known.
bool IsKey(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kDyn:
    case TypeKind::kError:
    case TypeKind::kParameter:
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kString: return true;
    default: return false;
  }
}

bool IsOrdered(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
    case TypeKind::kList:
    case TypeKind::kMap:
    case TypeKind::kType:
    case TypeKind::kAbstract: return false;
    default: return true;
  }
}

// Whether nothing is left open, so that one overload at most can be meant.
bool IsExact(const Type& type) {
  if (type.is(TypeKind::kDyn) || type.is(TypeKind::kNull) || type.is(TypeKind::kParameter)) {
    return false;
  }
  return std::all_of(type.parameters().begin(), type.parameters().end(), IsExact);
}

class Inference {
 public:
  Inference(const KnownNames& names, Checked& expression, std::vector<Problem>& problems)
      : names_(names),
        ast_(expression.ast),
        references_(expression.references),
        types_(expression.types),
        problems_(problems) {}

  void Run() {
    types_.assign(ast_.nodes.size(), Type());
    // Children before parents, in their order: a comprehension's range is known before its body.
    // No recursion, since chains are long.
    struct Frame {
      NodeId node;
      uint32_t next;
    };
    std::vector<Frame> stack = {{ast_.root, 0}};
    while (!stack.empty()) {
      Frame& frame = stack.back();
      const Node& node = ast_.node(frame.node);
      if (frame.next == 0 && IsLeaf(frame.node)) frame.next = node.child_count;
      if (frame.next == 0 && node.kind == Kind::kCall &&
          references_[frame.node].target_is_namespace) {
        frame.next = 1;
      }
      if (frame.next == 1 && node.kind == Kind::kComprehension) EnterComprehension(frame.node);
      if (frame.next < node.child_count) {
        stack.push_back({ast_.child(node, frame.next++), 0});
        continue;
      }
      types_[frame.node] = TypeOfNode(frame.node);
      stack.pop_back();
    }
    for (Type& type : types_) type = unifier_.ResolveToDyn(type);
  }

 private:
  bool IsLeaf(NodeId id) const {
    const Reference::Kind kind = references_[id].kind;
    return kind == Reference::Kind::kVariable || kind == Reference::Kind::kType;
  }

  const Type& ChildType(const Node& node, uint32_t i) const { return types_[ast_.child(node, i)]; }
  // As far as it is known by now.
  const Type& KnownChild(const Node& node, uint32_t i) const {
    return unifier_.Known(ChildType(node, i));
  }

  Type TypeOfNode(NodeId id) {
    const Node& node = ast_.node(id);
    const Reference& reference = references_[id];
    switch (reference.kind) {
      case Reference::Kind::kVariable: return names_.environment.variables[reference.index].type;
      case Reference::Kind::kType: return Type::TypeOf(NamedTypes()[reference.index].type);
      case Reference::Kind::kLocal: return LocalType(reference);
      default: break;
    }
    switch (node.kind) {
      case Kind::kLiteral: return LiteralType(ast_.literal(node));
      case Kind::kIdent:
      case Kind::kMessage: return TypeKind::kError;  // reported
      case Kind::kSelect: return TypeOfSelect(node);
      case Kind::kHas: {
        const Type field = TypeOfSelect(node);
        return field.is(TypeKind::kError) ? field : TypeKind::kBool;
      }
      case Kind::kIndex:
      case Kind::kNegate:
      case Kind::kBinary: return TypeOfOperator(node);
      case Kind::kCall: return TypeOfCall(id);
      case Kind::kNot:
      case Kind::kAnd:
      case Kind::kOr:
        for (uint32_t i = 0; i < node.child_count; ++i) {
          WantBool(node, i, node.kind == Kind::kNot ? "!" : node.kind == Kind::kAnd ? "&&" : "||");
        }
        return TypeKind::kBool;
      case Kind::kConditional: return TypeOfConditional(node);
      case Kind::kList: return TypeOfList(node);
      case Kind::kMap: return TypeOfMap(node);
      case Kind::kComprehension: return TypeOfComprehension(id);
      case Kind::kBind:
      case Kind::kBlock: return ChildType(node, node.child_count - 1);
    }
    return Type();
  }

  Type LocalType(const Reference& reference) const {
    const Node& binder = ast_.node(reference.index);
    switch (binder.kind) {
      case Kind::kComprehension: return variables_.at(reference.index)[reference.which];
      case Kind::kBind: return ChildType(binder, 0);
      case Kind::kBlock: return ChildType(binder, reference.which);
      default: return Type();
    }
  }

  Type TypeOfSelect(const Node& node) {
    const Type operand = KnownChild(node, 0);
    if (operand.is_optional()) {
      const Type field = FieldType(node, unifier_.Known(operand.parameters()[0]));
      return field.is(TypeKind::kError) ? field : Type::Optional(field);
    }
    const Type field = FieldType(node, operand);
    return node.optional && !field.is(TypeKind::kError) ? Type::Optional(field) : field;
  }

  Type FieldType(const Node& node, const Type& operand) {
    switch (operand.kind()) {
      case TypeKind::kError: return operand;
      case TypeKind::kDyn: return operand;
      case TypeKind::kParameter:
        // Whatever it turns out to be later must not be narrowed by what is guessed here.
        unifier_.Assignable(Type(), operand);
        return Type();
      case TypeKind::kMap: {
        const Type key = unifier_.Known(operand.parameters()[0]);
        if (!unifier_.Assignable(TypeKind::kString, key)) {
          Report(node, fmt::format("{} has no fields", Shown(operand)),
                 fmt::format("its keys are {}: index it with []", Shown(key)));
          return TypeKind::kError;
        }
        return operand.parameters()[1];
      }
      default: break;
    }
    std::string hint;
    if (operand.is(TypeKind::kList)) {
      hint = fmt::format("an element is read as [0]; whether any fits, as .exists(x, x.{} == …)",
                         ast_.name(node));
    } else if (const std::string part = SuggestPartOfTime(ast_.name(node));
               operand.is(TypeKind::kTimestamp) && !part.empty()) {
      hint = fmt::format("write .{}()", part);
    } else if (const OverloadTable::Overloads& overloads = names_.overloads.Find(ast_.name(node));
               std::any_of(overloads.begin(), overloads.end(),
                           [](const Overload* overload) { return overload->member; })) {
      hint = fmt::format("{} is a function: .{}()", ast_.name(node), ast_.name(node));
    }
    ReportAt(node, ast_.child(node, 0),
             {fmt::format("{} has no fields", Shown(operand)), std::move(hint)});
    return TypeKind::kError;
  }

  std::string Shown(const Type& type) const { return unifier_.ResolveToDyn(type).ToString(); }

  // The result of the overloads that take the arguments: of the first, or dyn if several could be
  // meant and disagree. kError if there is none.
  Type Choose(const OverloadTable::Overloads& overloads, bool member,
              const std::vector<Type>& arguments) {
    Type result = TypeKind::kError;
    const bool exact = std::all_of(arguments.begin(), arguments.end(), [&](const Type& type) {
      return IsExact(unifier_.Resolve(type));
    });
    std::vector<std::pair<Type, Type>> pairs;
    for (const Overload* overload : overloads) {
      const size_t wanted = overload->parameters.size();
      if (overload->member != member) continue;
      if (overload->variadic ? arguments.size() < wanted : arguments.size() != wanted) continue;
      Unifier::Names names;
      pairs.clear();
      for (size_t i = 0; i < arguments.size(); ++i) {
        const Type& parameter = overload->parameters[std::min(i, wanted - 1)];
        pairs.emplace_back(arguments[i], unifier_.Instantiate(parameter, names));
      }
      if (!unifier_.Assignable(pairs)) continue;
      Type candidate = unifier_.Resolve(unifier_.Instantiate(overload->result, names));
      if (exact) return candidate;
      if (result.is(TypeKind::kError)) {
        result = std::move(candidate);
      } else if (!(result == candidate)) {
        result = Type();
      }
    }
    return result;
  }

  static bool HasError(const std::vector<Type>& types) {
    return std::any_of(types.begin(), types.end(),
                       [](const Type& type) { return type.is(TypeKind::kError); });
  }

  void ResolveAll(std::vector<Type>& types) const {
    for (Type& type : types) type = unifier_.ResolveToDyn(type);
  }

  Type TypeOfOperator(const Node& node) {
    std::vector<Type> operands;
    for (uint32_t i = 0; i < node.child_count; ++i) operands.push_back(ChildType(node, i));
    if (HasError(operands)) return TypeKind::kError;
    Type result = Choose(names_.overloads.Find(OperatorOf(node)), false, operands);
    if (result.is(TypeKind::kError)) {
      ResolveAll(operands);
      Mismatch mismatch = OperatorMismatch(ast_, node, operands);
      const bool minus = node.kind == Kind::kBinary && node.op == Operator::kSubtract;
      ReportAt(node, ast_.child(node, minus ? 1 : 0), std::move(mismatch));
    }
    return result;
  }

  Type TypeOfCall(NodeId id) {
    const Node& node = ast_.node(id);
    const Reference& reference = references_[id];
    const bool member = node.member && !reference.target_is_namespace;
    const OverloadTable::Overloads& overloads = names_.overloads.Find(reference.text);
    if (std::none_of(overloads.begin(), overloads.end(),
                     [&](const Overload* overload) { return overload->member == member; })) {
      return TypeKind::kError;  // reported
    }
    std::vector<Type> arguments;
    for (uint32_t i = reference.target_is_namespace ? 1 : 0; i < node.child_count; ++i) {
      arguments.push_back(ChildType(node, i));
    }
    if (HasError(arguments)) return TypeKind::kError;
    Type result = Choose(overloads, member, arguments);
    if (result.is(TypeKind::kError)) {
      ResolveAll(arguments);
      Mismatch mismatch = FunctionMismatch(reference.text, overloads, member, arguments);
      if (member && !TakesCount(overloads, arguments.size())) {
        // "args.path.within(root)" is no call of <timestamp>.within.
        const std::string namespaced = SuggestNamespaced(names_, reference.text);
        if (!namespaced.empty()) mismatch.hint = namespaced;
      }
      const std::string membership = MembershipHint(node, reference, arguments);
      if (!membership.empty()) mismatch.hint = membership;
      if (member) {
        ReportAt(node, ast_.child(node, 0), std::move(mismatch));
      } else {
        Report(node, std::move(mismatch.message), std::move(mismatch.hint));
      }
    }
    return result;
  }

  // "data.list.contains(args.x)" and "sets.contains(data.list, args.x)".
  std::string MembershipHint(const Node& node, const Reference& reference,
                             const std::vector<Type>& arguments) const {
    if (arguments.size() != 2) return "";
    const bool on_value = reference.text == "contains" &&
                          (arguments[0].is(TypeKind::kList) || arguments[0].is(TypeKind::kMap));
    const bool of_sets = reference.text == "sets.contains" && arguments[0].is(TypeKind::kList) &&
                         !arguments[1].is(TypeKind::kList);
    if (!on_value && !of_sets) return "";
    const uint32_t first = reference.target_is_namespace ? 1 : 0;
    return fmt::format("write {} in {}", TargetOr(ast_, ast_.child(node, first + 1), "x"),
                       TargetOr(ast_, ast_.child(node, first), "y"));
  }

  // Where an operand is a type, it may be the end of a name with a dash: "args.content-type".
  void ReportAt(const Node& node, NodeId operand, Mismatch mismatch) {
    if (unifier_.Known(types_[operand]).is(TypeKind::kType)) {
      const uint32_t at = ast_.node(operand).begin;
      if (const auto dashed = FindDashedName(names_, ast_.source, at)) {
        AddDashedProblem(
            *dashed, {Severity::kError, node.at, node.at_length, std::move(mismatch.message), ""},
            problems_);
        return;
      }
    }
    Report(node, std::move(mismatch.message), std::move(mismatch.hint));
  }

  static bool TakesCount(const OverloadTable::Overloads& overloads, size_t count) {
    return std::any_of(overloads.begin(), overloads.end(), [&](const Overload* overload) {
      return overload->member && overload->parameters.size() == count;
    });
  }

  // Whether it is the literal of `x == 'a' || 'b'`.
  bool ContinuesEquality(const Node& node, uint32_t i) const {
    if (node.kind != Kind::kOr || i == 0) return false;
    if (ast_.node(ast_.child(node, i)).kind != Kind::kLiteral) return false;
    const Node& before = ast_.node(ast_.child(node, i - 1));
    return before.kind == Kind::kLiteral ||
           (before.kind == Kind::kBinary && before.op == Operator::kEqual);
  }

  void WantBool(const Node& node, uint32_t i, std::string_view who) {
    if (unifier_.Assignable(ChildType(node, i), TypeKind::kBool)) return;
    const Node& child = ast_.node(ast_.child(node, i));
    const Type type = unifier_.ResolveToDyn(ChildType(node, i));
    std::string hint;
    if (ContinuesEquality(node, i)) {
      hint = "whether a value is one of several is written x in [a, b]";
    } else if (type.is(TypeKind::kList) || type.is(TypeKind::kMap) || type.is(TypeKind::kString)) {
      hint = "whether it is empty is size(…) == 0";
    } else if (type.is(TypeKind::kInt) || type.is(TypeKind::kUint) || type.is(TypeKind::kDouble)) {
      hint = "compare it with a number";
    } else if (type.is_optional()) {
      hint = "whether there is a value is .hasValue(); a value in its place, .orValue(false)";
    }
    Report(child, fmt::format("{} wants bool, and this is {}", who, type.ToString()),
           std::move(hint));
  }

  Type TypeOfConditional(const Node& node) {
    // [condition, value, condition, value, ..., else], from the right as it nests.
    Type result = ChildType(node, node.child_count - 1);
    for (uint32_t i = node.child_count - 1; i >= 2; i -= 2) {
      WantBool(node, i - 2, "?:");
      const Type& value = ChildType(node, i - 1);
      if (result.is(TypeKind::kError) || unifier_.Known(value).is(TypeKind::kError)) {
        result = TypeKind::kError;
      } else if (unifier_.Assignable(value, result)) {
        result = Unifier::MostGeneral(value, result);
      } else {
        Report(ast_.node(ast_.child(node, i - 1)),
               fmt::format("?: gives {} here and {} otherwise", Shown(value), Shown(result)),
               "give values of one type, or wrap one in dyn(…)");
        result = TypeKind::kError;
      }
    }
    return result;
  }

  // Of an element or entry that may be left out: what its optional holds.
  Type Unwrap(NodeId id) {
    Type type = unifier_.Known(types_[id]);
    if (type.is_optional()) return type.parameters()[0];
    if (type.is(TypeKind::kParameter)) {
      Type held = unifier_.NewVariable();
      unifier_.Assignable(type, Type::Optional(held));
      return held;
    }
    if (!type.is(TypeKind::kDyn) && !type.is(TypeKind::kError)) {
      Report(ast_.node(id), fmt::format("? wants an optional, and this is {}", Shown(type)),
             "leave the ? out, or write optional.of(…)");
      return TypeKind::kError;
    }
    return type;
  }

  // Joins the type of one more element; an error stays.
  void Add(Type* joined, bool* first, const Type& next) {
    if (*first) {
      *joined = next;
      *first = false;
    } else if (next.is(TypeKind::kError) || joined->is(TypeKind::kError)) {
      *joined = TypeKind::kError;
    } else {
      *joined = unifier_.Join(*joined, next);
    }
  }

  Type TypeOfList(const Node& node) {
    Type element = node.child_count == 0 ? unifier_.NewVariable() : Type();
    bool first = true;
    for (uint32_t i = 0; i < node.child_count; ++i) {
      const NodeId id = ast_.child(node, i);
      Add(&element, &first, ast_.node(id).optional_entry ? Unwrap(id) : types_[id]);
    }
    return Type::List(element.is(TypeKind::kError) ? Type() : element);
  }

  Type TypeOfMap(const Node& node) {
    Type key = node.child_count == 0 ? unifier_.NewVariable() : Type();
    Type value = node.child_count == 0 ? unifier_.NewVariable() : Type();
    bool first_key = true;
    bool first_value = true;
    for (uint32_t i = 0; i + 1 < node.child_count; i += 2) {
      const NodeId key_id = ast_.child(node, i);
      const NodeId value_id = ast_.child(node, i + 1);
      if (!IsKey(unifier_.Known(types_[key_id]))) {
        Report(ast_.node(key_id), fmt::format("{} is no key of a map", Shown(types_[key_id])),
               "keys are string, int, uint or bool");
        Add(&key, &first_key, TypeKind::kError);
      } else {
        Add(&key, &first_key, types_[key_id]);
      }
      Add(&value, &first_value,
          ast_.node(key_id).optional_entry ? Unwrap(value_id) : types_[value_id]);
    }
    return Type::Map(key.is(TypeKind::kError) ? Type() : key,
                     value.is(TypeKind::kError) ? Type() : value);
  }

  // The types of the variables of a comprehension whose range is known.
  void EnterComprehension(NodeId id) {
    const Node& node = ast_.node(id);
    const Type range = KnownChild(node, 0);
    const bool two = !ast_.name2(node).empty();
    std::array<Type, 2>& variables = variables_[id];
    if (node.macro == Macro::kOptMap || node.macro == Macro::kOptFlatMap) {
      const Type held = unifier_.NewVariable();
      if (range.is(TypeKind::kError) || !unifier_.Assignable(range, Type::Optional(held))) {
        if (!range.is(TypeKind::kError)) {
          Report(node,
                 fmt::format("{} is called on an optional, and this is {}",
                             node.macro == Macro::kOptMap ? "optMap" : "optFlatMap", Shown(range)),
                 "an optional is read with .? or made with optional.of(…)");
        }
        variables[0] = TypeKind::kError;
        return;
      }
      variables[0] = range.is(TypeKind::kDyn) ? Type() : held;
      return;
    }
    switch (range.kind()) {
      case TypeKind::kError: variables = {range, range}; return;
      case TypeKind::kDyn: return;
      case TypeKind::kParameter: unifier_.Assignable(Type(), range); return;
      case TypeKind::kList:
        variables = {range.parameters()[0], Type()};
        if (two) variables = {TypeKind::kInt, range.parameters()[0]};
        return;
      case TypeKind::kMap:
        if (node.macro == Macro::kSortBy) break;
        variables = {range.parameters()[0], range.parameters()[1]};
        return;
      default: break;
    }
    Report(ast_.node(ast_.child(node, 0)),
           fmt::format("a macro goes over {}, and this is {}",
                       node.macro == Macro::kSortBy ? "a list" : "a list or a map", Shown(range)),
           range.is_optional() ? "its value is .value(), or .orValue([])" : "");
    variables = {TypeKind::kError, TypeKind::kError};
  }

  Type TypeOfComprehension(NodeId id) {
    const Node& node = ast_.node(id);
    const Type& range = KnownChild(node, 0);
    const uint32_t last = node.child_count - 1;
    const Type& body = ChildType(node, last);
    const std::array<Type, 2>& variables = variables_[id];
    if (range.is(TypeKind::kError)) return range;
    switch (node.macro) {
      case Macro::kAll:
      case Macro::kExists:
      case Macro::kExistsOne: {
        const std::string_view name = node.macro == Macro::kAll      ? "all"
                                      : node.macro == Macro::kExists ? "exists"
                                                                     : "existsOne";
        WantBool(node, last, name);
        return TypeKind::kBool;
      }
      case Macro::kFilter: WantBool(node, last, "filter"); return Type::List(variables[0]);
      case Macro::kSortBy: {
        const Type key = unifier_.Known(body);
        if (!IsOrdered(key)) {
          Report(ast_.node(ast_.child(node, last)),
                 fmt::format("{} has no order to sort by", Shown(key)), "");
        }
        return Type::List(variables[0]);
      }
      case Macro::kOptMap: return Type::Optional(body);
      case Macro::kOptFlatMap: {
        const Type held = unifier_.NewVariable();
        if (unifier_.Assignable(body, Type::Optional(held))) return Type::Optional(held);
        Report(ast_.node(ast_.child(node, last)),
               fmt::format("optFlatMap wants an optional, and this is {}", Shown(body)),
               "optMap takes any value");
        return TypeKind::kError;
      }
      default: break;
    }
    if (node.child_count > 2) {
      WantBool(node, 1, node.macro == Macro::kMap ? "the filter of map" : "the filter");
    }
    switch (node.macro) {
      case Macro::kTransformMap: return Type::Map(variables[0], body);
      case Macro::kTransformMapEntry: {
        const Type key = unifier_.NewVariable();
        const Type value = unifier_.NewVariable();
        if (unifier_.Assignable(body, Type::Map(key, value))) return Type::Map(key, value);
        Report(ast_.node(ast_.child(node, last)),
               fmt::format("transformMapEntry wants a map, and this is {}", Shown(body)),
               "write {key: value}");
        return TypeKind::kError;
      }
      default: return Type::List(unifier_.Known(body).is(TypeKind::kError) ? Type() : body);
    }
  }

  void Report(const Node& node, std::string message, std::string hint) {
    if (problems_.size() >= kMaxProblems) return;
    problems_.push_back(
        {Severity::kError, node.at, node.at_length, std::move(message), std::move(hint)});
  }

  const KnownNames& names_;
  const Ast& ast_;
  const std::vector<Reference>& references_;
  std::vector<Type>& types_;
  std::vector<Problem>& problems_;
  Unifier unifier_;
  std::unordered_map<NodeId, std::array<Type, 2>> variables_;  // of comprehensions
};

}  // namespace

void InferTypes(const KnownNames& names, Checked& expression, std::vector<Problem>& problems) {
  Inference(names, expression, problems).Run();
}

}  // namespace writ::cel
