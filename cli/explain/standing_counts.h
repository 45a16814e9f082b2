// What is counted already when a call is explained: nothing, or what a file of counters holds,
// which is looked at and not changed.
//
// Tested by tests/cli/explain_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/state.h"
#include "proxy/counter_view.h"
#include "proxy/counters_memory.h"
#include "vm/machine.h"

namespace writ {

class StandingCounts {
 public:
  StandingCounts() = default;
  // `prefix` as `writ run --state-prefix` has it.
  StandingCounts(CounterView view, std::string prefix)
      : view_(std::move(view)), prefix_(std::move(prefix)) {}

  // What has to be said of them: that the file holds more than was looked at.
  std::vector<std::string> Notes() const;

  // Fills an empty store with those of the program's counters.
  void Fill(const Program& program, int64_t now, Counters& counters) const;

  // What the count that a reservation goes to stands at.
  int64_t UsedBy(const Program& program, const Reservation& reservation) const;

 private:
  bool IsOf(const ShownCount& count, const Program& program, const Counter& counter) const;

  CounterView view_;
  std::string prefix_;
};

}  // namespace writ
