// A line that tells how far a command has come.
// Tested by tests/cli/progress_test.cc.
#include "cli/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include "cli/print.h"
#include "cli/report.h"

namespace writ {
namespace {

using std::chrono::steady_clock;

constexpr auto kBetween = std::chrono::milliseconds(200);
constexpr std::string_view kEraseLine = "\r\x1b[K";

}  // namespace

Progress::Progress(std::string what, std::chrono::milliseconds quiet)
    : what_(std::move(what)),
      is_shown_(isatty(STDERR_FILENO) == 1 && !IsTerminalDumb()),
      next_(steady_clock::now() + quiet) {}

void Progress::Show(uint64_t done, uint64_t all) {
  const auto now = steady_clock::now();
  if (now < next_) return;
  next_ = now + kBetween;
  const double percent =
      all == 0 ? 0.0 : 100.0 * static_cast<double>(done) / static_cast<double>(all);
  PrintErr(fmt::format("{}{}: {:.0f} %", kEraseLine, what_, percent));
  is_on_screen_ = true;
}

void Progress::Clear() {
  if (is_on_screen_) PrintErr(kEraseLine);
  is_on_screen_ = false;
}

}  // namespace writ
