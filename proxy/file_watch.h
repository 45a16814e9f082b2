// Notices that what some paths lead to may have changed, whichever way: a file written in place,
// renamed over, removed and made again, its rights changed, a link on the way led elsewhere (as
// Kubernetes swaps ..data), a folder on the way moved.
//
// Every folder in which an entry of the way stands is watched for that entry's name, and the file
// itself for what is written to it. A file that was made is taken for one that is being written
// until it is closed; links are made without a writer, so that ends with the next Watch(). A folder
// is watched before its entry is looked at, so whatever happens after Watch() is noticed. Says too
// much rather than too little.
//
// The kernel tells of what happens on this machine: not of files that another one changes on a
// network file system, and not of mounts.
//
// Thread safety: none.
//
// Tested by tests/proxy/file_watch_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace writ {

class FileWatch {
 public:
  FileWatch();
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // Readable when Look() has something. Negative if the system gave none: -errno.
  int fd() const { return fd_; }

  // From now on these, and no others. Returns the folders and files in which a change cannot be
  // noticed, each with why, for people.
  std::vector<std::string> Watch(const std::vector<std::string>& paths);

  struct Seen {
    bool changed = false;  // since the last time
    bool written = false;  // a file is being written by somebody who has not closed it yet
  };
  Seen Look();
  // As the last Look() and Watch() know.
  bool IsWritten() const { return !written_.empty() || !made_.empty(); }

 private:
  struct Place {
    std::set<std::string> names;  // of entries of a folder; "": the file itself
    bool keep = false;            // while watching anew
  };

  using Entry = std::pair<int, std::string>;  // of a folder: its number, and a name in it

  std::vector<std::string> WatchPaths(const std::vector<std::string>& paths);
  void WatchPath(const std::string& path, std::vector<std::string>& blind,
                 std::set<Entry>& still_made);
  int Add(const std::string& path, uint32_t events, const std::string& name);
  bool Concerns(int watch, uint32_t events, const std::string& name);

  int fd_;
  std::map<int, Place> places_;  // by the kernel's number
  std::set<int> written_;        // files that are open for writing
  std::set<Entry> made_;         // files that were made, and not closed since
};

}  // namespace writ
