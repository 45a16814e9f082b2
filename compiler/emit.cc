// Policy models to bytecode.
// Tested by tests/compiler/emit_test.cc with the listings in tests/compiler/golden/, and by
// tests/compiler/agreement_test.cc against a plain reader of the model.
//
// What a call of a tool is checked against is a chain of sections, one a policy:
//
//   tool T     hidden | default deny | T's rules of policy 1, every-tool rules of policy 1,
//                                      T's rules of policy 2, every-tool rules of policy 2, Pass
//
// From the last policy on that says anything of T itself, the rest of the chain is the same as for
// a tool nobody mentions, so it is shared: T's block ends in Chain to it. With one policy, which
// is the common case, every tool's block holds its own rules and chains to the block of the
// every-tool rules; the program grows with the rules, not with rules times tools.
//
// A rule is a row of tests, each with one exit to the next and one to the rule's Deny:
//
//   CondRegex  args.path ~ "^/safe/"   true +1, false +2
//   CondLte    args.size <= 1000       true +2, false +1
//   Deny       rule "small and safe"
//   Reserve    …                                          (if the rule counts)
#include "compiler/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/constant.h"
#include "vm/disasm.h"
#include "vm/json_text.h"

namespace writ {
namespace {

// Blocks are cut well before the limit of their 16-bit operands and jumps.
constexpr size_t kCutInstructions = 16384;

// A tool that reads arguments of its own has a trie of its own, which holds the paths of the
// every-tool rules as well. So these multiply; what no real policy needs is refused before it
// fills the memory.
constexpr size_t kMaxPathNodes = 1'000'000;

Opcode OpcodeOf(Operator op) {
  switch (op) {
    case Operator::kEq:
    case Operator::kNeq: return Opcode::kCondEq;
    case Operator::kIn:
    case Operator::kNotIn: return Opcode::kCondIn;
    case Operator::kLt: return Opcode::kCondLt;
    case Operator::kLte: return Opcode::kCondLte;
    case Operator::kGt: return Opcode::kCondGt;
    case Operator::kGte: return Opcode::kCondGte;
    case Operator::kRegex: return Opcode::kCondRegex;
    case Operator::kContains: return Opcode::kCondContains;
    case Operator::kExists: return Opcode::kCondPresent;
  }
  return Opcode::kFail;
}

class Emitter {
 public:
  Emitter(const std::vector<Policy>& policies, Diagnostics& diagnostics)
      : policies_(policies), diagnostics_(diagnostics) {}

  Program Run() {
    for (const Policy& policy : policies_) program_.files.push_back(policy.source->name());
    NumberRules();
    NumberSharedSlots();
    EmitOtherTools();
    EmitTools();
    Hide();
    program_.paths = trie_.Build();
    return std::move(program_);
  }

 private:
  // A rule and the policy it stands in.
  struct RuleRef {
    const RuleModel* rule;
    size_t policy;
  };

  // What stands before the rules of a section.
  enum class Gate : uint8_t { kNone, kHidden, kDefault };

  SourcePosition At(size_t policy, Position at) const {
    return {static_cast<uint32_t>(policy), at.line, at.column};
  }

  // ---- Tables.

  void NumberRules() {
    for (size_t p = 0; p < policies_.size(); ++p) {
      for (const ToolModel& tool : policies_[p].tools) {
        for (const RuleModel& rule : tool.rules) NumberRule(rule, p);
      }
      for (const RuleModel& rule : policies_[p].every_tool) NumberRule(rule, p);
    }
  }

  void NumberRule(const RuleModel& rule, size_t policy) {
    rule_numbers_[&rule] = static_cast<uint32_t>(program_.rules.size());
    program_.rules.push_back(
        {rule.name, rule.check_message, rule.quota_message, At(policy, rule.at)});
    if (!rule.counting.has_value()) return;
    const Counting& counting = *rule.counting;
    Counter counter;
    counter.space = policies_[policy].space;
    counter.scope = counting.counter.scope.tool;
    counter.global = counting.counter.scope.shared;
    counter.name = counting.counter.name;
    counter.window = counting.window;
    counter.path = counting.path_text;
    counter_numbers_[{policy, counting.counter}] = static_cast<uint32_t>(program_.counters.size());
    program_.counters.push_back(std::move(counter));
  }

  // ---- Slots.

  // The slots of what the rules read, below `root`; those that are there already are kept.
  struct SlotMap {
    uint32_t root = kNoNode;
    std::map<std::pair<size_t, CounterName>, uint32_t> counters;
  };

