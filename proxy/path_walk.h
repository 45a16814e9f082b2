// The way from the root to a file, entry by entry, symbolic links followed by hand: all that
// decides which file a path leads to.
//
// Tested by tests/proxy/permissions_test.cc and tests/proxy/file_watch_test.cc.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <optional>
#include <string>

namespace writ {

// An entry on the way: a folder, a link, or the end. Its own folder's path has no links in it.
struct PathEntry {
  const std::string& path;
  const struct stat& status;  // of the link itself, if it is one
  bool is_last = false;       // nothing of the path follows it, a link's target aside
};

// What cannot be looked at, or (ELOOP) a link that leads round in circles.
struct PathFault {
  std::string path;
  int error = 0;
};

// Calls `visit` for every entry in order, from "/" on, until it returns false. `before`, if there
// is one, gets each entry's path before it is looked at. None if it came to the end, or was
// stopped.
std::optional<PathFault> WalkPath(const std::string& path,
                                  const std::function<bool(const PathEntry&)>& visit,
                                  const std::function<void(const std::string&)>& before = nullptr);

// Of a path such as WalkPath gives.
std::string FolderOf(const std::string& path);

}  // namespace writ
