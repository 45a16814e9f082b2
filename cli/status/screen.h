// The terminal's other screen, drawn anew in place, until whoever watches has seen enough.
//
// SIGINT, SIGTERM and SIGHUP end the watching and nothing else: the terminal is put back as it was.
// So it is before SIGQUIT ends it, and while it is stopped. In the background nothing is drawn: the
// terminal is another's then.
//
// Tested by tests/cli/status.py.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "proxy/descriptor.h"
#include "proxy/signals.h"

namespace writ {

// Between two looks, and while they are written: a signal is never waited for in vain.
class Watching {
 public:
  Watching();

  int output() const { return output_; }

  // False if it is to end now.
  bool Wait(int milliseconds);

  // Writes to stdout. False if it is to end before all is written, or cannot be written.
  bool Write(std::string_view text);
  int error() const { return error_; }  // of a Write() that could not, as errno

 private:
  bool WaitToWrite();

  Signals signals_;
  // A terminal that has room for less than what is written would be waited for; a description of
  // our own does not wait, and leaves stdout's, which others have too, as it is.
  Descriptor terminal_;
  int output_;
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

  // The lines that fit, unless in the background. False if watching is to end, or the terminal is
  // gone.
  bool Draw(std::string_view lines);

 private:
  Watching& watching_;
  bool was_away_ = true;  // others may have drawn since
};

}  // namespace writ
