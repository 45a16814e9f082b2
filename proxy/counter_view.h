// A look at the file of counters (proxy/counter_file.h), by somebody who counts nothing.
//
// Nothing is made, written or removed: not the file, nor the log and the index beside it, which an
// ordinary reader of SQLite's would make. What is read is what was committed, whoever else reads or
// writes; only for that moment is there a lock, a reader's, which holds up no call.
//
// The file may be anything: what it can cost, in time and memory, is bounded.
//
// Tested by tests/proxy/counter_view_test.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "vm/program.h"

namespace writ {

// A count in its current window.
struct ShownCount {
  std::string space;  // whose policy it is
  std::string scope;  // a tool's name; of a counter that is `global`, "" or any
  bool global = false;
  std::string name;
  Window window;
  uint8_t scale = 0;    // numbers are in units of 10^-scale
  bool shadow = false;  // denies nothing
  std::string key;      // that it is kept apart for, as JSON; empty: none
  int64_t used = 0;
  int64_t limit = 0;      // that the latest call was held against
  int64_t remaining = 0;  // 0 at least
  // When its window ends; of a sliding one, when something fits again, or if it is not used up,
  // when all of it has left. Seconds since 1970-01-01T00:00Z.
  int64_t resets_at = 0;
};

struct CounterView {
  bool found = false;              // whether there is such a file
  std::string fault;               // for people: "…/counters.db is damaged"; empty: none
  std::vector<ShownCount> counts;  // the fullest first
  uint64_t more = 0;               // that are less full
};

inline constexpr size_t kMaxShownCounts = 1000;
inline constexpr size_t kMaxShownNameBytes = 1024;  // names that are longer are cut

// `now`: seconds since 1970-01-01T00:00Z. Takes no longer than `patience`, by and large.
CounterView ViewCounters(const std::string& path, int64_t now,
                         std::chrono::milliseconds patience = std::chrono::milliseconds(500));

}  // namespace writ