  uint32_t NewSlot(std::string name) {
    program_.slot_names.push_back(std::move(name));
    return static_cast<uint32_t>(program_.slot_names.size() - 1);
  }

  uint32_t SlotOf(SlotMap& map, const std::vector<std::string>& names, const std::string& text,
                  bool reads_value) {
    uint32_t node = map.root;
    for (const std::string& name : names) node = trie_.Child(node, name);
    const uint32_t slot = trie_.slot(node) == kNoSlot ? NewSlot(text) : trie_.slot(node);
    trie_.SetSlot(node, slot, reads_value);
    return slot;
  }

  // Makes the slots of a rule, so that emitting finds them.
  void MakeSlots(SlotMap& map, const RuleRef& ref) {
    for (const Condition& condition : ref.rule->conditions) {
      if (!condition.counter.has_value()) {
        SlotOf(map, condition.names, condition.path_text, condition.op != Operator::kExists);
      } else if (!IsOwnLimit(*ref.rule, condition)) {
        const auto key = std::make_pair(ref.policy, *condition.counter);
        if (map.counters.count(key) > 0) continue;
        const uint32_t slot = NewSlot(condition.path_text);
        map.counters.emplace(key, slot);
        program_.reads.push_back({slot, counter_numbers_.at(key)});
      }
    }
    if (ref.rule->counting.has_value() && !ref.rule->counting->amount_names.empty()) {
      SlotOf(map, ref.rule->counting->amount_names, ref.rule->counting->amount_path, true);
    }
  }

  void NumberSharedSlots() {
    shared_.root = trie_.NewRoot();
    for (size_t p = 0; p < policies_.size(); ++p) {
      for (const RuleModel& rule : policies_[p].every_tool) MakeSlots(shared_, {&rule, p});
    }
    program_.shared_slots = static_cast<uint32_t>(program_.slot_names.size());
    shared_reads_ = static_cast<uint32_t>(program_.reads.size());
    shared_paths_ = ReadsArguments([](const Policy& policy) { return &policy.every_tool; });
  }

  template <typename RulesOf>
  bool ReadsArguments(const RulesOf& rules_of) const {
    for (const Policy& policy : policies_) {
      const std::vector<RuleModel>* rules = rules_of(policy);
      if (rules == nullptr) continue;
      for (const RuleModel& rule : *rules) {
        if (rule.counting.has_value() && !rule.counting->amount_names.empty()) return true;
        for (const Condition& condition : rule.conditions) {
          if (!condition.counter.has_value()) return true;
        }
      }
    }
    return false;
  }

  // A tool's slots start as the shared ones.
  SlotMap OwnSlots() {
    SlotMap own = shared_;
    if (trie_.node_count() > kMaxPathNodes) {
      if (!too_many_paths_) {
        diagnostics_.Error(policies_.front().source, {1, 1}, 1,
                           fmt::format("the argument paths of the rules for every tool, times the "
                                       "tools with rules of their own, are over {}",
                                       kMaxPathNodes),
                           "move rules from \"*\" to the tools that need them");
      }
      too_many_paths_ = true;
      return own;
    }
    own.root = trie_.NewRoot();
    for (size_t p = 0; p < policies_.size(); ++p) {
      for (const RuleModel& rule : policies_[p].every_tool) {
        for (const Condition& condition : rule.conditions) {
          if (!condition.counter.has_value()) {
            CopySlot(own, condition.names, condition.op != Operator::kExists);
          }
        }
        if (rule.counting.has_value() && !rule.counting->amount_names.empty()) {
          CopySlot(own, rule.counting->amount_names, true);
        }
      }
    }
    return own;
  }

  void CopySlot(SlotMap& own, const std::vector<std::string>& names, bool reads_value) {
    uint32_t from = shared_.root;
    uint32_t to = own.root;
    for (const std::string& name : names) {
      from = trie_.Child(from, name);
      to = trie_.Child(to, name);
    }
    trie_.SetSlot(to, trie_.slot(from), reads_value);
  }

  // ---- Blocks.

