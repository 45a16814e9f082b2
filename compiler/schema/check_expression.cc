// Holding an expression against the schema of a tool.
// Tested by tests/policies/schemas.
#include "compiler/schema/check_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/check/comparisons.h"
#include "compiler/check/hint_text.h"
#include "compiler/check/overloads.h"
#include "compiler/lower/handing_on.h"
#include "vm/compare.h"
#include "vm/json_text.h"

namespace writ {
namespace {

using cel::Kind;
using cel::Node;
using cel::NodeId;
using cel::Operator;
using cel::Reference;
using cel::TypeKind;

// CEL's types, as bits by their kind.
using TypeBits = uint32_t;
constexpr TypeBits Bit(TypeKind kind) {
  return TypeBits{1} << static_cast<uint32_t>(kind);
}
constexpr TypeBits kAllTypes = ~TypeBits{0};
constexpr TypeBits kNumbers = Bit(TypeKind::kInt) | Bit(TypeKind::kUint) | Bit(TypeKind::kDouble);

TypeBits TypesOf(JsonKinds kinds) {
  TypeBits bits = 0;
  if ((kinds & kNullKind) != 0) bits |= Bit(TypeKind::kNull);
  if ((kinds & kBoolKind) != 0) bits |= Bit(TypeKind::kBool);
  if ((kinds & kNumberKind) != 0) bits |= kNumbers;
  if ((kinds & kTextKind) != 0) bits |= Bit(TypeKind::kString);
  if ((kinds & kListKind) != 0) bits |= Bit(TypeKind::kList);
  if ((kinds & kObjectKind) != 0) bits |= Bit(TypeKind::kMap);
  return bits;
}

TypeBits TypesOf(const cel::Type& type) {
  switch (type.kind()) {
    case TypeKind::kDyn:
    case TypeKind::kParameter:
    case TypeKind::kError: return kAllTypes;
    case TypeKind::kAbstract: return type.is_optional() ? kAllTypes : Bit(TypeKind::kAbstract);
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble: return kNumbers;
    default: return Bit(type.kind());
  }
}

std::string TypesText(TypeBits bits) {
  JsonKinds kinds = 0;
  if ((bits & Bit(TypeKind::kNull)) != 0) kinds |= kNullKind;
  if ((bits & Bit(TypeKind::kBool)) != 0) kinds |= kBoolKind;
  if ((bits & kNumbers) != 0) kinds |= kNumberKind;
  if ((bits & Bit(TypeKind::kString)) != 0) kinds |= kTextKind;
  if ((bits & Bit(TypeKind::kList)) != 0) kinds |= kListKind;
  if ((bits & Bit(TypeKind::kMap)) != 0) kinds |= kObjectKind;
  return kinds == 0 ? "something else" : KindsText(kinds);
}

std::string ValueText(const Value& value) {
  switch (value.tag) {
    case Tag::kNull: return "null";
    case Tag::kBool: return value.i != 0 ? "true" : "false";
    case Tag::kInt: return std::to_string(value.i);
    case Tag::kUint: return std::to_string(value.u);
    case Tag::kDouble: return fmt::format("{}", value.d);
    case Tag::kString: return Quote(value.view());
    default: return "this";
  }
}

bool AreSame(const Value& a, const Value& b) {
  if (a.is(Tag::kUnsafeNumber) || b.is(Tag::kUnsafeNumber)) return a.is_number() || b.is_number();
  if (a.is_number() && b.is_number()) return CompareNumbers(a, b) == 0;
  if (a.is(Tag::kNull) || b.is(Tag::kNull)) return a.tag == b.tag;
  return SameScalar(a, b);
}

const cel::OverloadTable& StandardTable() {
  static const std::vector<cel::Overload> kNone;
  static const cel::OverloadTable table(kNone);
  return table;
}

class ExpressionChecker {
 public:
  ExpressionChecker(const ExpressionPlaces& expression, const ExpressionSource& source,
                    Use used_for, const GuardsAround& guards, Places& places, Findings& findings,
                    ToolUse& use)
      : found_(expression),
        expression_(*expression.expression),
        ast_(expression_.ast),
        source_(source),
        used_for_(used_for),
        guards_(guards),
        places_(places),
        findings_(findings),
        use_(use),
        absorbed_(ast_.nodes.size()) {}

