// What to say where no overload takes the types it is given.
// Tested by tests/compiler/check/check_test.cc.
#include "compiler/check/mismatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/check/hint_text.h"
#include "compiler/check/signature.h"
#include "vm/arena.h"
#include "vm/functions/function.h"
#include "vm/machine.h"

namespace writ::cel {
namespace {

constexpr size_t kShownOverloads = 4;

bool IsNumber(const Type& type) {
  return type.is(TypeKind::kInt) || type.is(TypeKind::kUint) || type.is(TypeKind::kDouble);
}

// Of text that is written down, and that the conversion to the type fails for.
bool IsNoNumber(const Ast& ast, NodeId id, const Type& type) {
  const Node& node = ast.node(id);
  if (node.kind != Kind::kLiteral) return false;
  const auto* literal = std::get_if<std::string>(&ast.literal(node));
  if (literal == nullptr) return false;
  const FunctionId conversion = type.is(TypeKind::kInt)    ? FunctionId::kToInt
                                : type.is(TypeKind::kUint) ? FunctionId::kToUint
                                                           : FunctionId::kToDouble;
  Arena arena;
  int64_t budget = Machine::kRunBudget;
  FunctionContext context{arena, budget};
  const Value text = Value::String(*literal);
  return Info(conversion).run(&text, 1, context).is(Tag::kError);
}

bool HasSize(const Type& type) {
  return type.is(TypeKind::kList) || type.is(TypeKind::kMap);
}

bool IsOrdering(Operator op) {
  return op == Operator::kLess || op == Operator::kLessEqual || op == Operator::kGreater ||
         op == Operator::kGreaterEqual;
}

std::string Enumerate(const std::vector<std::string>& forms) {
  std::vector<std::string> shown(
      forms.begin(),
      forms.begin() + static_cast<std::ptrdiff_t>(std::min(forms.size(), kShownOverloads)));
  std::string last;
  if (forms.size() > kShownOverloads) {
    last = "…";
  } else if (shown.size() > 1) {
    last = shown.back();
    shown.pop_back();
  }
  const char* between = forms.size() > kShownOverloads ? ", " : " or ";
  return fmt::format("{}{}{}", fmt::join(shown, ", "), last.empty() ? "" : between, last);
}

std::string BinaryHint(const Ast& ast, const Node& node, const Type& left, const Type& right) {
  const std::string_view op = WrittenForm(OperatorOf(node));
  const std::string left_text = TextOr(ast, ast.child(node, 0), "x");
  const std::string right_text = TextOr(ast, ast.child(node, 1), "x");
  if (left.is_optional() != right.is_optional()) {
    return fmt::format("the value of an optional is {}.orValue(…)",
                       left.is_optional() ? left_text : right_text);
  }
  const Node& left_node = ast.node(ast.child(node, 0));
  if (left.is(TypeKind::kBool) && left_node.kind == Kind::kNot) {
    return fmt::format("! goes with the left side alone: write !(… {} …)", op);
  }
  if (left.is(TypeKind::kBool) && left_node.kind == Kind::kBinary && IsOrdering(node.op)) {
    return "comparisons do not chain: join two of them with &&";
  }
  if (left.is(TypeKind::kType) && right.is(TypeKind::kString)) {
    return "a type is named without quotes: type(x) == string";
  }
  if (left.is(TypeKind::kDuration) && IsNumber(right)) {
    return "a length of time is written duration(\"1h30m\")";
  }
  if (node.op == Operator::kEqual || node.op == Operator::kNotEqual) {
    if (IsNumber(left) && IsNumber(right)) {
      return fmt::format("write {}({}) {} {}", right.ToString(), left_text, op, right_text);
    }
    if (IsNumber(left) && right.is(TypeKind::kString)) {
      return fmt::format("write string({}) {} {}", left_text, op, right_text);
    }
    if (left.is(TypeKind::kString) && IsNumber(right)) {
      return fmt::format("write {} {} string({})", left_text, op, right_text);
    }
    return "values of these types are never equal";
  }
  if (node.op == Operator::kIn) {
    if (right.is(TypeKind::kString)) {
      return fmt::format("whether a text holds another is written {}.contains({})", right_text,
                         left_text);
    }
    if (right.is(TypeKind::kList) || right.is(TypeKind::kMap)) {
      return fmt::format("it can hold {} only", right.parameters()[0].ToString());
    }
    return "the right side of in is a list or a map";
  }
  if (HasSize(left) && IsNumber(right) && IsOrdering(node.op)) {
    return fmt::format("write size({}) {} {}", left_text, op, right_text);
  }
  if (IsNumber(left) && HasSize(right) && IsOrdering(node.op)) {
    return fmt::format("write {} {} size({})", left_text, op, right_text);
  }
  if (IsNumber(left) && IsNumber(right)) {
    if (node.op == Operator::kModulo) return "% takes two int or two uint";
    const Type& wanted = right.is(TypeKind::kDouble) || left.is(TypeKind::kDouble)
                             ? Type(TypeKind::kDouble)
                             : Type(TypeKind::kInt);
    return left == wanted
               ? fmt::format("write {} {} {}({})", left_text, op, wanted.ToString(), right_text)
               : fmt::format("write {}({}) {} {}", wanted.ToString(), left_text, op, right_text);
  }
  const bool numeric = IsNumber(left) || IsNumber(right);
  if (numeric && node.op != Operator::kAdd &&
      (IsNoNumber(ast, ast.child(node, 0), right) || IsNoNumber(ast, ast.child(node, 1), left))) {
    return "";
  }
  if (left.is(TypeKind::kString) && !right.is(TypeKind::kString) && IsNumber(right)) {
    return node.op == Operator::kAdd
               ? fmt::format("write {} {} string({})", left_text, op, right_text)
               : fmt::format("convert the text with {}({})", right.ToString(), left_text);
  }
  if (right.is(TypeKind::kString) && IsNumber(left)) {
    return node.op == Operator::kAdd
               ? fmt::format("write string({}) {} {}", left_text, op, right_text)
               : fmt::format("convert the text with {}({})", left.ToString(), right_text);
  }
  if (right.is(TypeKind::kString) &&
      (left.is(TypeKind::kDuration) || left.is(TypeKind::kTimestamp))) {
    return fmt::format("write {} {} {}({})", left_text, op, left.ToString(), right_text);
  }
  return "";
}

}  // namespace

Mismatch OperatorMismatch(const Ast& ast, const Node& node, const std::vector<Type>& types) {
  const OperatorId id = OperatorOf(node);
  const std::string_view op = WrittenForm(id);
  if (node.kind == Kind::kNegate) {
    return {fmt::format("no overload for -{}", types[0].ToString()),
            types[0].is(TypeKind::kUint)
                ? fmt::format("write -int({})", TextOr(ast, ast.child(node, 0), "x"))
                : "- takes int or double"};
  }
  if (node.kind == Kind::kIndex) {
    Mismatch mismatch;
    mismatch.message = fmt::format("no overload for {}[{}{}]", types[0].ToString(),
                                   node.optional ? "?" : "", types[1].ToString());
    if (types[0].is(TypeKind::kList)) {
      mismatch.hint = "a list is indexed with int";
    } else if (types[0].is(TypeKind::kMap)) {
      mismatch.hint = fmt::format("its keys are {}", types[0].parameters()[0].ToString());
    } else if (types[0].is(TypeKind::kString)) {
      mismatch.hint =
          fmt::format("a character of a text is {}.charAt({})",
                      TextOr(ast, ast.child(node, 0), "x"), TextOr(ast, ast.child(node, 1), "0"));
    } else {
      mismatch.hint = "only lists and maps are indexed";
    }
    return mismatch;
  }
  Mismatch mismatch;
  mismatch.message =
      fmt::format("no overload for {} {} {}", types[0].ToString(), op, types[1].ToString());
  mismatch.hint = BinaryHint(ast, node, types[0], types[1]);
  if (!mismatch.hint.empty()) return mismatch;
  std::vector<std::string> forms;
  for (int pass = 0; pass < 2 && forms.empty(); ++pass) {
    // First what would go with the left side as it is.
    for (const Overload& overload : StandardOverloads()) {
      if (overload.function != NameOf(id)) continue;
      const Type& left = overload.parameters[0];
      if (pass == 0 && (left.kind() != types[0].kind())) continue;
      forms.push_back(
          fmt::format("{} {} {}", left.ToString(), op, overload.parameters[1].ToString()));
    }
  }
  mismatch.hint = fmt::format("there is {}", Enumerate(forms));
  return mismatch;
}

Mismatch FunctionMismatch(const std::string& function, const OverloadTable::Overloads& overloads,
                          bool member, const std::vector<Type>& types) {
  std::set<size_t> counts;
  bool variadic = false;
  std::vector<std::string> forms;
  for (const Overload* overload : overloads) {
    if (overload->member != member) continue;
    counts.insert(overload->parameters.size());
    variadic = variadic || overload->variadic;
    forms.push_back(ShowCall(*overload));
  }
  Mismatch mismatch;
  mismatch.hint = fmt::format("it is called as {}", Enumerate(forms));
  if (!variadic && counts.count(types.size()) == 0) {
    const size_t given = types.size() - (member ? 1 : 0);
    std::vector<std::string> wanted;
    wanted.reserve(counts.size());
    for (const size_t count : counts) wanted.push_back(std::to_string(count - (member ? 1 : 0)));
    mismatch.message =
        fmt::format("{} takes {} argument{}, and is given {}", function, Enumerate(wanted),
                    wanted.size() == 1 && wanted[0] == "1" ? "" : "s", given);
    return mismatch;
  }
  std::string call = member ? types[0].ToString() + "." : "";
  call += function + "(";
  for (size_t i = member ? 1 : 0; i < types.size(); ++i) {
    if (i > 8) {
      call += ", …";
      break;
    }
    call += (i > (member ? 1 : 0) ? ", " : "") + types[i].ToString();
  }
  mismatch.message = fmt::format("no overload for {})", call);
  return mismatch;
}

}  // namespace writ::cel
