// Policy models to bytecode.
// Tested by tests/compiler/emit/emit_test.cc with the listings in tests/compiler/golden/, and by
// tests/compiler/agreement_test.cc against a plain reader of the model.
//
// What a call is checked against is a row of items: for each policy its gate (is the tool hidden,
// or not listed where the default is deny?), then its rules in order.
//
//   gate 1 | rules of policy 1 | gate 2 | rules of policy 2 | Pass
//
// For a tool that no policy names, the row holds the rules for every tool and those for globs,
// which ask for the tool's name. A tool that is named has a row of its own up to the last item that
// says anything of it in particular; from there on its row is the same as everyone's, so it ends in
// Chain to that. Its own part holds its rules, and those for every tool and for globs that fit it,
// without asking; a gate that refuses it ends it.
//
// Rules of a row that a value of the call can find are not looked at one after the other
// (compiler/emit/row_index.h, vm/selection.h).
//
// A version "1" policy has the rules of its tools first and those for every tool last, so there
// each tool's block holds its own rules and chains to the shared ones; the program grows with the
// rules, not with rules times tools.
#include "compiler/emit/emit.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "compiler/emit/choice_code.h"
#include "compiler/emit/index_recorder.h"
#include "compiler/emit/rule_code.h"
#include "compiler/emit/rule_cost.h"
#include "compiler/emit/watch_paths.h"
#include "compiler/load/name_list.h"
#include "vm/bundle/hash.h"
#include "vm/utf8.h"

namespace writ {
namespace {

// Blocks are cut well before the limit of their 16-bit operands and jumps.
constexpr size_t kCutInstructions = 16384;
// What a rule names has a register of its block for itself, on the fast path another. Rules that
// share a block leave room for what any of them needs besides.
constexpr size_t kCutNames = 24;

// A tool that is named has its own copy of the every-tool rules that stand before what names it
// last; one that reads arguments of its own has a trie of its own, which holds the paths of the
// every-tool rules as well. So these multiply; what no real policy needs is refused before it takes
// the time and the memory. kMaxGlobTests is of named tools against globs, to find which rules they
// have.
constexpr size_t kMaxRuleCopies = 300'000;
constexpr size_t kMaxGlobTests = 20'000'000;
constexpr size_t kMaxPathNodes = 1'000'000;
constexpr size_t kMaxInstructions = 8'000'000;

// Tools by their names, however many, and by globs.
class ToolSet {
 public:
  void Add(std::string_view name) { names_.insert(name); }
  void Add(const ToolPattern& tool) {
    if (tool.is_glob) {
      globs_.push_back(tool);
    } else {
      names_.insert(tool.text);
    }
  }
  // Adds to `tests` how many globs were tested.
  bool Has(std::string_view tool, size_t& tests) const {
    if (names_.count(tool) > 0) return true;
    tests += globs_.size();
    return Names(globs_, tool);
  }

 private:
  std::set<std::string_view> names_;  // of the policy
  std::vector<ToolPattern> globs_;
};

void ReportCopies(const std::vector<Policy>& policies, Diagnostics& diagnostics) {
  diagnostics.Error(
      policies.front().source, {1, 1}, 1,
      fmt::format("the rules, each counted once for every named tool that it is checked for, are "
                  "more than {}",
                  kMaxRuleCopies),
      "put rules for every tool behind those of single tools, or name fewer tools");
}

// Of rules for the tools they name, which can be told from the policies alone.
size_t CountNamedTools(const std::vector<Policy>& policies) {
  size_t named = 0;
  for (const Policy& policy : policies) {
    for (const RuleModel& rule : policy.rules) named += rule.tools.size();
  }
  return named;
}

// What stands before the rules of a policy.
enum class Gate : uint8_t { kNone, kHidden, kDefault };

class Emitter {
 public:
  Emitter(const std::vector<Policy>& policies, Diagnostics& diagnostics, const EmitOptions& options)
      : policies_(policies),
        diagnostics_(diagnostics),
        parts_(policies, options.map),
        rules_(builder_, policies, parts_, diagnostics),
        shared_(builder_, trie_),
        recorder_(policies, builder_.program(), options.index) {
    if (!options.optimise || options.map != nullptr) builder_.KeepPlain();
  }

