// Owners and modes, from the root down to a file.
// Tested by tests/proxy/permissions_test.cc.
#include "proxy/permissions.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
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

// Whether the group is this user's own, with nobody else in it: named and numbered as the user's,
// and without other members.
bool IsOwnGroup(gid_t gid) {
  std::array<char, 16384> user_text;
  std::array<char, 16384> group_text;
  passwd user_entry;
  group group_entry;
  passwd* user = nullptr;
  group* members = nullptr;
  if (getpwuid_r(geteuid(), &user_entry, user_text.data(), user_text.size(), &user) != 0 ||
      user == nullptr || user->pw_gid != gid) {
    return false;
  }
  if (getgrgid_r(gid, &group_entry, group_text.data(), group_text.size(), &members) != 0 ||
      members == nullptr || std::strcmp(members->gr_name, user->pw_name) != 0) {
    return false;
  }
  for (char** member = members->gr_mem; *member != nullptr; ++member) {
    if (std::strcmp(*member, user->pw_name) != 0) return false;
  }
  return true;
}

// `on_the_way`: to something in it, whose owner is looked at too.
std::optional<std::string> WhoMayWrite(const std::string& path, const struct stat& status,
                                       bool on_the_way) {
  if (status.st_uid != 0 && status.st_uid != geteuid()) {
    return fmt::format("{} belongs to another user (uid {})", path, status.st_uid);
  }
  if (S_ISLNK(status.st_mode)) return std::nullopt;  // their modes say nothing
  if (on_the_way && (status.st_mode & S_ISVTX) != 0) return std::nullopt;
  if ((status.st_mode & S_IWOTH) != 0) return fmt::format("{} is writable by everybody", path);
  if ((status.st_mode & S_IWGRP) != 0 && !IsOwnGroup(status.st_gid)) {
    return fmt::format("{} is writable by its group (gid {})", path, status.st_gid);
  }
  return std::nullopt;
}

std::string CannotBeLookedAt(const std::string& path) {
  return fmt::format("{} cannot be looked at: {}", path, std::strerror(errno));
}

std::string Parent(const std::string& path) {
  return path.substr(0, std::max<size_t>(path.rfind('/'), 1));
}

}  // namespace

std::optional<std::string> WhoElseMayWrite(const std::string& path) {
  std::deque<std::string> parts;
  PushParts(path, parts);
  if (path.empty() || path[0] != '/') {
    std::array<char, PATH_MAX> folder;
    if (getcwd(folder.data(), folder.size()) == nullptr) return CannotBeLookedAt(".");
    PushParts(folder.data(), parts);
  }
  int links = 0;
  std::string at = "/";
  for (;;) {
    struct stat status;
    if (lstat(at.c_str(), &status) != 0) return CannotBeLookedAt(at);
    if (std::optional<std::string> who = WhoMayWrite(at, status, !parts.empty())) return who;
    if (S_ISLNK(status.st_mode)) {
      std::array<char, PATH_MAX> target;
      const ssize_t size = readlink(at.c_str(), target.data(), target.size());
      if (size < 0) return CannotBeLookedAt(at);
      if (++links > kMostLinks) return fmt::format("{} goes round in links", at);
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

tl::expected<std::string, std::string> MakePrivateFolder(const std::string& path) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST && access(folder.c_str(), F_OK) != 0) {
      return tl::unexpected(fmt::format("{} cannot be made: {}", folder, std::strerror(errno)));
    }
    if (slash == std::string::npos) break;
  }
  std::array<char, PATH_MAX> real;
  if (realpath(path.c_str(), real.data()) == nullptr) {
    return tl::unexpected(CannotBeLookedAt(path));
  }
  struct stat status;
  if (stat(real.data(), &status) != 0) return tl::unexpected(CannotBeLookedAt(path));
  if (!S_ISDIR(status.st_mode)) return tl::unexpected(fmt::format("{} is no folder", path));
  return std::string(real.data());
}

}  // namespace writ
