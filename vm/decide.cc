// The steps of a decision: rules, amounts, names that only look alike.
// Tested by tests/vm/decide_test.cc and tests/vm/machine_test.cc.
#include <algorithm>
#include <optional>

#include "vm/counter_key.h"
#include "vm/machine.h"
#include "vm/operands.h"
#include "vm/units.h"

namespace writ {
namespace {

// In shadow mode, that are looked through for several of one rule.
constexpr size_t kManyNotes = 16;

// Opcodes that Machine::RunSimple() knows.
constexpr bool kIsSimple[] = {
#define OP(name, a, b, c, d, cost, text) false,
#define SIMPLE_OP(name, a, b, c, d, cost, text) true,
#include "vm/opcodes.def"
#undef OP
};

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAllow: return "allow";
    case Verdict::kDeny: return "deny";
    case Verdict::kError: return "error";
  }
  return "?";
}

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kAllowed: return "allowed";
    case Code::kHidden: return "hidden";
    case Code::kDefault: return "default";
    case Code::kRule: return "rule";
    case Code::kQuota: return "quota";
    case Code::kError: return "error";
    case Code::kNumber: return "number";
    case Code::kAmbiguous: return "ambiguous";
    case Code::kAmount: return "amount";
    case Code::kState: return "state";
    case Code::kAudit: return "audit";
  }
  return "?";
}

Code ErrorCode(Error error) {
  return error == Error::kUnsafeNumber ? Code::kNumber : Code::kError;
}

uint32_t Machine::RuleAt(const Block& block, uint32_t instruction) const {
  const std::vector<RuleStart>& starts = (*program_)->rule_starts;
  auto after = std::upper_bound(
      starts.begin(), starts.end(), instruction,
      [](uint32_t wanted, const RuleStart& start) { return wanted < start.instruction; });
  // The start before may belong to another block.
  if (after == starts.begin() || (after - 1)->instruction < block.first_instruction) return kNoRule;
  return (after - 1)->rule;
}

bool Machine::HasShadows() const {
  const std::vector<Rule>& rules = (*program_)->rules;
  return std::any_of(rules.begin(), rules.end(), [](const Rule& rule) { return rule.shadow; });
}

// Steps 1 to 3.
[[gnu::always_inline]] inline void Machine::RunRules(Decision& decision) {
  Value error;
  const Program& program = **program_;
  const uint32_t block = tool_->block;
  const Instruction* const first = program.code.data() + program.blocks[block].first_instruction;
  End end;
  if (tracer_ != nullptr) {
    end = RunQuick<true>(block, nullptr, &error, 0);
  } else if (kIsSimple[static_cast<size_t>(first->op)]) {
    end = RunSimple(block, first, nullptr, &error, 0);
  } else {
    end = RunQuick<false>(block, nullptr, &error, 0);
  }
  decision.instruction = decided_at_;
  switch (end) {
    case End::kPassed:
      decision.verdict = Verdict::kAllow;
      decision.code = Code::kAllowed;
      return;
    case End::kDenied:
      decision.verdict = Verdict::kDeny;
      decision.code = Code::kRule;
      decision.rule = denied_by_;
      if (unexpected_by_ == denied_by_) decision.unexpected_name = unexpected_name_;
      return;
    case End::kHidden:
      decision.verdict = Verdict::kDeny;
      decision.code = Code::kHidden;
      return;
    case End::kDefault:
      decision.verdict = Verdict::kDeny;
      decision.code = Code::kDefault;
      return;
    default:
      decision.verdict = Verdict::kError;
      decision.error = error.code;
      decision.code = ErrorCode(error.code);
      decision.rule = RuleAt(*decided_in_, decided_at_);
      decision.instruction = error.size;
  }
}

[[gnu::always_inline]] inline void Machine::DecideOnce(Decision& decision) {
  StartOver();
  if (skips_shadows_) context_.max_arena_bytes += arena_.held();
  noted_quotas_.clear();
  reservations_.clear();
  unexpected_by_ = kNoRule;
  if (tracer_ != nullptr) tracer_->Begin();

  RunRules(decision);
  if (!noted_shadows_.empty()) {
    noted_quotas_.insert(noted_quotas_.end(), noted_shadows_.begin(), noted_shadows_.end());
  }
  if (decision.verdict == Verdict::kAllow && !noted_quotas_.empty()) ReadAmounts(decision);
  if (decision.verdict == Verdict::kAllow && target_.watched_lookalike != nullptr) {
    NoteWatchedNames();
  }
  if (decision.verdict == Verdict::kAllow && target_.lookalike != nullptr) {
    decision.verdict = Verdict::kDeny;
    decision.code = Code::kAmbiguous;
    decision.expected_name = target_.lookalike->name;
  }
  if (decision.verdict == Verdict::kAllow) {
    decision.reservations = reservations_.data();
    decision.reservation_count = static_cast<uint32_t>(reservations_.size());
  }
}

Decision Machine::Decide() {
  Decision decision;
  DecideFresh(decision);
  return decision;
}

void Machine::Decide(Decision& decision) {
  decision = {};
  DecideFresh(decision);
}

void Machine::DecideFresh(Decision& decision) {
  shadows_.clear();
  noted_shadows_.clear();
  DecideOnce(decision);
  if (decision.error == Error::kBudget && HasShadows()) DecideWithoutShadows(decision);
  // Each note is to have its message.
  if (shadows_.size() > kManyNotes) KeepFirstNotes();
  decision.shadows = shadows_.data();
  decision.shadow_count = static_cast<uint32_t>(shadows_.size());
}