  Program Run() {
    Program& program = builder_.program();
    for (const Policy& policy : policies_) {
      program.policies.push_back({policy.language, policy.is_named, policy.name, policy.space});
      AddFile(*policy.source);
      if (policy.constants != nullptr) program.constant_pools.push_back(policy.constants);
      program.labels.insert(program.labels.end(), policy.labels.begin(), policy.labels.end());
    }
    for (const Policy& policy : policies_) {
      for (const auto& file : policy.data_files) AddFile(*file);
    }
    std::sort(program.labels.begin(), program.labels.end());
    program.labels.erase(std::unique(program.labels.begin(), program.labels.end()),
                         program.labels.end());
    LineUp();
    FindMentions();
    CollectTools();
    if (!CheckCopies()) return std::move(program);
    EmitOtherTools();
    EmitTools();
    Hide();
    if (!diagnostics_.has_errors()) WatchPaths(builder_, trie_);
    program.paths = trie_.Build();
    recorder_.Finish();
    return std::move(program);
  }

 private:
  void AddFile(const Source& source) {
    Program& program = builder_.program();
    // Its name goes into bundles, where texts are UTF-8; on a disk it may be any bytes.
    const std::string& path = source.name();
    const size_t folders = path.rfind('/') + 1;
    program.files.push_back(path.substr(0, folders) + WithReplacements(path.substr(folders)));
    program.file_hashes.push_back(bundle::Sha256({source.text()}));
  }

  // A gate (no rule) or a rule of the row.
  struct Item {
    size_t policy;
    const RuleModel* rule = nullptr;
    // The one tool of a version "1" rule; others have their selectors. Empty: every tool.
    std::string tool = {};
  };

  // A piece of a tool's own row.
  struct Step {
    const Item* item;
    Gate gate = Gate::kNone;
  };

  static bool HasGlob(const std::vector<ToolPattern>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [](const ToolPattern& pattern) { return pattern.is_glob; });
  }

  // Whether the rule is part of everyone's row.
  static bool IsShared(const Item& item) {
    return item.tool.empty() && (item.rule->tools.empty() || HasGlob(item.rule->tools));
  }

  // Of a shared rule.
  bool AppliesTo(const Item& item, const std::string& tool) {
    glob_tests_ += item.rule->tools.size();
    return item.rule->tools.empty() || Names(item.rule->tools, tool);
  }