  void EmitOtherTools() {
    // shared_blocks_[p] decides from the every-tool rules of policy p on, for a tool that no later
    // policy lists or hides.
    shared_blocks_.assign(policies_.size() + 1, kNoBlock);
    shared_blocks_[policies_.size()] = EmitRules({}, Gate::kNone, kNoBlock, shared_);
    for (size_t p = policies_.size(); p-- > 0;) {
      std::vector<RuleRef> rules;
      for (const RuleModel& rule : policies_[p].every_tool) rules.push_back({&rule, p});
      uint32_t next = shared_blocks_[p + 1];
      if (p + 1 < policies_.size()) next = other_block_;
      shared_blocks_[p] = rules.empty() ? next : EmitRules(rules, Gate::kNone, next, shared_);
      const Gate gate = policies_[p].hides_all      ? Gate::kHidden
                        : policies_[p].default_deny ? Gate::kDefault
                                                    : Gate::kNone;
      other_block_ =
          gate == Gate::kNone ? shared_blocks_[p] : EmitRules({}, gate, kNoBlock, shared_);
    }
    ToolEntry entry;
    entry.block = policies_.empty() ? shared_blocks_[0] : other_block_;
    entry.root = shared_paths_ ? shared_.root : kNoNode;
    entry.read_count = shared_reads_;
    program_.other_tools = static_cast<uint32_t>(program_.tools.size());
    program_.tools.push_back(entry);
  }

  // Every tool that a policy lists or hides gets an entry of its own.
  void EmitTools() {
    struct Mention {
      const ToolModel* listed = nullptr;
      bool hidden = false;
    };
    std::map<std::string, std::map<size_t, Mention>> mentions;
    for (size_t p = 0; p < policies_.size(); ++p) {
      for (const ToolModel& tool : policies_[p].tools) mentions[tool.name][p].listed = &tool;
      for (const std::string& name : policies_[p].hidden) mentions[name][p].hidden = true;
    }
    for (const auto& [name, by_policy] : mentions) {
      std::vector<RuleRef> rules;
      Gate gate = Gate::kNone;
      const size_t last = by_policy.rbegin()->first;
      for (size_t p = 0; p <= last && gate == Gate::kNone; ++p) {
        const auto found = by_policy.find(p);
        const Mention mention = found != by_policy.end() ? found->second : Mention();
        gate = mention.hidden || policies_[p].hides_all                 ? Gate::kHidden
               : policies_[p].default_deny && mention.listed == nullptr ? Gate::kDefault
                                                                        : Gate::kNone;
        if (gate != Gate::kNone) break;
        if (mention.listed != nullptr) {
          for (const RuleModel& rule : mention.listed->rules) rules.push_back({&rule, p});
        }
        if (p == last) break;
        for (const RuleModel& rule : policies_[p].every_tool) rules.push_back({&rule, p});
      }
      EmitTool(name, rules, gate, shared_blocks_[last]);
    }
  }

  void EmitTool(const std::string& name, const std::vector<RuleRef>& rules, Gate gate,
                uint32_t next) {
    ToolEntry entry;
    entry.first_slot = static_cast<uint32_t>(program_.slot_names.size());
    entry.first_read = static_cast<uint32_t>(program_.reads.size());
    const bool own_paths = std::any_of(rules.begin(), rules.end(), [](const RuleRef& ref) {
      return (ref.rule->counting.has_value() && !ref.rule->counting->amount_names.empty()) ||
             std::any_of(ref.rule->conditions.begin(), ref.rule->conditions.end(),
                         [](const Condition& c) { return !c.counter.has_value(); });
    });
    SlotMap slots = own_paths ? OwnSlots() : shared_;
    for (uint32_t i = 0; i < shared_reads_; ++i) {
      const CounterRead read = program_.reads[i];
      program_.reads.push_back(read);
    }
    for (const RuleRef& ref : rules) MakeSlots(slots, ref);
    entry.slot_count = static_cast<uint32_t>(program_.slot_names.size()) - entry.first_slot;
    entry.read_count = static_cast<uint32_t>(program_.reads.size()) - entry.first_read;
    if (entry.read_count == shared_reads_) {
      program_.reads.resize(entry.first_read);
      entry.first_read = 0;
    }
    entry.root = own_paths ? slots.root : shared_paths_ ? shared_.root : kNoNode;
    entry.block = rules.empty() && gate == Gate::kNone ? next : EmitRules(rules, gate, next, slots);
    program_.tool_index[name] = static_cast<uint32_t>(program_.tools.size());
    program_.tools.push_back(entry);
  }

  // Upper bound of what a rule takes.
  static size_t InstructionCount(const RuleModel& rule) { return rule.conditions.size() + 2; }

