// Counters in memory.
// Tested by tests/proxy/counters_test.cc.
#include "proxy/counters_memory.h"

#include <algorithm>

namespace writ {

std::optional<uint32_t> MemoryCounters::RowOf(const CounterUse& use, int64_t now) {
  key_.clear();
  AppendKey(use, key_);
  const auto found = numbers_.find(key_);
  if (found == numbers_.end()) return NewRow(use, now);
  rows_[found->second].count.MoveOn(now);
  return found->second;
}

// Its identity is in key_.
std::optional<uint32_t> MemoryCounters::NewRow(const CounterUse& use, int64_t now) {
  KeyedRows* keyed = nullptr;
  if (!use.key.empty()) {
    keyed = &keyed_[key_.substr(0, key_.size() - use.key.size())];
    if (keyed->rows.size() >= kMaxKeys) MakeRoom(*keyed, now);
    if (keyed->rows.size() >= kMaxKeys) return std::nullopt;
    now = std::max(now, keyed->floor);
  }
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(rows_.size()));
    rows_.emplace_back();
  }
  const uint32_t number = free_.back();
  free_.pop_back();
  Row& row = rows_[number];
  row.count.window = use.counter->window;
  row.identity = &numbers_.emplace(key_, number).first->first;
  row.keyed = keyed;
  if (keyed != nullptr) {
    row.place = static_cast<uint32_t>(keyed->rows.size());
    keyed->rows.push_back(number);
    made_.push_back(number);
  }
  row.count.MoveOn(now);
  return number;
}

void MemoryCounters::MakeRoom(KeyedRows& keyed, int64_t now) {
  // Once a second is enough; more would let a flood of new keys cost more than they should.
  if (now <= keyed.swept_at) return;
  keyed.swept_at = now;
  // Backwards: the last takes the place of one that is forgotten.
  for (size_t i = keyed.rows.size(); i-- > 0;) {
    const uint32_t number = keyed.rows[i];
    const Row& row = rows_[number];
    const bool in_use = std::find(made_.begin(), made_.end(), number) != made_.end();
    if (in_use || (row.count.value != 0 && !row.count.HasEnded(now))) continue;
    if (row.count.value != 0) keyed.floor = std::max(keyed.floor, now);
    Forget(number);
  }
}

void MemoryCounters::Forget(uint32_t number) {
  Row& row = rows_[number];
  std::vector<uint32_t>& siblings = row.keyed->rows;
  row.keyed->floor = std::max(row.keyed->floor, row.count.start);
  siblings[row.place] = siblings.back();
  rows_[siblings.back()].place = row.place;
  siblings.pop_back();
  numbers_.erase(*row.identity);
  const uint32_t generation = row.generation + 1;
  row = Row();
  row.generation = generation;
  free_.push_back(number);
}

void MemoryCounters::TakeBack(Receipt& receipt) {
  GiveBack(receipt);
  receipt.rows.clear();
  // Calls that are denied take no room.
  for (const uint32_t number : made_) Forget(number);
}

bool MemoryCounters::Read(const Counter& counter, int64_t now, int64_t* value, std::string*) {
  CounterUse use;
  use.counter = &counter;
  *value = rows_[*RowOf(use, now)].count.value;
  return true;
}

ReserveResult MemoryCounters::Reserve(const std::vector<Expectation>& expected,
                                      const std::vector<CounterUse>& uses, int64_t now,
                                      Receipt* receipt) {
  ReserveResult result;
  for (const Expectation& expectation : expected) {
    int64_t value = 0;
    Read(*expectation.counter, now, &value, nullptr);
    if (value == expectation.value) continue;
    result.outcome = ReserveResult::Outcome::kChanged;
    return result;
  }
  // Taken one by one so that two uses of one counter add up; given back if a later one is full.
  receipt->rows.clear();
  made_.clear();
  for (size_t i = 0; i < uses.size(); ++i) {
    const CounterUse& use = uses[i];
    const std::optional<uint32_t> number = RowOf(use, now);
    if (!number.has_value()) {
      if (use.shadow) continue;
      TakeBack(*receipt);
      result.outcome = ReserveResult::Outcome::kNoRoom;
      result.full = i;
      return result;
    }
    Row& row = rows_[*number];
    const Fitting fitting = Fit(row.count, use);
    if (fitting.over && !use.shadow) {
      int64_t taken = 0;
      for (const Receipt::Row& other : receipt->rows) {
        if ((other.row & UINT32_MAX) == *number) taken += other.amount;
      }
      TellFull(row.count, use, taken, &result);
      result.full = i;
      TakeBack(*receipt);
      return result;
    }
    if (fitting.over) result.over.push_back(i);
    row.count.Add(fitting.amount);
    receipt->rows.push_back(
        {*number | uint64_t{row.generation} << 32, fitting.amount, row.count.start});
  }
  result.outcome = ReserveResult::Outcome::kReserved;
  return result;
}

void MemoryCounters::GiveBack(const Receipt& receipt) {
  for (const Receipt::Row& taken : receipt.rows) {
    Row& row = rows_[taken.row & UINT32_MAX];
    if (row.generation != taken.row >> 32) continue;
    row.count.Subtract(taken.amount, taken.window_start);
  }
}

}  // namespace writ
