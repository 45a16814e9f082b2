// Conditions as CEL.
//
// Most of this is equality. Version "1" compares the printed forms of scalars, so what an argument
// may be is written out as the values that print alike:
//
//   {path: args.v, op: eq, value: 5}        args.v in [5, "5"]
//   {path: args.v, op: eq, value: "true"}   args.v in ["true", true]
//   {path: args.v, op: in, value: [a, b]}   args.v in ["a", "b"]
//
// Tested by tests/compiler/migrate/condition_text_test.cc and agreement_test.cc.
#include "compiler/migrate/condition_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "compiler/load/constant.h"
#include "compiler/migrate/cel_text.h"
#include "compiler/yaml/write.h"
#include "vm/compare.h"

namespace writ {
namespace {

using yaml::Kind;
using yaml::Node;

// In an expression a list is easy to read up to about here.
constexpr size_t kLongList = 24;
constexpr size_t kLongListBytes = 4'000;

// A constant in both notations.
struct Literal {
  std::string cel;
  std::string yaml;
  friend bool operator==(const Literal&, const Literal&) = default;
};

Literal TextLiteral(std::string_view text) {
  return {CelString(text), yaml::DoubleQuoted(text)};
}

Literal DoubleLiteral(double number) {
  const std::string text = CelDouble(number);
  return {text, text};
}

// What a value must be to equal one of several constants: one of the literals, or what one of the
// tests holds of.
struct Alternatives {
  std::vector<Literal> literals;
  std::vector<std::string> tests;

  void Add(Literal literal) {
    if (std::find(literals.begin(), literals.end(), literal) == literals.end()) {
      literals.push_back(std::move(literal));
    }
  }
  bool is_one_literal() const { return literals.size() == 1 && tests.empty(); }
};

// Where scalars of version "1" stand: there two numbers are equal by value at the top, and as they
// print within a list or an object.
enum class Place { kTop, kWithin };

std::string Printed(const Value& scalar) {
  char buffer[kPrintedNumberBytes];
  return std::string(PrintedForm(scalar, false, buffer));
}

// The number of a call that prints like this, if there is one.
std::optional<double> NumberPrintedAs(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(number)) return std::nullopt;
  if (Printed(Value::Double(number)) != text) return std::nullopt;
  return number;
}

class EqualityText {
  static constexpr const char* kPart = "value";

 public:
  // `value` is an expression for what is compared.
  EqualityText(std::string value, Place place) : value_(std::move(value)), place_(place) {}

  Alternatives Of(const std::vector<const Node*>& wanted) const {
    Alternatives all;
    for (const Node* node : wanted) Add(node, all);
    return all;
  }

 private:
  void Add(const Node* node, Alternatives& all) const {
    if (node == nullptr || node->kind == Kind::kScalar) return AddScalar(node, all);
    if (const std::optional<Literal> literal = OneLiteral(node)) return all.Add(*literal);
    all.tests.push_back(place_ == Place::kTop ? BoundTest(*node) : StructureTest(value_, *node));
  }

  // A list or map, part by part. By a name of its own: written as args.v[0] the parts would be
  // arguments that the rule reads, and look-alikes of their names would be ambiguous.
  std::string BoundTest(const Node& node) const {
    return fmt::format("cel.bind({0}, {1}, {2})", kPart, value_, StructureTest(kPart, node));
  }

  static std::string StructureTest(const std::string& value, const Node& node) {
    const bool is_list = node.kind == Kind::kSequence;
    const size_t size = is_list ? node.items.size() : node.members.size();
    std::string test =
        fmt::format("type({0}) == {1} && size({0}) == {2}", value, is_list ? "list" : "map", size);
    for (size_t i = 0; i < node.items.size(); ++i) {
      test += " && " + Equals(fmt::format("{}[{}]", value, i), node.items[i]);
    }
    for (const yaml::Member& member : node.members) {
      const std::string key = CelString(member.key->text);
      test += fmt::format(" && {} in {} && {}", key, value,
                          Equals(fmt::format("{}[{}]", value, key), member.value));
    }
    return test;
  }

  void AddScalar(const Node* node, Alternatives& all) const {
    Arena arena;
    const Value scalar = ToValue(node, arena);
    if (scalar.is(Tag::kNull)) return all.Add({"null", "null"});
    const std::string text = Printed(scalar);
    if (scalar.is_number() && place_ == Place::kTop) {
      AddNumber(scalar, all);
    } else {
      if (scalar.is(Tag::kString)) all.Add(TextLiteral(text));
      if (const std::optional<double> number = NumberPrintedAs(text))
        AddPrinted(*number, text, all);
      if (text == "true" || text == "false") all.Add({text, text});
    }
    all.Add(TextLiteral(text));
  }

  static void AddNumber(const Value& number, Alternatives& all) {
    if (number.is(Tag::kInt)) {
      const std::string text = std::to_string(number.i);
      all.Add({text, text});
    } else if (number.is(Tag::kUint)) {
      const std::string text = std::to_string(number.u);
      all.Add({text + "u", text});
    } else if (std::isfinite(number.d)) {
      all.Add(DoubleLiteral(number.d));
    }
  }