  void Run() {
    MarkAbsorbed();
    const bool is_condition =
        used_for_ == Use::kRequire || used_for_ == Use::kForbid || used_for_ == Use::kWhen;
    if (is_condition) Expect(ast_.root, Bit(TypeKind::kBool), "a condition is true or false");
    for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
      if (found_.live[id]) Look(id);
    }
  }

 private:
  const NodePlaces& At(NodeId id) const { return found_.nodes[id]; }
  const Place& PlaceOf(NodeId id) const { return places_.at(At(id).places.front()); }

  // What || of a requirement leaves to its other side where it fails: there an absent argument does
  // what its author wants of it.
  void MarkAbsorbed() {
    if (used_for_ != Use::kRequire || ast_.node(ast_.root).kind != Kind::kOr) return;
    std::vector<NodeId> work = {ast_.root};
    while (!work.empty()) {
      const NodeId id = work.back();
      work.pop_back();
      const Node& node = ast_.node(id);
      const bool negated =
          node.kind == Kind::kNot || (node.kind == Kind::kBinary && node.op == Operator::kNotEqual);
      if (negated) continue;
      absorbed_[id] = true;
      for (uint32_t i = 0; i < node.child_count; ++i) work.push_back(ast_.child(node, i));
    }
  }

  void Look(NodeId id) {
    const Node& node = ast_.node(id);
    const Reference& reference = expression_.references[id];
    if (reference.kind == Reference::Kind::kVariable) return;
    if (reference.kind == Reference::Kind::kLocal) return;
    if (const std::optional<Lookup> lookup = LookupOf(found_, id)) {
      LookAtLookup(id, *lookup);
      if (node.kind != Kind::kBinary) return;
    }
    switch (node.kind) {
      case Kind::kAnd:
      case Kind::kOr:
      case Kind::kNot:
        for (uint32_t i = 0; i < node.child_count; ++i) {
          Expect(ast_.child(node, i), Bit(TypeKind::kBool), "a condition is true or false");
        }
        break;
      case Kind::kConditional:
        for (uint32_t i = 0; i + 1 < node.child_count; i += 2) {
          Expect(ast_.child(node, i), Bit(TypeKind::kBool), "a condition is true or false");
        }
        break;
      case Kind::kBinary: LookAtBinary(id); break;
      case Kind::kNegate: Expect(ast_.child(node, 0), kNumbers, "- takes a number"); break;
      case Kind::kIndex:
        UseWhole(ast_.child(node, 0));
        Expect(ast_.child(node, 0), Bit(TypeKind::kList) | Bit(TypeKind::kMap),
               "only lists and objects are indexed");
        break;
      case Kind::kCall: LookAtCall(id); break;
      case Kind::kComprehension:
        UseWhole(ast_.child(node, 0));
        if (node.macro != cel::Macro::kOptMap && node.macro != cel::Macro::kOptFlatMap) {
          Expect(ast_.child(node, 0), Bit(TypeKind::kList) | Bit(TypeKind::kMap),
                 "it has no elements");
        }
        break;
      case Kind::kList:
      case Kind::kMap:
        for (uint32_t i = 0; i < node.child_count; ++i) UseWhole(ast_.child(node, i));
        break;
      default: break;
    }
  }

  void UseWhole(NodeId id) {
    for (const PlaceId place : At(id).places) use_.whole |= place == kArgumentsPlace;
  }

  // ---- Names.

