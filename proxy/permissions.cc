// Owners and modes, from the root down to a file.
// Tested by tests/proxy/permissions_test.cc.
#include "proxy/permissions.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <limits>
#include <string_view>

#include "proxy/access_list.h"
#include "proxy/own_group.h"

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

// As a shell takes it for one word.
std::string Word(const std::string& path) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%=";
  if (path.find_first_not_of(kPlain) == std::string::npos) return path;
  std::string quoted = "'";
  for (const char c : path) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

Opening CannotBeLookedAt(const std::string& path, int error) {
  return {fmt::format("{} cannot be looked at: {}", path, std::strerror(error)), {}};
}

bool IsMountedReadOnly(const std::string& path) {
  struct statvfs status;
  return statvfs(path.c_str(), &status) == 0 && (status.f_flag & ST_RDONLY) != 0;
}

// A user namespace shows all that it has no number for as this one.
bool MayBeUnmapped(uid_t user) {
  constexpr uid_t kUnmapped = 65534;
  if (user != kUnmapped) return false;
  uint64_t first = 0, outside = 0, count = 0;
  std::ifstream("/proc/self/uid_map") >> first >> outside >> count;
  return count != 0 && count < std::numeric_limits<uid_t>::max();
}

Opening WritableByGroup(const std::string& path, gid_t group) {
  return {fmt::format("{} is writable by its group (gid {})", path, group),
          "chmod g-w " + Word(path)};
}

// By those whom the bits of the group in its mode stand for.
std::optional<Opening> WhichGroupMayWrite(const std::string& path, const struct stat& status) {
  const auto listed = WritersByAccessList(path);
  if (!listed.has_value()) return CannotBeLookedAt(path, listed.error());
  const auto is_own = [](gid_t group) { return IsOwnGroup(geteuid(), group); };
  if (!listed->has_value()) {
    return is_own(status.st_gid) ? std::nullopt
                                 : std::optional(WritableByGroup(path, status.st_gid));
  }
  const Writers& writers = **listed;
  const std::string remedy = "setfacl -b " + Word(path);
  for (const uid_t user : writers.users) {
    if (user == 0 || user == geteuid()) continue;
    return Opening{
        fmt::format("{} is writable by another user (uid {}, by its access list)", path, user),
        remedy};
  }
  for (const gid_t group : writers.groups) {
    if (is_own(group)) continue;
    return Opening{
        fmt::format("{} is writable by a group (gid {}, by its access list)", path, group), remedy};
  }
  if (writers.owning_group && !is_own(status.st_gid)) return WritableByGroup(path, status.st_gid);
  return std::nullopt;
}

// `on_the_way`: to something in it, whose owner is looked at too.
std::optional<Opening> WhoMayWrite(const std::string& path, const struct stat& status,
                                   bool on_the_way) {
  if (status.st_uid != 0 && status.st_uid != geteuid()) {
    return Opening{fmt::format("{} belongs to another user (uid {}{})", path, status.st_uid,
                               MayBeUnmapped(status.st_uid)
                                   ? ", as whoever is not mapped in this user namespace"
                                   : ""),
                   {}};
  }
  if (S_ISLNK(status.st_mode)) return std::nullopt;  // their modes say nothing
  if (on_the_way && (status.st_mode & S_ISVTX) != 0) return std::nullopt;
  if ((status.st_mode & S_IWOTH) != 0) {
    return Opening{fmt::format("{} is writable by everybody", path), "chmod go-w " + Word(path)};
  }
  if ((status.st_mode & S_IWGRP) != 0) return WhichGroupMayWrite(path, status);
  return std::nullopt;
}

std::string Parent(const std::string& path) {
  return path.substr(0, std::max<size_t>(path.rfind('/'), 1));
}

std::optional<Opening> WalkTo(const std::string& path, bool must_exist) {
  std::deque<std::string> parts;
  PushParts(path, parts);
  if (path.empty() || path[0] != '/') {
    std::array<char, PATH_MAX> folder;
    if (getcwd(folder.data(), folder.size()) == nullptr) return CannotBeLookedAt(".", errno);
    PushParts(folder.data(), parts);
  }
  int links = 0;
  std::string at = "/";
  for (;;) {
    struct stat status;
    if (lstat(at.c_str(), &status) != 0) {
      if (!must_exist && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
      return CannotBeLookedAt(at, errno);
    }
    if (std::optional<Opening> who = WhoMayWrite(at, status, !parts.empty())) {
      if (IsMountedReadOnly(at)) who->remedy.clear();
      return who;
    }
    if (S_ISLNK(status.st_mode)) {
      std::array<char, PATH_MAX> target;
      const ssize_t size = readlink(at.c_str(), target.data(), target.size());
      if (size < 0) return CannotBeLookedAt(at, errno);
      if (++links > kMostLinks) return Opening{fmt::format("{} goes round in links", at), {}};
      const std::string_view to(target.data(), static_cast<size_t>(size));
      PushParts(to, parts);
      at = to.substr(0, 1) == "/" ? "/" : Parent(at);
      continue;
    }
    while (!parts.empty() && (parts.front() == "." || parts.front() == "..")) {
      if (parts.front() == "..") at = Parent(at);
      parts.pop_front();
    }
    if (parts.empty()) return std::nullopt;
    if (at.back() != '/') at += '/';
    at += parts.front();
    parts.pop_front();
  }
}

}  // namespace

std::optional<Opening> WhoElseMayWrite(const std::string& path) {
  return WalkTo(path, true);
}

std::optional<Opening> WhoElseMayMake(const std::string& path) {
  return WalkTo(path, false);
}

std::optional<Opening> WhoElseMayReadOrWrite(const std::string& path) {
  if (std::optional<Opening> who = WhoElseMayWrite(path)) return who;
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return CannotBeLookedAt(path, errno);
  // For whom an access list names, the bits of the group stand too.
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return std::nullopt;
  return Opening{fmt::format("{} may be read by others", path), "chmod go= " + Word(path)};
}

tl::expected<std::string, std::string> MakePrivateFolder(const std::string& path) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    // What cannot be made may be there all the same: on a file system that is only read, say.
    const int error = mkdir(folder.c_str(), 0700) == 0 ? 0 : errno;
    if (error != 0 && error != EEXIST && access(folder.c_str(), F_OK) != 0) {
      return tl::unexpected(fmt::format("{} cannot be made: {}", folder, std::strerror(error)));
    }
    if (slash == std::string::npos) break;
  }
  std::array<char, PATH_MAX> real;
  if (realpath(path.c_str(), real.data()) == nullptr) {
    return tl::unexpected(CannotBeLookedAt(path, errno).text);
  }
  struct stat status;
  if (stat(real.data(), &status) != 0) return tl::unexpected(CannotBeLookedAt(path, errno).text);
  if (!S_ISDIR(status.st_mode)) return tl::unexpected(fmt::format("{} is no folder", path));
  return std::string(real.data());
}

}  // namespace writ
