// End of input, SIGTERM, SIGKILL.
// Tested by tests/proxy/pump_test.cc.
#include "proxy/ending.h"

#include <signal.h>

#include <algorithm>

namespace writ {
namespace {

// A process killed while it forks leaves one more behind, so SIGKILL is repeated.
constexpr auto kKillAgain = std::chrono::milliseconds(20);
constexpr int kKills = 75;

}  // namespace

Ending::Ending(Child& server, double grace_seconds, const Log& log)
    : server_(server),
      log_(log),
      grace_(std::chrono::duration_cast<Clock::duration>(
          std::chrono::duration<double>(grace_seconds))),
      kills_left_(kKills) {}

void Ending::Begin() {
  if (step_ != Step::kIdle) return;
  step_ = Step::kLeaving;
  next_ = Clock::now() + grace_;
}

void Ending::Terminate() {
  if (step_ >= Step::kTerminated) return;
  // The signal first: a server that ends at the end of its input as well should see why.
  server_.Signal(SIGTERM);
  server_.CloseInput();
  step_ = Step::kTerminated;
  next_ = Clock::now() + grace_;
}

void Ending::Kill() {
  if (step_ == Step::kOver) return;
  if (step_ != Step::kKilled) log_.Warn("the server did not end on SIGTERM; killing it");
  server_.CloseInput();
  server_.Signal(SIGKILL);
  step_ = --kills_left_ > 0 ? Step::kKilled : Step::kOver;
  next_ = Clock::now() + kKillAgain;
}

void Ending::Advance() {
  if (step_ == Step::kIdle || step_ == Step::kOver || Clock::now() < next_) return;
  if (IsOver()) return;
  if (step_ == Step::kLeaving) {
    Terminate();
  } else {
    Kill();
  }
}

bool Ending::IsOver() {
  if (step_ != Step::kOver && server_.Finished()) step_ = Step::kOver;
  return step_ == Step::kOver;
}

int Ending::TimeoutMilliseconds() const {
  if (step_ == Step::kIdle || step_ == Step::kOver) return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(next_ - Clock::now()).count();
  return static_cast<int>(std::max<decltype(left)>(left, 0));
}

}  // namespace writ