  // The rules, then the gate if there is one, else `next` (Pass without one). Long rows are cut
  // into blocks that chain, the last one first, since what is run has a lower number.
  uint32_t EmitRules(const std::vector<RuleRef>& rules, Gate gate, uint32_t next, SlotMap& slots) {
    size_t end = rules.size();
    for (;;) {
      size_t begin = end;
      size_t instructions = 1;
      while (begin > 0 && (begin == end || instructions + InstructionCount(*rules[begin - 1].rule) <
                                               kCutInstructions)) {
        --begin;
        instructions += InstructionCount(*rules[begin].rule);
      }
      const uint32_t block = EmitBlock(rules, begin, end, gate, next, slots);
      if (begin == 0) return block;
      gate = Gate::kNone;
      next = block;
      end = begin;
    }
  }

  uint32_t EmitBlock(const std::vector<RuleRef>& rules, size_t begin, size_t end, Gate gate,
                     uint32_t next, SlotMap& slots) {
    const auto number = static_cast<uint32_t>(program_.blocks.size());
    Block block;
    block.kind = BlockKind::kDecision;
    block.first_instruction = static_cast<uint32_t>(program_.code.size());
    block.first_operand = static_cast<uint32_t>(program_.operands.size());
    first_operand_ = block.first_operand;
    operand_numbers_.clear();
    bool reaches_end = true;
    for (size_t i = begin; i < end && reaches_end; ++i) {
      const size_t before = program_.code.size();
      reaches_end = EmitRule(rules[i], slots);
      if (program_.code.size() - before > kMaxBlockInstructions - 2 ||
          program_.operands.size() - first_operand_ > kMaxBlockOperands - 2) {
        diagnostics_.Error(policies_[rules[i].policy].source, rules[i].rule->at, 1,
                           fmt::format("rule {} has too many conditions for one block",
                                       JsonQuote(rules[i].rule->name)),
                           "split it into several rules");
      }
    }
    if (reaches_end) {
      const SourcePosition nowhere;
      if (gate == Gate::kHidden) {
        Add({Opcode::kDenyHidden}, nowhere);
      } else if (gate == Gate::kDefault) {
        Add({Opcode::kDenyDefault}, nowhere);
      } else if (next == kNoBlock) {
        Add({Opcode::kPass}, nowhere);
      } else {
        Add({Opcode::kChain, 0, Operand({next})}, nowhere);
      }
    }
    block.instruction_count = static_cast<uint32_t>(program_.code.size()) - block.first_instruction;
    block.operand_count = static_cast<uint32_t>(program_.operands.size()) - block.first_operand;
    program_.blocks.push_back(block);
    return number;
  }

  void Add(Instruction instruction, SourcePosition at) {
    program_.code.push_back(instruction);
    program_.positions.push_back(at);
  }

  // The index of that row of operands in the block's table.
  uint16_t Operand(const std::vector<uint32_t>& row) {
    const auto [found, is_new] = operand_numbers_.emplace(
        row, static_cast<uint32_t>(program_.operands.size()) - first_operand_);
    if (is_new) program_.operands.insert(program_.operands.end(), row.begin(), row.end());
    return static_cast<uint16_t>(found->second);
  }

  // A limit on the rule's own counter is not tested but reserved.
  static bool IsOwnLimit(const RuleModel& rule, const Condition& condition) {
    return rule.counting.has_value() && condition.counter.has_value() &&
           *condition.counter == rule.counting->counter &&
           (condition.op == Operator::kLt || condition.op == Operator::kLte);
  }

  // A limit that not even an untouched counter keeps: no call can pass.
  static bool IsImpossible(const Condition& condition, Arena& arena) {
    const Value limit = ToValue(condition.value, arena);
    if (limit.is(Tag::kInt)) return condition.op == Operator::kLt ? limit.i <= 0 : limit.i < 0;
    return !(condition.op == Operator::kLt ? limit.d > 0 : limit.d >= 0);
  }

  // False if nothing after it can be reached.
  bool EmitRule(const RuleRef& ref, SlotMap& slots) {
    const RuleModel& rule = *ref.rule;
    const uint32_t number = rule_numbers_.at(&rule);
    const SourcePosition at = At(ref.policy, rule.at);
    program_.rule_starts.push_back({static_cast<uint32_t>(program_.code.size()), number});
    std::vector<const Condition*> tests;
    bool impossible = rule.denies;
    for (const Condition& condition : rule.conditions) {
      if (!IsOwnLimit(rule, condition)) {
        tests.push_back(&condition);
      } else if (Arena arena; IsImpossible(condition, arena)) {
        impossible = true;
      }
    }
    if (impossible) {
      Add({Opcode::kDeny, 0, Operand({number})}, at);
      return false;
    }
    for (size_t i = 0; i < tests.size(); ++i) {
      const bool last = i + 1 == tests.size();
      const auto to_deny = static_cast<uint16_t>(tests.size() - i);
      const auto onward = static_cast<uint16_t>(last ? 2 : 1);
      EmitTest(*tests[i], ref.policy, slots, onward, to_deny);
    }
    if (!tests.empty()) Add({Opcode::kDeny, 0, Operand({number})}, at);
    if (rule.counting.has_value()) EmitCounting(ref, number, slots);
    return true;
  }

