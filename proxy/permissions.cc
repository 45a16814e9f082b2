// Owners and modes, from the root down to a file.
// Tested by tests/proxy/permissions_test.cc.
#include "proxy/permissions.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <string_view>

#include "proxy/access_list.h"
#include "proxy/own_group.h"
#include "proxy/path_walk.h"

namespace writ {
namespace {

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

std::optional<Opening> WalkTo(const std::string& path, bool must_exist) {
  std::optional<Opening> opening;
  const std::optional<PathFault> fault = WalkPath(path, [&opening](const PathEntry& entry) {
    opening = WhoMayWrite(entry.path, entry.status, !entry.is_last);
    if (opening.has_value() && IsMountedReadOnly(entry.path)) opening->remedy.clear();
    return !opening.has_value();
  });
  if (!fault.has_value()) return opening;
  if (fault->error == ELOOP) return Opening{fmt::format("{} goes round in links", fault->path), {}};
  if (!must_exist && (fault->error == ENOENT || fault->error == ENOTDIR)) return std::nullopt;
  return CannotBeLookedAt(fault->path, fault->error);
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
