// Where counts are kept: what every store of counters does.
//
// A call's quotas are reserved in one atomic step, all or none. Reserve adds; a call that the
// server answers with an error gives back, which subtracts if what was taken is still counted;
// everything else is forgotten, which keeps the count. So after a crash the calls in flight stay
// counted and none is lost.
//
// Arithmetic is checked: a count never overflows, never goes below zero, and windows never move
// backwards when the clock does (the later window goes on being counted).
//
// Counts, limits and amounts are whole numbers of units; with a scale of N a unit is 10^-N.
//
// A sliding window is counted in slices of a sixtieth of its length, rounded up to whole seconds. A
// slice leaves only when all of it is older than the window, so nothing is forgotten early; it may
// be up to two slices late.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "vm/program.h"

namespace writ {

// For how many values a counter is kept apart at once (`by`). At the bound the call that brings a
// new one is denied and nothing is evicted: an agent could choose values until the count that
// stops it is gone. Room comes back as windows end.
inline constexpr size_t kMaxKeys = 10'000;

// The end of a window that does not end.
inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// What one quota takes.
struct CounterUse {
  const Counter* counter = nullptr;
  int64_t amount = 0;  // not negative
  int64_t limit = 0;   // the count after adding may not exceed it
  // The value it is counted apart for, as text (vm/counter_key.h); empty: not apart.
  std::string_view key = {};
  uint8_t scale = 0;    // counts in other units are other counts
  bool shadow = false;  // counted apart from what is enforced, and never full
};

// What was reserved, for giving it back to the store that took it. Refers to nothing of the program
// that decided.
struct Receipt {
  struct Row {
    uint64_t row = 0;  // the store's own number of the count
    int64_t amount = 0;
    // Of the window, or of the slice of a sliding one; seconds since 1970-01-01T00:00Z.
    int64_t window_start = 0;
    bool session = false;  // of a session's count, in a store that keeps those apart
  };
  std::vector<Row> rows;
};

struct ReserveResult {
  enum class Outcome : uint8_t {
    kReserved,
    kFull,     // `full` says which use; nothing was taken
    kNoRoom,   // for a new key: `full` says of which use; nothing was taken
    kChanged,  // a value in `expected` is no longer what it was; nothing was taken
    kFailed,   // the store cannot be used; nothing was taken
  };
  Outcome outcome = Outcome::kFailed;
  size_t full = 0;
  // Of the full one: what it still has, 0 at least, and when its window ends, or enough of it has
  // slid out (all of it, if the use is over the limit alone): seconds since 1970-01-01T00:00Z, or
  // kNever.
  int64_t remaining = 0;
  int64_t resets_at = 0;
  std::vector<size_t> over;  // shadow uses that went over their limit; they were taken
  std::string failure;       // for people
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

  // Subtracts what the receipt took, where it is still counted.
  virtual void GiveBack(const Receipt& receipt) = 0;

  // Whether there is work that can wait until nobody waits for a decision: Tidy does some of it, in
  // milliseconds as a rule. `now` as for Reserve.
  virtual bool WantsTidying() const { return false; }
  virtual void Tidy(int64_t /*now*/) {}

  // Appends the identity of a counter: namespace, scope, name and window, so composed that no two
  // share one; that of the counter a use goes to, which adds scale and shadow; and that of the row,
  // which adds the key. `space` takes the place of the counter's own namespace.
  static void AppendKey(const Counter& counter, std::string_view space, std::string& key);
  static void AppendUnkeyed(const CounterUse& use, std::string_view space, std::string& key);
  static void AppendKey(const CounterUse& use, std::string& key);

  // Of the window of `now` that does not slide; 0 for a session.
  static int64_t WindowStart(const Window& window, int64_t now);
};

// How a sliding window is cut. Slices start at multiples of their length since
// 1970-01-01T00:00Z; slice n counts until the start of slice n + count.
struct Slices {
  explicit Slices(const Window& window);
  int64_t Number(int64_t now) const;
  // When the slice of that number leaves, in seconds since 1970-01-01T00:00Z.
  int64_t End(int64_t number) const { return (number + count) * seconds; }

  int64_t seconds;  // of one
  int64_t count;    // that are counted at a time
};

// A count in units of 10^-scale as a decimal: "12.50".
std::string FormatScaled(int64_t count, uint8_t scale);

}  // namespace writ
