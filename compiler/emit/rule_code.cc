// The code of one rule.
// Tested by tests/compiler/emit/emit_test.cc.
#include "compiler/emit/rule_code.h"

#include <algorithm>

#include "compiler/load/policy_environment.h"

namespace writ {

RuleCode::RuleCode(ProgramBuilder& builder, const std::vector<Policy>& policies, SourceParts& parts,
                   Diagnostics& diagnostics)
    : builder_(builder), policies_(policies), parts_(parts), diagnostics_(diagnostics) {
  for (const Policy& policy : policies) {
    environments_.push_back(policy.environment);
    needs_.emplace_back(policy);
  }
  NumberRules();
  NumberFacts();
}

// Rules are numbered in the order of the policies' text; one that names several tools has a number
// for each, since what it reads stands in slots of its tool.
void RuleCode::NumberRules() {
  Program& program = builder_.program();
  const auto number = [&](const RuleModel& rule, size_t policy, const std::string& tool) {
    instances_[{&rule, tool}].number = static_cast<uint32_t>(program.rules.size());
    Rule row{rule.name, rule.check_message, rule.quota_message, At(policy, rule)};
    row.shadow = rule.shadow;
    program.rules.push_back(std::move(row));
  };
  const auto add_counter = [&](Counter counter) {
    program.counters.push_back(std::move(counter));
    return static_cast<uint32_t>(program.counters.size() - 1);
  };
  for (size_t p = 0; p < policies_.size(); ++p) {
    const Policy& policy = policies_[p];
    const auto number_counting = [&](const RuleModel& rule) {
      number(rule, p, "");
      if (!rule.counting.has_value()) return;
      const Counting& counting = *rule.counting;
      Counter counter;
      counter.space = policy.space;
      counter.scope = counting.counter.scope.tool;
      counter.global = counting.counter.scope.shared;
      counter.name = counting.counter.name;
      counter.window = counting.window;
      counter.path = counting.path_text;
      counters_[{p, counting.counter}] = add_counter(std::move(counter));
    };
    for (const ToolModel& tool : policy.tools) {
      for (const RuleModel& rule : tool.rules) number_counting(rule);
    }
    for (const RuleModel& rule : policy.every_tool) number_counting(rule);
    for (const RuleModel& rule : policy.rules) {
      const bool shared =
          rule.tools.empty() || std::any_of(rule.tools.begin(), rule.tools.end(),
                                            [](const ToolPattern& tool) { return tool.is_glob; });
      if (shared) number(rule, p, "");
      for (const ToolPattern& tool : rule.tools) {
        if (!shared && instances_.count({&rule, tool.text}) == 0) number(rule, p, tool.text);
      }
      if (!rule.quota.has_value()) continue;
      Counter counter;
      counter.space = policy.space;
      counter.global = true;
      counter.name = rule.name;
      counter.window = rule.quota->window;
      counter.path = "quota of " + rule.name;
      rule_counters_[&rule] = add_counter(std::move(counter));
    }
  }
}

// Facts that any expression reads get slots that all tools share.
void RuleCode::NumberFacts() {
  const auto look_into = [this](const Expression& expression) {
    for (const cel::Reference& reference : expression.checked.references) {
      if (reference.kind != cel::Reference::Kind::kVariable) continue;
      const std::optional<Fact> fact = FactOf(reference.index);
      if (fact.has_value()) FactSlotOf(*fact);
    }
  };
  for (const Policy& policy : policies_) {
    for (const VariableModel& variable : policy.variables) look_into(variable.expression);
    for (const RuleModel& rule : policy.rules) {
      if (rule.when.has_value()) look_into(*rule.when);
      for (const Expression& expression : rule.require) look_into(expression);
      for (const Expression& expression : rule.forbid) look_into(expression);
      for (const MessagePartModel& part : rule.message) {
        if (part.value.has_value()) look_into(*part.value);
      }
      if (rule.quota.has_value()) {
        if (rule.quota->max_of.has_value()) look_into(*rule.quota->max_of);
        if (rule.quota->amount.has_value()) look_into(*rule.quota->amount);
        if (rule.quota->key.has_value()) look_into(*rule.quota->key);
      }
      if (std::any_of(rule.tools.begin(), rule.tools.end(),
                      [](const ToolPattern& tool) { return tool.is_glob; })) {
        FactSlotOf(Fact::kToolName);
      }
    }
  }
  for (cel::Environment& environment : environments_) {
    for (uint32_t i = 0; i < environment.variables.size(); ++i) {
      const std::optional<Fact> fact = FactOf(i);
      if (fact.has_value() && facts_.count(*fact) > 0) {
        environment.variables[i].index = facts_.at(*fact);
        environment.variables[i].storage = cel::Variable::Storage::kSlot;
      }
    }
  }
}

uint32_t RuleCode::FactSlotOf(Fact fact) {
  static constexpr std::string_view kNames[] = {"tool.name",
                                                "client.name",
                                                "client.version",
                                                "server.name",
                                                "now",
                                                "labels",
                                                "quota.remaining",
                                                "quota.resets_at",
                                                "has(client.name)",
                                                "has(client.version)",
                                                "has(server.name)"};
  const auto found = facts_.find(fact);
  if (found != facts_.end()) return found->second;
  const uint32_t slot = builder_.NewSlot(std::string(kNames[static_cast<size_t>(fact)]));
  builder_.program().facts.push_back({fact, slot});
  facts_.emplace(fact, slot);
  return slot;
}

RuleCode::Instance& RuleCode::InstanceOf(const RuleModel& rule, const std::string& tool) {
  const auto own = instances_.find({&rule, tool});
  return own != instances_.end() ? own->second : instances_.at({&rule, ""});
}

bool RuleCode::ReadsArguments(const RuleModel& rule) {
  if (rule.counting.has_value() && !rule.counting->amount_names.empty()) return true;
  if (std::any_of(rule.conditions.begin(), rule.conditions.end(),
                  [](const Condition& condition) { return !condition.counter.has_value(); })) {
    return true;
  }
  return rule.when.has_value() || !rule.require.empty() || !rule.forbid.empty() ||
         rule.only_args.has_value() || rule.quota.has_value() || !rule.message.empty();
}

RuleCode::Size RuleCode::SizeOf(const RuleModel& rule) {
  // No node takes more than a handful of instructions.
  constexpr size_t kPerNode = 8;
  constexpr size_t kPerGlob = 4;
  Size size{rule.conditions.size() + 16 + kPerGlob * rule.tools.size(), 0};
  const auto add = [&size](const Expression& expression) {
    size.instructions += 8 + kPerNode * expression.checked.ast.nodes.size();
    size.names += cel::CountNames(expression.checked.ast);
  };
  if (rule.when.has_value()) add(*rule.when);
  for (const Expression& expression : rule.require) add(expression);
  for (const Expression& expression : rule.forbid) add(expression);
  return size;
}

bool RuleCode::Emit(BlockBuilder& block, const RuleModel& rule, size_t policy,
                    const std::string& tool, CallSlots& slots) {
  const uint32_t number = InstanceOf(rule, tool).number;
  block.StartRule(number);
  bool goes_on = true;
  if (policies_[policy].language == Language::kIntercept) {
    goes_on = EmitConditions(block, rule, policy, number, slots);
  } else {
    EmitExpressions(block, rule, policy, tool, slots);
  }
  if (block.overflowed()) {
    diagnostics_.Error(policies_[policy].source, rule.at, 1,
                       "rule " + Quote(rule.name) + " is too large for one block",
                       "split it into several rules");
  }
  return goes_on;
}

}  // namespace writ
