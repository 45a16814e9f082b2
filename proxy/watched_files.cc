// Looking whether a path still leads to the file it led to.
// Tested by tests/proxy/counters_sqlite_test.cc.
#include "proxy/watched_files.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace writ {
namespace {

constexpr auto kBetweenLooks = std::chrono::milliseconds(200);  // at all files

}  // namespace

bool WatchedFiles::Add(std::string path, bool may_shrink) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return false;
  files_.push_back({std::move(path), status.st_dev, status.st_ino, status.st_size, may_shrink});
  return true;
}

std::optional<WatchedFiles::Change> WatchedFiles::Look(File& file) {
  struct stat status;
  if (stat(file.path.c_str(), &status) != 0) {
    const bool gone = errno == ENOENT || errno == ENOTDIR;
    return Change{&file.path, gone ? "is gone" : "cannot be looked at any more"};
  }
  if (status.st_ino != file.inode || status.st_dev != file.device) {
    return Change{&file.path, "was replaced"};
  }
  if (status.st_size < file.size && !file.may_shrink) return Change{&file.path, "was cut short"};
  file.size = status.st_size;
  return std::nullopt;
}

std::optional<WatchedFiles::Change> WatchedFiles::Look() {
  const auto now = std::chrono::steady_clock::now();
  const bool all = now - all_looked_at_ >= kBetweenLooks;
  if (all) all_looked_at_ = now;
  for (File& file : files_) {
    if (std::optional<Change> change = Look(file)) return change;
    if (!all) break;
  }
  return std::nullopt;
}

}  // namespace writ
