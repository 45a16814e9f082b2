// Makes the tree while the grammar reads on.
// Tested by tests/grammar/tree_test.cc and limits_test.cc.
#include "grammar/builder.h"

#include <algorithm>

#include "grammar/literal.h"
#include "grammar/macro.h"
#include "grammar/messages.h"

namespace writ::cel {
namespace {

struct Spelling {
  std::string_view text;
  Operator op;
};

constexpr Spelling kSpellings[] = {
    {"+", Operator::kAdd},       {"-", Operator::kSubtract},      {"*", Operator::kMultiply},
    {"/", Operator::kDivide},    {"%", Operator::kModulo},        {"==", Operator::kEqual},
    {"!=", Operator::kNotEqual}, {"<", Operator::kLess},          {"<=", Operator::kLessEqual},
    {">", Operator::kGreater},   {">=", Operator::kGreaterEqual}, {"in", Operator::kIn},
};

// False if it is no number, or one whose negative is none: -(-9223372036854775808) is an error, but
// one of evaluation.
bool NegateLiteral(Literal& literal) {
  if (auto* number = std::get_if<int64_t>(&literal)) {
    if (*number == INT64_MIN) return false;
    *number = -*number;
    return true;
  }
  if (auto* number = std::get_if<double>(&literal)) {
    *number = -*number;
    return true;
  }
  return false;
}

}  // namespace

Builder::Builder(std::string_view source) : source_(source) {
  ast_.source = source;
  names_.emplace("", 0);
}

void Builder::Fail(Expected expected, const char* at) const {
  Place place;
  place.source = source_;
  place.at = Offset(at);
  place.previous_end = std::min<size_t>(previous_end_, place.at);
  place.token_at = token_at_;
  if (!brackets_.empty()) {
    const Bracket& bracket = brackets_.back();
    place.bracket = bracket.kind;
    place.bracket_at = bracket.at;
    place.bracket_begin = bracket.kind == 'f' ? bracket.name.begin : bracket.at;
  }
  if (expected == Expected::kConditionColon) place.token_at = choices_.back().at;
  throw Explain(expected, place);
}

void Builder::EnterExpression() {
  if (++depth_ <= kMaxDepth) return;
  const uint32_t at = brackets_.empty() ? 0 : brackets_.back().at;
  throw Report(Fault::kTooDeep, at, 1);
}

uint32_t Builder::Intern(std::string_view name) {
  const auto [entry, is_new] =
      names_.try_emplace(std::string(name), static_cast<uint32_t>(ast_.names.size()));
  if (is_new) ast_.names.emplace_back(name);
  return entry->second;
}

Node Builder::NodeAt(Kind kind, uint32_t begin, uint32_t end, uint32_t at,
                     uint32_t at_length) const {
  Node node;
  node.kind = kind;
  node.begin = begin;
  node.end = end;
  node.at = at;
  node.at_length = at_length;
  return node;
}

NodeId Builder::Add(Node node, const NodeId* children, size_t count) {
  if (ast_.nodes.size() == kMaxNodes) {
    throw Report(Fault::kTooManyNodes, node.at, node.at_length);
  }
  uint32_t height = 1;
  for (size_t i = 0; i < count; ++i) {
    const bool along_spine = i == 0 && OnSpine(node);
    height = std::max(height, heights_[children[i]] + (along_spine ? 0 : 1));
  }
  if (height > kMaxDepth) throw Report(Fault::kTooDeep, node.at, node.at_length);
  node.first_child = static_cast<uint32_t>(ast_.children.size());
  node.child_count = static_cast<uint32_t>(count);
  ast_.children.insert(ast_.children.end(), children, children + count);
  ast_.nodes.push_back(node);
  heights_.push_back(height);
  return static_cast<NodeId>(ast_.nodes.size() - 1);
}

void Builder::Push(NodeId id) {
  const Node& node = ast_.node(id);
  Operand operand;
  operand.begin = operand.inner_begin = node.begin;
  operand.end = operand.inner_end = node.end;
  operands_.push_back(operand);
  parts_.push_back(id);
}

// The last `operands`, all of them single nodes, become the children of one node in their place.
void Builder::Replace(size_t operands, const Node& node) {
  const NodeId id = Add(node, parts_.data() + parts_.size() - operands, operands);
  parts_.resize(parts_.size() - operands);
  operands_.resize(operands_.size() - operands);
  Push(id);
}

void Builder::Replace(size_t operands, const Node& node, const std::vector<NodeId>& children) {
  parts_.resize(parts_.size() - operands);
  operands_.resize(operands_.size() - operands);
  Push(Add(node, children.data(), children.size()));
}

void Builder::Settle() {
  Operand& operand = operands_.back();
  if (operand.group == Kind::kLiteral) return;
  const uint32_t at_length = operand.group == Kind::kConditional ? 1 : 2;
  const NodeId* parts = parts_.data() + parts_.size() - operand.count;
  const NodeId id =
      Add(NodeAt(operand.group, operand.inner_begin, operand.inner_end, operand.at, at_length),
          parts, operand.count);
  parts_.resize(parts_.size() - operand.count);
  parts_.push_back(id);
  operand.group = Kind::kLiteral;
  operand.count = 1;
}

// Literals.

void Builder::PushLiteral(std::string_view token, Literal value) {
  const uint32_t begin = Offset(token.data());
  const auto length = static_cast<uint32_t>(token.size());
  Node node = NodeAt(Kind::kLiteral, begin, begin + length, begin, length);
  node.literal = static_cast<uint32_t>(ast_.literals.size());
  const NodeId id = Add(node, nullptr, 0);
  ast_.literals.push_back(std::move(value));
  Push(id);
}

void Builder::Number(std::string_view digits) {
  digits_ = digits;
}

void Builder::SignedNumber(std::string_view token) {
  const bool negative = token.front() == '-';
  auto value = ReadNumber(digits_, negative, Offset(digits_.data()));
  if (!value) throw SyntaxError(value.error());
  if (negative && std::holds_alternative<uint64_t>(*value)) {
    // There are no negative ones: this is the operator, which the checker will not find.
    PushLiteral(digits_, std::move(*value));
    PendingOperator op;
    op.at = op.last_at = Offset(token.data());
    AddUnary(Kind::kNegate, op);
    return;
  }
  PushLiteral(token, std::move(*value));
}

void Builder::String(std::string_view token) {
  auto value = ReadString(token, Offset(token.data()));
  if (!value) throw SyntaxError(value.error());
  PushLiteral(token, std::move(*value));
}

// Names.

void Builder::NoteName(std::string_view token) {
  name_ = {};
  name_.begin = Offset(token.data());
  name_.absolute = token.front() == '.';
  // A dot may have space and comments after it; the name is what comes last.
  const size_t last = token.size() - 1;
  size_t start = last;
  const auto is_name = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  while (start > 0 && is_name(token[start - 1])) --start;
  name_.text = token.substr(start);
  name_.at = Offset(name_.text.data());
  name_.length = static_cast<uint32_t>(name_.text.size());
}

void Builder::NoteField(std::string_view token) {
  Settle();
  name_ = {};
  name_.member = true;
  name_.begin = operands_.back().begin;
  name_.at = Offset(token.data());
  name_.length = static_cast<uint32_t>(token.size());
  const bool escaped = token.front() == '`';
  name_.text = escaped ? token.substr(1, token.size() - 2) : token;
}

void Builder::Identifier() {
  Node node = NodeAt(Kind::kIdent, name_.begin, name_.at + name_.length, name_.at, name_.length);
  node.absolute = name_.absolute;
  node.name = Intern(name_.text);
  Push(Add(node, nullptr, 0));
}

void Builder::Select(std::string_view token) {
  NoteField(token);
  AddSelect(false);
}

void Builder::SelectOptional(std::string_view token) {
  NoteField(token);
  AddSelect(true);
}

void Builder::AddSelect(bool optional) {
  Node node = NodeAt(Kind::kSelect, name_.begin, name_.at + name_.length, name_.at, name_.length);
  node.name = Intern(name_.text);
  node.optional = optional;
  Replace(1, node);
}

// Brackets.

void Builder::Open(char bracket, const char* at) {
  if (bracket == 'i') Settle();
  Bracket opened;
  opened.kind = bracket;
  opened.at = Offset(at);
  opened.operands = operands_.size();
  opened.name = name_;
  brackets_.push_back(opened);
}

Builder::Bracket Builder::Close() {
  const Bracket bracket = brackets_.back();
  brackets_.pop_back();
  return bracket;
}

void Builder::CloseParen(const char* at) {
  const Bracket bracket = Close();
  operands_.back().begin = bracket.at;
  operands_.back().end = Offset(at) + 1;
}

void Builder::CloseCall(const char* at) {
  const Bracket bracket = Close();
  const PendingName& name = bracket.name;
  const size_t arguments = operands_.size() - bracket.operands;
  const size_t parts = arguments + (name.member ? 1 : 0);

  Call call;
  call.name = name.text;
  call.absolute = name.absolute;
  call.at = name.at;
  call.arguments.assign(parts_.end() - static_cast<std::ptrdiff_t>(arguments), parts_.end());
  if (name.member) call.target = parts_[parts_.size() - parts];
  auto expansion = Expand(ast_, call);
  if (!expansion) throw SyntaxError(expansion.error());

  Node node = NodeAt(Kind::kCall, name.begin, Offset(at) + 1, name.at, name.length);
  if (*expansion) {
    node.kind = (*expansion)->kind;
    node.macro = (*expansion)->macro;
    node.name = Intern((*expansion)->name);
    node.name2 = Intern((*expansion)->name2);
    Replace(parts, node, (*expansion)->children);
    return;
  }
  node.name = Intern(name.text);
  node.absolute = name.absolute;
  node.member = name.member;
  Replace(parts, node);
}

void Builder::CloseList(const char* at) {
  const Bracket bracket = Close();
  Replace(operands_.size() - bracket.operands,
          NodeAt(Kind::kList, bracket.at, Offset(at) + 1, bracket.at, 1));
}

void Builder::CloseMap(const char* at) {
  const Bracket bracket = Close();
  Replace(operands_.size() - bracket.operands,
          NodeAt(Kind::kMap, bracket.at, Offset(at) + 1, bracket.at, 1));
}

void Builder::CloseIndex(const char* at) {
  const Bracket bracket = Close();
  const Operand& indexed = operands_[operands_.size() - 2];
  Node node = NodeAt(Kind::kIndex, indexed.begin, Offset(at) + 1, bracket.at, 1);
  node.optional = bracket.optional;
  Replace(2, node);
}

void Builder::OpenMessage(const char* at) {
  const Operand& operand = operands_.back();
  NodeId id = parts_.back();
  const Node& last = ast_.node(id);
  bool is_name =
      operand.group == Kind::kLiteral && operand.begin == last.begin && operand.end == last.end;
  std::vector<NodeId> names;
  while (is_name) {
    const Node& node = ast_.node(id);
    names.push_back(id);
    if (node.kind == Kind::kIdent) break;
    is_name = node.kind == Kind::kSelect && !node.optional && source_[node.at] != '`';
    if (is_name) id = ast_.child(node, 0);
  }
  if (!is_name) throw Report(Fault::kMessageName, Offset(at), 1);
  std::string full_name;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    if (!full_name.empty()) full_name += '.';
    full_name += ast_.name(ast_.node(*name));
  }
  Open('m', at);
  PendingName& name = brackets_.back().name;
  name.absolute = ast_.node(id).absolute;
  name.begin = last.begin;
  name.length = last.end - last.begin;
  name.at = Intern(full_name);
}