// Rules that only watch may have spent the budget, and deny nothing by that either: the others
// decide once more, alone. What was counted in shadow until then is counted.
[[gnu::noinline]] void Machine::DecideWithoutShadows(Decision& decision) {
  if (decision.rule < (*program_)->rules.size() && (*program_)->rules[decision.rule].shadow) {
    shadows_.push_back({decision.rule, decision.code, decision.error, decision.instruction});
  }
  for (const NotedQuota& noted : noted_quotas_) {
    if ((*program_)->quotas[noted.quota].shadow) noted_shadows_.push_back(noted);
  }
  skips_shadows_ = true;
  decision = {};
  DecideOnce(decision);
  skips_shadows_ = false;
  KeepFirstNotes();
}

// Of several notes of one rule the first says most.
void Machine::KeepFirstNotes() {
  std::vector<bool> seen((*program_)->rules.size());
  std::erase_if(shadows_, [&seen](const ShadowNote& note) {
    const bool is_seen = seen[note.rule];
    seen[note.rule] = true;
    return is_seen;
  });
}

// Every rule in shadow mode that would have read what the name looks like.
void Machine::NoteWatchedNames() {
  const Program& program = **program_;
  const std::string_view expected = target_.watched_lookalike->name;
  std::vector<uint32_t> open = {target_.watched_lookalike->child};
  while (!open.empty()) {
    const PathNode& node = program.paths.node(open.back());
    open.pop_back();
    for (const uint32_t root : {target_.root, program.tools[program.other_tools].root}) {
      const Watch first{root, node.slot, 0};
      for (auto watch = std::lower_bound(program.watches.begin(), program.watches.end(), first);
           watch != program.watches.end() && watch->root == root && watch->slot == node.slot;
           ++watch) {
        ShadowNote note{watch->rule, Code::kAmbiguous};
        note.expected_name = expected;
        shadows_.push_back(note);
      }
    }
    for (uint32_t i = 0; i < node.edge_count; ++i) {
      open.push_back(program.paths.edge(node.first_edge + i).child);
    }
  }
  KeepFirstNotes();
}

// Step 4.
void Machine::ReadAmounts(Decision& decision) {
  for (const NotedQuota& noted : noted_quotas_) {
    const Quota& quota = (*program_)->quotas[noted.quota];
    Reservation reservation{noted.quota, quota.amount, quota.limit, {}};
    QuotaFault fault = ReadQuota(quota, reservation);
    if (fault.code == Code::kAllowed) {
      reservations_.push_back(reservation);
      continue;
    }
    if (fault.instruction == UINT32_MAX) fault.instruction = noted.instruction;
    if (quota.shadow) {
      shadows_.push_back({quota.rule, fault.code, fault.error, fault.instruction});
      continue;
    }
    decision.verdict = fault.code == Code::kAmount ? Verdict::kDeny : Verdict::kError;
    decision.code = fault.code;
    decision.error = fault.error;
    decision.rule = quota.rule;
    decision.quota = noted.quota;
    decision.instruction = fault.instruction;
    decision.slot = fault.slot;
    return;
  }
}

// Fills in what the policy leaves to the call. kAllowed: nothing is wrong.
Machine::QuotaFault Machine::ReadQuota(const Quota& quota, Reservation& reservation) {
  const auto failed = [](const Value& error) {
    return QuotaFault{ErrorCode(error.code), error.code, error.size, kNoSlot};
  };
  const auto refused = [](Error error) { return QuotaFault{ErrorCode(error), error}; };
  if (quota.amount_slot != kNoSlot || quota.amount_block != kNoBlock) {
    const Value amount =
        quota.amount_slot != kNoSlot ? slots_[quota.amount_slot] : EvaluateAlso(quota.amount_block);
    if (amount.is(Tag::kError)) return failed(amount);
    if (amount.is(Tag::kUnsafeNumber)) {
      return {Code::kNumber, Error::kUnsafeNumber, UINT32_MAX, quota.amount_slot};
    }
    const std::optional<int64_t> units = AmountUnits(amount, quota.scale);
    if (!units.has_value()) return {Code::kAmount, Error::kNone, UINT32_MAX, quota.amount_slot};
    reservation.amount = *units;
  }
  if (quota.limit_block != kNoBlock) {
    const Value limit = EvaluateAlso(quota.limit_block);
    if (limit.is(Tag::kError)) return failed(limit);
    if (!limit.is_number()) return refused(Mismatch(limit).code);
    const std::optional<int64_t> units = LimitUnits(limit, quota.scale);
    if (!units.has_value()) return refused(Error::kRange);
    reservation.limit = *units;
  }
  if (quota.key_block != kNoBlock) {
    const Value key = EvaluateAlso(quota.key_block);
    if (key.is(Tag::kError)) return failed(key);
    if (key.is(Tag::kUnsafeNumber)) return refused(Error::kUnsafeNumber);
    key_text_.clear();
    if (!AppendCounterKey(key, key_text_)) {
      return refused(key.is(Tag::kString) ? Error::kKeyTooLong : Error::kUnsupportedKey);
    }
    reservation.key = arena_.Copy(key_text_);
  }
  return {};
}

}  // namespace writ
