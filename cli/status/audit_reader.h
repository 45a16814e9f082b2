// Reads audit logs as they grow, into a tally.
//
// What was not written since the beginning of the window is not read: of older files only the lock
// of a writer is looked for. What is read is bounded besides, the newest first, so that neither a
// log of gigabytes nor a file that is none holds up whoever asks; then a note says so. Of each file
// in the window at least the first and the last record are read, which say whose it is and whether
// that has ended; where not even that could be done nobody is said to have been killed.
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
  // Likewise, to find the last records of files that are not read as a whole.
  uint64_t max_end_bytes = 128u << 20;
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
    int64_t modified = 0;
    std::string begin;  // its first bytes: with them it is another file, whatever its number
    GrowingFile lines{kRecordPrefix};
    std::string session;        // of its last record
    std::string first_session;  // of its first one, where what follows that is not read
    Writer writer = Writer::kGone;
    bool is_new = true;
    bool is_too_large = false;   // to be read as a whole
    bool is_cut_short = false;   // likewise, since all together are
    bool is_end_missed = false;  // what it ends with is not known
    bool is_left = false;        // its session goes on in another
    bool is_unreadable = false;
  };
  // What may be read yet, in bytes.
  struct Budget {
    uint64_t lines;
    uint64_t ends;
  };

  tl::expected<std::vector<Found>, std::string> List();
  bool HasGoneBack(const std::vector<Found>& files) const;
  void Forget();
  void LookAtAll(const std::vector<Found>& files);
  void Look(const Found& found, File& file, Budget& budget);
  void SetWriters(const File& file);
  static bool BeginsAsBefore(int descriptor, File& file);
  bool Begin(int descriptor, uint64_t size, File& file, Budget& budget);
  void TakeHead(int descriptor, File& file);
  void TakeLine(std::string_view line, bool cut, File& file);

  AuditReaderOptions options_;
  bool found_ = false;
  bool is_folder_ = false;
  bool has_more_files_ = false;
  // Since the files were listed, and so they are listed again.
  bool has_moved_ = false;       // a file has, or its session may go on in one that is not listed
  bool has_begun_anew_ = false;  // one is another now
  std::map<FileId, File> files_;
  Tally tally_;
  StatusRecord record_;
};

}  // namespace writ