  // CEL knows one zero, and version "1" prints two.
  void AddPrinted(double number, const std::string& text, Alternatives& all) const {
    if (number != 0) {
      if (std::trunc(number) != number || std::abs(number) >= 1e6) {
        return all.Add(DoubleLiteral(number));
      }
      const std::string whole = std::to_string(static_cast<int64_t>(number));
      return all.Add({whole, whole});
    }
    all.tests.push_back(
        fmt::format("{0} == 0 && string(double({0})) == {1}", value_, CelString(text)));
  }

  // A list or map in which each scalar is equal to one constant only.
  static std::optional<Literal> OneLiteral(const Node* node) {
    if (node == nullptr || node->kind == Kind::kScalar) {
      const Alternatives alternatives = EqualityText("", Place::kWithin).Of({node});
      if (!alternatives.is_one_literal()) return std::nullopt;
      return alternatives.literals.front();
    }
    std::string cel;
    std::string text;
    const auto put = [&](const std::string& cel_item, const std::string& yaml_item) {
      const std::string_view comma = cel.empty() ? "" : ", ";
      cel += fmt::format("{}{}", comma, cel_item);
      text += fmt::format("{}{}", comma, yaml_item);
    };
    for (const Node* item : node->items) {
      const std::optional<Literal> literal = OneLiteral(item);
      if (!literal) return std::nullopt;
      put(literal->cel, literal->yaml);
    }
    for (const yaml::Member& member : node->members) {
      const std::optional<Literal> literal = OneLiteral(member.value);
      if (!literal) return std::nullopt;
      const Literal key = TextLiteral(member.key->text);
      put(fmt::format("{}: {}", key.cel, literal->cel),
          fmt::format("{}: {}", key.yaml, literal->yaml));
    }
    const bool is_list = node->kind == Kind::kSequence;
    const std::string_view form = is_list ? "[{}]" : "{{{}}}";
    return Literal{fmt::format(fmt::runtime(form), cel), fmt::format(fmt::runtime(form), text)};
  }

  static std::string Equals(const std::string& value, const Node* wanted);

  std::string value_;
  Place place_;
};

std::string CelList(const std::vector<Literal>& literals) {
  std::string text;
  for (const Literal& literal : literals) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", literal.cel);
  }
  return fmt::format("[{}]", text);
}

std::string LiteralTest(const std::string& value, const std::vector<Literal>& literals) {
  if (literals.size() == 1) return fmt::format("{} == {}", value, literals.front().cel);
  return fmt::format("{} in {}", value, CelList(literals));
}

// Joins alternatives to one test, given that of the literals.
std::string AnyOf(const Alternatives& alternatives, std::string literal_test) {
  std::vector<std::string> parts;
  if (!alternatives.literals.empty() || alternatives.tests.empty()) {
    parts.push_back(std::move(literal_test));
  }
  parts.insert(parts.end(), alternatives.tests.begin(), alternatives.tests.end());
  return fmt::format("{}", fmt::join(parts, " || "));
}

std::string AnyOf(const std::string& value, const Alternatives& alternatives) {
  return AnyOf(alternatives, LiteralTest(value, alternatives.literals));
}

std::string EqualityText::Equals(const std::string& value, const Node* wanted) {
  const std::string any = AnyOf(value, EqualityText(value, Place::kWithin).Of({wanted}));
  return any.find(" || ") == std::string::npos ? any : fmt::format("({})", any);
}

bool IsLong(const std::vector<Literal>& literals) {
  size_t bytes = 0;
  for (const Literal& literal : literals) bytes += literal.cel.size();
  return literals.size() > kLongList || bytes > kLongListBytes;
}

std::string IsAnyOf(const std::string& value, const std::vector<const Node*>& wanted,
                    LongLists& lists) {
  const Alternatives alternatives = EqualityText(value, Place::kTop).Of(wanted);
  if (!IsLong(alternatives.literals)) return AnyOf(value, alternatives);
  std::vector<std::string> items;
  for (const Literal& literal : alternatives.literals) items.push_back(literal.yaml);
  return AnyOf(alternatives, fmt::format("{} in {}", value, lists.Add(std::move(items))));
}

// Whether an argument may have to be read item by item to be told from one of them.
bool AnyHasParts(const std::vector<const Node*>& nodes) {
  return std::any_of(nodes.begin(), nodes.end(), [](const Node* node) {
    return node != nullptr && !(node->items.empty() && node->members.empty());
  });
}

