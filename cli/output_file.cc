// Writing the files that -o names.
// Tested by tests/cli/migrate.py, tests/cli/sign.py and tests/cli/output_file_test.cc.
#include "cli/output_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cli/file_kind.h"
#include "cli/print.h"
#include "compiler/diagnostic.h"

namespace writ {
namespace {

// Nobody else may write what calls are judged by.
constexpr mode_t kMode = 0644;
// Files of that name that an ended run of the same process id may have left behind.
constexpr int kNamesTried = 100;

bool Refuse(const OutputFile& file) {
  PrintError(fmt::format("{} is there already", Quote(file.path)),
             "name another file, or overwrite it with --force");
  return false;
}

bool MayReplace(const OutputFile& file) {
  return file.force || (file.makes_way != nullptr && file.makes_way(file.path));
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

// Closes whatever happened before, and keeps the first error.
bool Close(int fd, bool sound) {
  const int error = errno;
  const bool closed = close(fd) == 0;
  if (!sound) errno = error;
  return sound && closed;
}

// Read and write the file, whatever the umask was.
bool LetOwner(int fd) {
  constexpr mode_t kOwner = S_IRUSR | S_IWUSR;
  struct stat status;
  if (fstat(fd, &status) != 0) return false;
  return (status.st_mode & kOwner) == kOwner || fchmod(fd, (status.st_mode & 0777) | kOwner) == 0;
}

// What cannot be replaced: a device, a pipe.
bool WriteInto(const std::string& path, std::string_view text) {
  const int fd = open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);
  return fd >= 0 && Close(fd, WriteAll(fd, text));
}

// Gives the file the owner and the group of the one it replaces, and lets them do with it what they
// could with that one, but write only the owner. Where the group cannot be the same, none may read
// it: another would read what that one alone was to.
bool TakeAfter(int fd, const struct stat& replaced) {
  mode_t mode = kMode & replaced.st_mode;
  if (fchown(fd, replaced.st_uid, replaced.st_gid) != 0 &&
      fchown(fd, static_cast<uid_t>(-1), replaced.st_gid) != 0) {
    mode &= static_cast<mode_t>(~S_IRWXG);
  }
  return fchmod(fd, mode) == 0;
}

// A file beside `path` that becomes it once it is whole; until then `path` is untouched, and where
// that cannot be, stays so. `replaced` is what stands there, or null.
// `flags`: of renameat2.
bool Replace(const std::string& path, const struct stat* replaced, std::string_view text,
             unsigned flags = 0) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  // Until it belongs to whom it shall, nobody else may open it.
  const mode_t mode = replaced == nullptr ? kMode : kMode & replaced->st_mode & S_IRWXU;
  std::string beside;
  int fd = -1;
  for (int number = 0; fd < 0 && number < kNamesTried; ++number) {
    beside = fmt::format("{}.writ-{}-{}", folder, getpid(), number);
    fd = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0 && errno != EEXIST) return false;
  }
  if (fd < 0) return false;
  const bool sound =
      (replaced == nullptr || TakeAfter(fd, *replaced)) && WriteAll(fd, text) && fsync(fd) == 0;
  const bool written = Close(fd, sound);
  const auto take_its_place = [&] {
    return flags == 0 ? rename(beside.c_str(), path.c_str())
                      : renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, path.c_str(), flags);
  };
  if (written && take_its_place() == 0) return true;
  const int error = errno;
  unlink(beside.c_str());
  errno = error;
  return false;
}

// Takes a name that nobody has, so that nobody's file is replaced.
bool WriteNew(const std::string& path, std::string_view text) {
  if (Replace(path, nullptr, text, RENAME_NOREPLACE)) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  // The file system cannot do that in one step: an empty file keeps the name meanwhile.
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (fd < 0) return false;
  if (Close(fd, true) && Replace(path, nullptr, text)) return true;
  const int error = errno;
  unlink(path.c_str());
  errno = error;
  return false;
}

bool Overwrite(const std::string& path, std::string_view text) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) return errno == ENOENT && Replace(path, nullptr, text);
  // Of a link it is the file that is meant. One that leads nowhere names none.
  if (stat(path.c_str(), &status) != 0) return false;
  if (!S_ISREG(status.st_mode)) return WriteInto(path, text);
  char* const real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return false;
  const std::string file = real;
  std::free(real);
  if (Replace(file, &status, text)) return true;
  // A file that is mounted by itself has no name to be replaced: nothing but writing into it is
  // left, which is not done in one step and leaves its mode as it is.
  return errno == EBUSY && WriteInto(file, text);
}

}  // namespace

bool IsStdout(const OutputFile& file) {
  return file.path.empty() || file.path == "-" || file.path == "/dev/stdout";
}

bool MayWrite(const OutputFile& file) {
  struct stat status;
  if (IsStdout(file) || lstat(file.path.c_str(), &status) != 0) return true;
  return MayReplace(file) || Refuse(file);
}

bool Spares(const OutputFile& file, const std::vector<std::string>& inputs) {
  struct stat output;
  if (IsStdout(file) || stat(file.path.c_str(), &output) != 0 || !S_ISREG(output.st_mode)) {
    return true;
  }
  for (const std::string& path : inputs) {
    struct stat input;
    if (stat(path.c_str(), &input) != 0 || input.st_dev != output.st_dev ||
        input.st_ino != output.st_ino) {
      continue;
    }
    PrintError(fmt::format("{} is what is read here, and would be overwritten", Quote(file.path)),
               "name another file");
    return false;
  }
  if (KindOfFile(file.path) != FileKind::kSecretKey) return true;
  PrintError(fmt::format("{} is a secret key, and nothing overwrites one", Quote(file.path)),
             "name another file, or move that one away");
  return false;
}

bool WriteOutput(const OutputFile& file, std::string_view text) {
  if (IsStdout(file)) {
    PrintOut(text);
    return true;
  }
  // A file that may not grow further is to be an error, not the end of the process.
  signal(SIGXFSZ, SIG_IGN);
  const bool replaces = MayReplace(file);
  if (replaces ? Overwrite(file.path, text) : WriteNew(file.path, text)) return true;
  int error = errno;
  if (!replaces && error == EEXIST) {
    // It has come meanwhile.
    if (!MayReplace(file)) return Refuse(file);
    if (Overwrite(file.path, text)) return true;
    error = errno;
  }
  PrintError(fmt::format("cannot write {}: {}", Quote(file.path), std::strerror(error)));
  return false;
}

int MakeFile(const std::string& path, unsigned mode, std::string_view text) {
  signal(SIGXFSZ, SIG_IGN);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return errno;
  if (Close(fd, LetOwner(fd) && WriteAll(fd, text) && fsync(fd) == 0)) return 0;
  const int error = errno;
  unlink(path.c_str());
  return error;
}

}  // namespace writ
