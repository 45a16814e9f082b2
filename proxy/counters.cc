// What all stores of counters share.
// Tested by tests/proxy/counters_test.cc.
#include "proxy/counters.h"

#include <fmt/core.h>

#include <iterator>

namespace writ {
namespace {

int64_t FloorDivide(int64_t n, int64_t by) {
  return n / by - (n % by < 0 ? 1 : 0);
}

}  // namespace

void Counters::AppendKey(const Counter& counter, std::string_view space, std::string& key) {
  // Lengths before texts: no choice of names makes two counters one.
  for (const std::string_view part :
       {space, std::string_view(counter.scope), std::string_view(counter.name)}) {
    key += std::to_string(part.size());
    key += ':';
    key += part;
  }
  key += counter.global ? 'g' : 't';
  key += WindowName(counter.window);
}

void Counters::AppendUnkeyed(const CounterUse& use, std::string_view space, std::string& key) {
  AppendKey(*use.counter, space, key);
  // No window's name holds one of these marks, and the key, which may hold anything, is the last.
  if (use.scale > 0) fmt::format_to(std::back_inserter(key), ".{}", use.scale);
  if (use.shadow) key += '!';
}

void Counters::AppendKey(const CounterUse& use, std::string& key) {
  AppendUnkeyed(use, use.counter->space, key);
  if (use.key.empty()) return;
  key += ':';
  key += use.key;
}

int64_t Counters::WindowStart(const Window& window, int64_t now) {
  if (window.is_session()) return 0;
  return FloorDivide(now, window.seconds) * window.seconds;
}

Slices::Slices(const Window& window)
    : seconds((window.seconds + 59) / 60),
      // One more than the window has, for the one that began before the window did.
      count((window.seconds + seconds - 1) / seconds + 1) {}

int64_t Slices::Number(int64_t now) const {
  return FloorDivide(now, seconds);
}

std::string FormatScaled(int64_t count, uint8_t scale) {
  if (scale == 0) return fmt::format("{}", count);
  const uint64_t magnitude =
      count < 0 ? ~static_cast<uint64_t>(count) + 1 : static_cast<uint64_t>(count);
  std::string digits = fmt::format("{:0{}}", magnitude, size_t{scale} + 1);
  digits.insert(digits.size() - scale, 1, '.');
  return count < 0 ? "-" + digits : digits;
}

}  // namespace writ
