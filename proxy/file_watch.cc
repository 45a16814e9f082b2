// Watching the way to files.
// Tested by tests/proxy/file_watch_test.cc.
#include "proxy/file_watch.h"

#include <fmt/core.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "proxy/path_walk.h"

namespace writ {
namespace {

constexpr uint32_t kOfEntries =
    IN_CREATE | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;
constexpr uint32_t kOfFile = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB;

// Why a watch was refused.
std::string TextOf(int error) {
  if (error == ENOSPC) return "no inotify watch is left (fs.inotify.max_user_watches)";
  return std::strerror(error);
}

// Not what a link leads to, and nothing that has been written.
bool MayHaveAWriterYet(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_nlink == 1 && status.st_size == 0;
}

}  // namespace

FileWatch::FileWatch() : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (fd_ < 0) fd_ = -errno;
}

FileWatch::~FileWatch() {
  if (fd_ >= 0) close(fd_);
}

std::vector<std::string> FileWatch::Watch(const std::vector<std::string>& paths) {
  for (auto& [number, place] : places_) place = {};
  std::vector<std::string> blind = WatchPaths(paths);
  bool has_freed = false;
  for (auto at = places_.begin(); at != places_.end();) {
    if (at->second.keep) {
      ++at;
      continue;
    }
    inotify_rm_watch(fd_, at->first);
    written_.erase(at->first);
    at = places_.erase(at);
    has_freed = true;
  }
  // What is watched no more may have been what was lacking.
  if (has_freed && !blind.empty()) blind = WatchPaths(paths);
  return blind;
}

std::vector<std::string> FileWatch::WatchPaths(const std::vector<std::string>& paths) {
  std::vector<std::string> blind;
  std::set<Entry> still_made;
  for (const std::string& path : paths) WatchPath(path, blind, still_made);
  made_ = std::move(still_made);
  std::sort(blind.begin(), blind.end());
  blind.erase(std::unique(blind.begin(), blind.end()), blind.end());
  return blind;
}

void FileWatch::WatchPath(const std::string& path, std::vector<std::string>& blind,
                          std::set<Entry>& still_made) {
  int folder = 0;  // of the entry at hand: its number, or -errno
  std::string name;
  const auto watch_folder = [&](const std::string& entry) {
    folder = 0;
    if (entry == "/") return;
    name = entry.substr(entry.rfind('/') + 1);
    folder = Add(FolderOf(entry), kOfEntries, name);
  };
  const auto tell = [&blind](const std::string& where, int error) {
    blind.push_back(fmt::format("{}: {}", where, TextOf(error)));
  };
  const auto fault = WalkPath(
      path,
      [&](const PathEntry& entry) {
        // Folders above are seldom moved, and often not to be read by everybody.
        const bool decides = S_ISLNK(entry.status.st_mode) || entry.is_last;
        if (decides && folder < 0) tell(FolderOf(entry.path), -folder);
        if (!S_ISREG(entry.status.st_mode)) return true;
        const int file = Add(entry.path, kOfFile, "");
        // What cannot be read will not be, and its folder tells when its rights change.
        if (file < 0 && file != -EACCES && file != -ENOENT) tell(entry.path, -file);
        if (MayHaveAWriterYet(entry.status) && made_.count({folder, name}) > 0) {
          still_made.emplace(folder, name);
        }
        return true;
      },
      watch_folder);
  // It is where the way will go on.
  if (fault.has_value() && folder < 0) tell(FolderOf(fault->path), -folder);
}

// Its number, or -errno.
int FileWatch::Add(const std::string& path, uint32_t events, const std::string& name) {
  const int number = inotify_add_watch(fd_, path.c_str(), events);
  if (number < 0) return -errno;
  Place& place = places_[number];
  place.keep = true;
  place.names.insert(name);
  return number;
}

FileWatch::Seen FileWatch::Look() {
  Seen seen;
  alignas(inotify_event) char buffer[16384];
  for (;;) {
    const ssize_t got = read(fd_, buffer, sizeof buffer);
    if (got <= 0) break;
    for (const char* at = buffer; at < buffer + got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      at += sizeof *event + event->len;
      const std::string name = event->len > 0 ? std::string(event->name) : std::string();
      if (Concerns(event->wd, event->mask, name)) seen.changed = true;
    }
  }
  seen.written = IsWritten();
  return seen;
}

bool FileWatch::Concerns(int watch, uint32_t events, const std::string& name) {
  if ((events & IN_Q_OVERFLOW) != 0) {
    written_.clear();
    made_.clear();
    return true;
  }
  const auto place = places_.find(watch);
  if (place == places_.end()) return false;
  if ((events & IN_IGNORED) != 0) {  // it is gone, and its number with it
    written_.erase(watch);
    places_.erase(place);
    return true;
  }
  if (place->second.names.count(name) == 0) return false;
  if ((events & IN_MODIFY) != 0) written_.insert(watch);
  if ((events & IN_CLOSE_WRITE) != 0) written_.erase(watch);
  if (name.empty()) return true;
  constexpr uint32_t kWholeOrGone = IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
  if ((events & kWholeOrGone) != 0) made_.erase({watch, name});
  if ((events & IN_CREATE) != 0 && (events & IN_ISDIR) == 0) made_.emplace(watch, name);
  return true;
}

}  // namespace writ