  void LineUp() {
    for (size_t p = 0; p < policies_.size(); ++p) {
      const Policy& policy = policies_[p];
      items_.push_back({p});
      for (const ToolModel& tool : policy.tools) {
        for (const RuleModel& rule : tool.rules) items_.push_back({p, &rule, tool.name});
      }
      for (const RuleModel& rule : policy.every_tool) items_.push_back({p, &rule});
      for (const RuleModel& rule : policy.rules) items_.push_back({p, &rule});
    }
    for (size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].rule == nullptr || IsShared(items_[i])) shared_items_.push_back(i);
    }
  }

  // For every tool that a policy names, the items that say anything of it in particular.
  void FindMentions() {
    for (size_t i = 0; i < items_.size(); ++i) {
      const Item& item = items_[i];
      const Policy& policy = policies_[item.policy];
      if (item.rule == nullptr) {
        for (const ToolModel& tool : policy.tools) Mention(tool.name, i);
        for (const std::string& name : policy.hidden) Mention(name, i);
        for (const ToolPattern& tool : policy.allow) Mention(tool, i);
        for (const ToolPattern& tool : policy.hide) Mention(tool, i);
        continue;
      }
      if (!item.tool.empty()) Mention(item.tool, i);
      for (const ToolPattern& tool : item.rule->tools) Mention(tool, i);
    }
  }

  void Mention(const ToolPattern& tool, size_t item) {
    if (!tool.is_glob) Mention(tool.text, item);
  }

  void Mention(const std::string& tool, size_t item) {
    std::vector<size_t>& items = mentions_[tool];
    if (items.empty() || items.back() != item) items.push_back(item);
  }

  Gate GateOf(size_t p, const std::string& tool) {
    const Policy& policy = policies_[p];
    if (policy.hides_all || hidden_[p].Has(tool, glob_tests_)) return Gate::kHidden;
    const bool listed = !policy.default_deny || listed_[p].Has(tool, glob_tests_);
    return listed ? Gate::kNone : Gate::kDefault;
  }

  void CollectTools() {
    hidden_.resize(policies_.size());
    listed_.resize(policies_.size());
    for (size_t p = 0; p < policies_.size(); ++p) {
      for (const std::string& name : policies_[p].hidden) hidden_[p].Add(name);
      for (const ToolPattern& tool : policies_[p].hide) hidden_[p].Add(tool);
      for (const ToolModel& tool : policies_[p].tools) listed_[p].Add(tool.name);
      for (const ToolPattern& tool : policies_[p].allow) listed_[p].Add(tool);
    }
  }

  // ---- Everyone's row.

  void EmitOtherTools() {
    Program& program = builder_.program();
    if (std::any_of(policies_.begin(), policies_.end(), [](const Policy& policy) {
          return HasGlob(policy.hide) || HasGlob(policy.allow);
        })) {
      rules_.FactSlotOf(Fact::kToolName);
    }
    for (const Item& item : items_) {
      if (item.rule != nullptr && IsShared(item)) rules_.Prepare(*item.rule, item.policy, shared_);
    }
    shared_reads_ = static_cast<uint32_t>(program.reads.size());
    // Where some tool's own row ends and everyone's goes on.
    std::set<size_t> cut_at = {0, items_.size()};
    for (const auto& [tool, items] : mentions_) cut_at.insert(items.back() + 1);
    const std::vector<size_t> cuts(cut_at.begin(), cut_at.end());
    uint32_t next = EmitRow({}, "", kNoBlock, shared_);
    from_[items_.size()] = next;
    for (size_t i = cuts.size() - 1; i-- > 0;) {
      const std::vector<Step> steps = SharedSteps(cuts[i], cuts[i + 1]);
      if (!steps.empty()) next = EmitRow(steps, "", next, shared_);
      from_[cuts[i]] = next;
    }
    program.shared_slots = static_cast<uint32_t>(program.slot_names.size());
    ToolEntry entry;
    entry.block = from_.at(0);
    entry.root = shared_.root();
    entry.read_count = shared_reads_;
    program.other_tools = static_cast<uint32_t>(program.tools.size());
    program.tools.push_back(entry);
  }

  std::vector<Step> SharedSteps(size_t begin, size_t end) {
    std::vector<Step> steps;
    for (size_t i = begin; i < end; ++i) {
      const Item& item = items_[i];
      if (item.rule != nullptr) {
        if (!IsShared(item)) continue;
        steps.push_back({&item});
        in_shared_rows_.insert(item.rule);
        continue;
      }
      const Policy& policy = policies_[item.policy];
      if (policy.language == Language::kWrit) {
        if (HasGlob(policy.hide) || policy.default_deny) steps.push_back({&item});
      } else if (policy.hides_all || policy.default_deny) {
        steps.push_back({&item, policy.hides_all ? Gate::kHidden : Gate::kDefault});
        break;
      }
    }
    return steps;
  }

  // ---- A tool's own row.

  void EmitTools() {
    for (const auto& [tool, items] : mentions_) {
      if (!HasRoom()) return;
      EmitTool(tool, items);
    }
  }

  // A tool's own row.
  struct ToolRow {
    std::vector<Step> steps;
    bool ends = false;  // at a gate
  };

  // Gates and shared rules up to the tool's last item, and its own among them. `own`: the items
  // that say anything of the tool in particular.
  ToolRow RowOf(const std::string& tool, const std::vector<size_t>& own) {
    std::vector<Step> steps;
    bool ends = false;
    auto shared_item = shared_items_.begin();
    for (auto own_item = own.begin(); own_item != own.end() && !ends;) {
      const bool is_shared = shared_item != shared_items_.end() && *shared_item <= *own_item;
      const bool is_own = !is_shared || *shared_item == *own_item;
      const Item& item = items_[is_shared ? *shared_item : *own_item];
      if (is_own) ++own_item;
      if (is_shared) ++shared_item;
      if (item.rule == nullptr) {
        const Gate gate = GateOf(item.policy, tool);
        ends = gate != Gate::kNone;
        if (ends) steps.push_back({&item, gate});
      } else if (is_own || AppliesTo(item, tool)) {
        steps.push_back({&item});
      }
      if (glob_tests_ > kMaxGlobTests) break;
    }
    return {std::move(steps), ends};
  }

  // Whether the tools' own rows are few and short enough. What is wrong otherwise is reported.
  bool CheckCopies() {
    size_t copies = 0;
    for (const auto& [tool, items] : mentions_) {
      const ToolRow row = RowOf(tool, items);
      for (const Step& step : row.steps) copies += step.item->rule != nullptr ? 1 : 0;
      if (copies > kMaxRuleCopies) {
        ReportCopies(policies_, diagnostics_);
        return false;
      }
      if (glob_tests_ > kMaxGlobTests) {
        diagnostics_.Error(policies_.front().source, {1, 1}, 1,
                           fmt::format("the globs, each counted once for every named tool that it "
                                       "is tested on, are more than {}",
                                       kMaxGlobTests),
                           "put rules for globs behind those of single tools, or name fewer tools");
        return false;
      }
    }
    return true;
  }

  void EmitTool(const std::string& tool, const std::vector<size_t>& own) {
    Program& program = builder_.program();
    glob_tests_ = 0;
    const auto [steps, ends] = RowOf(tool, own);
    // A rule that no row of everyone's holds (it stands behind a gate that refuses all others) has
    // no shared slots yet.
    const bool own_slots = std::any_of(steps.begin(), steps.end(), [this](const Step& step) {
      const RuleModel* const rule = step.item->rule;
      return rule != nullptr && in_shared_rows_.count(rule) == 0 && RuleCode::ReadsArguments(*rule);
    });
    ToolEntry entry;
    entry.first_slot = static_cast<uint32_t>(program.slot_names.size());
    entry.first_read = static_cast<uint32_t>(program.reads.size());
    CallSlots slots = own_slots ? shared_.ForTool() : shared_;
    for (uint32_t i = 0; i < shared_reads_; ++i) {
      const CounterRead read = program.reads[i];
      program.reads.push_back(read);
    }
    for (const Step& step : steps) {
      if (step.item->rule != nullptr) {
        rules_.Prepare(*step.item->rule, step.item->policy, slots);
      }
    }
    const uint32_t next = ends ? kNoBlock : from_.at(own.back() + 1);
    entry.block = steps.empty() ? next : EmitRow(steps, tool, next, slots);
    entry.slot_count = static_cast<uint32_t>(program.slot_names.size()) - entry.first_slot;
    entry.read_count = static_cast<uint32_t>(program.reads.size()) - entry.first_read;
    if (entry.read_count == shared_reads_) {
      program.reads.resize(entry.first_read);
      entry.first_read = 0;
    }
    entry.root = slots.root();
    program.tool_index[tool] = static_cast<uint32_t>(program.tools.size());
    program.tools.push_back(entry);
  }

  // Whether another tool may have a row of its own. What is wrong otherwise is reported.
  bool HasRoom() {
    if (trie_.node_count() <= kMaxPathNodes && builder_.program().code.size() <= kMaxInstructions) {
      return true;
    }
    diagnostics_.Error(policies_.front().source, {1, 1}, 1,
                       fmt::format("the rules for every tool, times the tools that are named "
                                   "behind them, read over {} argument paths or take over {} "
                                   "instructions",
                                   kMaxPathNodes, kMaxInstructions),
                       "move rules for every tool to the tools that need them, or behind the "
                       "rules of single tools");
    return false;
  }

  // ---- Rows.

  RuleCode::Size SizeOf(const Step& step) const {
    if (step.item->rule != nullptr) return RuleCode::SizeOf(*step.item->rule);
    const Policy& policy = policies_[step.item->policy];
    return {8 + 4 * (policy.allow.size() + policy.hide.size()), 0};
  }

  // The steps, then `next` (Pass without one).
  uint32_t EmitRow(const std::vector<Step>& steps, const std::string& tool, uint32_t next,
                   CallSlots& slots) {
    slots.shared_predicates = {};
    for (const Step& step : steps) {
      if (step.item->rule != nullptr) {
        slots.shared_predicates.Add(*step.item->rule, step.item->policy);
      }
    }
    if (const auto chosen = EmitIndexedRow(steps, tool, next, slots)) return *chosen;
    // Long rows are cut into blocks that chain, the last one first, since what is run has a lower
    // number.
    size_t end = steps.size();
    for (;;) {
      size_t begin = end;
      RuleCode::Size size{1, 0};
      while (begin > 0 && (begin == end || Fits(size, steps[begin - 1]))) {
        size = Plus(size, SizeOf(steps[--begin]));
      }
      const Instruction last{next == kNoBlock ? Opcode::kPass : Opcode::kChain};
      next = EmitBlock(steps, begin, end, tool, last, next, slots);
      if (begin == 0) return next;
      end = begin;
    }
  }

  static RuleCode::Size Plus(const RuleCode::Size& size, const RuleCode::Size& added) {
    return {size.instructions + added.instructions, size.names + added.names};
  }

  // Whether a block of that size has room for one more step.
  bool Fits(const RuleCode::Size& size, const Step& step) const {
    const RuleCode::Size whole = Plus(size, SizeOf(step));
    return whole.instructions <= kCutInstructions && whole.names <= kCutNames;
  }

  // The same where it is worth finding rules by values: each is then a block of its own, or several
  // that stand together are.
  std::optional<uint32_t> EmitIndexedRow(const std::vector<Step>& steps, const std::string& tool,
                                         uint32_t next, CallSlots& slots) {
    if (!builder_.optimises()) return std::nullopt;
    std::vector<std::vector<RuleKeys>> ways(steps.size());
    if (steps.size() >= kMinRulesOfSource) {
      for (size_t i = 0; i < steps.size(); ++i) {
        const Item& item = *steps[i].item;
        if (item.rule != nullptr) ways[i] = rules_.KeysOf(*item.rule, item.policy, tool, slots);
      }
    }
    const RowIndex index(ways);
    Record(steps, ways, index, slots);
    if (index.sources().empty()) return std::nullopt;
    size_t end = steps.size();
    // What ends the row stands behind the candidates.
    if (steps.back().gate != Gate::kNone) {
      --end;
      next = EmitBlock(steps, end, end + 1, tool, {Opcode::kPass}, kNoBlock, slots);
    }
    std::vector<Candidate> candidates = CandidatesOf(steps, end, index);
    for (Candidate& candidate : candidates) {
      candidate.block = EmitBlock(steps, candidate.begin, candidate.end, tool, {Opcode::kContinue},
                                  kNoBlock, slots);
    }
    while (!candidates.empty()) {
      const size_t first = (candidates.size() - 1) / kMaxCandidates * kMaxCandidates;
      const auto from = candidates.begin() + static_cast<ptrdiff_t>(first);
      next = Finished(EmitChoose(builder_, index, {from, candidates.end()}, next, slots), tool);
      candidates.erase(from, candidates.end());
    }
    return next;
  }

  void Record(const std::vector<Step>& steps, const std::vector<std::vector<RuleKeys>>& ways,
              const RowIndex& index, const CallSlots& slots) {
    const auto rules = static_cast<size_t>(std::count_if(
        steps.begin(), steps.end(), [](const Step& step) { return step.item->rule != nullptr; }));
    for (size_t i = 0; i < steps.size(); ++i) {
      const Item& item = *steps[i].item;
      if (item.rule == nullptr) continue;
      const std::optional<size_t> source = index.source_of(i);
      recorder_.Add(*item.rule, item.policy, rules, ways[i],
                    source.has_value() ? &index.sources()[*source] : nullptr, slots);
    }
  }

  // Steps that are found in the same way and stand together are one candidate.
  std::vector<Candidate> CandidatesOf(const std::vector<Step>& steps, size_t end,
                                      const RowIndex& index) const {
    std::vector<Candidate> candidates;
    RuleCode::Size size{};
    for (size_t i = 0; i < end; ++i) {
      const bool joins = i > 0 && index.AreFoundAlike(i - 1, i) && Fits(size, steps[i]);
      if (!joins) {
        candidates.push_back({i, i});
        size = {1, 0};
      }
      candidates.back().end = i + 1;
      size = Plus(size, SizeOf(steps[i]));
    }
    return candidates;
  }

  // Ends in that instruction: a Chain goes on in `next`.
  uint32_t EmitBlock(const std::vector<Step>& steps, size_t begin, size_t end,
                     const std::string& tool, Instruction last, uint32_t next, CallSlots& slots) {
    BlockBuilder block(builder_, BlockKind::kDecision, 0);
    bool goes_on = true;
    for (size_t i = begin; i < end && goes_on; ++i) {
      const Item& item = *steps[i].item;
      if (item.rule != nullptr) {
        goes_on = rules_.Emit(block, *item.rule, item.policy, tool, slots);
      } else if (steps[i].gate == Gate::kNone) {
        EmitGate(block, item.policy);
      } else {
        block.Add({steps[i].gate == Gate::kHidden ? Opcode::kDenyHidden : Opcode::kDenyDefault},
                  {});
        goes_on = false;
      }
    }
    if (last.op == Opcode::kChain && goes_on) last.b = block.Operand({next});
    if (goes_on) block.Add(last, {});
    // What overflowed was reported; the program is not used.
    if (block.overflowed()) return from_.empty() ? 0 : from_.rbegin()->second;
    return Finished(block.Finish(), tool);
  }

  uint32_t Finished(uint32_t block, const std::string& tool) {
    if (tool.empty()) builder_.shared_rows().push_back(block);
    return block;
  }

  // The gate of a `writ: 1` policy for a tool that it does not name.
  void EmitGate(BlockBuilder& block, size_t p) {
    const Policy& policy = policies_[p];
    const SourcePosition nowhere;
    const auto test = [&](const std::vector<ToolPattern>& patterns, Label matches, Label not_one) {
      if (HasGlob(patterns)) {
        EmitGlobTests(block, patterns, rules_.FactSlotOf(Fact::kToolName), nowhere, matches,
                      not_one);
      } else {
        block.Jump(not_one, nowhere);
      }
    };
    if (HasGlob(policy.hide)) {
      const Label hidden = block.NewLabel();
      const Label visible = block.NewLabel();
      test(policy.hide, hidden, visible);
      block.Bind(hidden);
      block.Add({Opcode::kDenyHidden}, nowhere);
      block.Bind(visible);
    }
    if (policy.default_deny) {
      const Label allowed = block.NewLabel();
      const Label denied = block.NewLabel();
      test(policy.allow, allowed, denied);
      block.Bind(denied);
      block.Add({Opcode::kDenyDefault}, nowhere);
      block.Bind(allowed);
    }
  }

  void Hide() {
    Program& program = builder_.program();
    for (const Policy& policy : policies_) {
      program.hides_all = program.hides_all || policy.hides_all;
      program.hidden.insert(program.hidden.end(), policy.hidden.begin(), policy.hidden.end());
      for (const ToolPattern& tool : policy.hide) {
        (tool.is_glob ? program.hidden_globs : program.hidden).push_back(tool.text);
      }
    }
    for (std::vector<std::string>* names : {&program.hidden, &program.hidden_globs}) {
      std::sort(names->begin(), names->end());
      names->erase(std::unique(names->begin(), names->end()), names->end());
    }
  }

  const std::vector<Policy>& policies_;
  Diagnostics& diagnostics_;
  ProgramBuilder builder_;
  PathTrieBuilder trie_;
  SourceParts parts_;
  RuleCode rules_;
  CallSlots shared_;
  IndexRecorder recorder_;
  uint32_t shared_reads_ = 0;
  std::vector<Item> items_;
  std::vector<size_t> shared_items_;  // gates, and rules of everyone's row
  std::set<const RuleModel*> in_shared_rows_;
  std::map<std::string, std::vector<size_t>> mentions_;
  std::vector<ToolSet> hidden_;  // by policy
  std::vector<ToolSet> listed_;
  size_t glob_tests_ = 0;
  std::map<size_t, uint32_t> from_;  // everyone's row from an item on
};

}  // namespace

Program Emit(const std::vector<Policy>& policies, Diagnostics& diagnostics,
             const EmitOptions& options) {
  const Diagnostics::Stage stage(diagnostics, DiagnosticCode::kTooLarge);
  if (CountNamedTools(policies) > kMaxRuleCopies) {
    ReportCopies(policies, diagnostics);
    return {};
  }
  for (const Policy& policy : policies) CheckRuleCosts(policy, diagnostics);
  return Emitter(policies, diagnostics, options).Run();
}

}  // namespace writ
