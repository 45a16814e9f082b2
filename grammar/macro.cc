// Expands macros.
// Tested by tests/grammar/macro_test.cc.
#include "grammar/macro.h"

#include <algorithm>

#include "grammar/messages.h"
#include "grammar/words.h"

namespace writ::cel {
namespace {

using Result = tl::expected<std::optional<Expansion>, SyntaxError>;

// One way to call a macro that has a target. Of its arguments the first ones name variables; the
// others become children, after the target.
struct Form {
  std::string_view name;
  size_t arguments;
  size_t variables;
  Macro macro;
  std::string_view usage;  // of the name, whatever the form
};

constexpr std::string_view kUsageAll = "list.all(x, condition) or map.all(key, value, condition)";
constexpr std::string_view kUsageExists =
    "list.exists(x, condition) or map.exists(key, value, condition)";
constexpr std::string_view kUsageExistsOneSnake =
    "list.exists_one(x, condition) or map.exists_one(key, value, condition)";
constexpr std::string_view kUsageExistsOne =
    "list.existsOne(x, condition) or map.existsOne(key, value, condition)";
constexpr std::string_view kUsageMap = "list.map(x, value) or list.map(x, condition, value)";
constexpr std::string_view kUsageFilter = "list.filter(x, condition)";
constexpr std::string_view kUsageTransformList =
    "list.transformList(index, x, value) or list.transformList(index, x, condition, value)";
constexpr std::string_view kUsageTransformMap =
    "map.transformMap(key, value, new_value) or map.transformMap(key, value, condition, new_value)";
constexpr std::string_view kUsageTransformMapEntry =
    "map.transformMapEntry(key, value, {new_key: new_value}) or "
    "map.transformMapEntry(key, value, condition, {new_key: new_value})";
constexpr std::string_view kUsageSortBy = "list.sortBy(x, key)";
constexpr std::string_view kUsageOptMap = "optional.optMap(x, value)";
constexpr std::string_view kUsageOptFlatMap = "optional.optFlatMap(x, optional_value)";

constexpr Form kForms[] = {
    {"all", 2, 1, Macro::kAll, kUsageAll},
    {"all", 3, 2, Macro::kAll, kUsageAll},
    {"exists", 2, 1, Macro::kExists, kUsageExists},
    {"exists", 3, 2, Macro::kExists, kUsageExists},
    {"exists_one", 2, 1, Macro::kExistsOne, kUsageExistsOneSnake},
    {"exists_one", 3, 2, Macro::kExistsOne, kUsageExistsOneSnake},
    {"existsOne", 2, 1, Macro::kExistsOne, kUsageExistsOne},
    {"existsOne", 3, 2, Macro::kExistsOne, kUsageExistsOne},
    {"map", 2, 1, Macro::kMap, kUsageMap},
    {"map", 3, 1, Macro::kMap, kUsageMap},
    {"filter", 2, 1, Macro::kFilter, kUsageFilter},
    {"transformList", 3, 2, Macro::kTransformList, kUsageTransformList},
    {"transformList", 4, 2, Macro::kTransformList, kUsageTransformList},
    {"transformMap", 3, 2, Macro::kTransformMap, kUsageTransformMap},
    {"transformMap", 4, 2, Macro::kTransformMap, kUsageTransformMap},
    {"transformMapEntry", 3, 2, Macro::kTransformMapEntry, kUsageTransformMapEntry},
    {"transformMapEntry", 4, 2, Macro::kTransformMapEntry, kUsageTransformMapEntry},
    {"sortBy", 2, 1, Macro::kSortBy, kUsageSortBy},
    {"optMap", 2, 1, Macro::kOptMap, kUsageOptMap},
    {"optFlatMap", 2, 1, Macro::kOptFlatMap, kUsageOptFlatMap},
};

auto Fail(Fault fault, const Node& at, std::initializer_list<std::string_view> words) {
  return tl::unexpected(Report(fault, at.begin, at.end - at.begin, words));
}

auto FailCount(const Call& call, std::string_view name, std::string_view usage) {
  const size_t count = call.arguments.size();
  const std::string given = count == 1 ? "1 argument" : std::to_string(count) + " arguments";
  return tl::unexpected(
      Report(Fault::kMacroCount, call.at, call.name.size(), {name, given, usage}));
}

// The name that an argument gives a variable, or null.
const std::string* VariableName(const Ast& ast, NodeId argument) {
  const Node& node = ast.node(argument);
  return node.kind == Kind::kIdent && !node.absolute ? &ast.name(node) : nullptr;
}

Result ExpandComprehension(const Ast& ast, const Call& call, const Form& form) {
  Expansion expansion;
  expansion.kind = Kind::kComprehension;
  expansion.macro = form.macro;
  expansion.children.push_back(*call.target);
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const NodeId argument = call.arguments[i];
    if (i >= form.variables) {
      expansion.children.push_back(argument);
      continue;
    }
    const std::string* variable = VariableName(ast, argument);
    if (variable == nullptr) {
      return Fail(Fault::kMacroVariable, ast.node(argument),
                  {form.name, i == 0 ? "first" : "second", form.usage});
    }
    if (i == 1 && *variable == expansion.name) {
      return Fail(Fault::kMacroSameVariable, ast.node(argument), {form.name, *variable});
    }
    (i == 0 ? expansion.name : expansion.name2) = *variable;
  }
  return expansion;
}

// "args.`user-id`" for args.user-id, which is read as a subtraction; empty for what is no chain of
// names with dashes in them.
std::string InBackticks(std::string_view chain) {
  constexpr size_t kMostBytes = 200;
  if (chain.size() > kMostBytes) return "";
  std::string written;
  while (!chain.empty()) {
    const std::string_view part = chain.substr(0, chain.find('.'));
    chain.remove_prefix(std::min(part.size() + 1, chain.size()));
    const bool dashed = part.find('-') != std::string_view::npos;
    const bool is_key = dashed ? std::all_of(part.begin(), part.end(),
                                             [](char c) { return c == '-' || IsWordCharacter(c); })
                               : IsSelector(part);
    if (!is_key || (dashed && written.empty())) return "";
    if (!written.empty()) written += '.';
    written += dashed ? "`" + std::string(part) + "`" : std::string(part);
  }
  return written;
}

Result ExpandHas(const Ast& ast, const Call& call) {
  if (call.arguments.size() != 1) return FailCount(call, "has", "has(args.path)");
  const Node& field = ast.node(call.arguments[0]);
  if (field.kind == Kind::kBinary && field.op == Operator::kSubtract) {
    const std::string dashed = InBackticks(ast.text(field));
    if (!dashed.empty()) return Fail(Fault::kMacroHasDash, field, {dashed});
  }
  if (field.kind != Kind::kSelect) return Fail(Fault::kMacroHas, field, {});
  if (field.optional) return Fail(Fault::kMacroHasOptional, field, {});
  Expansion expansion;
  expansion.kind = Kind::kHas;
  expansion.name = ast.name(field);
  expansion.children = {ast.child(field, 0)};
  return expansion;
}

Result ExpandBind(const Ast& ast, const Call& call) {
  constexpr std::string_view kUsage = "cel.bind(name, value, expression with the name)";
  if (call.arguments.size() != 3) return FailCount(call, "cel.bind", kUsage);
  const std::string* variable = VariableName(ast, call.arguments[0]);
  if (variable == nullptr) {
    return Fail(Fault::kMacroVariable, ast.node(call.arguments[0]), {"cel.bind", "first", kUsage});
  }
  Expansion expansion;
  expansion.kind = Kind::kBind;
  expansion.name = *variable;
  expansion.children = {call.arguments[1], call.arguments[2]};
  return expansion;
}

Result ExpandBlock(const Ast& ast, const Call& call) {
  constexpr std::string_view kUsage = "cel.block([first, second], result)";
  if (call.arguments.size() != 2) return FailCount(call, "cel.block", kUsage);
  const Node& list = ast.node(call.arguments[0]);
  Expansion expansion;
  expansion.kind = Kind::kBlock;
  bool plain = list.kind == Kind::kList;
  for (uint32_t i = 0; plain && i < list.child_count; ++i) {
    expansion.children.push_back(ast.child(list, i));
    plain = !ast.node(expansion.children.back()).optional_entry;
  }
  if (!plain) return Fail(Fault::kMacroBlock, list, {});
  expansion.children.push_back(call.arguments[1]);
  return expansion;
}

// cel.index(0), cel.iterVar(0, 1) and cel.accuVar(0, 1): names that no author can write, as
// optimisers of CEL make them.
struct Generated {
  std::string_view name;
  std::string_view full_name;
  std::string_view prefix;
  size_t arguments;
  std::string_view usage;
};
constexpr Generated kGenerated[] = {
    {"index", "cel.index", "@index", 1, "cel.index(0)"},
    {"iterVar", "cel.iterVar", "@it", 2, "cel.iterVar(0, 0)"},
    {"accuVar", "cel.accuVar", "@ac", 2, "cel.accuVar(0, 0)"},
};

Result ExpandGenerated(const Ast& ast, const Call& call, const Generated& generated) {
  if (call.arguments.size() != generated.arguments) {
    return FailCount(call, generated.full_name, generated.usage);
  }
  Expansion expansion;
  expansion.kind = Kind::kIdent;
  expansion.name = generated.prefix;
  for (const NodeId argument : call.arguments) {
    const Node& node = ast.node(argument);
    const int64_t* number =
        node.kind == Kind::kLiteral ? std::get_if<int64_t>(&ast.literal(node)) : nullptr;
    if (number == nullptr || *number < 0) {
      return Fail(Fault::kMacroNumber, node, {generated.full_name, generated.usage});
    }
    if (generated.arguments > 1) expansion.name += ':';
    expansion.name += std::to_string(*number);
  }
  return expansion;
}

Result ExpandCel(const Ast& ast, const Call& call) {
  if (call.name == "bind") return ExpandBind(ast, call);
  if (call.name == "block") return ExpandBlock(ast, call);
  for (const Generated& generated : kGenerated) {
    if (generated.name == call.name) return ExpandGenerated(ast, call, generated);
  }
  return std::nullopt;
}

}  // namespace

Result Expand(const Ast& ast, const Call& call) {
  if (!call.target) {
    if (call.name == "has" && !call.absolute) return ExpandHas(ast, call);
    return std::nullopt;
  }
  if (const std::string* target = VariableName(ast, *call.target); target && *target == "cel") {
    return ExpandCel(ast, call);
  }
  const Form* named = nullptr;
  for (const Form& form : kForms) {
    if (form.name != call.name) continue;
    if (form.arguments == call.arguments.size()) return ExpandComprehension(ast, call, form);
    named = &form;
  }
  if (named != nullptr) return FailCount(call, named->name, named->usage);
  return std::nullopt;
}

}  // namespace writ::cel