void Builder::CloseMessage(const char* at) {
  const Bracket bracket = Close();
  const PendingName& name = bracket.name;
  Node node = NodeAt(Kind::kMessage, name.begin, Offset(at) + 1, name.begin, name.length);
  node.absolute = name.absolute;
  node.name = name.at;
  const std::vector<NodeId> values(
      parts_.end() - static_cast<std::ptrdiff_t>(operands_.size() - bracket.operands),
      parts_.end());
  Replace(values.size() + 1, node, values);
}

void Builder::MarkOptionalEntry() {
  ast_.nodes[parts_.back()].optional_entry = true;
}

// Operators.

void Builder::NoteUnary(const char* at) {
  PendingOperator op;
  op.at = op.last_at = Offset(at);
  operators_.push_back(op);
}

void Builder::RepeatUnary(const char* at) {
  ++operators_.back().count;
  operators_.back().last_at = Offset(at);
}

void Builder::NoteBinary(std::string_view token) {
  Settle();
  PendingOperator op;
  op.at = Offset(token.data());
  op.length = static_cast<uint32_t>(token.size());
  op.op =
      std::find_if(std::begin(kSpellings), std::end(kSpellings), [token](const Spelling& spelling) {
        return spelling.text == token;
      })->op;
  operators_.push_back(op);
}

