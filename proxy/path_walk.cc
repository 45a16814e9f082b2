// Following a path.
// Tested by tests/proxy/permissions_test.cc and tests/proxy/file_watch_test.cc.
#include "proxy/path_walk.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <string_view>

namespace writ {
namespace {

constexpr int kMostLinks = 40;  // what Linux follows

// The parts of a path, in order.
void PushParts(std::string_view path, std::deque<std::string>& parts) {
  size_t end = path.size();
  while (end > 0) {
    const size_t slash = path.rfind('/', end - 1);
    const size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
    if (begin < end) parts.emplace_front(path.substr(begin, end - begin));
    if (slash == std::string_view::npos) return;
    end = slash;
  }
}

}  // namespace

std::string FolderOf(const std::string& path) {
  return path.substr(0, std::max<size_t>(path.rfind('/'), 1));
}

std::optional<PathFault> WalkPath(const std::string& path,
                                  const std::function<bool(const PathEntry&)>& visit,
                                  const std::function<void(const std::string&)>& before) {
  std::deque<std::string> parts;
  PushParts(path, parts);
  if (path.empty() || path[0] != '/') {
    std::array<char, PATH_MAX> folder;
    if (getcwd(folder.data(), folder.size()) == nullptr) return PathFault{".", errno};
    PushParts(folder.data(), parts);
  }
  int links = 0;
  std::string at = "/";
  for (;;) {
    if (before) before(at);
    struct stat status;
    if (lstat(at.c_str(), &status) != 0) return PathFault{at, errno};
    if (!visit({at, status, parts.empty()})) return std::nullopt;
    if (S_ISLNK(status.st_mode)) {
      std::array<char, PATH_MAX> target;
      const ssize_t size = readlink(at.c_str(), target.data(), target.size());
      if (size < 0) return PathFault{at, errno};
      if (++links > kMostLinks) return PathFault{at, ELOOP};
      const std::string_view to(target.data(), static_cast<size_t>(size));
      PushParts(to, parts);
      at = to.substr(0, 1) == "/" ? "/" : FolderOf(at);
      continue;
    }
    while (!parts.empty() && (parts.front() == "." || parts.front() == "..")) {
      if (parts.front() == "..") at = FolderOf(at);
      parts.pop_front();
    }
    if (parts.empty()) return std::nullopt;
    if (at.back() != '/') at += '/';
    at += parts.front();
    parts.pop_front();
  }
}

}  // namespace writ
