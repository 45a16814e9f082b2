// How often a tool was called, at most, in a minute, an hour, a day of the clock, and in a session.
//
// Windows are those that quotas have: they start at multiples of their length, and where the clock
// of a record goes back the later one goes on.
//
// Tested by tests/cli/learn_test.cc.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "cli/traffic/reader.h"
#include "cli/traffic/recorded_call.h"

namespace writ {

struct LearnedRate {
  std::string_view per;  // as quotas have it: "minute"
  uint64_t most = 0;     // calls that were seen in one
  uint64_t limit = 0;    // twice that: what was seen is no bound of what is usual
};

class Rates {
 public:
  void Add(const RecordedCall& call);

  // Quotas that bind: of each window that the recording, if it has times, is three times as long
  // as, without those that a shorter one keeps from ever being reached. Of recordings without
  // times, that of a session. Shortest first.
  std::vector<LearnedRate> Limits(const TrafficSummary& summary) const;

 private:
  struct Window {
    int64_t begin = INT64_MIN;
    uint64_t calls = 0;
    uint64_t most = 0;
  };

  std::array<Window, 3> windows_;
  std::string session_;  // whose calls are counted now
  uint64_t in_session_ = 0;
  uint64_t most_in_session_ = 0;
};

}  // namespace writ
