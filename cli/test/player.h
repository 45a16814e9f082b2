// Calls of a suite's steps put to one program, with counters that start empty.
//
// Tested by tests/cli/suites.py.
#pragma once

#include <memory>

#include "cli/suite.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"

namespace writ {

// What a call that is watched may cost: plain code has more to do for the same.
inline constexpr int64_t kWatchedBudget = Machine::kRunBudget * 20;

class Player {
 public:
  // The suite must outlive it.
  Player(const Suite& suite, std::shared_ptr<const VerifiedProgram> program);

  Machine& machine() { return machine_; }
  // REQUIRES: a step that is a call. Valid until the next.
  const Judgement& Play(const Step& step, int64_t now);
  // What was counted before the call that was played last, of a quota that it asked for. Of one
  // that only watches: 0.
  int64_t UsedBefore(const Reservation& reservation, int64_t now);
  // The server answers the call that was played last.
  void Answer(Upstream upstream);

 private:
  const Suite& suite_;
  Machine machine_;
  MemoryCounters counters_;
  Facts facts_;
  Judge judge_;
  const Judgement* last_ = nullptr;
};

}  // namespace writ
