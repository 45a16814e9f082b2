// Which parts of a source map the pieces of a policy model are.
// Tested by tests/compiler/traced_test.cc.
#include "compiler/emit/source_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/emit/rule_code.h"
#include "vm/disasm.h"
#include "vm/functions/function.h"

namespace writ {
namespace {

using Form = SourcePart::Form;
using Role = SourcePart::Role;

constexpr size_t kMaxConstantShown = 200;

Form FormOf(const cel::Node& node) {
  switch (node.kind) {
    case cel::Kind::kLiteral: return Form::kLiteral;
    case cel::Kind::kAnd: return Form::kAnd;
    case cel::Kind::kOr: return Form::kOr;
    case cel::Kind::kNot: return Form::kNot;
    case cel::Kind::kConditional: return Form::kConditional;
    case cel::Kind::kBind:
    case cel::Kind::kBlock: return Form::kBind;
    case cel::Kind::kComprehension: return Form::kComprehension;
    default: return Form::kOther;
  }
}

bool IsNegated(const Condition& condition) {
  switch (condition.op) {
    case Operator::kNeq:
    case Operator::kNotIn: return true;
    case Operator::kExists: return !std::get<bool>(yaml::Resolve(*condition.value));
    default: return false;
  }
}

// Whether it asks its second child, for each element, for true or false.
bool HasPredicate(const cel::Node& node) {
  if (node.kind != cel::Kind::kComprehension) return false;
  switch (node.macro) {
    case cel::Macro::kAll:
    case cel::Macro::kExists:
    case cel::Macro::kExistsOne:
    case cel::Macro::kFilter: return true;
    default: return node.child_count == 3;
  }
}

bool Reads(const cel::Reference& reference, const cel::Environment& environment) {
  switch (reference.kind) {
    case cel::Reference::Kind::kLocal: return true;
    case cel::Reference::Kind::kVariable:
      return environment.variables[reference.index].storage != cel::Variable::Storage::kConstant;
    case cel::Reference::Kind::kFunction:
      // The one function that knows what time it is.
      return static_cast<FunctionId>(reference.index) == FunctionId::kTimeWithin;
    default: return false;
  }
}

// Within the first line.
uint32_t CodePointsOf(const ExpressionSource& source, const cel::Node& node) {
  return source.Underline(node.begin, node.end - node.begin);
}

}  // namespace

SourceParts::SourceParts(const std::vector<Policy>& policies, SourceMap* map) : map_(map) {
  if (map == nullptr) return;
  for (const Policy& policy : policies) AddPolicy(policy);
}

void SourceParts::AddPolicy(const Policy& policy) {
  policy_ = &policy;
  file_ = static_cast<uint32_t>(map_->sources.size());
  map_->sources.push_back(policy.source);
  for (const VariableModel& variable : policy.variables) {
    AddExpression(variable.expression, Role::kVariable, 0, kNoPart);
  }
  for (const ToolModel& tool : policy.tools) {
    for (const RuleModel& rule : tool.rules) AddRule(rule);
  }
  for (const RuleModel& rule : policy.every_tool) AddRule(rule);
  for (const RuleModel& rule : policy.rules) AddRule(rule);
}

uint32_t SourceParts::AddRow(const void* of, SourcePart part) {
  const auto number = static_cast<uint32_t>(map_->parts.size());
  part.file = file_;
  if (part.parent != kNoPart) map_->parts[part.parent].children.push_back(number);
  map_->parts.push_back(std::move(part));
  parts_[of] = number;
  return number;
}

void SourceParts::AddRule(const RuleModel& rule) {
  SourcePart row;
  row.form = Form::kRule;
  row.begin = row.caret = rule.at;
  row.text = rule.name;
  const uint32_t parent = AddRow(&rule, std::move(row));
  const auto add = [&](const void* of, Form form, Role role, uint32_t ordinal, Position at) {
    SourcePart part;
    part.form = form;
    part.role = role;
    part.ordinal = ordinal;
    part.parent = parent;
    part.varies = true;
    part.begin = part.caret = at;
    return AddRow(of, std::move(part));
  };
  uint32_t ordinal = 0;
  for (const Condition& condition : rule.conditions) {
    if (RuleCode::IsOwnLimit(rule, condition)) continue;  // its quota is
    const uint32_t part =
        add(&condition, Form::kCondition, Role::kCondition, ordinal++, condition.at);
    map_->parts[part].negated = IsNegated(condition);
    map_->parts[part].text = condition.path_text;
  }
  if (rule.counting.has_value()) {
    const uint32_t part = add(&rule.counting, Form::kQuota, Role::kQuota, 0, rule.counting->at);
    map_->parts[part].text = rule.counting->path_text;
  }
  if (rule.when.has_value()) AddExpression(*rule.when, Role::kWhen, 0, parent);
  ordinal = 0;
  for (const Expression& expression : rule.require) {
    AddExpression(expression, Role::kRequire, ordinal++, parent);
  }
  ordinal = 0;
  for (const Expression& expression : rule.forbid) {
    AddExpression(expression, Role::kForbid, ordinal++, parent);
  }
  if (rule.only_args.has_value()) {
    const Position at = rule.only_args_at.empty() ? rule.at : rule.only_args_at.front();
    const uint32_t part = add(&rule.only_args, Form::kOnlyArgs, Role::kOnlyArgs, 0, at);
    map_->parts[part].text = fmt::format("[{}]", fmt::join(*rule.only_args, ", "));
  }
  if (rule.quota.has_value()) {
    add(&rule.quota, Form::kQuota, Role::kQuota, 0, rule.quota->at);
    if (rule.quota->max_of.has_value()) AddExpression(*rule.quota->max_of, Role::kLimit, 0, parent);
    if (rule.quota->amount.has_value()) {
      AddExpression(*rule.quota->amount, Role::kAmount, 0, parent);
    }
    if (rule.quota->key.has_value()) AddExpression(*rule.quota->key, Role::kKey, 0, parent);
  }
  ordinal = 0;
  for (const MessagePartModel& piece : rule.message) {
    if (piece.value.has_value()) AddExpression(*piece.value, Role::kMessage, ordinal++, parent);
  }
}

void SourceParts::AddExpression(const Expression& expression, Role role, uint32_t ordinal,
                                uint32_t parent) {
  const cel::Ast& ast = expression.checked.ast;
  const auto first = static_cast<uint32_t>(map_->parts.size());
  for (cel::NodeId id = 0; id < ast.nodes.size(); ++id) {
    const cel::Node& node = ast.node(id);
    SourcePart part;
    part.form = FormOf(node);
    part.file = file_;
    part.begin = expression.source.At(node.begin);
    part.caret = expression.source.At(node.at);
    part.length = CodePointsOf(expression.source, node);
    part.text = std::string(ast.text(node));
    part.varies = Reads(expression.checked.references[id], policy_->environment);
    // What stands for a name is no value on its own: the target of `math.abs(x)`, and what stands
    // before the name of a variable.
    const cel::Reference& reference = expression.checked.references[id];
    const bool is_name = reference.kind == cel::Reference::Kind::kVariable;
    for (uint32_t i = 0; i < node.child_count && !is_name; ++i) {
      if (i == 0 && reference.target_is_namespace) continue;
      const cel::NodeId child = ast.child(node, i);
      part.children.push_back(first + child);
      part.varies = part.varies || map_->parts[first + child].varies;
      map_->parts[first + child].parent = first + id;
    }
    if (HasPredicate(node)) map_->parts[first + ast.child(node, 1)].is_test = true;
    map_->parts.push_back(std::move(part));
  }
  parts_[&expression] = first;
  SourcePart& root = map_->parts[first + ast.root];
  root.role = role;
  root.ordinal = ordinal;
  root.parent = parent;
  root.is_test = role == Role::kWhen || role == Role::kRequire || role == Role::kForbid ||
                 (role == Role::kVariable && expression.checked.type().is(cel::TypeKind::kBool));
  if (parent != kNoPart) map_->parts[parent].children.push_back(first + ast.root);
}

void SourceParts::SetConstants(const Expression& expression, const std::vector<Value>& known) {
  if (map_ == nullptr) return;
  const uint32_t first = FirstOf(expression);
  for (size_t id = 0; id < known.size(); ++id) {
    if (known[id].is(Tag::kAbsent)) continue;
    map_->parts[first + id].constant = FormatValue(known[id], kMaxConstantShown);
  }
}

uint32_t SourceParts::Find(const void* of) const {
  const auto found = parts_.find(of);
  return found == parts_.end() ? kNoPart : found->second;
}

uint32_t SourceParts::OnlyArgsOf(const RuleModel& rule) const {
  return Find(&rule.only_args);
}

uint32_t SourceParts::QuotaOf(const RuleModel& rule) const {
  return Find(rule.counting.has_value() ? static_cast<const void*>(&rule.counting) : &rule.quota);
}

}  // namespace writ
