// Drawing in place.
// Tested by tests/cli/status.py.
#include "cli/status/screen.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace writ {
namespace {

// The other screen, without a cursor, and without lines that go on in the next one.
constexpr char kEnter[] = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J";
constexpr char kLeave[] = "\x1b[?7h\x1b[?25h\x1b[?1049l";

// What takes something, a terminal or a pipe, takes a piece of this size whole: no write waits.
constexpr size_t kPiece = 256;

winsize SizeOfTerminal() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    size.ws_col = 80;
    size.ws_row = 24;
  }
  return size;
}

struct sigaction stop_before;

// Ctrl-Z gives the terminal back as well. Nothing here is but what a handler may call.
void OnStop(int /*signal*/) {
  const int error = errno;
  ssize_t written = write(STDOUT_FILENO, kLeave, sizeof kLeave - 1);
  raise(SIGSTOP);
  written = write(STDOUT_FILENO, kEnter, sizeof kEnter - 1);
  static_cast<void>(written);
  errno = error;
}

void TakeOverStop() {
  struct sigaction stop = {};
  stop.sa_handler = OnStop;
  stop.sa_flags = SA_RESTART;
  sigaction(SIGTSTP, nullptr, &stop_before);
  if (stop_before.sa_handler == SIG_DFL) sigaction(SIGTSTP, &stop, nullptr);
}

}  // namespace

bool Watching::Wait(int milliseconds) {
  pollfd ready = {signals_.fd(), POLLIN, 0};
  poll(&ready, 1, milliseconds);
  for (int signal = signals_.Next(); signal != 0; signal = signals_.Next()) {
    if (signal != SIGCHLD) return false;
  }
  return true;
}

bool Watching::WaitToWrite() {
  pollfd ready[] = {{STDOUT_FILENO, POLLOUT, 0}, {signals_.fd(), POLLIN, 0}};
  while (poll(ready, 2, -1) < 0 && errno == EINTR) continue;
  return ready[1].revents == 0 || Wait(0);
}

bool Watching::Write(std::string_view text) {
  while (!text.empty()) {
    if (!WaitToWrite()) return false;
    const ssize_t count = write(STDOUT_FILENO, text.data(), std::min(text.size(), kPiece));
    if (count < 0 && errno != EINTR && errno != EAGAIN) {
      error_ = errno;
      return false;
    }
    if (count > 0) text.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

Screen::Screen(Watching& watching) : watching_(watching) {
  TakeOverStop();
  watching_.Write(kEnter);
}

Screen::~Screen() {
  // A terminal that takes nothing would keep us here.
  pollfd ready = {STDOUT_FILENO, POLLOUT, 0};
  if (poll(&ready, 1, 100) == 1) {
    const ssize_t written = write(STDOUT_FILENO, kLeave, sizeof kLeave - 1);
    static_cast<void>(written);
  }
  sigaction(SIGTSTP, &stop_before, nullptr);
}

size_t Screen::columns() const {
  return SizeOfTerminal().ws_col;
}

bool Screen::Draw(std::string_view lines) {
  std::string text = "\x1b[H";
  const size_t rows = SizeOfTerminal().ws_row;
  const auto count = static_cast<size_t>(std::count(lines.begin(), lines.end(), '\n'));
  for (size_t row = 0; !lines.empty() && row < rows; ++row) {
    const size_t end = std::min(lines.find('\n'), lines.size() - 1);
    const bool is_last = row + 1 == rows && count > rows;
    if (row > 0) text += "\r\n";
    if (is_last) {
      text += fmt::format("… {} lines more, on a higher terminal", count - row);
    } else {
      text += lines.substr(0, end);
    }
    text += "\x1b[K";  // what stood there before
    lines.remove_prefix(end + 1);
  }
  text += "\x1b[J";
  return watching_.Write(text);
}

}  // namespace writ
