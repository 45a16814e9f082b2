// Reads audit logs as they grow, into a tally.
//
// What was not written since the beginning of the window is not read: of older files only the lock
// of a writer is looked for. What is read is bounded besides, the newest first, so that neither a
// log of gigabytes nor a file that is none holds up whoever asks; then a note says so.
//
// Nothing is locked, made or written.
//
// Tested by tests/cli/status_audit_reader_test.cc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "cli/status/growing_file.h"
#include "cli/status/tally.h"

namespace writ {

struct AuditReaderOptions {
  std::string path;   // a folder, or a file
  int64_t since = 0;  // seconds since 1970-01-01T00:00Z
  uint64_t max_file_bytes = 128u << 20;
  uint64_t max_bytes = 512u << 20;  // of all files, at a time
  size_t max_files = 20'000;
};

class AuditReader {
 public:
  explicit AuditReader(AuditReaderOptions options);

  // Reads what is new. The fault is for people.
  tl::expected<void, std::string> Refresh();

  bool found() const { return found_; }  // whether there is such a path
  const Tally& tally() const { return tally_; }
  // What is missing in it, for people.
  std::vector<std::string> Notes() const;

 private:
  using FileId = std::pair<dev_t, ino_t>;
  struct Found {
    std::string path;
    FileId id;
    uint64_t size;
    int64_t modified;
  };
  struct File {
    std::string path;
    GrowingFile lines{kRecordPrefix};
    std::string session;  // of its last record
    Writer writer = Writer::kGone;
    bool is_new = true;
    bool is_partly_read = false;
    bool is_unreadable = false;
  };

  tl::expected<std::vector<Found>, std::string> List();
  bool HasGoneBack(const std::vector<Found>& files) const;
  void Look(const Found& found, File& file, uint64_t* budget);
  bool Begin(const Found& found, int descriptor, File& file, uint64_t budget);
  void TakeLine(std::string_view line, bool cut, File& file);

  AuditReaderOptions options_;
  bool found_ = false;
  bool is_folder_ = false;
  bool has_more_files_ = false;
  std::map<FileId, File> files_;
  Tally tally_;
  StatusRecord record_;
};

}  // namespace writ
