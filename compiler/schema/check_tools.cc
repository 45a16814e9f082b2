// Holding policies against the tools of their server.
// Tested by tests/policies/schemas, tests/cli/check_tools.py.
#include "compiler/schema/check_tools.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "compiler/load/name_list.h"
#include "compiler/load/policy_environment.h"
#include "compiler/schema/policy_use.h"
#include "vm/glob.h"

namespace writ {
namespace {

using cel::Kind;
using cel::NodeId;
using cel::Operator;
using cel::Reference;

constexpr auto kToolName = static_cast<uint32_t>(BuiltIn::kToolName);

bool ReadsToolName(const cel::Checked& expression) {
  return std::any_of(
      expression.references.begin(), expression.references.end(), [](const Reference& reference) {
        return reference.kind == Reference::Kind::kVariable && reference.index == kToolName;
      });
}

// The rules of a `writ: 1` policy.
class WritChecker {
 public:
  WritChecker(const Policy& policy, const ServerTools& tools, Findings& findings)
      : policy_(policy), tools_(tools), findings_(findings) {}

  void Run(std::vector<CheckedTool>& tools) {
    CheckPatterns();
    for (const RuleModel& rule : policy_.rules) {
      ForExpressions(rule, [&](const Expression& expression, Use) { CheckNames(expression); });
    }
    for (const VariableModel& variable : policy_.variables) CheckNames(variable.expression);
    for (CheckedTool& tool : tools) {
      tool.callable = !Names(policy_.hide, tool.tool->name) &&
                      (!policy_.default_deny || Names(policy_.allow, tool.tool->name));
      CheckTool(tool);
    }
    for (const RuleModel& rule : policy_.rules) CheckOnlyArgs(rule, tools);
  }

 private:
  // ---- Names of tools.

  void CheckPatterns() {
    CheckList(policy_.allow);
    // To hide what is not there does no harm.
    for (const ToolPattern& pattern : policy_.hide) CheckPattern(pattern, UnknownTool::kWarning);
    for (const RuleModel& rule : policy_.rules) CheckList(rule.tools);
  }

  void CheckList(const std::vector<ToolPattern>& patterns) {
    const auto& all = tools_.tools();
    const bool knows_any = std::any_of(
        all.begin(), all.end(), [&](const auto& tool) { return Names(patterns, tool.first); });
    for (const ToolPattern& pattern : patterns) {
      CheckPattern(pattern, knows_any ? UnknownTool::kErrorIfNear : UnknownTool::kError);
    }
  }

  // A glob may be there for what is still to come.
  void CheckPattern(const ToolPattern& pattern, UnknownTool unknown) {
    const Spot spot = SpotOfName(pattern.at, pattern.text);
    if (!pattern.is_glob) return CheckToolName(tools_, spot, pattern.text, unknown, findings_);
    const auto& all = tools_.tools();
    if (std::any_of(all.begin(), all.end(),
                    [&](const auto& tool) { return GlobMatches(tool.first, pattern.text); })) {
      return;
    }
    findings_.Say(
        spot, Severity::kWarning, DiagnosticCode::kGlobMatchesNothing,
        fmt::format("no tool has a name like {} ({})", Quote(pattern.text), Shown(tools_.From())),
        "remove it, unless it is there for tools that are still to come");
  }

  // tool.name == "push_flies", tool.name in [...]
  void CheckNames(const Expression& expression) {
    const cel::Checked& checked = expression.checked;
    if (!ReadsToolName(checked)) return;
    const cel::Ast& ast = checked.ast;
    const auto is_name = [&](NodeId id) {
      const Reference& reference = checked.references[id];
      return reference.kind == Reference::Kind::kVariable && reference.index == kToolName;
    };
    const auto check = [&](NodeId id) {
      const cel::Node& node = ast.node(id);
      if (node.kind != Kind::kLiteral) return;
      const auto* const text = std::get_if<std::string>(&ast.literal(node));
      if (text == nullptr) return;
      CheckToolName(tools_, {&expression.source, node.at, node.at_length, {}}, *text,
                    UnknownTool::kError, findings_);
    };
    for (const cel::Node& node : ast.nodes) {
      if (node.kind != Kind::kBinary) continue;
      const NodeId left = ast.child(node, 0);
      const NodeId right = ast.child(node, 1);
      if (node.op == Operator::kEqual || node.op == Operator::kNotEqual) {
        if (is_name(left)) check(right);
        if (is_name(right)) check(left);
      } else if (node.op == Operator::kIn && is_name(left) && ast.node(right).kind == Kind::kList) {
        const cel::Node& list = ast.node(right);
        for (uint32_t i = 0; i < list.child_count; ++i) check(ast.child(list, i));
      }
    }
  }

  // ---- One tool.

