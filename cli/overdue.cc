// A thread that waits.
// Tested by tests/faults/test_reload.py.
#include "cli/overdue.h"

#include <poll.h>

#include <exception>
#include <system_error>
#include <utility>

namespace writ {

Overdue::Overdue(std::chrono::milliseconds after, std::function<void()> say) {
  if (over_.fd() < 0) return;
  try {
    thread_ = std::thread([this, after, say = std::move(say)] {
      pollfd entry = {over_.fd(), POLLIN, 0};
      if (poll(&entry, 1, static_cast<int>(after.count())) != 0) return;
      try {
        say();
      } catch (const std::exception&) {  // memory ran out: it stays unsaid
      }
    });
  } catch (const std::system_error&) {
  }
}

Overdue::~Overdue() {
  over_.Ring();
  if (thread_.joinable()) thread_.join();
}

}  // namespace writ
