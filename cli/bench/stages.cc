// One line on a terminal, drawn in place.
// Tested by tests/cli/bench.py.
#include "cli/bench/stages.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>

#include "cli/print.h"
#include "cli/report.h"

namespace writ {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};
constexpr std::chrono::milliseconds kBetween{100};
constexpr size_t kBarColumns = 24;

}  // namespace

bool CanShowStages() {
  return isatty(STDERR_FILENO) != 0 && !IsTerminalDumb();
}

void Stages::Begin(std::string_view what, size_t steps) {
  End();
  what_ = what;
  steps_ = steps;
  done_ = 0;
  if (enabled_) next_ = Clock::now() + kPatience;
}

void Stages::AdvanceTo(size_t done) {
  done_ = done;
  if (!enabled_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + kBetween;
  Draw();
}

void Stages::Draw() {
  std::string text = fmt::format("\r{} ", what_);
  if (steps_ > 0) {
    const double part = std::min(1.0, static_cast<double>(done_) / static_cast<double>(steps_));
    const auto filled = static_cast<size_t>(part * static_cast<double>(kBarColumns));
    for (size_t i = 0; i < kBarColumns; ++i) text += i < filled ? "█" : "░";
    text += fmt::format(" {:3.0f} %", part * 100);
  } else {
    text += fmt::format("{}", done_);
  }
  PrintErr(text + "\x1b[K");
  is_drawn_ = true;
}

void Stages::End() {
  if (is_drawn_) PrintErr("\r\x1b[K");
  is_drawn_ = false;
}

}  // namespace writ