  void LookAtLookup(NodeId id, const Lookup& lookup) {
    const Node& node = ast_.node(id);
    const bool is_in = node.kind == Kind::kBinary;
    const bool asks = lookup.asks || expression_.types[lookup.from].is_optional();
    const Spot spot = lookup.key == cel::kNoNode ? SpotOf(id) : SpotOf(lookup.key);
    const NodePlaces& from = At(lookup.from);
    for (const PlaceId parent : from.places) {
      const JsonKinds kinds = places_.at(parent).kinds;
      if (is_in && (kinds & kListKind) != 0) continue;
      if ((kinds & kObjectKind) == 0) {
        if (from.places.size() == 1 && from.constants.empty() && !is_in) {
          WrongMember(spot, parent, lookup.name);
        }
        continue;
      }
      const PlaceId member = places_.Member(parent, lookup.name);
      Mention(member, spot);
      if (asks) {
        use_.asked.insert(member);
      } else if (used_for_ != Use::kMessage && !absorbed_[id]) {
        use_.reads.push_back(
            {member, spot, Ask(lookup, member), Otherwise(lookup, places_.at(member))});
      }
      LookAtMember(spot, member, asks, Ask(lookup, member));
    }
  }

  void LookAtMember(const Spot& spot, PlaceId member, bool asks, const std::string& ask) {
    const Place& place = places_.at(member);
    findings_.Ask(spot, DiagnosticCode::kUnknownArgument);
    if (place.standing != Standing::kUnlisted && place.standing != Standing::kOther) return;
    if (!asks && guards_.rule.asked.count(member) > 0) return;
    Findings::Finding finding = UnknownMember(places_, member, asks);
    if (!asks) {
      finding.weight = WeightBehindOthers(place, finding.weight);
      finding.hint_of_some = fmt::format("{}, or name the tools that have it", ask);
    }
    findings_.Add(spot, places_.tool(), std::move(finding));
  }

  // Where the condition asks for an argument that this tool has, as in
  //
  //   has(args.paths) ? args.paths : [args.path]
  //
  // what else it reads may be there for other tools. What no tool has is a fault all the same,
  // unless calls of this one never come to it.
  Findings::Weight WeightBehindOthers(const Place& read, Findings::Weight weight) const {
    bool asks = false;
    bool is_certain = false;
    for (const PlaceId id : guards_.condition.asked) {
      const Place& place = places_.at(id);
      if (place.parent != read.parent || place.standing != Standing::kListed) continue;
      asks = true;
      is_certain |= place.required;
    }
    if (!asks) return weight;
    return is_certain || read.standing == Standing::kOther ? Findings::Weight::kWarningByAll
                                                           : Findings::Weight::kOnlyByAll;
  }

  // How to ask for what the node reads.
  std::string Ask(const Lookup& lookup, PlaceId member) const {
    const std::string& name = places_.at(member).name;
    const std::string from = From(lookup, places_.at(member));
    const bool is_word = IsWord(name);
    const std::string asked = is_word ? fmt::format("has({}.{})", from, Shown(name))
                                      : fmt::format("{} in {}", Quote(name), from);
    if (used_for_ != Use::kRequire) return fmt::format("ask first, as in {} && …", asked);
    if (is_word) return fmt::format("ask first, as in !{} || …", asked);
    return fmt::format("ask first, as in !({}) || …", asked);
  }

  // How to read it with a value in its place where it is missing.
  std::string Otherwise(const Lookup& lookup, const Place& member) const {
    if (IsWord(member.name)) return fmt::format(".?{}.orValue(…)", Shown(member.name));
    return fmt::format("{}[?{}].orValue(…)", From(lookup, member), Quote(member.name));
  }

  std::string From(const Lookup& lookup, const Place& member) const {
    return Shown(cel::TextOr(ast_, lookup.from, places_.at(member.parent).text));
  }