// An odd number of the same operator is one, an even number two: what it is applied to must still
// be of its type.
void Builder::AddUnary(Kind kind, const PendingOperator& op) {
  Settle();
  const uint32_t end = operands_.back().end;
  if (op.count % 2 == 0) Replace(1, NodeAt(kind, op.last_at, end, op.last_at, 1));
  Replace(1, NodeAt(kind, op.at, end, op.at, 1));
}

void Builder::Not() {
  const PendingOperator op = operators_.back();
  operators_.pop_back();
  AddUnary(Kind::kNot, op);
}

bool Builder::FoldSign(const PendingOperator& op) {
  const Operand& operand = operands_.back();
  if (operand.group != Kind::kLiteral) return false;
  Node& node = ast_.nodes[parts_.back()];
  if (node.kind != Kind::kLiteral) return false;
  Literal& literal = ast_.literals[node.literal];
  if (!NegateLiteral(literal)) return false;
  if (op.count % 2 == 0) NegateLiteral(literal);
  const uint32_t end = operand.end;
  node.begin = node.at = op.at;
  node.end = end;
  node.at_length = end - op.at;
  const NodeId id = parts_.back();
  parts_.pop_back();
  operands_.pop_back();
  Push(id);
  return true;
}

void Builder::Negate() {
  const PendingOperator op = operators_.back();
  operators_.pop_back();
  if (!FoldSign(op)) AddUnary(Kind::kNegate, op);
}

