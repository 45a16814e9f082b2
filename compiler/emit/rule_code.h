// The code of one rule, of either language.
//
// Tested by tests/compiler/emit/emit_test.cc with the listings in tests/compiler/golden/.
//
// A rule is a row of tests, each with one exit to what comes next and one to the rule's Deny:
//
//   version: "1"                                      writ: 1
//   CondRegex  args.path ~ "^/safe/"  +1, deny        when      -> require, or past the rule
//   CondLte    args.size <= 1000      +2, deny        require   -> forbid, or deny
//   Deny       rule "small and safe"                  forbid    -> deny, or only_args
//   Reserve    …                                      only_args -> quota, or deny
//                                                     Reserve   …
//                                                     Deny      rule "…"
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/emit/call_slots.h"
#include "compiler/emit/row_index.h"
#include "compiler/emit/source_parts.h"
#include "compiler/emit/variable_needs.h"
#include "compiler/lower/argument_paths.h"
#include "compiler/lower/builder.h"
#include "compiler/policy.h"

namespace writ {

class RuleCode {
 public:
  // All must outlive this. Rules, counters and facts are numbered at once.
  RuleCode(ProgramBuilder& builder, const std::vector<Policy>& policies, SourceParts& parts,
           Diagnostics& diagnostics);

  // The slot of a fact, which some expression or `needed` reads.
  uint32_t FactSlotOf(Fact fact);

  // Makes what the code of a rule needs besides instructions: of a version "1" rule the slots of
  // what it reads, of another that is for every tool its message and its quota, which are the same
  // wherever the rule is emitted. REQUIRES: called for all rules of everyone's row, with the shared
  // slots, before any tool has its own.
  void Prepare(const RuleModel& rule, size_t policy, CallSlots& slots);
  // Whether a tool for which the rule is emitted needs slots of its own.
  static bool ReadsArguments(const RuleModel& rule);

  // Appends the rule's code, for calls of `tool` (empty: of the tools that have no entry of their
  // own, so that `slots` are the shared ones). False if nothing after it can be reached.
  bool Emit(BlockBuilder& block, const RuleModel& rule, size_t policy, const std::string& tool,
            CallSlots& slots);

  // In which ways the rule may be found among others, as Emit() with the same arguments puts it
  // there: for other values its code says nothing.
  std::vector<RuleKeys> KeysOf(const RuleModel& rule, size_t policy, const std::string& tool,
                               CallSlots& slots);

  struct Size {
    size_t instructions;  // about how many, and more rather than less
    size_t names;         // those of cel.bind() and cel.block()
  };
  static Size SizeOf(const RuleModel& rule);

  // Of version "1": whether the condition is the limit of what the rule counts itself. It is not
  // tested but reserved.
  static bool IsOwnLimit(const RuleModel& rule, const Condition& condition);

 private:
  // A rule as it is emitted for one tool, or for all.
  struct Instance {
    uint32_t number = 0;  // in Program::rules
    bool complete = false;
    uint32_t quota = UINT32_MAX;
  };

  static SourcePosition At(size_t policy, Position at, uint32_t part) {
    return {static_cast<uint32_t>(policy), at.line, at.column, kNoText, part};
  }
  SourcePosition At(size_t policy, const RuleModel& rule) const {
    return At(policy, rule.at, parts_.Of(rule));
  }
  void NumberRules();
  void NumberFacts();
  Instance& InstanceOf(const RuleModel& rule, const std::string& tool);

  // version: "1"
  bool EmitConditions(BlockBuilder& block, const RuleModel& rule, size_t policy, uint32_t number,
                      CallSlots& slots);
  void EmitCondition(BlockBuilder& block, const Condition& condition, size_t policy,
                     CallSlots& slots, Label holds, Label denies);
  void EmitCounting(BlockBuilder& block, const RuleModel& rule, size_t policy, uint32_t number,
                    CallSlots& slots);
  std::vector<RuleKeys> KeysOfConditions(const RuleModel& rule);

  // writ: 1
  std::vector<RuleKeys> KeysOfExpressions(const RuleModel& rule, size_t policy, CallSlots& slots);
  void EmitExpressions(BlockBuilder& block, const RuleModel& rule, size_t policy,
                       const std::string& tool, CallSlots& slots);
  void EmitChecks(BlockBuilder& block, const RuleModel& rule, size_t policy, CallSlots& slots,
                  Label passes, Label denies, Label applies_not);
  void EmitToolGlobs(BlockBuilder& block, const RuleModel& rule, size_t policy, Label matches,
                     Label matches_not);
  void Complete(const RuleModel& rule, size_t policy, CallSlots& slots, Instance& instance);
  void TestAll(BlockBuilder& block, const std::vector<const Expression*>& expressions, bool any,
               size_t policy, CallSlots& slots, Label if_true, Label if_false);
  uint32_t ValueBlock(const Expression& expression, size_t policy, CallSlots& slots);
  void NeedVariables(const Expression& expression, size_t policy, CallSlots& slots);
  void NeedVariable(uint32_t number, size_t policy, CallSlots& slots);
  cel::LowerTarget TargetOf(const Expression& expression, size_t policy, CallSlots& slots);
  void CheckConstantMax(const Expression& max, uint8_t scale);
  void CheckNames(const Expression& expression, const cel::ArgumentPaths& paths);
  bool HasRoomForNames(const Expression& expression, const CallSlots& slots);
  void Report(const Expression& expression, const cel::LowerFailure& failure);
  void ReportWhole(const Expression& expression, std::string message, std::string hint);
  void ReportDepth(const Expression& variable);

  ProgramBuilder& builder_;
  const std::vector<Policy>& policies_;
  SourceParts& parts_;
  Diagnostics& diagnostics_;
  std::map<std::pair<const RuleModel*, std::string>, Instance> instances_;
  std::map<PolicyCounter, uint32_t> counters_;
  std::map<const RuleModel*, uint32_t> rule_counters_;
  std::map<Fact, uint32_t> facts_;
  // Of the policies, with the indices filled in, and variables that are known made constants.
  std::vector<cel::Environment> environments_;
  std::map<const Expression*, std::vector<Value>> known_;
  std::map<const RuleModel*, std::vector<RuleKeys>> keys_;
  std::set<const Expression*> checked_limits_;
  std::vector<VariableNeeds> needs_;  // by policy
  bool deep_variable_is_told_ = false;
  bool gave_up_ = false;  // too many names were reported
};

// Appends a test of whether the tool's name fits one of the globs among the patterns.
void EmitGlobTests(BlockBuilder& block, const std::vector<ToolPattern>& patterns,
                   uint32_t tool_name_slot, SourcePosition at, Label matches, Label matches_not);

}  // namespace writ
