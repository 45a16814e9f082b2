// Counters in memory.
// Tested by tests/proxy/counters_test.cc.
#include "proxy/counters_memory.h"

#include <algorithm>

namespace writ {
namespace {

size_t RingIndex(const Slices& slices, int64_t number) {
  const int64_t index = number % slices.count;
  return static_cast<size_t>(index < 0 ? index + slices.count : index);
}

}  // namespace

void MemoryCounters::MoveOn(Row& row, int64_t now) {
  if (!row.window.sliding) {
    const int64_t start = WindowStart(row.window, now);
    if (start <= row.start) return;
    row.start = start;
    row.value = 0;
    return;
  }
  const Slices slices(row.window);
  const int64_t number = slices.Number(now);
  if (row.slices.empty()) {
    row.slices.assign(static_cast<size_t>(slices.count), 0);
  } else {
    const int64_t last = slices.Number(row.start);
    if (number <= last) return;
    // The places of those that leave are those of the new ones.
    for (int64_t i = std::max(last + 1, number - slices.count + 1); i <= number; ++i) {
      int64_t& place = row.slices[RingIndex(slices, i)];
      row.value -= place;
      place = 0;
    }
  }
  row.start = number * slices.seconds;
}

bool MemoryCounters::HasEnded(const Row& row, int64_t now) {
  if (row.window.is_session()) return false;
  if (!row.window.sliding) return now - row.window.seconds >= row.start;
  const Slices slices(row.window);
  return now >= slices.End(slices.Number(row.start));
}

void MemoryCounters::Add(Row& row, int64_t amount) {
  row.value += amount;
  if (!row.window.sliding) return;
  const Slices slices(row.window);
  row.slices[RingIndex(slices, slices.Number(row.start))] += amount;
}

int64_t MemoryCounters::ResetsAt(const Row& row, const CounterUse& use) {
  if (row.window.is_session()) return kNever;
  if (!row.window.sliding) return row.start + row.window.seconds;
  const Slices slices(row.window);
  const int64_t last = slices.Number(row.start);
  int64_t left = row.value;
  int64_t number = last - slices.count + 1;
  for (; number < last; ++number) {
    left -= row.slices[RingIndex(slices, number)];
    int64_t sum = 0;
    if (!__builtin_add_overflow(left, use.amount, &sum) && sum <= use.limit) break;
  }
  return slices.End(number);
}

std::optional<uint32_t> MemoryCounters::RowOf(const CounterUse& use, int64_t now) {
  key_.clear();
  AppendKey(use, key_);
  const auto found = numbers_.find(key_);
  if (found == numbers_.end()) return NewRow(use, now);
  MoveOn(rows_[found->second], now);
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
  row.window = use.counter->window;
  row.identity = &numbers_.emplace(key_, number).first->first;
  row.keyed = keyed;
  if (keyed != nullptr) {
    row.place = static_cast<uint32_t>(keyed->rows.size());
    keyed->rows.push_back(number);
    made_.push_back(number);
  }
  MoveOn(row, now);
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
    if (in_use || (row.value != 0 && !HasEnded(row, now))) continue;
    if (row.value != 0) keyed.floor = std::max(keyed.floor, now);
    Forget(number);
  }
}

void MemoryCounters::Forget(uint32_t number) {
  Row& row = rows_[number];
  std::vector<uint32_t>& siblings = row.keyed->rows;
  row.keyed->floor = std::max(row.keyed->floor, row.start);
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
  *value = rows_[*RowOf(use, now)].value;
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
    int64_t amount = use.amount;
    int64_t sum = 0;
    const bool overflows = __builtin_add_overflow(row.value, amount, &sum);
    if (overflows || sum > use.limit) {
      if (!use.shadow) {
        int64_t before = row.value;
        for (const Receipt::Row& other : receipt->rows) {
          if ((other.row & UINT32_MAX) == *number) before -= other.amount;
        }
        if (__builtin_sub_overflow(use.limit, before, &result.remaining) || result.remaining < 0) {
          result.remaining = 0;
        }
        result.resets_at = ResetsAt(row, use);
        result.outcome = ReserveResult::Outcome::kFull;
        result.full = i;
        TakeBack(*receipt);
        return result;
      }
      result.over.push_back(i);
      if (overflows) amount = INT64_MAX - row.value;
    }
    Add(row, amount);
    receipt->rows.push_back({*number | uint64_t{row.generation} << 32, amount, row.start});
  }
  result.outcome = ReserveResult::Outcome::kReserved;
  return result;
}

void MemoryCounters::GiveBack(const Receipt& receipt) {
  for (const Receipt::Row& taken : receipt.rows) {
    Row& row = rows_[taken.row & UINT32_MAX];
    if (row.generation != taken.row >> 32) continue;
    if (!row.window.sliding) {
      if (row.start == taken.window_start) row.value -= std::min(row.value, taken.amount);
      continue;
    }
    const Slices slices(row.window);
    const int64_t number = slices.Number(taken.window_start);
    if (slices.Number(row.start) - number >= slices.count) continue;
    int64_t& slice = row.slices[RingIndex(slices, number)];
    const int64_t amount = std::min(slice, taken.amount);
    slice -= amount;
    row.value -= amount;
  }
}

}  // namespace writ
