// Decisions with counters.
// Tested by tests/proxy/judge_test.cc.
#include "proxy/judge.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "proxy/message_text.h"
#include "vm/json_text.h"
#include "vm/utf8.h"

namespace writ {
namespace {

// Another process that counts as fast as we decide may change what was read; after this many
// attempts the call is denied rather than delayed.
constexpr int kMaxAttempts = 100;

// Bytes of a name that the client chose.
constexpr size_t kMaxNameBytes = 256;

constexpr std::string_view kCannotBeCounted =
    " is missing or cannot be counted (a number from 0 up is needed)";
constexpr std::string_view kNoAmount =
    ": its amount cannot be counted (a number from 0 up is needed)";

// What the instruction that raised was reading, or empty.
std::string_view SlotRead(const Program& program, uint32_t instruction) {
  if (instruction >= program.code.size()) return {};
  const Instruction& at = program.code[instruction];
  switch (Info(at.op).b) {
    case OperandClass::kSlot:
    case OperandClass::kSlotConst:
    case OperandClass::kSlotPattern: break;
    default: return {};
  }
  for (const Block& block : program.blocks) {
    if (instruction - block.first_instruction < block.instruction_count) {
      return program.slot_names[program.operands[block.first_operand + at.b]];
    }
  }
  return {};
}

void AppendRule(const Program& program, uint32_t rule, std::string& message) {
  std::string_view name = "?";
  if (rule < program.rules.size()) name = program.rules[rule].name;
  message += "rule ";
  AppendJsonString(CutToBytes(name, kMaxDenialBytes), message);
}

// What could not be decided, and why. `slot` is what was read, if that is known.
void AppendError(const Program& program, uint32_t rule, Error error, uint32_t instruction,
                 uint32_t slot, std::string& message) {
  std::string_view what =
      slot != kNoSlot ? std::string_view(program.slot_names[slot]) : SlotRead(program, instruction);
  if (what.empty() && instruction < program.positions.size() &&
      program.positions[instruction].text < program.texts.size()) {
    what = program.texts[program.positions[instruction].text];
  }
  AppendRule(program, rule, message);
  message += ": ";
  const size_t begin = message.size();
  message += what;
  CutAppended(message, begin, kMaxDenialBytes);
  if (!what.empty()) message += error == Error::kUnsafeNumber ? " is " : ": ";
  message += ErrorText(error);
}

void AppendDenialOfRule(Machine& machine, uint32_t rule, bool quota, std::string& message) {
  const Rule& denying = machine.program()->rules[rule];
  if (!denying.message.empty()) return AppendMessage(denying.message, machine, message);
  const size_t begin = message.size();
  message += quota ? denying.quota_message : denying.check_message;
  CutAppended(message, begin, kMaxDenialBytes);
}

void AppendLookalike(std::string_view expected, std::string& message) {
  message += "an argument's name looks like ";
  AppendShownQuoted(expected, kMaxNameBytes, message);
  message += " but differs in case or after a NUL, so servers may read it as that";
}

// What a decision of the machine says to people: "rule \"small\": args.n is a number that servers
// read differently". Nothing for allow.
void AppendDecisionMessage(Machine& machine, const Decision& decision, std::string_view tool,
                           std::string& message) {
  const Program& program = *machine.program();
  switch (decision.code) {
    case Code::kAllowed: return;
    case Code::kHidden:
    case Code::kDefault:
      message += "Tool ";
      AppendShownQuoted(tool, kMaxNameBytes, message);
      message +=
          decision.code == Code::kHidden ? " is hidden by policy" : " is not permitted by policy";
      return;
    case Code::kRule:
      AppendDenialOfRule(machine, decision.rule, false, message);
      if (program.rules[decision.rule].message.empty() &&
          decision.unexpected_name.data() != nullptr) {
        message += ": it takes no argument ";
        AppendShownQuoted(decision.unexpected_name, kMaxNameBytes, message);
      }
      return;
    case Code::kQuota: return AppendDenialOfRule(machine, decision.rule, true, message);
    case Code::kNumber:
    case Code::kError:
      return AppendError(program, decision.rule, decision.error, decision.instruction,
                         decision.slot, message);
    case Code::kAmount: {
      const Quota& quota = program.quotas[decision.quota];
      AppendRule(program, quota.rule, message);
      if (quota.amount_path.empty()) {
        message += kNoAmount;
      } else {
        message += fmt::format(": {}{}", quota.amount_path, kCannotBeCounted);
      }
      return;
    }
    case Code::kAmbiguous: return AppendLookalike(decision.expected_name, message);
    case Code::kState: message += "the counters this policy needs cannot be used"; return;
    case Code::kAudit: return;  // nothing the machine decides
  }
}

// A count as expressions see it.
Value CountValue(int64_t count, uint8_t scale) {
  if (scale == 0) return Value::Int(count);
  return Value::Double(static_cast<double>(count) / std::pow(10.0, scale));
}

}  // namespace

std::string_view RuleLabel(const VerifiedProgram& program, const Decision& decision) {
  if (decision.code == Code::kHidden) return "(hidden)";
  if (decision.code == Code::kDefault) return "(default deny)";
  return decision.rule < program->rules.size()
             ? std::string_view(program->rules[decision.rule].name)
             : std::string_view();
}

void Judge::Deny(Code code, std::string_view message) {
  judgement_.decision.verdict = Verdict::kDeny;
  judgement_.decision.code = code;
  judgement_.message = message;
}

// Those of the tool that has some.
bool Judge::ReadCounters(int64_t now) {
  const Program& program = *machine_.program();
  const ToolEntry& tool = machine_.tool();
  expected_.clear();
  failure_.clear();
  for (uint32_t i = 0; i < tool.read_count; ++i) {
    const CounterRead& read = program.reads[tool.first_read + i];
    const Counter& counter = program.counters[read.counter];
    int64_t value = 0;
    if (!counters_.Read(counter, now, &value, &failure_)) return false;
    machine_.SetSlot(read.slot, Value::Int(value));
    expected_.push_back({&counter, value});
  }
  return true;
}

ReserveResult::Outcome Judge::Reserve(int64_t now) {
  const Program& program = *machine_.program();
  Decision& decision = judgement_.decision;
  uses_.clear();
  for (uint32_t i = 0; i < decision.reservation_count; ++i) {
    const Reservation& reservation = decision.reservations[i];
    const Quota& quota = program.quotas[reservation.quota];
    CounterUse use{&program.counters[quota.counter], reservation.amount, reservation.limit};
    use.key = reservation.key;
    use.scale = quota.scale;
    use.shadow = quota.shadow;
    uses_.push_back(use);
  }
  const ReserveResult result = counters_.Reserve(expected_, uses_, now, &judgement_.receipt);
  switch (result.outcome) {
    case ReserveResult::Outcome::kReserved:
      for (const size_t use : result.over) {
        Shadow& shadow = judgement_.shadows.emplace_back();
        shadow.rule = program.quotas[decision.reservations[use].quota].rule;
        shadow.code = Code::kQuota;
        shadow.message = program.rules[shadow.rule].quota_message;
      }
      break;
    case ReserveResult::Outcome::kChanged: break;
    case ReserveResult::Outcome::kFull: OnFull(result, now); break;
    case ReserveResult::Outcome::kNoRoom: {
      decision.quota = decision.reservations[result.full].quota;
      decision.rule = program.quotas[decision.quota].rule;
      std::string message;
      AppendRule(program, decision.rule, message);
      Deny(Code::kState,
           fmt::format("{}: its quota is counted for {} values already, and for no other until "
                       "their windows end",
                       message, kMaxKeys));
      break;
    }
    case ReserveResult::Outcome::kFailed:
      // What is only watched denies nothing.
      if (expected_.empty() && std::all_of(uses_.begin(), uses_.end(),
                                           [](const CounterUse& use) { return use.shadow; })) {
        break;
      }
      Deny(Code::kState, fmt::format("the counters cannot be used: {}", result.failure));
      break;
  }
  return result.outcome;
}

void Judge::OnFull(const ReserveResult& result, int64_t now) {
  const Program& program = *machine_.program();
  Decision& decision = judgement_.decision;
  decision.quota = decision.reservations[result.full].quota;
  const Quota& quota = program.quotas[decision.quota];
  decision.rule = quota.rule;
  const bool ends = result.resets_at != kNever;
  if (ends) judgement_.retry_after = result.resets_at > now ? result.resets_at - now : 1;
  Deny(Code::kQuota, "");
  FillQuotaFacts(machine_, CountValue(result.remaining, quota.scale),
                 ends ? Time(result.resets_at).AsValue() : Value());
  AppendDenialOfRule(machine_, decision.rule, true, judgement_.message);
}

void Judge::NoteShadows() {
  const Program& program = *machine_.program();
  const Decision& decision = judgement_.decision;
  for (uint32_t i = 0; i < decision.shadow_count; ++i) {
    const ShadowNote& note = decision.shadows[i];
    Shadow& shadow = judgement_.shadows.emplace_back();
    shadow.rule = note.rule;
    shadow.code = note.code;
    shadow.error = note.error;
    shadow.instruction = note.instruction;
    switch (note.code) {
      case Code::kAmbiguous: AppendLookalike(note.expected_name, shadow.message); break;
      case Code::kRule: AppendDenialOfRule(machine_, note.rule, false, shadow.message); break;
      case Code::kAmount:
        AppendRule(program, note.rule, shadow.message);
        shadow.message += kNoAmount;
        break;
      default:
        shadow.verdict = Verdict::kError;
        AppendError(program, note.rule, note.error, note.instruction, kNoSlot, shadow.message);
    }
  }
}

const Judgement& Judge::Decide(std::string_view tool, Time now, const Claims& claims) {
  judgement_.message.clear();
  judgement_.retry_after = 0;
  judgement_.receipt.rows.clear();
  expected_.clear();
  facts_.Fill(machine_, tool, claims, now);
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    if (machine_.tool().read_count > 0 && !ReadCounters(now.seconds)) {
      judgement_.decision = {};
      judgement_.shadows.clear();
      Deny(Code::kState, fmt::format("the counters cannot be used: {}", failure_));
      return judgement_;
    }
    machine_.Decide(judgement_.decision);
    judgement_.shadows.clear();
    const bool allowed = judgement_.decision.verdict == Verdict::kAllow;
    // What denies speaks first: messages share what is left of the call's budget.
    if (!allowed) AppendDecisionMessage(machine_, judgement_.decision, tool, judgement_.message);
    if (judgement_.decision.shadow_count > 0) NoteShadows();
    if (!allowed) return judgement_;
    if (judgement_.decision.reservation_count == 0) return judgement_;
    if (Reserve(now.seconds) != ReserveResult::Outcome::kChanged) return judgement_;
  }
  judgement_.decision = {};
  Deny(Code::kState, "the counters change faster than this call can be decided");
  return judgement_;
}

}  // namespace writ