void Builder::Binary() {
  Settle();
  const PendingOperator op = operators_.back();
  operators_.pop_back();
  const Operand& left = operands_[operands_.size() - 2];
  Node node = NodeAt(Kind::kBinary, left.begin, operands_.back().end, op.at, op.length);
  node.op = op.op;
  Replace(2, node);
}

// Chains.

void Builder::OpenGroup(Kind kind, const char* at) {
  Operand& operand = operands_.back();
  if (operand.group != kind) {
    Settle();
    operand.group = kind;
    operand.at = Offset(at);
  }
  operand.inner_begin = operand.begin;
  operand.inner_end = operand.end;
}

void Builder::JoinGroup(Kind kind) {
  if (operands_.back().group != kind) Settle();
  const Operand right = operands_.back();
  operands_.pop_back();
  Operand& left = operands_.back();
  left.count += right.count;
  left.end = left.inner_end = right.end;
}

void Builder::Question(const char* at) {
  Settle();
  PendingChoice choice;
  choice.first_at = choice.at = Offset(at);
  choices_.push_back(choice);
}

void Builder::NextQuestion(const char* at) {
  Settle();
  choices_.back().at = Offset(at);
  ++choices_.back().count;
}

// The conditions and values so far are single nodes; the last may be a group that continues them.
void Builder::Choices() {
  if (operands_.back().group != Kind::kConditional) Settle();
  const PendingChoice choice = choices_.back();
  choices_.pop_back();
  const uint32_t before = 2 * choice.count;
  const Operand last = operands_.back();
  operands_.resize(operands_.size() - before);
  Operand& group = operands_.back();
  group.group = Kind::kConditional;
  group.count = before + last.count;
  group.at = choice.first_at;
  group.inner_begin = group.begin;
  group.end = group.inner_end = last.end;
}

// Keeps the nodes that the root is made of. Children stand before their parents, so one pass from
// the back finds them and one from the front moves them.
Ast Builder::Finish() {
  Settle();
  std::vector<bool> used(ast_.nodes.size(), false);
  used[parts_.back()] = true;
  for (size_t i = ast_.nodes.size(); i-- > 0;) {
    if (!used[i]) continue;
    const Node& node = ast_.nodes[i];
    for (uint32_t c = 0; c < node.child_count; ++c) used[ast_.child(node, c)] = true;
  }
  std::vector<NodeId> moved(ast_.nodes.size(), kNoNode);
  std::vector<NodeId> children;
  children.reserve(ast_.children.size());
  NodeId next = 0;
  for (size_t i = 0; i < ast_.nodes.size(); ++i) {
    if (!used[i]) continue;
    Node node = ast_.nodes[i];
    const auto first_child = static_cast<uint32_t>(children.size());
    for (uint32_t c = 0; c < node.child_count; ++c) {
      children.push_back(moved[ast_.child(node, c)]);
    }
    node.first_child = first_child;
    moved[i] = next;
    ast_.nodes[next++] = node;
  }
  ast_.nodes.resize(next);
  ast_.children = std::move(children);
  ast_.root = next - 1;
  return std::move(ast_);
}

}  // namespace writ::cel
