// Deciding recorded calls.
// Tested by tests/cli/traffic_judge_test.cc.
#include "cli/traffic/judge.h"

namespace writ {

TrafficJudge::TrafficJudge(std::shared_ptr<const VerifiedProgram> program,
                           const Facts::Labels& labels)
    : machine_(std::move(program)),
      reader_(machine_, kDefaultMaxDepth),
      facts_(labels),
      judge_(machine_, counters_, &facts_) {}

const Judgement& TrafficJudge::Decide(const RecordedCall& call) {
  // Whether it is a call was found out when it was read from its file, by the same rules.
  const ClientMessage& message = reader_.Read(call.request);
  counters_.Enter(call.session);
  const Judgement& judgement = judge_.Decide(message.tool, call.time, call.claims);
  if (call.may_be_answered && !judgement.receipt.rows.empty()) {
    if (receipts_.size() >= kMostReceipts) receipts_.erase(receipts_.begin());
    receipts_[call.id] = judgement.receipt;
  }
  return judgement;
}

void TrafficJudge::Take(const RecordedAnswer& answer) {
  const auto receipt = receipts_.find(answer.id);
  if (receipt == receipts_.end()) return;
  if (answer.gives_back) counters_.GiveBack(receipt->second);
  receipts_.erase(receipt);
}

}  // namespace writ
