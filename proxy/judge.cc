// Decisions with counters.
// Tested by tests/proxy/judge_test.cc.
#include "proxy/judge.h"

#include <fmt/format.h>

#include "vm/json_text.h"

namespace writ {
namespace {

// Another process that counts as fast as we decide may change what was read; after this many
// attempts the call is denied rather than delayed.
constexpr int kMaxAttempts = 100;

// Appends a tool's name as messages show it: quoted, and cut, since the client chooses it.
void AppendToolName(std::string_view tool, std::string& message) {
  constexpr size_t kMaxBytes = 256;
  if (tool.size() <= kMaxBytes) return AppendJsonString(tool, message);
  size_t cut = kMaxBytes;
  while ((tool[cut] & 0xC0) == 0x80) --cut;
  AppendJsonString(fmt::format("{}…", tool.substr(0, cut)), message);
}

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

}  // namespace

void AppendDecisionMessage(const VerifiedProgram& program, const Decision& decision,
                           std::string_view tool, std::string& message) {
  const auto append_rule = [&](uint32_t rule) {
    message += "rule ";
    AppendJsonString(rule < program->rules.size() ? program->rules[rule].name : "?", message);
  };
  switch (decision.code) {
    case Code::kAllowed: return;
    case Code::kHidden:
    case Code::kDefault:
      message += "Tool ";
      AppendToolName(tool, message);
      message +=
          decision.code == Code::kHidden ? " is hidden by policy" : " is not permitted by policy";
      return;
    case Code::kRule: message += program->rules[decision.rule].check_message; return;
    case Code::kQuota: message += program->rules[decision.rule].quota_message; return;
    case Code::kNumber:
    case Code::kError: {
      const std::string_view what = decision.slot != kNoSlot
                                        ? program->slot_names[decision.slot]
                                        : SlotRead(*program, decision.instruction);
      append_rule(decision.rule);
      message += ": ";
      message += what;
      if (!what.empty()) message += " is ";
      message += ErrorText(decision.error);
      return;
    }
    case Code::kAmount: {
      const Quota& quota = program->quotas[decision.quota];
      append_rule(quota.rule);
      message += ": ";
      message += quota.amount_path;
      message += " is missing or cannot be counted (a number from 0 up is needed)";
      return;
    }
    case Code::kAmbiguous:
      message += "an argument's name looks like ";
      AppendJsonString(decision.expected_name, message);
      message += " but differs in case or after a NUL, so servers may read it as that";
      return;
    case Code::kState: message += "the counters this policy needs cannot be used"; return;
  }
}

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

bool Judge::ReadCounters(int64_t now, std::string* failure) {
  const Program& program = *machine_.program();
  const ToolEntry& tool = machine_.tool();
  expected_.clear();
  for (uint32_t i = 0; i < tool.read_count; ++i) {
    const CounterRead& read = program.reads[tool.first_read + i];
    const Counter& counter = program.counters[read.counter];
    int64_t value = 0;
    if (!counters_.Read(counter, now, &value, failure)) return false;
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
    uses_.push_back({&program.counters[quota.counter], reservation.amount, quota.limit});
  }
  const ReserveResult result = counters_.Reserve(expected_, uses_, now, &judgement_.receipt);
  if (result.outcome == ReserveResult::Outcome::kFull) {
    const uint32_t quota = decision.reservations[result.full].quota;
    decision.rule = program.quotas[quota].rule;
    decision.quota = quota;
    judgement_.retry_after = result.resets_at > now ? result.resets_at - now : 1;
    Deny(Code::kQuota, program.rules[decision.rule].quota_message);
  } else if (result.outcome == ReserveResult::Outcome::kFailed) {
    Deny(Code::kState, fmt::format("the counters cannot be used: {}", result.failure));
  }
  return result.outcome;
}

const Judgement& Judge::Decide(std::string_view tool, int64_t now) {
  judgement_.message.clear();
  judgement_.retry_after = 0;
  judgement_.receipt.rows.clear();
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    std::string failure;
    if (!ReadCounters(now, &failure)) {
      judgement_.decision = {};
      Deny(Code::kState, fmt::format("the counters cannot be used: {}", failure));
      return judgement_;
    }
    judgement_.decision = machine_.Decide();
    if (judgement_.decision.verdict != Verdict::kAllow) {
      AppendDecisionMessage(machine_.program(), judgement_.decision, tool, judgement_.message);
      return judgement_;
    }
    if (judgement_.decision.reservation_count == 0) return judgement_;
    if (Reserve(now) != ReserveResult::Outcome::kChanged) return judgement_;
  }
  judgement_.decision = {};
  Deny(Code::kState, "the counters change faster than this call can be decided");
  return judgement_;
}

}  // namespace writ
