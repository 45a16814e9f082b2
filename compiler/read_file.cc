// Reading a file, the whole or its beginning.
// Tested by tests/compiler/programs_test.cc, tests/compiler/load/policy_data_test.cc and
// tests/cli/sign.py.
#include "compiler/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace writ {
namespace {

// 0 if it may be read, and reading then waits for what comes.
int Admit(int fd, bool streams) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (S_ISREG(status.st_mode)) return 0;
  if (!streams) return kNoRegularFile;
  const int flags = fcntl(fd, F_GETFL);
  return flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0 ? errno : 0;
}

// `may_go_on`: what follows the first `max_bytes` stays unread.
tl::expected<std::string, int> Read(const std::string& path, size_t max_bytes, Readable readable,
                                    bool may_go_on) {
  // To open a pipe that nobody writes to would wait for a writer.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return tl::unexpected(errno == ENXIO ? kNoRegularFile : errno);
  int error = Admit(fd, readable == Readable::kFilesAndStreams && NamesAStream(path));
  struct stat status {};
  const bool has_size = error == 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  const size_t size = has_size && status.st_size > 0 ? static_cast<size_t>(status.st_size) : 0;
  if (size > max_bytes && !may_go_on) error = EFBIG;
  std::string text;
  if (error == 0) text.reserve(std::min(size, max_bytes));
  char buffer[1 << 16];
  while (error == 0) {
    const size_t room = max_bytes - text.size();
    const size_t wanted = may_go_on ? std::min(room, sizeof buffer) : sizeof buffer;
    const ssize_t got = read(fd, buffer, wanted);
    if (got == 0) break;
    if (got < 0) {
      if (errno != EINTR) error = errno;
    } else if (static_cast<size_t>(got) > room) {
      error = EFBIG;
    } else {
      text.append(buffer, static_cast<size_t>(got));
    }
  }
  close(fd);
  if (error != 0) return tl::unexpected(error);
  return text;
}

}  // namespace

bool NamesAStream(const std::string& path) {
  if (path == "/dev/stdin") return true;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    // What is reached through a descriptor is a file like any other.
    const std::string_view number = std::string_view(path).substr(folder.size());
    return !number.empty() &&
           std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  }
  return false;
}

tl::expected<std::string, int> ReadFile(const std::string& path, size_t max_bytes,
                                        Readable readable) {
  return Read(path, max_bytes, readable, false);
}

tl::expected<std::string, int> ReadBeginning(const std::string& path, size_t max_bytes,
                                             Readable readable) {
  return Read(path, max_bytes, readable, true);
}

std::string ReadErrorText(int error) {
  return error == kNoRegularFile ? "it is no regular file" : std::strerror(error);
}

}  // namespace writ
