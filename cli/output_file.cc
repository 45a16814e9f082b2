// Writing the file that -o names.
// Tested by tests/cli/migrate.py.
#include "cli/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/print.h"
#include "compiler/diagnostic.h"

namespace writ {
namespace {

bool IsStdout(const OutputFile& file) {
  return file.path.empty() || file.path == "-";
}

bool Refuse(const OutputFile& file) {
  PrintError(fmt::format("{} is there already", Quote(file.path)),
             "name another file, or overwrite it with --force");
  return false;
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

bool MayWrite(const OutputFile& file) {
  struct stat status;
  if (IsStdout(file) || file.force || lstat(file.path.c_str(), &status) != 0) return true;
  return Refuse(file);
}

bool WriteOutput(const OutputFile& file, std::string_view text) {
  if (IsStdout(file)) {
    PrintOut(text);
    return true;
  }
  const int how = O_WRONLY | O_CREAT | O_CLOEXEC | (file.force ? O_TRUNC : O_EXCL);
  // Nobody else may write what calls are judged by.
  const int fd = open(file.path.c_str(), how, 0644);
  if (fd < 0 && errno == EEXIST) return Refuse(file);
  bool written = fd >= 0 && WriteAll(fd, text);
  int error = errno;
  if (fd >= 0 && close(fd) != 0 && written) {
    written = false;
    error = errno;
  }
  if (written) return true;
  if (fd >= 0 && !file.force) unlink(file.path.c_str());
  PrintError(fmt::format("cannot write {}: {}", Quote(file.path), std::strerror(error)));
  return false;
}

}  // namespace writ