// The same, negated. A value that equals nothing, such as null, passes.
//
// Of a list or map a part that differs would hide an unsafe number in another one: && takes the
// error for false, and the order in which members are compared is not that of version "1". So every
// number is read first. Not by ==, of which both sides would be the same.
std::string IsNoneOf(const std::string& value, const std::vector<const Node*>& wanted,
                     LongLists& lists) {
  const std::string sound =
      AnyHasParts(wanted) ? fmt::format("{0} in [{0}] && ", value) : std::string();
  const Alternatives alternatives = EqualityText(value, Place::kTop).Of(wanted);
  if (alternatives.is_one_literal() && !IsLong(alternatives.literals)) {
    return fmt::format("{}{} != {}", sound, value, alternatives.literals.front().cel);
  }
  return fmt::format("{}!({})", sound, IsAnyOf(value, wanted, lists));
}

std::vector<const Node*> Unwanted(const Condition& condition) {
  if (condition.op == Operator::kNeq) return {condition.value};
  if (condition.op == Operator::kNotIn) return condition.value->items;
  return {};
}

// `number` as a limit. Version "1" compares integers with doubles exactly, CEL with the double next
// to the integer. The numbers of calls are all doubles, so a limit between two of them is as good
// as the one on its other side.
std::string OrderText(const std::string& value, Operator op, const Node& node) {
  const yaml::Scalar scalar = yaml::Resolve(node);
  const bool below = op == Operator::kLt || op == Operator::kLte;
  const bool with_limit = op == Operator::kLte || op == Operator::kGte;
  std::string limit;
  bool or_equal = with_limit;
  if (const auto* whole = std::get_if<int64_t>(&scalar)) {
    limit = std::to_string(*whole);
    double next = static_cast<double>(*whole);
    const int order = CompareNumbers(Value::Int(*whole), Value::Double(next));
    if (order != 0) {
      constexpr double kInfinity = std::numeric_limits<double>::infinity();
      if (below && order < 0) next = std::nextafter(next, -kInfinity);
      if (!below && order > 0) next = std::nextafter(next, kInfinity);
      limit = CelDouble(next);
      or_equal = true;
    }
  } else {
    limit = CelDouble(std::get<double>(scalar));
  }
  return fmt::format("{} {}{} {}", value, below ? '<' : '>', or_equal ? "=" : "", limit);
}

std::string ContainsText(const std::string& value, const Node* wanted) {
  const Alternatives item = EqualityText("item", Place::kTop).Of({wanted});
  const std::string in_list = item.is_one_literal()
                                  ? fmt::format("{} in {}", item.literals.front().cel, value)
                                  : fmt::format("{}.exists(item, {})", value, AnyOf("item", item));
  if (wanted != nullptr && wanted->kind == Kind::kScalar) {
    const yaml::Scalar scalar = yaml::Resolve(*wanted);
    if (const auto* text = std::get_if<std::string>(&scalar)) {
      return fmt::format("type({0}) == list ? {1} : {0}.contains({2})", value, in_list,
                         CelString(*text));
    }
  }
  return fmt::format("type({}) == list && {}", value, in_list);
}

// One that is null counts as missing, as does one below what is no object.
std::string MissingText(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 1; i <= names.size(); ++i) {
    const std::vector<std::string> path(names.begin(),
                                        names.begin() + static_cast<std::ptrdiff_t>(i));
    const std::string there = IsThere(path);
    text +=
        there.starts_with("has(") ? fmt::format("!{} || ", there) : fmt::format("!({}) || ", there);
    text += i == names.size() ? fmt::format("{} == null", ArgumentText(path))
                              : fmt::format("type({}) != map || ", ArgumentText(path));
  }
  return text;
}

}  // namespace

std::string LongLists::Add(std::vector<std::string> items) {
  lists_.push_back(std::move(items));
  return fmt::format("data.values_{}", lists_.size());
}

std::string LongLists::Text() const {
  std::string text;
  for (size_t i = 0; i < lists_.size(); ++i) {
    text += fmt::format("  values_{}:\n", i + 1);
    for (const std::string& item : lists_[i]) text += fmt::format("    - {}\n", item);
  }
  return text.empty() ? text : "data:\n" + text;
}

bool ReadsEveryNumber(const Condition& condition) {
  return AnyHasParts(Unwanted(condition));
}

std::string ConditionText(const Condition& condition, LongLists& lists) {
  const std::string value = ArgumentText(condition.names);
  switch (condition.op) {
    case Operator::kEq: return IsAnyOf(value, {condition.value}, lists);
    case Operator::kIn: return IsAnyOf(value, condition.value->items, lists);
    case Operator::kNeq:
    case Operator::kNotIn: return IsNoneOf(value, Unwanted(condition), lists);
    case Operator::kLt:
    case Operator::kLte:
    case Operator::kGt:
    case Operator::kGte: return OrderText(value, condition.op, *condition.value);
    case Operator::kRegex:
      return fmt::format("{}.matches({})", value,
                         CelString(std::get<std::string>(yaml::Resolve(*condition.value))));
    case Operator::kContains: return ContainsText(value, condition.value);
    case Operator::kExists: break;
  }
  if (!std::get<bool>(yaml::Resolve(*condition.value))) return MissingText(condition.names);
  return fmt::format("{} && {} != null", IsThere(condition.names), value);
}

}  // namespace writ