  template <typename Do>
  static void ForExpressions(const RuleModel& rule, Do&& what) {
    if (rule.when) what(*rule.when, Use::kWhen);
    for (const Expression& expression : rule.require) what(expression, Use::kRequire);
    for (const Expression& expression : rule.forbid) what(expression, Use::kForbid);
    if (rule.quota) {
      for (const auto* const part : {&rule.quota->max_of, &rule.quota->amount, &rule.quota->key}) {
        if (*part) what(**part, Use::kCount);
      }
    }
    for (const MessagePartModel& part : rule.message) {
      if (part.value) what(*part.value, Use::kMessage);
    }
  }

  // What is named outright is checked even where no call comes to it.
  static bool AppliesTo(const RuleModel& rule, const CheckedTool& tool) {
    const std::string& name = tool.tool->name;
    const bool named = std::any_of(
        rule.tools.begin(), rule.tools.end(),
        [&](const ToolPattern& pattern) { return !pattern.is_glob && pattern.text == name; });
    return named || (tool.callable && (rule.tools.empty() || Names(rule.tools, name)));
  }

  void CheckTool(CheckedTool& tool) {
    variables_.clear();
    // Behind a rule that denies each call nothing is read.
    for (const RuleModel& rule : policy_.rules) {
      if (!tool.denied && AppliesTo(rule, tool)) CheckRule(rule, tool);
    }
    CheckReads(tool, findings_);
    variables_.clear();
  }

  // An expression of a rule and the variables that it reads.
  struct Reading {
    struct Part {
      const Expression* expression;
      Use use;
      std::shared_ptr<const ExpressionPlaces> places;
    };
    std::vector<Part> parts;  // the expression itself is the first
    Guards guards;
    const Part& own() const { return parts.front(); }
    std::optional<bool> decided() const { return own().places->root().decided; }
  };

  void CheckRule(const RuleModel& rule, CheckedTool& tool) {
    std::vector<Reading> readings;
    ForExpressions(rule, [&](const Expression& expression, Use use) {
      const bool applies = readings.empty() || readings.front().own().use != Use::kWhen ||
                           readings.front().decided() != false;
      if (applies) readings.push_back(ReadFor(expression, use, tool));
    });
    GuardsAround guards;
    for (const Reading& reading : readings) {
      if (reading.own().use != Use::kMessage) guards.rule.Add(reading.guards);
    }
    bool applies_always = true;
    bool applies = true;
    for (Reading& reading : readings) {
      guards.condition = std::move(reading.guards);
      CheckReading(reading, guards, tool);
      const Use use = reading.own().use;
      const auto decided = reading.decided();
      if (use == Use::kWhen) {
        applies_always = decided == true;
        applies = decided != false;
      }
      const bool denies =
          (use == Use::kForbid && decided == true) || (use == Use::kRequire && decided == false);
      tool.denied |= denies && applies_always && !rule.shadow;
    }
    tool.closed |= applies && rule.only_args.has_value();
  }

  Reading ReadFor(const Expression& expression, Use use, CheckedTool& tool) {
    Reading reading;
    reading.parts.push_back(
        {&expression, use,
         std::make_shared<const ExpressionPlaces>(FindFor(expression.checked, tool))});
    std::set<uint32_t> seen;
    for (size_t i = 0; i < reading.parts.size(); ++i) {
      const std::shared_ptr<const ExpressionPlaces> places = reading.parts[i].places;
      reading.guards.Add(GuardsIn(*places, *tool.places));
      for (const uint32_t variable : VariablesIn(*places)) {
        if (!seen.insert(variable).second) continue;
        auto of = PlacesOf(variable, tool);
        if (of == nullptr) continue;
        reading.parts.push_back({&policy_.variables[variable].expression,
                                 use == Use::kMessage ? use : Use::kVariable, std::move(of)});
      }
    }
    return reading;
  }

  // The policy's own that are read.
  std::set<uint32_t> VariablesIn(const ExpressionPlaces& places) const {
    std::set<uint32_t> variables;
    const std::vector<Reference>& references = places.expression->references;
    for (NodeId id = 0; id < references.size(); ++id) {
      const Reference& reference = references[id];
      if (!places.live[id] || reference.kind != Reference::Kind::kVariable) continue;
      const bool own =
          reference.index >= policy_.first_variable &&
          policy_.environment.variables[reference.index].storage == cel::Variable::Storage::kBlock;
      if (own) variables.insert(reference.index - policy_.first_variable);
    }
    return variables;
  }

