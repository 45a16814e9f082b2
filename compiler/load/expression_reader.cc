// From YAML scalars to checked expressions.
// Tested by tests/compiler/load/load_writ_test.cc and the text tests in tests/policies/.
#include "compiler/load/expression_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/check/condition_facts.h"
#include "compiler/load/expression_text.h"
#include "compiler/load/policy_environment.h"
#include "compiler/yaml/scalar.h"
#include "grammar/parse.h"

namespace writ {
namespace {

using cel::TypeKind;
using yaml::Kind;
using yaml::Node;

// What is longer is cut by the proxy.
constexpr size_t kMaxMessageBytes = 1024;

// YAML 1.1's other words for bools, which are text here, as in YAML 1.2.
std::string_view BoolMeant(std::string_view text) {
  constexpr std::array<std::string_view, 8> kTrue = {"yes", "Yes", "YES", "on",
                                                     "On",  "ON",  "y",   "Y"};
  constexpr std::array<std::string_view, 8> kFalse = {"no",  "No",  "NO", "off",
                                                      "Off", "OFF", "n",  "N"};
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return "true";
  if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return "false";
  return {};
}

bool IsNumber(const yaml::Scalar& value) {
  return std::holds_alternative<int64_t>(value) || std::holds_alternative<uint64_t>(value) ||
         std::holds_alternative<double>(value);
}

bool IsOneOf(TypeKind kind, std::initializer_list<TypeKind> kinds) {
  return kind == TypeKind::kDyn || kind == TypeKind::kError || kind == TypeKind::kParameter ||
         std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// How to make what is wanted of a value of that type.
std::string FitHint(const cel::Type& type, ExpressionReader::Wanted wanted) {
  if (type.is_optional() && wanted != ExpressionReader::Wanted::kAny) {
    return "say what counts where there is no value: add .orValue(…)";
  }
  switch (wanted) {
    case ExpressionReader::Wanted::kBool:
      return "a condition compares: ==, !=, <, <=, >, >=, in, or a function that tests";
    case ExpressionReader::Wanted::kNumber:
      if (type.is(TypeKind::kString)) return "for a number in text write double(…) around it";
      return "read a number, such as args.amount or size(args.items)";
    case ExpressionReader::Wanted::kKey:
      if (type.is(TypeKind::kList) || type.is(TypeKind::kMap)) {
        return "join several values into one text: string(a) + \"/\" + string(b)";
      }
      return "write string(…) around it";
    case ExpressionReader::Wanted::kAny: break;
  }
  return {};
}

}  // namespace

ExpressionReader::ExpressionReader(PolicyReader& reader, Policy& policy)
    : reader_(reader), policy_(policy), outside_messages_(WithoutQuotaNames(policy.environment)) {}

void ExpressionReader::Declare(const std::string& name, const cel::Type& type, cel::Origin origin) {
  cel::Variable variable;
  variable.name = "variables." + name;
  variable.type = type;
  variable.storage = cel::Variable::Storage::kBlock;
  variable.origin = origin;
  policy_.environment.variables.push_back(variable);
  outside_messages_.variables.push_back(std::move(variable));
  later_.erase(name);
  checker_.reset();
  message_checker_.reset();
}

std::optional<Expression> ExpressionReader::Read(const Node& node, std::string_view what,
                                                 Wanted wanted) {
  std::optional<std::string> text = TakeText(node, what, wanted);
  if (!text) return std::nullopt;
  return Compile({std::move(*text), ExpressionSource(reader_.source(), node), node, what}, wanted);
}

std::vector<Expression> ExpressionReader::ReadConditions(const Node& node, std::string_view what) {
  std::vector<Expression> expressions;
  const auto read = [&](const Node& one) {
    std::optional<Expression> expression = Read(one, what, Wanted::kBool);
    if (expression) expressions.push_back(std::move(*expression));
  };
  if (node.kind == Kind::kScalar) {
    read(node);
  } else if (node.kind == Kind::kMapping) {
    ReportCollection(node, what, true);
  } else if (node.items.empty()) {
    reader_.Error(node, fmt::format("{} lists no condition", what),
                  fmt::format("write a condition, or remove {}", what));
  } else {
    for (const Node* item : node.items) read(*item);
  }
  return expressions;
}

void ExpressionReader::ReportCollection(const Node& node, std::string_view what, bool may_be_list) {
  const bool list = node.kind == Kind::kSequence;
  if (what == "by" && list) {
    reader_.Error(node, "by must be one expression, not a list",
                  "join several values into one text: string(args.a) + \"/\" + string(args.b)");
    return;
  }
  const bool bracket = reader_.source()->text().substr(node.offset, 1) == (list ? "[" : "{");
  const std::string_view form =
      may_be_list ? "a condition or a list of conditions" : "an expression";
  if (bracket) {
    reader_.Error(node,
                  fmt::format("{} must be {}, but YAML reads \"{}\" as the start of a {}", what,
                              form, list ? "[" : "{", list ? "list" : "mapping"),
                  "put the whole expression in single quotes");
    return;
  }
  if (list && !may_be_list) {
    reader_.Error(node, fmt::format("{} must be {}, not a list", what, form),
                  "join what must hold with &&");
    return;
  }
  const std::string key = node.members.empty() ? std::string() : node.members[0].key->text;
  const bool word = key.find_first_of(" ()\"'?") == std::string::npos;
  reader_.Error(
      node, fmt::format("{} must be {}, not a mapping", what, form),
      word ? fmt::format("write it in CEL: args.{} == …", key)
           : "a colon and a blank make YAML read a mapping; put the whole expression in single "
             "quotes");
}

// False for what is no expression, which is reported.
std::optional<std::string> ExpressionReader::TakeText(const Node& node, std::string_view what,
                                                      Wanted wanted) {
  if (node.kind != Kind::kScalar) {
    ReportCollection(node, what, false);
    return std::nullopt;
  }
  const yaml::Scalar value = yaml::Resolve(node);
  if (std::holds_alternative<std::monostate>(value)) {
    reader_.Error(node, fmt::format("{} is empty", what),
                  "write an expression; what follows a # is a comment");
    return std::nullopt;
  }
  if (const bool* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (wanted == Wanted::kBool) {
    if (IsNumber(value)) {
      reader_.Error(node, fmt::format("{} must be a condition, not a number", what),
                    "compare it with something, as in args.amount <= 100");
      return std::nullopt;
    }
    if (const std::string_view meant = BoolMeant(node.text); !meant.empty()) {
      reader_.Error(node, fmt::format("\"{}\" is text in YAML, not a bool", node.text),
                    fmt::format("write {}", meant));
      return std::nullopt;
    }
  }
  if (node.text.find_first_not_of(" \t\r\n") == std::string::npos) {
    reader_.Error(node, fmt::format("{} is empty", what), "write an expression");
    return std::nullopt;
  }
  if (IsNumber(value) && node.style == Node::Style::kPlain) {
    // Numbers that YAML reads otherwise than CEL does: 010, 1_000, 0b11.
    const std::string_view digits = std::string_view(node.text).substr(node.text[0] == '-' ? 1 : 0);
    const bool prefix = digits.size() > 1 && digits[0] == '0' &&
                        std::string_view("0123456789boBO").find(digits[1]) != std::string::npos;
    const bool finite = digits.find_first_of("0123456789") != std::string_view::npos;
    if (!finite) {
      reader_.Error(node, fmt::format("\"{}\" is a number in YAML but none in CEL", node.text),
                    what != "max"                ? "write a number"
                    : node.text.starts_with('-') ? "write a number; to deny every call write "
                                                   "forbid: true instead of a quota"
                                                 : "write a number; without a limit leave the "
                                                   "quota out");
      return std::nullopt;
    }
    if (prefix || node.text.find('_') != std::string::npos) {
      reader_.Error(node, fmt::format("\"{}\" is a number in YAML but none in CEL", node.text),
                    "write the number without prefix, leading zero and underscores");
      return std::nullopt;
    }
  }
  return node.text;
}

std::optional<Expression> ExpressionReader::Compile(const Text& text, Wanted wanted) {
  if (!CheckBudget(text) || !CheckComment(text) || !reader_.HasPatternRoom()) return std::nullopt;
  auto parsed = cel::Parse(text.text);
  if (!parsed) {
    const cel::SyntaxError& error = parsed.error();
    std::string hint = CutOffHint(text);
    if (hint.empty()) hint = EscapeHint(text, error.at);
    if (hint.empty()) hint = NotHint(text, error.at);
    Report(text, {Severity::kError, error.at, error.length, error.message,
                  hint.empty() ? error.hint : hint, DiagnosticCode::kSyntax});
    return std::nullopt;
  }
  nodes_ += parsed->nodes.size();
  cel::CheckResult result = Check(std::move(*parsed), text.has_quota);
  for (const cel::Problem& problem : result.problems) Report(text, problem);
  const bool has_room = reader_.TakePatterns(text.node, result.expression.pattern_instructions);
  if (!result.ok() || !has_room) return std::nullopt;
  Expression expression{text.source, std::move(result.expression)};
  if (!CheckLabels(text, expression.checked)) return std::nullopt;
  if (!Fits(expression, text.what, wanted)) return std::nullopt;
  // A bool that stands alone is meant so: forbid: true.
  const cel::Ast& ast = expression.checked.ast;
  if (ast.node(ast.root).kind != cel::Kind::kLiteral) Warn(text, expression.checked);
  return expression;
}

void ExpressionReader::Warn(const Text& text, const cel::Checked& checked) {
  for (std::string& guard : cel::Guards(checked)) guards_.insert(std::move(guard));
  if (!text.in_message) {
    for (std::string& test : cel::TextTests(checked)) tests_.emplace(rule_, std::move(test));
  }
  const cel::Environment& environment = text.has_quota ? policy_.environment : outside_messages_;
  for (cel::Warning& warning : cel::FindWarnings(checked, environment, tools_)) {
    if (warning.unless.empty() && warning.unless_in_rule.empty()) {
      Report(text, warning.problem);
    } else if (!text.in_message && pending_.size() < cel::kMaxProblems) {
      // Of a message nothing depends on it.
      pending_.push_back({text.source, std::move(warning), rule_});
    }
  }
}

void ExpressionReader::Finish() {
  for (const Pending& pending : pending_) {
    if (guards_.contains(pending.warning.unless) ||
        tests_.contains({pending.rule, pending.warning.unless_in_rule})) {
      continue;
    }
    const cel::Problem& problem = pending.warning.problem;
    reader_.diagnostics().Warning(pending.source.source(), pending.source.At(problem.at),
                                  pending.source.Underline(problem.at, problem.length),
                                  problem.message, problem.hint, problem.code);
  }
  pending_.clear();
}

cel::CheckResult ExpressionReader::Check(cel::Ast ast, bool has_quota) {
  std::unique_ptr<const cel::Checker>& checker = has_quota ? message_checker_ : checker_;
  if (checker == nullptr) {
    checker =
        std::make_unique<const cel::Checker>(has_quota ? policy_.environment : outside_messages_);
  }
  return checker->Check(std::move(ast));
}

bool ExpressionReader::CheckBudget(const Text& text) {
  bytes_ += text.text.size();
  if (bytes_ <= kMaxPolicyExpressionBytes && nodes_ <= kMaxPolicyExpressionNodes) return true;
  if (!std::exchange(too_much_, true)) {
    reader_.Error(
        text.node,
        bytes_ > kMaxPolicyExpressionBytes
            ? fmt::format("the expressions of a policy may have {} bytes, aliases counted "
                          "as often as they stand, and up to here they have more",
                          kMaxPolicyExpressionBytes)
            : fmt::format("the expressions of a policy may have {} operators and "
                          "operands, and up to here they have more",
                          kMaxPolicyExpressionNodes),
        "put what they share into variables, long lists into data, or split the policy");
  }
  return false;
}

// YAML folds the lines of everything but block text, so that a comment would swallow what follows
// it.
bool ExpressionReader::CheckComment(const Text& text) {
  if (text.node.style == Node::Style::kLiteral && !text.in_message) return true;
  const std::optional<size_t> at = FindComment(text.text);
  if (!at) return true;
  Report(text,
         {Severity::kError, static_cast<uint32_t>(*at), 2,
          text.in_message ? "a comment cannot stand in a message"
                          : "a comment can only stand in an expression that starts with \"|\": "
                            "otherwise YAML puts the next line behind it",
          text.in_message
              ? "remove it"
              : fmt::format("write {}: | and the expression on the next lines, indented, or use a "
                            "YAML comment (#)",
                            text.what)});
  return false;
}

// A label that the policy does not ask for is never given.
bool ExpressionReader::CheckLabels(const Text& text, const cel::Checked& checked) {
  const cel::Ast& ast = checked.ast;
  bool ok = true;
  for (const cel::Node& node : ast.nodes) {
    const bool selects = node.kind == cel::Kind::kSelect || node.kind == cel::Kind::kHas;
    if (!selects && node.kind != cel::Kind::kIndex) continue;
    const cel::Reference& of = checked.references[ast.child(node, 0)];
    if (of.kind != cel::Reference::Kind::kVariable ||
        of.index != static_cast<uint32_t>(BuiltIn::kLabels)) {
      continue;
    }
    std::string name = ast.name(node);
    if (!selects) {
      const cel::Node& key = ast.node(ast.child(node, 1));
      if (key.kind != cel::Kind::kLiteral) continue;
      const auto* literal = std::get_if<std::string>(&ast.literal(key));
      if (literal == nullptr) continue;
      name = *literal;
    }
    const std::vector<std::string>& labels = policy_.labels;
    if (std::find(labels.begin(), labels.end(), name) != labels.end()) continue;
    std::string hint = DidYouMean(name, {labels.begin(), labels.end()});
    if (hint.empty()) hint = fmt::format("ask for it at the top of the policy: labels: [{}]", name);
    Report(text, {Severity::kError, node.at, node.at_length,
                  fmt::format("the policy has no label {}", Quote(name)), std::move(hint),
                  DiagnosticCode::kUnknownName});
    ok = false;
  }
  return ok;
}

// What YAML may have cut off before the expression was whole.
std::string ExpressionReader::CutOffHint(const Text& text) const {
  const bool plain = text.node.style == Node::Style::kPlain;
  if (!plain || !text.source.is_exact() || !EndsOpen(text.text)) return {};
  const std::string_view file = reader_.source()->text();
  const size_t end = text.source.OffsetBehind();
  const size_t next = file.find_first_not_of(" \t", end);
  if (next == std::string_view::npos) return {};
  if (next > end && file[next] == '#') {
    return "YAML takes what follows a blank and \"#\" for a comment; put the whole expression in "
           "single quotes";
  }
  if (std::string_view(",[]{}").find(file[next]) != std::string_view::npos) {
    return fmt::format(
        "YAML ends the text at \"{}\" inside {{ }} and [ ]; put the whole expression in single "
        "quotes",
        file[next]);
  }
  return {};
}

// Of a backslash that CEL takes for an escape, where YAML took one away before.
std::string ExpressionReader::EscapeHint(const Text& text, uint32_t at) const {
  const bool double_quoted = reader_.source()->text().substr(text.node.offset, 1) == "\"";
  if (!double_quoted || at >= text.text.size() || text.text[at] != '\\') return {};
  return "in double quotes YAML makes one backslash of two before CEL reads it: put the whole "
         "expression in single quotes, and r before the text";
}

// Of a `not` that starts a plain scalar, where the `!` to write instead would be YAML's.
std::string ExpressionReader::NotHint(const Text& text, uint32_t at) const {
  if (text.in_message || text.node.style != Node::Style::kPlain) return {};
  const std::string_view from = std::string_view(text.text).substr(at);
  const std::string_view word = from.substr(0, 3);
  if (at != 0 || (word != "not" && word != "NOT" && word != "Not")) return {};
  const size_t start = from.find_first_not_of(" \t\r\n", 3);
  if (start == std::string_view::npos || (start == 3 && from[start] != '(')) return {};
  const std::string_view operand = from.substr(start);
  const size_t end = std::min(
      operand.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."),
      operand.size());
  constexpr size_t kMostShown = 60;
  const std::string shown = operand.starts_with('(') ? "(…)"
                            : end > kMostShown       ? "…"
                            : end == operand.size()  ? std::string(operand)
                                                     : fmt::format("{}…", operand.substr(0, end));
  return fmt::format("write !, and the whole expression in single quotes: '!{}'", shown);
}

bool ExpressionReader::Fits(const Expression& expression, std::string_view what, Wanted wanted) {
  const cel::Type& type = expression.checked.type();
  std::string fault;
  if (wanted == Wanted::kBool) {
    fault = cel::WrongType(type, TypeKind::kBool);
  } else if (wanted == Wanted::kNumber) {
    if (!IsOneOf(type.kind(), {TypeKind::kInt, TypeKind::kUint, TypeKind::kDouble})) {
      fault = fmt::format("{} must be a number, not {}", what, type.ToString());
    }
  } else if (wanted == Wanted::kKey) {
    if (!IsOneOf(type.kind(),
                 {TypeKind::kString, TypeKind::kInt, TypeKind::kUint, TypeKind::kBool})) {
      fault =
          fmt::format("{} must be text, a whole number or a bool, not {}", what, type.ToString());
    }
  }
  if (fault.empty()) return true;
  const cel::Ast& ast = expression.checked.ast;
  const cel::Node& root = ast.node(ast.root);
  const ExpressionSource& source = expression.source;
  reader_.diagnostics().Error(source.source(), source.At(root.begin),
                              source.Underline(root.begin, root.end - root.begin), std::move(fault),
                              FitHint(type, wanted), DiagnosticCode::kType);
  return false;
}

// The variable below the one being read that the problem is about, if it is.
std::string ExpressionReader::LaterName(const Text& text, const cel::Problem& problem) const {
  constexpr std::string_view kPrefix = "variables.";
  const std::string_view rest =
      std::string_view(text.text).substr(std::min<size_t>(problem.at, text.text.size()));
  const std::string_view before = std::string_view(text.text).substr(0, problem.at);
  std::string_view name = rest;
  if (rest.starts_with(kPrefix)) {
    name = rest.substr(kPrefix.size());
  } else if (!before.ends_with(kPrefix) && !problem.message.ends_with(" is not known")) {
    return {};
  }
  name = name.substr(
      0, name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"));
  return later_.contains(name) ? std::string(name) : std::string();
}

void ExpressionReader::Report(const Text& text, const cel::Problem& problem) {
  std::string message = problem.message;
  std::string hint = problem.hint;
  const std::string later = LaterName(text, problem);
  if (problem.severity == Severity::kError && !later.empty()) {
    message = fmt::format("a variable may use earlier ones only, and {} is defined in line {}",
                          later, later_.find(later)->second);
    hint = fmt::format("move {} above this", later);
  }
  const std::string_view rest =
      std::string_view(text.text).substr(std::min<size_t>(problem.at, text.text.size()));
  if (!text.has_quota && problem.severity == Severity::kError &&
      (rest == "quota" || rest.starts_with("quota."))) {
    hint = text.in_message
               ? "this rule has no quota; quota.remaining and quota.resets_at are those of the "
                 "rule's own"
               : "quota.remaining and quota.resets_at may be used in messages only";
  }
  const Position at = text.source.At(problem.at);
  const uint32_t length = text.source.Underline(problem.at, problem.length);
  if (problem.severity == Severity::kError) {
    reader_.diagnostics().Error(text.source.source(), at, length, std::move(message),
                                std::move(hint), problem.code);
  } else {
    reader_.diagnostics().Warning(text.source.source(), at, length, std::move(message),
                                  std::move(hint), problem.code);
  }
}

void ExpressionReader::CompareConditions(const RuleModel& rule) {
  cel::ConditionFacts facts(policy_.environment);
  const auto look_at = [&](const Expression& expression, bool must_hold) {
    const std::optional<cel::Problem> problem = facts.Add(expression.checked, must_hold);
    if (!problem) return;
    reader_.diagnostics().Warning(expression.source.source(), expression.source.At(problem->at),
                                  expression.source.Underline(problem->at, problem->length),
                                  problem->message, problem->hint, problem->code);
  };
  if (rule.when) look_at(*rule.when, true);
  for (const Expression& expression : rule.require) look_at(expression, true);
  for (const Expression& expression : rule.forbid) look_at(expression, false);
}

std::vector<MessagePartModel> ExpressionReader::ReadMessage(const Node& node, bool has_quota) {
  const ExpressionSource source(reader_.source(), node);
  std::vector<MessagePartModel> message;
  size_t bytes = 0;
  std::string_view text = node.text;
  // The line break at the end of YAML's block text is no part of what is said.
  const bool is_block = node.style == Node::Style::kLiteral || node.style == Node::Style::kFolded;
  if (is_block && text.ends_with('\n')) text.remove_suffix(1);
  for (TemplatePart& part : SplitTemplate(text)) {
    if (!part.is_expression) {
      bytes += part.text.size();
      message.push_back({std::move(part.text), std::nullopt});
      continue;
    }
    const auto at = static_cast<uint32_t>(part.offset);
    const auto size = static_cast<uint32_t>(part.text.size());
    const Text expression{
        std::move(part.text), source.Part(at, size), node, "message", true, has_quota};
    if (!part.closed) {
      Report({expression.text, source, node, "message", true},
             {Severity::kError, at, 2, "this \"${\" is never closed",
              "close it with \"}\"; for these very characters write $${", DiagnosticCode::kSyntax});
    } else if (expression.text.empty()) {
      Report({expression.text, source, node, "message", true},
             {Severity::kError, at, 2, "there is no expression in this \"${}\"",
              "write what to fill in, such as ${args.path}; for these very characters write $${}",
              DiagnosticCode::kSyntax});
    } else if (std::optional<Expression> value = Compile(expression, Wanted::kAny)) {
      message.push_back({{}, std::move(*value)});
    }
  }
  if (bytes > kMaxMessageBytes) {
    reader_.Warn(node,
                 fmt::format("this message has {} bytes, and the agent reads {} at most", bytes,
                             kMaxMessageBytes),
                 "say it shorter");
  }
  return message;
}

}  // namespace writ
