// The terminal's other screen, drawn anew in place, until whoever watches has seen enough.
//
// SIGINT, SIGTERM and SIGHUP end the watching and nothing else: the terminal is put back as it was.
//
// Tested by tests/cli/status.py.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "proxy/signals.h"

namespace writ {

// Between two looks, and while they are written: a signal is never waited for in vain.
class Watching {
 public:
  // False if it is to end now.
  bool Wait(int milliseconds);

  // Writes to stdout. False if it is to end before all is written, or cannot be written.
  bool Write(std::string_view text);
  int error() const { return error_; }  // of a Write() that could not, as errno

 private:
  bool WaitToWrite();

  Signals signals_;
  int error_ = 0;
};

class Screen {
 public:
  explicit Screen(Watching& watching);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Of the terminal, now.
  size_t columns() const;

  // The lines that fit. False if watching is to end, or the terminal is gone.
  bool Draw(std::string_view lines);

 private:
  Watching& watching_;
};

}  // namespace writ
