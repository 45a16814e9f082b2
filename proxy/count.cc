// Counts and their windows.
// Tested by tests/proxy/counters_test.cc.
#include "proxy/count.h"

#include <algorithm>
#include <cstring>

namespace writ {
namespace {

// Seconds from 1970 that no clock reaches; what is added to a start never overflows.
constexpr int64_t kFarthest = int64_t{1} << 53;

size_t RingIndex(const Slices& slices, int64_t number) {
  const int64_t index = number % slices.count;
  return static_cast<size_t>(index < 0 ? index + slices.count : index);
}

}  // namespace

void Count::MoveOn(int64_t now) {
  if (!window.sliding) {
    const int64_t next = Counters::WindowStart(window, now);
    if (next <= start) return;
    start = next;
    value = 0;
    return;
  }
  const Slices cut(window);
  const int64_t number = cut.Number(now);
  if (slices.empty()) {
    slices.assign(static_cast<size_t>(cut.count), 0);
  } else {
    const int64_t last = cut.Number(start);
    if (number <= last) return;
    // The places of those that leave are those of the new ones.
    for (int64_t i = std::max(last + 1, number - cut.count + 1); i <= number; ++i) {
      int64_t& place = slices[RingIndex(cut, i)];
      value -= place;
      place = 0;
    }
  }
  start = number * cut.seconds;
}

int64_t Count::EndsAt() const {
  if (window.is_session()) return kNever;
  if (!window.sliding) return start + window.seconds;
  const Slices cut(window);
  return cut.End(cut.Number(start));
}

int64_t Count::EmptiesAt() const {
  if (!window.sliding) return EndsAt();
  const Slices cut(window);
  const int64_t last = cut.Number(start);
  for (int64_t number = last; number > last - cut.count; --number) {
    if (slices[RingIndex(cut, number)] > 0) return cut.End(number);
  }
  return start;
}

int64_t Count::ResetsAt(int64_t amount, int64_t limit) const {
  if (!window.sliding) return EndsAt();
  const Slices cut(window);
  const int64_t last = cut.Number(start);
  int64_t left = value;
  int64_t number = last - cut.count + 1;
  for (; number < last; ++number) {
    left -= slices[RingIndex(cut, number)];
    int64_t sum = 0;
    if (!__builtin_add_overflow(left, amount, &sum) && sum <= limit) break;
  }
  return cut.End(number);
}

void Count::Add(int64_t amount) {
  value += amount;
  if (!window.sliding) return;
  const Slices cut(window);
  slices[RingIndex(cut, cut.Number(start))] += amount;
}

void Count::Subtract(int64_t amount, int64_t taken_in) {
  if (!window.sliding) {
    if (start == taken_in) value -= std::min(value, amount);
    return;
  }
  const Slices cut(window);
  const int64_t number = cut.Number(taken_in);
  if (cut.Number(start) - number >= cut.count) return;
  int64_t& slice = slices[RingIndex(cut, number)];
  const int64_t back = std::min(slice, amount);
  slice -= back;
  value -= back;
}

bool Count::Load(int64_t stored_start, int64_t stored_value, std::string_view stored_slices) {
  start = stored_start;
  value = stored_value;
  slices.resize(stored_slices.size() / sizeof(int64_t));
  if (stored_slices.size() % sizeof(int64_t) != 0) return false;
  if (!stored_slices.empty()) {
    std::memcpy(slices.data(), stored_slices.data(), stored_slices.size());
  }
  return IsSound();
}

bool Count::IsSound() const {
  if (value < 0 || start < -kFarthest || start > kFarthest) return false;
  if (!window.sliding) return slices.empty() && start == Counters::WindowStart(window, start);
  const Slices cut(window);
  if (slices.size() != static_cast<size_t>(cut.count)) return false;
  if (start != cut.Number(start) * cut.seconds) return false;
  int64_t sum = 0;
  for (const int64_t slice : slices) {
    if (slice < 0 || __builtin_add_overflow(sum, slice, &sum)) return false;
  }
  return sum == value;
}

Fitting Fit(const Count& count, const CounterUse& use) {
  Fitting fitting{false, use.amount};
  int64_t sum = 0;
  const bool overflows = __builtin_add_overflow(count.value, use.amount, &sum);
  fitting.over = overflows || sum > use.limit;
  if (overflows) fitting.amount = std::numeric_limits<int64_t>::max() - count.value;
  return fitting;
}

void TellFull(const Count& count, const CounterUse& use, int64_t taken, ReserveResult* result) {
  result->outcome = ReserveResult::Outcome::kFull;
  if (__builtin_sub_overflow(use.limit, count.value - taken, &result->remaining) ||
      result->remaining < 0) {
    result->remaining = 0;
  }
  result->resets_at = count.ResetsAt(use.amount, use.limit);
}

}  // namespace writ