  void EmitTest(const Condition& condition, size_t policy, SlotMap& slots, uint16_t onward,
                uint16_t to_deny) {
    const bool is_counter = condition.counter.has_value();
    const uint32_t slot = is_counter ? slots.counters.at({policy, *condition.counter})
                                     : SlotOf(slots, condition.names, condition.path_text, false);
    Instruction test;
    test.op = OpcodeOf(condition.op);
    test.a = is_counter ? kCondCounter : 0;
    test.c = onward;
    test.d = to_deny;
    bool negated = condition.op == Operator::kNeq || condition.op == Operator::kNotIn;
    switch (test.op) {
      case Opcode::kCondPresent:
        test.b = Operand({slot});
        negated = !std::get<bool>(yaml::Resolve(*condition.value));
        break;
      case Opcode::kCondRegex:
        test.b =
            Operand({slot, PatternNumber(std::get<std::string>(yaml::Resolve(*condition.value)))});
        break;
      default: test.b = Operand({slot, ConstantNumber(ToValue(condition.value, *program_.pool))});
    }
    if (negated) {
      std::swap(test.c, test.d);
      // What is not there is denied whatever the operator.
      if (test.op != Opcode::kCondPresent) test.a |= kCondAbsentIsTrue;
    }
    Add(test, At(policy, condition.at));
  }

  void EmitCounting(const RuleRef& ref, uint32_t rule, SlotMap& slots) {
    const Counting& counting = *ref.rule->counting;
    Quota quota;
    quota.counter = counter_numbers_.at({ref.policy, counting.counter});
    quota.rule = rule;
    quota.limit = counting.limit;
    quota.amount = counting.amount;
    if (!counting.amount_names.empty()) {
      quota.amount_slot = SlotOf(slots, counting.amount_names, counting.amount_path, true);
      quota.amount_path = counting.amount_path;
    }
    const auto number = static_cast<uint32_t>(program_.quotas.size());
    program_.quotas.push_back(std::move(quota));
    Add({Opcode::kReserve, 0, Operand({number})}, At(ref.policy, counting.at));
  }

  uint32_t ConstantNumber(const Value& value) {
    const std::string key =
        fmt::format("{} {}", static_cast<int>(value.tag), FormatValue(value, SIZE_MAX));
    const auto [found, is_new] =
        constant_numbers_.emplace(key, static_cast<uint32_t>(program_.constants.size()));
    if (is_new) program_.constants.push_back(value);
    return found->second;
  }

  uint32_t PatternNumber(const std::string& pattern) {
    const auto [found, is_new] =
        pattern_numbers_.emplace(pattern, static_cast<uint32_t>(program_.patterns.size()));
    if (is_new) program_.patterns.push_back(pattern);
    return found->second;
  }

  void Hide() {
    for (const Policy& policy : policies_) {
      program_.hides_all = program_.hides_all || policy.hides_all;
      program_.hidden.insert(program_.hidden.end(), policy.hidden.begin(), policy.hidden.end());
    }
    std::sort(program_.hidden.begin(), program_.hidden.end());
    program_.hidden.erase(std::unique(program_.hidden.begin(), program_.hidden.end()),
                          program_.hidden.end());
  }

  const std::vector<Policy>& policies_;
  Diagnostics& diagnostics_;
  Program program_;
  PathTrieBuilder trie_;
  std::map<const RuleModel*, uint32_t> rule_numbers_;  // looked up only, never iterated
  std::map<std::pair<size_t, CounterName>, uint32_t> counter_numbers_;
  std::map<std::string, uint32_t> constant_numbers_;
  std::map<std::string, uint32_t> pattern_numbers_;
  std::map<std::vector<uint32_t>, uint32_t> operand_numbers_;
  uint32_t first_operand_ = 0;
  SlotMap shared_;
  uint32_t shared_reads_ = 0;
  bool shared_paths_ = false;
  bool too_many_paths_ = false;
  std::vector<uint32_t> shared_blocks_;
  uint32_t other_block_ = kNoBlock;
};

}  // namespace

Program Emit(const std::vector<Policy>& policies, Diagnostics& diagnostics) {
  return Emitter(policies, diagnostics).Run();
}

}  // namespace writ
