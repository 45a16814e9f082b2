// Counters of many sessions.
// Tested by tests/cli/traffic_judge_test.cc.
#include "cli/traffic/session_counters.h"

namespace writ {

const Counter* SessionCounters::OwnOf(const Counter* counter) {
  if (!counter->window.is_session()) return counter;
  Counter& own = own_.try_emplace(counter, *counter).first->second;
  own.space = session_;
  own.space += '\0';
  own.space += counter->space;
  return &own;
}

bool SessionCounters::Read(const Counter& counter, int64_t now, int64_t* value,
                           std::string* failure) {
  return counters_.Read(*OwnOf(&counter), now, value, failure);
}

ReserveResult SessionCounters::Reserve(const std::vector<Expectation>& expected,
                                       const std::vector<CounterUse>& uses, int64_t now,
                                       Receipt* receipt) {
  expected_ = expected;
  uses_ = uses;
  for (Expectation& expectation : expected_) expectation.counter = OwnOf(expectation.counter);
  for (CounterUse& use : uses_) use.counter = OwnOf(use.counter);
  return counters_.Reserve(expected_, uses_, now, receipt);
}

}  // namespace writ