  // Whether the name can be written behind a dot.
  static bool IsWord(std::string_view name) {
    const auto letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    if (name.empty() || !letter(name.front()) || name == "in" || name == "true" ||
        name == "false" || name == "null") {
      return false;
    }
    return std::all_of(name.begin(), name.end(),
                       [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
  }

  void WrongMember(const Spot& spot, PlaceId parent, const std::string& name) {
    const Place& place = places_.at(parent);
    if (place.standing != Standing::kListed || guards_.rule.AskType(places_, parent)) return;
    findings_.Ask(spot, DiagnosticCode::kWrongType);
    findings_.Add(spot, places_.tool(),
                  {DiagnosticCode::kWrongType,
                   Findings::Weight::kByCount,
                   fmt::format("{} is {} in ", Shown(place.text), KindsText(place.kinds)),
                   fmt::format(", and has no {}", Quote(name)),
                   {},
                   {},
                   {}});
  }

  void Mention(PlaceId member, const Spot& spot) {
    const std::string& argument = places_.Argument(member);
    if (places_.at(member).standing == Standing::kUnlisted) return;
    if (!argument.empty()) use_.mentioned.emplace(argument, spot);
  }

  // ---- Types.

  // Whether the node's value is one of the arguments, whose schemas are known, or a constant. Not
  // where the rule asks for its type: it does not rely on the schema then.
  bool IsArgument(NodeId id) const {
    const NodePlaces& node = At(id);
    return node.exact && !node.places.empty() && !expression_.types[id].is_optional() &&
           std::all_of(node.places.begin(), node.places.end(), [&](PlaceId place) {
             return places_.at(place).standing == Standing::kListed &&
                    !guards_.rule.AskType(places_, place);
           });
  }

  // REQUIRES: IsArgument(id).
  JsonKinds KindsAt(NodeId id) const {
    JsonKinds kinds = 0;
    for (const PlaceId place : At(id).places) kinds |= places_.at(place).kinds;
    for (const Value& value : At(id).constants) kinds |= KindOf(value);
    return kinds;
  }

  TypeBits TypesAt(NodeId id) const {
    return IsArgument(id) ? TypesOf(KindsAt(id)) : TypesOf(expression_.types[id]);
  }

  // The node must be of one of the types.
  void Expect(NodeId id, TypeBits wanted, std::string_view why) {
    if (!IsArgument(id)) return;
    findings_.Ask(SpotOf(id), DiagnosticCode::kWrongType);
    if ((TypesAt(id) & wanted) != 0) return;
    AddWrongType(id, id, fmt::format(": {}", why));
  }

  // `at`: where it is said; `id`: what is wrong.
  void AddWrongType(NodeId at, NodeId id, std::string behind, std::string hint = {},
                    Findings::Weight weight = Findings::Weight::kByCount) {
    const Place& place = PlaceOf(id);
    findings_.Add(SpotOf(at), places_.tool(),
                  {DiagnosticCode::kWrongType,
                   weight,
                   fmt::format("{} is {} in ", Shown(place.text), KindsText(KindsAt(id))),
                   std::move(behind),
                   {},
                   std::move(hint),
                   {}});
  }

  void LookAtBinary(NodeId id) {
    const Node& node = ast_.node(id);
    const NodeId left = ast_.child(node, 0);
    const NodeId right = ast_.child(node, 1);
    if (node.op == Operator::kIn) {
      LookAtIn(left, right);
      return;
    }
    UseWhole(left);
    UseWhole(right);
    if (!cel::IsComparison(node)) {
      ExpectOverload(id, StandardTable().Find(cel::OperatorOf(node)), 0,
                     cel::WrittenForm(cel::OperatorOf(node)));
      return;
    }
    const bool equality = node.op == Operator::kEqual || node.op == Operator::kNotEqual;
    for (const auto& [argument, other] : {std::pair(left, right), std::pair(right, left)}) {
      if (!IsArgument(argument)) {
        if (found_.values->Has(other) && IsOpen(argument)) AskAny(other);
        continue;
      }
      if (found_.values->Has(other)) {
        Compare(argument, other, found_.values->at(other), equality, WrittenForm(OperatorOf(node)));
      } else if (argument == left || !IsArgument(left)) {
        CompareTypes(id, argument, other);
      }
    }
  }

  // Of two values that are no constants.
  void CompareTypes(NodeId id, NodeId argument, NodeId other) {
    findings_.Ask(SpotOf(argument), DiagnosticCode::kWrongType);
    const TypeBits types = TypesAt(other);
    if ((TypesAt(argument) & types) != 0) return;
    AddWrongType(argument, argument,
                 fmt::format(", and the other side of {} is {}",
                             cel::WrittenForm(cel::OperatorOf(ast_.node(id))), TypesText(types)));
  }

  // Of a value of another type: one that fits another tool of the rule is meant for that, and
  // to forbid too much does no harm.
  Findings::Weight ValueWeight() const {
    return used_for_ == Use::kForbid ? Findings::Weight::kWarningByAll
                                     : Findings::Weight::kOnlyByAll;
  }

  // That the value at the node fits what this tool has, of which its schema says nothing.
  void AskAny(NodeId id) {
    findings_.Ask(SpotOf(id), DiagnosticCode::kWrongType);
    findings_.Ask(SpotOf(id), DiagnosticCode::kNotInEnum);
  }

  // Whether the node's value may be something of which the schema says nothing.
  bool IsOpen(NodeId id) const {
    const std::vector<PlaceId>& places = At(id).places;
    return !IsArgument(id) &&
           (!At(id).exact || std::any_of(places.begin(), places.end(), [&](PlaceId place) {
             return places_.at(place).standing != Standing::kUnlisted;
           }));
  }

  // A comparison with a constant, at whose node it is said.
  void Compare(NodeId argument, NodeId at, const Value& constant, bool equality,
               std::string_view op) {
    const JsonKinds kind = KindOf(constant);
    // Whoever compares with null says what holds without a value.
    if (kind == 0 || kind == kNullKind) return;
    const JsonKinds wanted = !equality && (kind & kNumberKind) != 0 ? kNumberKind : kind;
    findings_.Ask(SpotOf(at), DiagnosticCode::kWrongType);
    if ((KindsAt(argument) & wanted) == 0) {
      AddWrongType(at, argument,
                   equality ? fmt::format(", and never equals {}", ValueText(constant))
                            : fmt::format(", and {} {} fails", op, ValueText(constant)),
                   constant.is(Tag::kString) && (KindsAt(argument) & kNumberKind) != 0
                       ? "write numbers without quotes"
                       : "",
                   equality ? ValueWeight() : Findings::Weight::kByCount);
      return;
    }
    if (equality) LookAtValues(argument, at, constant);
  }

  // A value that the schema's enum does not have.
  void LookAtValues(NodeId argument, NodeId at, const Value& constant) {
    const JsonKinds kind = KindOf(constant);
    if ((kind & (kListKind | kObjectKind)) != 0) return;
    findings_.Ask(SpotOf(at), DiagnosticCode::kNotInEnum);
    std::vector<Value> values = At(argument).constants;
    for (const PlaceId place : At(argument).places) {
      if (!places_.schemas().Limits(places_.at(place).schemas, kind, values)) return;
    }
    const bool possible = std::any_of(values.begin(), values.end(),
                                      [&](const Value& value) { return AreSame(value, constant); });
    if (possible) return;
    std::vector<std::string_view> texts;
    for (const Value& value : values) {
      if (value.is(Tag::kString)) texts.push_back(value.view());
    }
    findings_.Add(
        SpotOf(at), places_.tool(),
        {DiagnosticCode::kNotInEnum,
         Findings::Weight::kOnlyByAll,
         fmt::format("{} is never {} in ", Shown(PlaceOf(argument).text), ValueText(constant)),
         "",
         {},
         constant.is(Tag::kString) ? NearestHint(constant.view(), texts, "it is one of") : "",
         {}});
  }

  void LookAtIn(NodeId left, NodeId right) {
    UseWhole(right);
    if (found_.values->at(right).is(Tag::kList) && (IsArgument(left) || IsOpen(left))) {
      LookAtList(left, right);
      return;
    }
    if (!IsArgument(right)) {
      if (found_.values->Has(left) && IsOpen(right)) AskAny(left);
      return;
    }
    Expect(right, Bit(TypeKind::kList) | Bit(TypeKind::kMap), "in looks into lists and objects");
    if (!found_.values->Has(left)) return;
    if (KindsAt(right) != kListKind) return AskAny(left);
    // An element is what the constant must be.
    const Value& constant = found_.values->at(left);
    for (const PlaceId place : At(right).places) {
      const PlaceId element = places_.Element(place);
      std::vector<Value> values;
      const JsonKinds kind = KindOf(constant);
      if (!constant.is(Tag::kString)) return;
      findings_.Ask(SpotOf(left), DiagnosticCode::kNotInEnum);
      const std::vector<SchemaId> schemas = places_.at(element).schemas;
      if (!places_.schemas().Limits(schemas, kind, values) || values.empty()) return;
      const bool possible = std::any_of(values.begin(), values.end(), [&](const Value& value) {
        return AreSame(value, constant);
      });
      if (possible) return;
      std::vector<std::string_view> texts;
      for (const Value& value : values) {
        if (value.is(Tag::kString)) texts.push_back(value.view());
      }
      findings_.Add(
          SpotOf(left), places_.tool(),
          {DiagnosticCode::kNotInEnum,
           Findings::Weight::kOnlyByAll,
           fmt::format("{} never holds {} in ", Shown(places_.at(place).text), ValueText(constant)),
           "",
           {},
           NearestHint(constant.view(), texts, "it holds"),
           {}});
    }
  }

  // Each value of a list that stands there; of data, which others may share, only if none fits.
  void LookAtList(NodeId argument, NodeId right) {
    constexpr uint32_t kMaxElements = 1'000;
    const List& list = *found_.values->at(right).list;
    if (list.size == 0 || list.size > kMaxElements) return;
    const Node& written = ast_.node(right);
    if (written.kind == Kind::kList && written.child_count == list.size) {
      for (uint32_t i = 0; i < list.size; ++i) {
        const NodeId item = ast_.child(written, i);
        if (IsArgument(argument)) {
          Compare(argument, item, list.items[i], true, "");
        } else {
          AskAny(item);
        }
      }
      return;
    }
    findings_.Ask(SpotOf(right), DiagnosticCode::kWrongType);
    if (!IsArgument(argument)) return;
    JsonKinds kinds = 0;
    for (uint32_t i = 0; i < list.size; ++i) kinds |= KindOf(list.items[i]);
    if (kinds == 0 || (kinds & KindsAt(argument)) != 0) return;
    AddWrongType(right, argument, ", and this list holds no such value", {}, ValueWeight());
  }

  // ---- Functions.

  void LookAtCall(NodeId id) {
    const Node& node = ast_.node(id);
    const Reference& reference = expression_.references[id];
    if (reference.kind != Reference::Kind::kFunction) return;
    if (cel::HandsOn(static_cast<FunctionId>(reference.index))) return;
    const uint32_t first = reference.target_is_namespace ? 1 : 0;
    for (uint32_t i = first; i < node.child_count; ++i) UseWhole(ast_.child(node, i));
    ExpectOverload(id, StandardTable().Find(reference.text), first, reference.text);
  }

  // Each operand that is an argument must be of a type that some overload takes there.
  void ExpectOverload(NodeId id, const cel::OverloadTable::Overloads& overloads, uint32_t first,
                      std::string_view name) {
    const Node& node = ast_.node(id);
    const uint32_t count = node.child_count - first;
    for (uint32_t i = 0; i < count; ++i) {
      const NodeId operand = ast_.child(node, first + i);
      if (!IsArgument(operand)) continue;
      TypeBits wanted = 0;
      for (const cel::Overload* overload : overloads) {
        const bool fits = overload->parameters.size() == count || overload->variadic;
        if (!fits || overload->parameters.empty()) continue;
        const size_t at = std::min<size_t>(i, overload->parameters.size() - 1);
        const cel::Type& parameter = overload->parameters[at];
        wanted |= TypesOf(parameter);
      }
      if (wanted == 0) continue;
      findings_.Ask(SpotOf(operand), DiagnosticCode::kWrongType);
      if ((TypesAt(operand) & wanted) != 0) continue;
      const bool is_number_for_text =
          (wanted & Bit(TypeKind::kString)) != 0 && (KindsAt(operand) & kNumberKind) != 0;
      AddWrongType(
          operand, operand, fmt::format(", and {} takes {}", name, TypesText(wanted)),
          is_number_for_text
              ? fmt::format("write string({})", cel::TextOr(ast_, operand, PlaceOf(operand).text))
              : "");
    }
  }

  Spot SpotOf(NodeId id) const {
    const Node& node = ast_.node(id);
    return {&source_, node.at, node.at_length, {}};
  }

  const ExpressionPlaces& found_;
  const cel::Checked& expression_;
  const cel::Ast& ast_;
  const ExpressionSource& source_;
  Use used_for_;
  const GuardsAround& guards_;
  Places& places_;
  Findings& findings_;
  ToolUse& use_;
  std::vector<bool> absorbed_;  // by node
};

}  // namespace

std::string NearestHint(std::string_view wrong, const std::vector<std::string_view>& right,
                        std::string_view what) {
  constexpr size_t kMostNamed = 8;
  if (const std::string_view nearest = Nearest(wrong, right); !nearest.empty()) {
    return fmt::format("did you mean {}?", Quote(nearest));
  }
  if (right.empty()) return "";
  std::vector<std::string> shown;
  for (size_t i = 0; i < std::min(right.size(), kMostNamed); ++i) shown.push_back(Shown(right[i]));
  return fmt::format("{} {}{}", what, fmt::join(shown, ", "),
                     right.size() > kMostNamed ? ", …" : "");
}

Findings::Finding UnknownMember(const Places& places, PlaceId member, bool asks) {
  const Place& place = places.at(member);
  const Place& parent = places.at(place.parent);
  const bool is_argument = place.parent == kArgumentsPlace;
  const std::vector<std::string_view> names = places.schemas().Names(parent.schemas);
  Findings::Finding finding;
  finding.code = DiagnosticCode::kUnknownArgument;
  finding.weight = asks ? Findings::Weight::kOnlyByAll : Findings::Weight::kByCount;
  finding.before = is_argument
                       ? fmt::format("there is no argument {} in ", Quote(place.name))
                       : fmt::format("{} has no {} in ", Shown(parent.text), Quote(place.name));
  finding.hint = NearestHint(place.name, names, is_argument ? "there is" : "it has");
  if (names.empty() && is_argument) finding.hint = "its schema lists none";
  if (place.standing == Standing::kOther) {
    finding.before = is_argument
                         ? fmt::format("no argument {} is listed in ", Quote(place.name))
                         : fmt::format("{} lists no {} in ", Shown(parent.text), Quote(place.name));
    finding.behind = ", whose schema allows others too";
    finding.weight = asks ? Findings::Weight::kWarningByAll : Findings::Weight::kWarning;
  }
  finding.behind_of_some = ": what reads it fails there, and the call is denied";
  return finding;
}

void CheckExpression(const ExpressionPlaces& expression, const ExpressionSource& source,
                     Use used_for, const GuardsAround& guards, Places& places, Findings& findings,
                     ToolUse& use) {
  ExpressionChecker(expression, source, used_for, guards, places, findings, use).Run();
}

}  // namespace writ
