// Reads and writes that never block, on descriptors whose flags are not ours to change.
//
// O_NONBLOCK belongs to the open file description, and that of our stdin or stdout is often
// shared: with the shell, with the client, with its other children. Setting it there would make
// their reads fail. So each kind of descriptor gets its own way:
//
//   socket            MSG_DONTWAIT on every call (Node connects its children by socket pairs)
//   pipe, terminal    opened once more through /proc/self/fd, which makes a description of our own
//   the same, where   poll first, then read, or write no more than PIPE_BUF bytes, which a pipe
//   that fails        that polls writable always takes
//   file, device      plain: they do not block
//
// Thread safety: none.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace writ {

class Channel {
 public:
  static constexpr ssize_t kWouldBlock = -1;
  static constexpr ssize_t kBroken = -2;

  // For a descriptor that may be shared. It stays open and its flags stay as they are.
  // One that is closed, or open for the other direction only, has fd() -1 and fails with EBADF.
  static Channel Reader(int fd);
  static Channel Writer(int fd);
  // For a descriptor that is non-blocking already and stays the caller's.
  static Channel NonBlocking(int fd) { return Channel(Kind::kNonBlocking, fd, false); }

  Channel(Channel&& other) noexcept;
  Channel& operator=(Channel&&) = delete;
  ~Channel();

  int fd() const { return fd_; }  // the one to poll; -1 if there is nothing to read or write

  // The number of bytes read, 0 at the end (a failure is an end too), or kWouldBlock.
  ssize_t Read(char* into, size_t size);
  int read_error() const { return read_error_; }  // the errno that was an end; 0 if none was
  // The number of bytes written, kWouldBlock, or kBroken with errno set. Never raises SIGPIPE on
  // a socket; for pipes the caller ignores it.
  ssize_t Write(const char* from, size_t size);

 private:
  enum class Kind { kNonBlocking, kSocket, kGuarded, kPlain };
  Channel(Kind kind, int fd, bool owned) : kind_(kind), fd_(fd), owned_(owned) {}
  static Channel Open(int fd, int access);

  Kind kind_;
  int fd_;
  bool owned_;  // opened by us, closed by us
  int read_error_ = 0;
};

}  // namespace writ
