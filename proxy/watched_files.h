// Files that must stay what they were when they were opened.
//
// An open file goes on existing for whoever has it open when somebody removes or replaces it.
// Counts in it would then be this process's own, and another would begin anew beside it.
//
// Looking costs a system call a file, so only the first is looked at every time; the others, which
// nobody removes but by mistake, a few times a second.
//
// Looks at paths, never opens: closing a second descriptor of a file would drop SQLite's locks on
// it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace writ {

class WatchedFiles {
 public:
  // From now on. `may_shrink`: its size is nobody's business. False if it cannot be looked at.
  bool Add(std::string path, bool may_shrink);
  void Clear() { files_.clear(); }

  // What happened to one of them.
  struct Change {
    const std::string* path;
    std::string_view what;  // for people: "is gone", "was replaced", "was cut short"
  };
  std::optional<Change> Look();

 private:
  struct File {
    std::string path;
    dev_t device;
    ino_t inode;
    off_t size;  // the largest seen
    bool may_shrink;
  };
  static std::optional<Change> Look(File& file);

  std::vector<File> files_;
  std::chrono::steady_clock::time_point all_looked_at_;
};

}  // namespace writ
