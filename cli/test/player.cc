// Calls of suites.
// Tested by tests/cli/suites.py.
#include "cli/test/player.h"

#include <limits>

#include "compiler/load/constant.h"
#include "vm/slots.h"

namespace writ {

Player::Player(const Suite& suite, std::shared_ptr<const VerifiedProgram> program)
    : suite_(suite),
      machine_(std::move(program)),
      facts_(suite.labels),
      judge_(machine_, counters_, &facts_) {}

const Judgement& Player::Play(const Step& step, int64_t now) {
  machine_.ResetArena();
  ScanTarget* target = machine_.BeginCall(step.tool);
  if (target != nullptr && step.args != nullptr) {
    FillSlots(ToValue(step.args, machine_.arena()), *target, machine_.arena());
  }
  last_ = &judge_.Decide(step.tool, now,
                         {suite_.client_name, suite_.client_version, suite_.server_name});
  return *last_;
}

int64_t Player::UsedBefore(const Reservation& reservation, int64_t now) {
  const Program& program = *machine_.program();
  const Quota& quota = program.quotas[reservation.quota];
  if (quota.shadow) return 0;
  // What has no room beside anything that is counted tells how much that is.
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  CounterUse all{&program.counters[quota.counter], kMost, kMost};
  all.key = reservation.key;
  all.scale = quota.scale;
  Receipt receipt;
  const ReserveResult result = counters_.Reserve({}, {all}, now, &receipt);
  if (result.outcome == ReserveResult::Outcome::kReserved) counters_.GiveBack(receipt);
  if (result.outcome != ReserveResult::Outcome::kFull) return 0;
  const int64_t counted = kMost - result.remaining;
  const bool with_this = last_->decision.verdict == Verdict::kAllow;
  return with_this ? counted - reservation.amount : counted;
}

void Player::Answer(Upstream upstream) {
  if (last_->decision.verdict == Verdict::kAllow && upstream == Upstream::kError) {
    counters_.GiveBack(last_->receipt);
  }
}

}  // namespace writ
