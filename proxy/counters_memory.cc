// Counters in memory.
// Tested by tests/proxy/counters_test.cc.
#include "proxy/counters_memory.h"

namespace writ {

MemoryCounters::Row& MemoryCounters::RowOf(const Counter& counter, int64_t now) {
  key_.clear();
  AppendKey(counter, key_);
  Row& row = rows_[key_];
  const int64_t start = WindowStart(counter, now);
  if (start > row.window_start) row = {start, 0};
  return row;
}

bool MemoryCounters::Read(const Counter& counter, int64_t now, int64_t* value, std::string*) {
  *value = RowOf(counter, now).value;
  return true;
}

ReserveResult MemoryCounters::Reserve(const std::vector<Expectation>& expected,
                                      const std::vector<CounterUse>& uses, int64_t now,
                                      Receipt* receipt) {
  ReserveResult result;
  for (const Expectation& expectation : expected) {
    if (RowOf(*expectation.counter, now).value != expectation.value) {
      result.outcome = ReserveResult::Outcome::kChanged;
      return result;
    }
  }
  // Taken one by one so that two uses of one counter add up; given back if a later one is full.
  receipt->rows.clear();
  for (size_t i = 0; i < uses.size(); ++i) {
    Row& row = RowOf(*uses[i].counter, now);
    int64_t sum = 0;
    if (__builtin_add_overflow(row.value, uses[i].amount, &sum) || sum > uses[i].limit) {
      GiveBack(*receipt);
      receipt->rows.clear();
      result.outcome = ReserveResult::Outcome::kFull;
      result.full = i;
      result.resets_at = row.window_start + WindowSeconds(uses[i].counter->window);
      return result;
    }
    row.value = sum;
    receipt->rows.push_back({key_, uses[i].amount, row.window_start});
  }
  result.outcome = ReserveResult::Outcome::kReserved;
  return result;
}

void MemoryCounters::GiveBack(const Receipt& receipt) {
  for (const Receipt::Row& taken : receipt.rows) {
    const auto found = rows_.find(taken.key);
    if (found == rows_.end() || found->second.window_start != taken.window_start) continue;
    found->second.value =
        found->second.value > taken.amount ? found->second.value - taken.amount : 0;
  }
}

}  // namespace writ
