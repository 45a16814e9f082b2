// The code of `writ: 1` rules.
// Tested by tests/compiler/emit/emit_test.cc.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "compiler/emit/rule_code.h"
#include "compiler/opt/fold.h"
#include "vm/disasm.h"
#include "vm/selection.h"
#include "vm/units.h"

namespace writ {
namespace {

// Of all expressions, those of rules for every tool as often as they are emitted. This keeps what
// conditionals and tools multiply to seconds.
constexpr size_t kMaxNamesOfAllPolicies = 5'000'000;

// From so many on they are tested at once: fewer are faster one by one, where the answer is not in
// the cache.
constexpr ptrdiff_t kManyGlobs = 32;

bool AreManyGlobs(const std::vector<ToolPattern>& patterns) {
  const auto is_glob = [](const ToolPattern& pattern) { return pattern.is_glob; };
  const auto is_too_long = [](const ToolPattern& pattern) {
    return pattern.is_glob && pattern.text.size() > kMaxKeyBytes;
  };
  return std::count_if(patterns.begin(), patterns.end(), is_glob) >= kManyGlobs &&
         std::none_of(patterns.begin(), patterns.end(), is_too_long);
}

}  // namespace

cel::LowerTarget RuleCode::TargetOf(const Expression& expression, size_t policy, CallSlots& slots) {
  auto [known, is_new] = known_.try_emplace(&expression);
  const cel::Checked& checked = expression.checked;
  if (is_new) {
    known->second = cel::Fold(checked, environments_[policy], *builder_.program().pool);
    CheckNames(expression, cel::FindArgumentPaths(checked, environments_[policy], &known->second,
                                                  checked.ast.root));
    parts_.SetConstants(expression, known->second);
  }
  const ExpressionSource& source = expression.source;
  return {environments_[policy], slots,
          [&source, policy](uint32_t at) {
            const Position position = source.At(at);
            return SourcePosition{static_cast<uint32_t>(policy), position.line, position.column};
          },
          &known->second, parts_.FirstOf(expression)};
}

void RuleCode::CheckNames(const Expression& expression, const cel::ArgumentPaths& paths) {
  if (!paths.too_many || gave_up_) return;
  ReportWhole(expression,
              fmt::format("this looks up more than {} names below args, each counted in every "
                          "place that conditionals choose from, and with those before it",
                          cel::kMaxNamesOfAnExpression),
              "choose from fewer places, or shorten the paths to them");
}

bool RuleCode::HasRoomForNames(const Expression& expression, const CallSlots& slots) {
  if (!gave_up_ && slots.names_looked_up() > kMaxNamesOfAllPolicies) {
    ReportWhole(expression,
                fmt::format("up to here expressions look up more than {} names below args, those "
                            "of rules for every tool counted for each named tool",
                            kMaxNamesOfAllPolicies),
                "choose from fewer places, shorten the paths to them, or put rules for every tool "
                "behind those of single tools");
  }
  return !gave_up_;
}

// After this no code is made.
void RuleCode::ReportWhole(const Expression& expression, std::string message, std::string hint) {
  gave_up_ = true;
  const cel::Node& root = expression.checked.ast.node(expression.checked.ast.root);
  diagnostics_.Error(expression.source.source(), expression.source.At(root.begin),
                     expression.source.Underline(root.begin, root.end - root.begin),
                     std::move(message), std::move(hint));
}

void RuleCode::Report(const Expression& expression, const cel::LowerFailure& failure) {
  diagnostics_.Error(expression.source.source(), expression.source.At(failure.at),
                     expression.source.Underline(failure.at, failure.length), failure.message,
                     "split it into several expressions or variables");
}

// Of variables that use one another in a row the first beyond the limit is told, once.
void RuleCode::ReportDepth(const Expression& variable) {
  if (deep_variable_is_told_) return;
  deep_variable_is_told_ = true;
  const cel::Node& root = variable.checked.ast.node(variable.checked.ast.root);
  diagnostics_.Error(
      variable.source.source(), variable.source.At(root.begin),
      variable.source.Underline(root.begin, root.end - root.begin),
      fmt::format("variables use one another more than {} deep here", cel::kMaxVariableDepth),
      "let a variable use fewer of those that use others in turn");
}

// Makes the blocks of the variables that an expression reads, and of those that these read. Each
// may only refer to those before it, so they are made in that order. One that has its block was
// preceded by all that it needs.
void RuleCode::NeedVariables(const Expression& expression, size_t policy, CallSlots& slots) {
  const VariableNeeds& needs = needs_[policy];
  const std::vector<uint32_t> named = needs.NamedIn(expression);
  const bool all_are_there = std::all_of(named.begin(), named.end(), [&](uint32_t variable) {
    return slots.variable_blocks.count({policy, variable}) > 0;
  });
  for (const uint32_t variable : all_are_there ? named : needs.All(named)) {
    NeedVariable(variable, policy, slots);
  }
}

void RuleCode::NeedVariable(uint32_t number, size_t policy, CallSlots& slots) {
  cel::Variable& variable =
      environments_[policy].variables[policies_[policy].first_variable + number];
  if (variable.storage == cel::Variable::Storage::kConstant || gave_up_) return;
  const auto found = slots.variable_blocks.find({policy, number});
  if (found != slots.variable_blocks.end()) {
    variable.index = found->second;
    return;
  }
  const Expression& expression = policies_[policy].variables[number].expression;
  const cel::Checked& checked = expression.checked;
  const cel::LowerTarget target = TargetOf(expression, policy, slots);
  if (!HasRoomForNames(expression, slots)) return;
  const Value value = cel::ValueIfKnown(checked, *target.known, *builder_.program().pool);
  if (!value.is(Tag::kAbsent)) {
    variable.storage = cel::Variable::Storage::kConstant;
    variable.constant = value;
    return;
  }
  const auto block = cel::LowerValue(builder_, checked, target);
  if (!block.has_value()) {
    Report(expression, block.error());
    return;
  }
  slots.variable_blocks[{policy, number}] = *block;
  if (builder_.depth(*block) > cel::kMaxVariableDepth) ReportDepth(expression);
  variable.paths =
      cel::FindArgumentPaths(checked, target.environment, target.known, checked.ast.root).value;
  variable.index = *block;
}

uint32_t RuleCode::ValueBlock(const Expression& expression, size_t policy, CallSlots& slots) {
  NeedVariables(expression, policy, slots);
  const cel::LowerTarget target = TargetOf(expression, policy, slots);
  if (!HasRoomForNames(expression, slots)) return 0;
  const auto block = cel::LowerValue(builder_, expression.checked, target);
  if (block.has_value()) return *block;
  Report(expression, block.error());
  return 0;
}

void RuleCode::TestAll(BlockBuilder& block, const std::vector<const Expression*>& expressions,
                       bool any, size_t policy, CallSlots& slots, Label if_true, Label if_false) {
  std::vector<cel::LowerTarget> targets;
  targets.reserve(expressions.size());
  std::vector<cel::LowerOperand> operands;
  for (const Expression* expression : expressions) {
    NeedVariables(*expression, policy, slots);
    targets.push_back(TargetOf(*expression, policy, slots));
    if (!HasRoomForNames(*expression, slots)) {
      block.Jump(if_true, {});
      return;
    }
    cel::LowerOperand operand{&expression->checked, &targets.back()};
    if (builder_.optimises() && slots.shared_predicates.Has(*expression, policy)) {
      const auto [shared, is_new] =
          slots.predicate_blocks.try_emplace({policy, expression->checked.ast.source});
      if (is_new) shared->second = ValueBlock(*expression, policy, slots);
      operand.block = shared->second;
    }
    operands.push_back(operand);
  }
  size_t failed = 0;
  const std::optional<cel::LowerFailure> failure =
      cel::LowerGroup(block, operands, any, if_true, if_false, &failed);
  if (failure.has_value()) Report(*expressions[failed], *failure);
}

void EmitGlobTests(BlockBuilder& block, const std::vector<ToolPattern>& patterns,
                   uint32_t tool_name_slot, SourcePosition at, Label matches, Label matches_not) {
  ProgramBuilder& builder = block.program();
  Arena& pool = *builder.program().pool;
  if (builder.optimises() && AreManyGlobs(patterns)) {
    Value* const globs = pool.Allocate<Value>(patterns.size());
    uint32_t count = 0;
    for (const ToolPattern& pattern : patterns) {
      if (pattern.is_glob) globs[count++] = Value::String(pool.Copy(pattern.text));
    }
    Instruction test{Opcode::kTestSlotFits};
    test.b =
        block.Operand({tool_name_slot, builder.Constant(Value::Of(pool.New(List{count, globs})))});
    block.Test(test, matches, matches_not, at);
    return;
  }
  const uint8_t arguments = block.NewRegisters(2);
  const auto pattern_at = static_cast<uint8_t>(arguments + 1);
  for (const ToolPattern& pattern : patterns) {
    if (!pattern.is_glob) continue;
    const Label next = block.NewLabel();
    block.Add({Opcode::kLoadSlot, arguments, block.Operand({tool_name_slot})}, at);
    const Value text = Value::String(pool.Copy(pattern.text));
    block.Add({Opcode::kLoadConst, pattern_at, block.Operand({builder.Constant(text)})}, at);
    block.Add({Opcode::kCall, arguments, static_cast<uint16_t>(FunctionId::kGlobMatches), arguments,
               uint16_t{2}},
              at);
    block.Test({Opcode::kTestTrue, arguments}, matches, next, at);
    block.Bind(next);
  }
  block.Release(arguments, 2);
  block.Jump(matches_not, at);
}

void RuleCode::EmitToolGlobs(BlockBuilder& block, const RuleModel& rule, size_t policy,
                             Label matches, Label matches_not) {
  EmitGlobTests(block, rule.tools, FactSlotOf(Fact::kToolName), At(policy, rule), matches,
                matches_not);
}

// What a rule has besides its tests: its message's blocks and its quota.
void RuleCode::Complete(const RuleModel& rule, size_t policy, CallSlots& slots,
                        Instance& instance) {
  if (instance.complete) return;
  instance.complete = true;
  for (const MessagePartModel& part : rule.message) {
    MessagePart row;
    row.text = part.text;
    if (part.value.has_value()) row.block = ValueBlock(*part.value, policy, slots);
    builder_.program().rules[instance.number].message.push_back(std::move(row));
  }
  if (!rule.quota.has_value()) return;
  const QuotaModel& model = *rule.quota;
  Quota quota;
  quota.counter = rule_counters_.at(&rule);
  quota.rule = instance.number;
  quota.limit = model.max;
  quota.scale = model.scale;
  quota.shadow = rule.shadow;
  for (uint8_t i = 0; i < model.scale; ++i) quota.amount *= 10;
  if (model.max_of.has_value()) {
    quota.limit_block = ValueBlock(*model.max_of, policy, slots);
    CheckConstantMax(*model.max_of, model.scale);
  }
  if (model.amount.has_value()) {
    quota.amount_block = ValueBlock(*model.amount, policy, slots);
    quota.amount_path = model.amount->checked.ast.source;
  }
  if (model.key.has_value()) quota.key_block = ValueBlock(*model.key, policy, slots);
  instance.quota = static_cast<uint32_t>(builder_.program().quotas.size());
  builder_.program().quotas.push_back(std::move(quota));
}

// A limit that every call would find to be none. REQUIRES: the expression was lowered.
void RuleCode::CheckConstantMax(const Expression& max, uint8_t scale) {
  if (!checked_limits_.insert(&max).second) return;
  const auto known = known_.find(&max);
  if (known == known_.end()) return;
  const cel::Node& root = max.checked.ast.node(max.checked.ast.root);
  const Value value = cel::ValueIfKnown(max.checked, known->second, *builder_.program().pool);
  if (!value.is_number() || LimitUnits(value, scale).has_value()) return;
  const bool negative = value.is(Tag::kInt) ? value.i < 0 : value.is(Tag::kDouble) && value.d < 0;
  const bool fraction = value.is(Tag::kDouble) && value.d != std::trunc(value.d) && scale == 0;
  diagnostics_.Error(
      max.source.source(), max.source.At(root.begin),
      max.source.Underline(root.begin, root.end - root.begin),
      negative   ? fmt::format("max must not be negative, and this is {}", FormatValue(value))
      : fraction ? fmt::format("max must be a whole number where no decimals are kept, and this is "
                               "{}",
                               FormatValue(value))
                 : fmt::format("max is larger than a count can be: {}", FormatValue(value)),
      negative   ? "to deny every call write forbid: true instead of a quota"
      : fraction ? "add scale: with how many decimals to count, or round it"
                 : "lower max or scale",
      DiagnosticCode::kPolicy);
}

void RuleCode::EmitExpressions(BlockBuilder& block, const RuleModel& rule, size_t policy,
                               const std::string& tool, CallSlots& slots) {
  Instance& instance = InstanceOf(rule, tool);
  Complete(rule, policy, slots, instance);
  const SourcePosition at = At(policy, rule);
  const Label applies = block.NewLabel();
  const Label passes = block.NewLabel();
  const Label denies = block.NewLabel();
  const Label end = block.NewLabel();
  // What stands here for every tool, or for those that a glob names, finds out which tool it is.
  if (tool.empty() && !rule.tools.empty()) EmitToolGlobs(block, rule, policy, applies, end);
  block.Bind(applies);
  const uint16_t number = block.Operand({instance.number});
  Instruction reserve{Opcode::kReserve};
  if (instance.quota != UINT32_MAX) reserve.b = block.Operand({instance.quota});
  const SourcePosition quota_at =
      rule.quota.has_value() ? At(policy, rule.quota->at, parts_.QuotaOf(rule)) : SourcePosition();
  if (!rule.shadow) {
    EmitChecks(block, rule, policy, slots, passes, denies, end);
    block.Bind(passes);
    if (instance.quota != UINT32_MAX) block.Add(reserve, quota_at);
    if (block.IsUsed(denies)) {
      if (block.IsReachable()) block.Jump(end, at);
      block.Bind(denies);
      block.Add({Opcode::kDeny, 0, number}, at);
    }
    block.Bind(end);
    return;
  }
  // One that only watches: nothing of it, not even an error, decides anything.
  const uint8_t kept = block.NewRegister();
  const Label failed = block.NewLabel();
  const Label applies_not = block.NewLabel();
  block.Add({Opcode::kScopeBegin, kept}, at);
  block.AddWithLabel({Opcode::kOperand, kept, 0}, failed, at);
  EmitChecks(block, rule, policy, slots, passes, denies, applies_not);
  block.Bind(passes);
  block.Add({Opcode::kScopeDrop, kept}, at);
  if (instance.quota != UINT32_MAX) block.Add(reserve, quota_at);
  block.Jump(end, at);
  block.Bind(denies);
  block.Add({Opcode::kScopeDrop, kept}, at);
  block.Add({Opcode::kShadow, 0, number}, at);
  block.Jump(end, at);
  block.Bind(applies_not);
  block.Add({Opcode::kScopeDrop, kept}, at);
  block.Jump(end, at);
  block.Bind(failed);
  block.Add({Opcode::kShadowError, kept, number}, at);
  block.Add({Opcode::kScopeDrop, kept}, at);
  block.Bind(end);
  block.Release(kept);
}

// The rule's conditions, in order. What follows is bound by the caller, `passes` first.
void RuleCode::EmitChecks(BlockBuilder& block, const RuleModel& rule, size_t policy,
                          CallSlots& slots, Label passes, Label denies, Label applies_not) {
  const auto pointers = [](const std::vector<Expression>& expressions) {
    std::vector<const Expression*> all;
    all.reserve(expressions.size());
    for (const Expression& expression : expressions) all.push_back(&expression);
    return all;
  };
  enum class Step : uint8_t { kWhen, kRequire, kForbid, kOnlyArgs };
  std::vector<Step> steps;
  if (rule.when.has_value()) steps.push_back(Step::kWhen);
  if (!rule.require.empty()) steps.push_back(Step::kRequire);
  if (!rule.forbid.empty()) steps.push_back(Step::kForbid);
  if (rule.only_args.has_value()) steps.push_back(Step::kOnlyArgs);
  if (steps.empty()) block.Jump(passes, At(policy, rule));
  for (size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size();
    const Label next = last ? passes : block.NewLabel();
    switch (steps[i]) {
      case Step::kWhen:
        TestAll(block, {&*rule.when}, false, policy, slots, next, applies_not);
        break;
      case Step::kRequire:
        TestAll(block, pointers(rule.require), false, policy, slots, next, denies);
        break;
      case Step::kForbid:
        TestAll(block, pointers(rule.forbid), true, policy, slots, denies, next);
        break;
      case Step::kOnlyArgs: {
        Arena& pool = *builder_.program().pool;
        Value* names = pool.Allocate<Value>(rule.only_args->size());
        for (size_t n = 0; n < rule.only_args->size(); ++n) {
          names[n] = Value::String(pool.Copy((*rule.only_args)[n]));
        }
        List list{};
        list.size = static_cast<uint32_t>(rule.only_args->size());
        list.items = names;
        Instruction test{Opcode::kTestOnlyArgs};
        test.b =
            block.Operand({slots.SlotOf({}, false), builder_.Constant(Value::Of(pool.New(list)))});
        block.Test(test, next, denies, At(policy, rule.at, parts_.OnlyArgsOf(rule)));
        break;
      }
    }
    if (!last) block.Bind(next);
  }
}

}  // namespace writ
