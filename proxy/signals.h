// Signals as something to read, for as long as an object of this class lives: SIGTERM, SIGINT and
// SIGHUP (the latter two not if they were ignored, as under nohup), and SIGCHLD. SIGPIPE is
// ignored for that time.
//
// They are blocked in the constructing thread only: any other thread must have been started with
// them blocked.
#pragma once

#include <signal.h>

namespace writ {

class Signals {
 public:
  Signals();
  ~Signals();  // takes what is still pending, then puts everything back
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int fd() const { return fd_; }  // readable when Next has something
  // The number of the next signal, 0 if there is none.
  int Next();

 private:
  int fd_ = -1;
  sigset_t mask_before_;
  struct sigaction pipe_before_;
};

// Holds all signals back from this thread, and from threads and processes that it makes meanwhile.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked();
  ~AllSignalsBlocked();
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t mask_before_;
};

}  // namespace writ
