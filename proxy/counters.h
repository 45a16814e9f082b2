// Where counts are kept: what every store of counters does.
//
// A call's quotas are reserved in one atomic step, all or none. Reserve adds; a call that the
// server answers with an error gives back, which subtracts if the row is still in the window it
// was taken in; everything else is forgotten, which keeps the count. So after a crash the calls in
// flight stay counted and none is lost.
//
// Arithmetic is checked: a count never overflows, never goes below zero, and windows never move
// backwards when the clock does (the later window goes on being counted).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vm/program.h"

namespace writ {

// A counter as a store knows it: the identity of a row and how long its window is.
struct CounterUse {
  const Counter* counter = nullptr;
  int64_t amount = 0;  // not negative
  int64_t limit = 0;   // the count after adding may not exceed it
};

// What was reserved, for giving it back to the store that took it. Refers to nothing of the program
// that decided.
struct Receipt {
  struct Row {
    uint64_t row = 0;  // the store's own number of the counter
    int64_t amount = 0;
    int64_t window_start = 0;  // seconds since 1970-01-01T00:00Z
  };
  std::vector<Row> rows;
};

struct ReserveResult {
  enum class Outcome : uint8_t {
    kReserved,
    kFull,     // `full` says which use; nothing was taken
    kChanged,  // a value in `expected` is no longer what it was; nothing was taken
    kFailed,   // the store cannot be used; nothing was taken
  };
  Outcome outcome = Outcome::kFailed;
  size_t full = 0;
  int64_t resets_at = 0;  // of the full one's window, seconds since 1970-01-01T00:00Z
  std::string failure;    // for people
};

class Counters {
 public:
  virtual ~Counters() = default;

  // The counter's value in its current window; 0 if it was never counted. False if the store
  // cannot be used; `failure` then says why.
  virtual bool Read(const Counter& counter, int64_t now, int64_t* value, std::string* failure) = 0;

  // What a decision read, so that the transaction can check that it still holds.
  struct Expectation {
    const Counter* counter;
    int64_t value;
  };

  // One transaction: checks the expectations, then adds all uses or none, the first full one in
  // order being named. `receipt` is overwritten when something was reserved.
  virtual ReserveResult Reserve(const std::vector<Expectation>& expected,
                                const std::vector<CounterUse>& uses, int64_t now,
                                Receipt* receipt) = 0;

  // Subtracts what the receipt took, for rows that are still in the same window.
  virtual void GiveBack(const Receipt& receipt) = 0;

  // Appends the identity of a counter's row: namespace, scope, name and window, so composed that
  // no two counters share one.
  static void AppendKey(const Counter& counter, std::string& key);
  static int64_t WindowStart(const Counter& counter, int64_t now);
};

}  // namespace writ
