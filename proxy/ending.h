// Brings a server to its end as MCP's stdio transport asks for: its input is closed, then comes
// SIGTERM, then SIGKILL, each after a time of grace and to everything the server started. All of
// it is over within ten seconds.
//
//        Begin            grace, or Terminate        grace, or Kill
//   idle ─────> leaving ─────────────────> terminated ────────────> killed ──> over
//                  └─────────── the server and its descendants are gone ───────^
//
// Thread safety: none.
#pragma once

#include <chrono>

#include "proxy/child.h"
#include "proxy/log.h"

namespace writ {

class Ending {
 public:
  Ending(Child& server, double grace_seconds, const Log& log);

  void Begin();      // the time of grace for leaving by itself starts; closing its input is left
                     // to the caller, who may still have something for it
  void Terminate();  // SIGTERM, unless that was sent already
  void Kill();       // SIGKILL
  void Advance();    // takes the next step if its time has come

  bool begun() const { return step_ != Step::kIdle; }
  bool terminated() const { return step_ >= Step::kTerminated; }
  // Nothing of the server is left, or what is left cannot be killed. Asks the system.
  bool IsOver();
  bool has_given_up() const { return kills_left_ == 0; }
  // Until the next call of Advance is due, for poll; -1 if none is.
  int TimeoutMilliseconds() const;

 private:
  using Clock = std::chrono::steady_clock;
  enum class Step { kIdle, kLeaving, kTerminated, kKilled, kOver };

  Child& server_;
  const Log& log_;
  Clock::duration grace_;
  Step step_ = Step::kIdle;
  Clock::time_point next_;
  int kills_left_;
};

}  // namespace writ
