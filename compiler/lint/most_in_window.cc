// Windows held against each other.
// Tested by tests/compiler/lint/most_in_window_test.cc.
#include "compiler/lint/most_in_window.h"

namespace writ {

std::optional<int64_t> MostInWindow(int64_t limit, Window limited, Window window) {
  if (limited.is_session() || window.is_session()) {
    // Sessions come one after the other, and each has no end.
    if (limited != window) return std::nullopt;
    return limit;
  }
  // A sliding window forgets up to two of its sixtieths late.
  const int64_t length =
      window.sliding ? window.seconds + (window.seconds + 29) / 30 : window.seconds;
  const auto rounded_up = [](int64_t a, int64_t b) { return (a + b - 1) / b; };
  int64_t windows = rounded_up(length, limited.seconds);
  if (!limited.sliding) {
    // Both start at multiples of their lengths, so one may lie within the other, or be made of it.
    const bool fits = !window.sliding && (window.seconds % limited.seconds == 0 ||
                                          limited.seconds % window.seconds == 0);
    if (!fits) ++windows;
  }
  int64_t most = 0;
  if (__builtin_mul_overflow(limit, windows, &most)) return std::nullopt;
  return most;
}

}  // namespace writ