  void CheckReading(const Reading& reading, const GuardsAround& around, CheckedTool& tool) {
    const Use use = reading.own().use;
    const bool guards = use == Use::kRequire || use == Use::kForbid;
    for (const Reading::Part& part : reading.parts) {
      ToolUse here;
      CheckExpression(*part.places, part.expression->source, part.use, around, *tool.places,
                      findings_, here);
      tool.use.asked.insert(here.asked.begin(), here.asked.end());
      tool.use.reads.insert(tool.use.reads.end(), here.reads.begin(), here.reads.end());
      tool.use.whole |= here.whole;
      for (const auto& [name, spot] : here.mentioned) {
        if (use != Use::kMessage) tool.use.mentioned.emplace(name, spot);
        if (guards) tool.guarded.emplace(name, spot);
      }
    }
  }

  ExpressionPlaces FindFor(const cel::Checked& expression, CheckedTool& tool) {
    const VariablePlaces variables = [&](uint32_t variable) {
      return PlacesOf(variable, tool).get();
    };
    return FindPlaces(expression, policy_, *tool.places, ValuesOf(expression, *tool.tool),
                      variables);
  }

  // Variables refer to those before them only.
  std::shared_ptr<const ExpressionPlaces> PlacesOf(uint32_t variable, CheckedTool& tool) {
    if (variable >= policy_.variables.size()) return nullptr;
    const auto found = variables_.find(variable);
    if (found != variables_.end()) return found->second;
    auto places = std::make_shared<const ExpressionPlaces>(
        FindFor(policy_.variables[variable].expression.checked, tool));
    return variables_.emplace(variable, std::move(places)).first->second;
  }

  std::shared_ptr<const cel::ConstantValues> ValuesOf(const cel::Checked& expression,
                                                      const ServerTools::Tool& tool) {
    using cel::ConstantValues;
    constexpr auto kIncluded = ConstantValues::Variables::kIncluded;
    const auto found = values_.find(&expression);
    if (found != values_.end()) return found->second;
    if (ReadsToolName(expression)) {
      return std::make_shared<const ConstantValues>(expression, policy_.environment, kIncluded,
                                                    kToolName, Value::String(tool.name));
    }
    auto values =
        std::make_shared<const ConstantValues>(expression, policy_.environment, kIncluded);
    values_.emplace(&expression, values);
    return values;
  }

  void CheckOnlyArgs(const RuleModel& rule, std::vector<CheckedTool>& tools) {
    if (!rule.only_args) return;
    for (CheckedTool& tool : tools) {
      if (!AppliesTo(rule, tool)) continue;
      for (size_t i = 0; i < rule.only_args->size(); ++i) {
        const std::string& name = (*rule.only_args)[i];
        const Spot spot = SpotOfName(rule.only_args_at[i], name);
        const PlaceId member = tool.places->Member(kArgumentsPlace, name);
        const Standing standing = tool.places->at(member).standing;
        findings_.Ask(spot, DiagnosticCode::kUnknownArgument);
        if (standing != Standing::kUnlisted && standing != Standing::kOther) continue;
        findings_.Add(spot, *tool.tool, UnknownMember(*tool.places, member, true));
      }
    }
  }

  const Policy& policy_;
  const ServerTools& tools_;
  Findings& findings_;
  std::map<const cel::Checked*, std::shared_ptr<const cel::ConstantValues>> values_;
  std::map<uint32_t, std::shared_ptr<const ExpressionPlaces>> variables_;  // for one tool
};

std::vector<CheckedTool> CheckPolicy(const Policy& policy, const ServerTools& tools,
                                     Findings& findings) {
  std::vector<CheckedTool> checked;
  for (const auto& [name, tool] : tools.tools()) {
    CheckedTool one;
    one.tool = &tool;
    one.places = std::make_unique<Places>(tools.schemas(), tool);
    checked.push_back(std::move(one));
  }
  if (policy.language == Language::kWrit) {
    WritChecker(policy, tools, findings).Run(checked);
    return checked;
  }
  for (size_t i = 0; i < policy.hidden.size(); ++i) {
    CheckToolName(tools, SpotOfName(policy.hidden_at[i], policy.hidden[i]), policy.hidden[i],
                  UnknownTool::kWarning, findings);
  }
  for (const ToolModel& tool : policy.tools) {
    CheckToolName(tools, SpotOfName(tool.at, tool.name), tool.name, UnknownTool::kError, findings);
  }
  CheckInterceptRules(policy, checked, findings);
  return checked;
}

}  // namespace

void CheckTools(const std::vector<Policy>& policies, const ServerTools& tools,
                Diagnostics& diagnostics) {
  std::vector<Findings> findings;
  std::vector<std::vector<CheckedTool>> checked;
  LookedAt looked_at;
  for (const Policy& policy : policies) {
    findings.emplace_back(policy.source, diagnostics);
    checked.push_back(CheckPolicy(policy, tools, findings.back()));
    for (const CheckedTool& tool : checked.back()) looked_at.Add(tool);
  }
  for (size_t i = 0; i < policies.size(); ++i) {
    CheckUnmentioned(checked[i], looked_at, findings[i]);
    findings[i].Finish();
  }
}

}  // namespace writ
