// Counters for traffic of many sessions: what is counted per session, each has for itself; all else
// they share, as runs of the proxy do.
//
// Memory grows with the sessions that count something of their own, by a row a counter.
//
// Thread safety: none. Tested by tests/cli/traffic_judge_test.cc.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/counters_memory.h"

namespace writ {

class SessionCounters final : public Counters {
 public:
  // Whose call is decided from now on.
  void Enter(std::string_view session) { session_ = session; }

  bool Read(const Counter& counter, int64_t now, int64_t* value, std::string* failure) override;
  ReserveResult Reserve(const std::vector<Expectation>& expected,
                        const std::vector<CounterUse>& uses, int64_t now,
                        Receipt* receipt) override;
  void GiveBack(const Receipt& receipt) override { counters_.GiveBack(receipt); }

 private:
  // The counter itself, or the session's own of that name.
  const Counter* OwnOf(const Counter* counter);

  MemoryCounters counters_;
  std::string session_;
  std::map<const Counter*, Counter> own_;  // for the session of the call at hand
  std::vector<Expectation> expected_;
  std::vector<CounterUse> uses_;
};

}  // namespace writ
