// The task: one call is decided and counted.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "contest.h"

namespace writ::state {

inline constexpr std::string_view kPolicy = R"(
writ: 1
name: bench
default: allow
rules:
  - name: aligned
    tools: aligned
    quota: { max: 4000000000000000000, per: 366d }
  - name: sliding
    tools: sliding
    quota: { max: 4000000000000000000, per: 366d, sliding: true }
  - name: keyed
    tools: keyed
    quota: { max: 4000000000000000000, per: 366d, by: args.path }
)";

// Readable beyond its end, as the scanner needs it.
inline std::string CallOf(std::string_view tool) {
  std::string line = R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":")";
  line += tool;
  line += R"(","arguments":{"path":"src/main.cc","text":"a few words that nobody reads"}}})";
  line.reserve(line.size() + 64);
  return line;
}

// Where both rivals find the file. On the disk that temporary files are on.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "writ-bench-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) bench::Fail(path_ + " cannot be made");
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace writ::state
