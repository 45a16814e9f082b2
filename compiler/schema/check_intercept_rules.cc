// Conditions of version "1" against the schemas of tools.
// Tested by tests/policies/schemas.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "compiler/schema/policy_use.h"
#include "vm/compare.h"

namespace writ {
namespace {

bool IsScalar(const yaml::Node& node) {
  return node.kind == yaml::Kind::kScalar;
}

// Points into `scalar`.
Value ValueOf(const yaml::Scalar& scalar) {
  if (const auto* one = std::get_if<bool>(&scalar)) return Value::Bool(*one);
  if (const auto* one = std::get_if<int64_t>(&scalar)) return Value::Int(*one);
  if (const auto* one = std::get_if<uint64_t>(&scalar)) return Value::Uint(*one);
  if (const auto* one = std::get_if<double>(&scalar)) return Value::Double(*one);
  if (const auto* one = std::get_if<std::string>(&scalar)) return Value::String(*one);
  return Value::Null();
}

class InterceptChecker {
 public:
  InterceptChecker(CheckedTool& tool, Findings& findings)
      : tool_(tool), places_(*tool.places), findings_(findings) {}

  void Check(const RuleModel& rule) {
    tool_.denied |= rule.denies;
    for (const Condition& condition : rule.conditions) {
      if (!condition.names.empty()) CheckCondition(condition);
    }
    if (rule.counting && !rule.counting->amount_names.empty()) {
      const Counting& counting = *rule.counting;
      const Spot spot = SpotOfName(counting.at, counting.amount_path);
      const std::optional<PlaceId> place = Find(counting.amount_names, spot, false);
      if (place) ExpectKind(*place, kNumberKind, spot, "an amount is a number");
    }
  }

 private:
  // The path's last name; nullopt if a name of it is faulty, which is said.
  std::optional<PlaceId> Find(const std::vector<std::string>& names, const Spot& spot, bool asks) {
    PlaceId at = kArgumentsPlace;
    findings_.Ask(spot, DiagnosticCode::kUnknownArgument);
    findings_.Ask(spot, DiagnosticCode::kWrongType);
    for (const std::string& name : names) {
      if (!ExpectKind(at, kObjectKind, spot, "a path goes through objects only")) return {};
      at = places_.Member(at, name);
      const Standing standing = places_.at(at).standing;
      if (standing == Standing::kUnlisted || standing == Standing::kOther) {
        Findings::Finding finding = UnknownMember(places_, at, asks);
        finding.behind_of_some = ": the condition fails there, and the call is denied";
        finding.hint_of_some = "put the rule below the tools that have it";
        findings_.Add(spot, *tool_.tool, std::move(finding));
        return {};
      }
    }
    const std::string& argument = places_.Argument(at);
    tool_.use.mentioned.emplace(argument, spot);
    tool_.guarded.emplace(argument, spot);
    return at;
  }

  bool ExpectKind(PlaceId id, JsonKinds wanted, const Spot& spot, std::string_view why) {
    const Place& place = places_.at(id);
    if ((place.kinds & wanted) != 0 || place.standing != Standing::kListed) return true;
    findings_.Add(spot, *tool_.tool,
                  {DiagnosticCode::kWrongType,
                   Findings::Weight::kByCount,
                   fmt::format("{} is {} in ", Shown(place.text), KindsText(place.kinds)),
                   fmt::format(": {}", why),
                   {},
                   {},
                   {}});
    return false;
  }

  void CheckCondition(const Condition& condition) {
    const Spot spot = SpotOfName(condition.at, condition.path_text);
    const bool asks = condition.op == Operator::kExists && condition.value != nullptr &&
                      condition.value->text == "false";
    const std::optional<PlaceId> found = Find(condition.names, spot, asks);
    if (!found) return;
    switch (condition.op) {
      case Operator::kLt:
      case Operator::kLte:
      case Operator::kGt:
      case Operator::kGte:
        ExpectKind(*found, kNumberKind, spot, "only numbers are compared so");
        break;
      case Operator::kRegex: ExpectKind(*found, kTextKind, spot, "regex looks at text only"); break;
      case Operator::kContains:
        ExpectKind(*found, kTextKind | kListKind, spot, "contains looks into text and lists");
        break;
      case Operator::kEq:
      case Operator::kNeq:
        if (condition.value != nullptr) CheckValue(*found, *condition.value);
        break;
      case Operator::kIn:
      case Operator::kNotIn:
        if (condition.value == nullptr) break;
        for (const yaml::Node* item : condition.value->items) CheckValue(*found, *item);
        break;
      case Operator::kExists: break;
    }
  }

  // Equality is that of printed forms, so only what prints like nothing there is wrong.
  void CheckValue(PlaceId id, const yaml::Node& node) {
    const Place& place = places_.at(id);
    if (place.standing != Standing::kListed || yaml::IsNull(node)) return;
    Spot spot;
    spot.position = node.at;
    spot.length = node.length;
    findings_.Ask(spot, DiagnosticCode::kWrongType);
    constexpr JsonKinds kPlain = kTextKind | kNumberKind | kBoolKind;
    const JsonKinds wanted = IsScalar(node)                       ? kPlain
                             : node.kind == yaml::Kind::kSequence ? kListKind
                                                                  : kObjectKind;
    if ((place.kinds & wanted) == 0) {
      findings_.Add(spot, *tool_.tool,
                    {DiagnosticCode::kWrongType,
                     Findings::Weight::kByCount,
                     fmt::format("{} is {} in ", Shown(place.text), KindsText(place.kinds)),
                     ", and never equals this",
                     {},
                     {},
                     {}});
      return;
    }
    if (!IsScalar(node)) return;
    const yaml::Scalar scalar = yaml::Resolve(node);
    const Value value = ValueOf(scalar);
    findings_.Ask(spot, DiagnosticCode::kNotInEnum);
    std::vector<Value> values;
    if (!places_.schemas().Limits(place.schemas, kPlain, values)) return;
    Arena arena;
    std::vector<std::string_view> texts;
    for (const Value& one : values) {
      bool unsafe = false;
      if (CondEqual(one, value, true, arena, &unsafe) || unsafe) return;
      if (one.is(Tag::kString)) texts.push_back(one.view());
    }
    findings_.Add(spot, *tool_.tool,
                  {DiagnosticCode::kNotInEnum,
                   Findings::Weight::kByCount,
                   fmt::format("{} is never {} in ", Shown(place.text), Quote(node.text)),
                   "",
                   {},
                   NearestHint(node.text, texts, "it is one of"),
                   {}});
  }

  CheckedTool& tool_;
  Places& places_;
  Findings& findings_;
};

}  // namespace

void CheckInterceptRules(const Policy& policy, std::vector<CheckedTool>& tools,
                         Findings& findings) {
  for (CheckedTool& tool : tools) {
    const std::string& name = tool.tool->name;
    const auto listed = std::find_if(policy.tools.begin(), policy.tools.end(),
                                     [&](const ToolModel& model) { return model.name == name; });
    const bool hidden = policy.hides_all || std::find(policy.hidden.begin(), policy.hidden.end(),
                                                      name) != policy.hidden.end();
    tool.callable = !hidden && (!policy.default_deny || listed != policy.tools.end());
    InterceptChecker checker(tool, findings);
    if (listed != policy.tools.end()) {
      for (const RuleModel& rule : listed->rules) checker.Check(rule);
    }
    if (!tool.callable) continue;
    for (const RuleModel& rule : policy.every_tool) checker.Check(rule);
  }
}

}  // namespace writ
