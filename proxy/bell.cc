// A bell that can be polled.
// Tested by tests/proxy/reloads_test.cc.
#include "proxy/bell.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace writ {

Bell::Bell() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Bell::~Bell() {
  if (fd_ >= 0) close(fd_);
}

void Bell::Ring() const {
  const uint64_t once = 1;
  [[maybe_unused]] const ssize_t unused = write(fd_, &once, sizeof once);
}

bool Bell::Silence() const {
  uint64_t rings = 0;
  return read(fd_, &rings, sizeof rings) == sizeof rings;
}

}  // namespace writ
