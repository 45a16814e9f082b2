// Counters that live as long as the process.
//
// Thread safety: none.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "proxy/counters.h"

namespace writ {

class MemoryCounters : public Counters {
 public:
  bool Read(const Counter& counter, int64_t now, int64_t* value, std::string* failure) override;
  ReserveResult Reserve(const std::vector<Expectation>& expected,
                        const std::vector<CounterUse>& uses, int64_t now,
                        Receipt* receipt) override;
  void GiveBack(const Receipt& receipt) override;

 private:
  struct Row {
    int64_t window_start = INT64_MIN;
    int64_t value = 0;
  };

  // The number of the counter's row, which is moved on to the window of `now` if that is later.
  size_t RowOf(const Counter& counter, int64_t now);

  std::vector<Row> rows_;
  std::unordered_map<std::string, size_t> numbers_;  // of rows, by key
  std::string key_;                                  // kept for its capacity
};

}  // namespace writ
