// When to read what is being changed: a while after the last change, so that a save is read once
// and whole, but not put off for ever by changes that do not end.
//
// Tested by tests/proxy/settling_test.cc.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace writ {

class Settling {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr auto kQuiet = std::chrono::milliseconds(100);  // after the last change
  static constexpr auto kLongest = std::chrono::seconds(1);       // after the first

  // Something changed. `goes_on`: more is sure to come, so that a quiet while says nothing.
  void Note(Time now, bool goes_on) {
    latest_ = std::min(latest_.value_or(now + kLongest), now + Time::duration(kLongest));
    due_ = goes_on ? *latest_ : std::min(*latest_, now + Time::duration(kQuiet));
  }
  // Nothing is to be read before, unless something changes.
  void PutOff(Time until) { due_ = latest_ = until; }
  // None: nothing has changed.
  std::optional<Time> due() const { return due_; }
  void Clear() {
    latest_.reset();
    due_.reset();
  }

 private:
  std::optional<Time> latest_;
  std::optional<Time> due_;
};

}  // namespace writ
