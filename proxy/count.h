// One count in its window: what stores of counters keep, each in its own way.
//
// Times are seconds since 1970-01-01T00:00Z. Nothing here moves a window backwards, takes a count
// below zero or lets one overflow.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "proxy/counters.h"

namespace writ {

struct Count {
  Window window;
  int64_t start = std::numeric_limits<int64_t>::min();  // of the window, or of the latest slice
  int64_t value = 0;                                    // all of it
  std::vector<int64_t> slices;  // of a sliding window, by number modulo their count

  // To the window of `now`, if that is later.
  void MoveOn(int64_t now);

  // When nothing of it is counted any more: kNever for a session. REQUIRES: it was moved on once.
  int64_t EndsAt() const;
  bool HasEnded(int64_t now) const { return EndsAt() <= now; }

  // When nothing of what it counts now is counted any more: as long as nothing is added that stays
  // the same, while a sliding window ends later with every moment. REQUIRES: likewise.
  int64_t EmptiesAt() const;

  // When `amount` may fit under `limit`.
  int64_t ResetsAt(int64_t amount, int64_t limit) const;

  // REQUIRES: Fit() said so.
  void Add(int64_t amount);

  // Gives back what was taken in the window, or the slice, that starts there. REQUIRES: `taken_in`
  // was `start` once.
  void Subtract(int64_t amount, int64_t taken_in);

  // Takes over what was stored, `stored_slices` being the bytes of `slices`. False if it can be no
  // count of its window.
  bool Load(int64_t stored_start, int64_t stored_value, std::string_view stored_slices);
  bool IsSound() const;
};

// What becomes of a use.
struct Fitting {
  bool over = false;   // its limit: a use that is enforced is full, one in shadow is taken
  int64_t amount = 0;  // to add, no more than the count can hold
};
Fitting Fit(const Count& count, const CounterUse& use);

// Fills in what is told of a full use. `taken`: what the same call has added to the count before.
void TellFull(const Count& count, const CounterUse& use, int64_t taken, ReserveResult* result);

}  // namespace writ
