// How programs come to a session while it runs: made by one thread, taken by the pump's.
//
//   whoever compiles ── Put ──> [ ] ── fd() is readable ──> the pump ── Take ──> the session
//                    <── asked() rings ── Ask ── SIGHUP
//
// Thread safety: all of it.
//
// Tested by tests/proxy/reloads_test.cc.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "proxy/bell.h"
#include "vm/verify.h"

namespace writ {

// Program::digest as people are shown it.
inline std::string ShortDigest(const std::string& digest) {
  return digest.substr(0, 16);
}

// An attempt to run another program.
struct Reload {
  std::shared_ptr<const VerifiedProgram> program;  // null: it was refused
  std::string refusal;                             // why, in a few words for people
  std::string refused = {};                        // its Program::digest, if its texts were read
};

class Reloads {
 public:
  // More than that are not kept: of programs the newest, of refusals the newest.
  static constexpr size_t kMost = 16;

  Reloads() { waiting_.reserve(kMost); }

  // ---- Of the session.
  int fd() const { return arrived_.fd(); }  // readable when Take has something
  // What was put since the last time, in that order.
  std::vector<Reload> Take();
  // A program that runs no more: to free a long one takes longer than a call may wait.
  void Return(std::shared_ptr<const VerifiedProgram> program);

  // ---- Of whoever compiles.
  // Allocates nothing. Frees what nobody will take any more.
  void Put(Reload reload);
  void FreeReturned();

  void Ask() const { asked_.Ring(); }
  const Bell& asked() const { return asked_; }

  // Whether the system gave what it takes.
  bool CanBeHeard() const { return arrived_.fd() >= 0 && asked_.fd() >= 0; }

 private:
  std::mutex mutex_;
  std::vector<Reload> waiting_;
  std::vector<std::shared_ptr<const VerifiedProgram>> returned_;
  Bell arrived_;
  Bell asked_;
};

}  // namespace writ
