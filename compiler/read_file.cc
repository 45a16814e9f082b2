// Reading a whole file.
// Tested by tests/compiler/compile_test.cc and tests/compiler/load/policy_data_test.cc
#include "compiler/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace writ {

tl::expected<std::string, int> ReadFile(const std::string& path, size_t max_bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return tl::unexpected(errno);
  std::string text;
  char buffer[1 << 16];
  ssize_t got;
  while ((got = read(fd, buffer, sizeof buffer)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || text.size() > max_bytes) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  const int error = got < 0 ? errno : 0;
  close(fd);
  if (error != 0) return tl::unexpected(error);
  return text;
}

}  // namespace writ
