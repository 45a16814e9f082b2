// Counters in memory.
// Tested by tests/proxy/counters_test.cc.
#include "proxy/counters_memory.h"

namespace writ {

size_t MemoryCounters::RowOf(const Counter& counter, int64_t now) {
  key_.clear();
  AppendKey(counter, key_);
  const auto [found, is_new] = numbers_.try_emplace(key_, rows_.size());
  if (is_new) rows_.emplace_back();
  Row& row = rows_[found->second];
  const int64_t start = WindowStart(counter, now);
  if (start > row.window_start) row = {start, 0};
  return found->second;
}

bool MemoryCounters::Read(const Counter& counter, int64_t now, int64_t* value, std::string*) {
  *value = rows_[RowOf(counter, now)].value;
  return true;
}

ReserveResult MemoryCounters::Reserve(const std::vector<Expectation>& expected,
                                      const std::vector<CounterUse>& uses, int64_t now,
                                      Receipt* receipt) {
  ReserveResult result;
  for (const Expectation& expectation : expected) {
    if (rows_[RowOf(*expectation.counter, now)].value != expectation.value) {
      result.outcome = ReserveResult::Outcome::kChanged;
      return result;
    }
  }
  // Taken one by one so that two uses of one counter add up; given back if a later one is full.
  receipt->rows.clear();
  for (size_t i = 0; i < uses.size(); ++i) {
    const size_t number = RowOf(*uses[i].counter, now);
    Row& row = rows_[number];
    int64_t sum = 0;
    if (__builtin_add_overflow(row.value, uses[i].amount, &sum) || sum > uses[i].limit) {
      GiveBack(*receipt);
      receipt->rows.clear();
      result.outcome = ReserveResult::Outcome::kFull;
      result.full = i;
      result.resets_at = row.window_start + uses[i].counter->window.seconds;
      return result;
    }
    row.value = sum;
    receipt->rows.push_back({number, uses[i].amount, row.window_start});
  }
  result.outcome = ReserveResult::Outcome::kReserved;
  return result;
}

void MemoryCounters::GiveBack(const Receipt& receipt) {
  for (const Receipt::Row& taken : receipt.rows) {
    Row& row = rows_[taken.row];
    if (row.window_start != taken.window_start) continue;
    row.value = row.value > taken.amount ? row.value - taken.amount : 0;
  }
}

}  // namespace writ
