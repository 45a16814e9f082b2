// What all stores of counters share.
// Tested by tests/proxy/counters_test.cc.
#include "proxy/counters.h"

namespace writ {

void Counters::AppendKey(const Counter& counter, std::string& key) {
  // Lengths before texts: no choice of names makes two counters one.
  for (const std::string_view part :
       {std::string_view(counter.space), std::string_view(counter.scope),
        std::string_view(counter.name)}) {
    key += std::to_string(part.size());
    key += ':';
    key += part;
  }
  key += counter.global ? 'g' : 't';
  key += WindowName(counter.window);
}

int64_t Counters::WindowStart(const Counter& counter, int64_t now) {
  if (counter.window.is_session()) return 0;
  const int64_t length = counter.window.seconds;
  const int64_t into = now % length;
  return now - (into < 0 ? into + length : into);
}

}  // namespace writ
