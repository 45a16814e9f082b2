// Drawing in place.
// Tested by tests/cli/status.py.
#include "cli/status/screen.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
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

// For the handlers, in which nothing is but what they may call.
int output = STDOUT_FILENO;
volatile sig_atomic_t is_entered = 0;
struct sigaction stop_before;
struct sigaction quit_before;

bool IsInForeground() {
  // Not known where it is no terminal of this session, or that of processes that cannot be seen.
  const pid_t group = tcgetpgrp(output);
  return group <= 0 || group == getpgrp();
}

void Enter() {
  is_entered = 1;
  const ssize_t written = write(output, kEnter, sizeof kEnter - 1);
  static_cast<void>(written);
}

void Leave() {
  if (is_entered == 0) return;
  is_entered = 0;
  const ssize_t written = write(output, kLeave, sizeof kLeave - 1);
  static_cast<void>(written);
}

// Ctrl-Z gives the terminal back as well.
void OnStop(int /*signal*/) {
  const int error = errno;
  const bool was_entered = is_entered != 0;
  Leave();
  raise(SIGSTOP);
  if (was_entered && IsInForeground()) Enter();
  errno = error;
}

void OnQuit(int signal) {
  Leave();
  raise(signal);  // which now ends the process
}

// A second one, raised in the handler, does what it did before.
constexpr int kOnce = static_cast<int>(SA_RESETHAND | SA_NODEFER);

void TakeOver(int signal, void (*handler)(int), int flags, struct sigaction* before) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal, nullptr, before);
  if (before->sa_handler == SIG_DFL) sigaction(signal, &action, nullptr);
}

}  // namespace

Watching::Watching() {
  if (isatty(STDOUT_FILENO) == 1) {
    terminal_ = Descriptor(open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  }
  output_ = terminal_.is_open() ? terminal_.get() : STDOUT_FILENO;
}

bool Watching::Wait(int milliseconds) {
  pollfd ready = {signals_.fd(), POLLIN, 0};
  poll(&ready, 1, milliseconds);
  for (int signal = signals_.Next(); signal != 0; signal = signals_.Next()) {
    if (signal != SIGCHLD) return false;
  }
  return true;
}

bool Watching::WaitToWrite() {
  pollfd ready[] = {{output_, POLLOUT, 0}, {signals_.fd(), POLLIN, 0}};
  while (poll(ready, 2, -1) < 0 && errno == EINTR) continue;
  return ready[1].revents == 0 || Wait(0);
}

bool Watching::Write(std::string_view text) {
  constexpr int kBetweenTries = 20;  // milliseconds
  while (!text.empty()) {
    if (!WaitToWrite()) return false;
    const ssize_t count = write(output_, text.data(), std::min(text.size(), kPiece));
    if (count > 0) text.remove_prefix(static_cast<size_t>(count));
    if (count >= 0 || errno == EINTR) continue;
    if (errno != EAGAIN) {
      error_ = errno;
      return false;
    }
    // A terminal may have room, and not for what its line discipline makes of the next character.
    if (!Wait(kBetweenTries)) return false;
  }
  return true;
}

Screen::Screen(Watching& watching) : watching_(watching) {
  output = watching.output();
  TakeOver(SIGTSTP, OnStop, SA_RESTART, &stop_before);
  TakeOver(SIGQUIT, OnQuit, kOnce, &quit_before);
}

Screen::~Screen() {
  // A terminal that takes nothing would keep us here.
  pollfd ready = {output, POLLOUT, 0};
  if (poll(&ready, 1, 100) == 1) Leave();
  sigaction(SIGTSTP, &stop_before, nullptr);
  sigaction(SIGQUIT, &quit_before, nullptr);
  output = STDOUT_FILENO;
}

size_t Screen::columns() const {
  return SizeOfTerminal().ws_col;
}

bool Screen::Draw(std::string_view lines) {
  if (!IsInForeground()) {
    was_away_ = true;
    return true;
  }
  std::string text;
  if (was_away_ || is_entered == 0) text += kEnter;
  was_away_ = false;
  is_entered = 1;
  text += "\x1b[H";
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
  // It may be stopped meanwhile, and go on in the background.
  for (size_t at = 0; at < text.size() && is_entered != 0; at += kPiece) {
    if (!watching_.Write(std::string_view(text).substr(at, kPiece))) return false;
  }
  return true;
}

}  // namespace writ
