// How programs come to a session while it runs: made by one thread, taken by the pump's.
//
//   whoever compiles ── Put ──> [ ] ── fd() is readable ──> the pump ── Take ──> the session
//                    <── asked() rings ── Ask ── SIGHUP
//
// Thread safety: all of it.
//
// Tested by tests/proxy/reloads_test.cc.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "proxy/bell.h"
#include "vm/verify.h"

namespace writ {

// An attempt to run another program.
struct Reload {
  std::shared_ptr<const VerifiedProgram> program;  // null: it was refused
  std::string refusal;                             // why, in a few words for people
};

class Reloads {
 public:
  int fd() const { return arrived_.fd(); }  // readable when Take has something
  // What was put since the last time, in that order.
  std::vector<Reload> Take();
  void Put(Reload reload);

  void Ask() const { asked_.Ring(); }
  const Bell& asked() const { return asked_; }

  // Whether the system gave what it takes.
  bool CanBeHeard() const { return arrived_.fd() >= 0 && asked_.fd() >= 0; }

 private:
  std::mutex mutex_;
  std::vector<Reload> waiting_;
  Bell arrived_;
  Bell asked_;
};

}  // namespace writ
