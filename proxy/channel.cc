// Reads and writes that never block; see channel.h for why there are four ways.
// Tested by tests/proxy/channel_test.cc.
#include "proxy/channel.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace writ {
namespace {

// A named pipe is left out: opened again after its last writer has gone, it would never poll as
// ended.
bool CanBeOpenedAgain(int fd, const struct stat& status) {
  if (S_ISCHR(status.st_mode)) return isatty(fd) == 1;
  struct statfs system;
  return S_ISFIFO(status.st_mode) && fstatfs(fd, &system) == 0 && system.f_type == PIPEFS_MAGIC;
}

bool IsReady(int fd, short events) {
  pollfd entry = {fd, events, 0};
  int count;
  do {
    count = poll(&entry, 1, 0);
  } while (count < 0 && errno == EINTR);
  return count > 0;
}

// Opened again, the wrong end of a pipe would be the right one, with somebody else's bytes in it.
bool IsOpenFor(int fd, int access) {
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && ((flags & O_ACCMODE) == O_RDWR || (flags & O_ACCMODE) == access);
}

}  // namespace

Channel Channel::Open(int fd, int access) {
  struct stat status;
  if (!IsOpenFor(fd, access) || fstat(fd, &status) != 0) return Channel(Kind::kPlain, -1, false);
  if (S_ISSOCK(status.st_mode)) return Channel(Kind::kSocket, fd, false);
  if (CanBeOpenedAgain(fd, status)) {
    int own = open(fmt::format("/proc/self/fd/{}", fd).c_str(),
                   access | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (own >= 0) return Channel(Kind::kNonBlocking, own, true);
  }
  if (S_ISFIFO(status.st_mode) || isatty(fd) == 1) return Channel(Kind::kGuarded, fd, false);
  return Channel(Kind::kPlain, fd, false);
}

Channel Channel::Reader(int fd) {
  return Open(fd, O_RDONLY);
}
Channel Channel::Writer(int fd) {
  return Open(fd, O_WRONLY);
}

Channel::Channel(Channel&& other) noexcept
    : kind_(other.kind_),
      fd_(std::exchange(other.fd_, -1)),
      owned_(std::exchange(other.owned_, false)),
      read_error_(other.read_error_) {}

Channel::~Channel() {
  if (owned_) close(fd_);
}

ssize_t Channel::Read(char* into, size_t size) {
  if (fd_ < 0) {
    read_error_ = EBADF;
    return 0;
  }
  if (kind_ == Kind::kGuarded && !IsReady(fd_, POLLIN)) return kWouldBlock;
  for (;;) {
    ssize_t count =
        kind_ == Kind::kSocket ? recv(fd_, into, size, MSG_DONTWAIT) : read(fd_, into, size);
    if (count >= 0) return count;
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return kWouldBlock;
    read_error_ = errno;
    return 0;
  }
}

ssize_t Channel::Write(const char* from, size_t size) {
  if (kind_ == Kind::kGuarded) {
    if (!IsReady(fd_, POLLOUT)) return kWouldBlock;
    size = std::min<size_t>(size, PIPE_BUF);
  }
  for (;;) {
    ssize_t count = kind_ == Kind::kSocket ? send(fd_, from, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                           : write(fd_, from, size);
    if (count >= 0) return count;
    if (errno == EINTR) continue;
    return errno == EAGAIN || errno == EWOULDBLOCK ? kWouldBlock : kBroken;
  }
}

}  // namespace writ
