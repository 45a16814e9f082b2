// Recorded calls decided as `run` would have: by the clock of the record, with counters in memory,
// which get back what calls took that the server answered with an error.
//
// Thread safety: none. Tested by tests/cli/traffic_judge_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "cli/traffic/recorded_call.h"
#include "cli/traffic/session_counters.h"
#include "proxy/judge.h"
#include "proxy/message.h"

namespace writ {

class TrafficJudge {
 public:
  TrafficJudge(std::shared_ptr<const VerifiedProgram> program, const Facts::Labels& labels);

  // Valid until the next one.
  const Judgement& Decide(const RecordedCall& call);
  void Take(const RecordedAnswer& answer);

  const VerifiedProgram& program() const { return machine_.program(); }

 private:
  // Receipts that are kept at once: what nobody answers is forgotten in the end, and stays counted.
  static constexpr size_t kMostReceipts = 10'000;

  Machine machine_;
  MessageReader reader_;
  SessionCounters counters_;
  Facts facts_;
  Judge judge_;
  std::map<uint64_t, Receipt> receipts_;  // of calls that may be answered yet
};

}  // namespace writ
