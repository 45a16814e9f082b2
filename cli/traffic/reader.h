// Recorded traffic, call by call: audit logs with arguments, and lines of MCP, from any number of
// files. docs/traffic.md describes the forms.
//
//   TrafficReader reader({paths});
//   if (std::string fault = reader.Open(); !fault.empty()) …
//   for (;;) {
//     switch (reader.Next()) {
//       case TrafficReader::Found::kCall: Use(reader.call()); break;
//       case TrafficReader::Found::kAnswer: …reader.answer()…; break;
//       case TrafficReader::Found::kEnd: return Tell(reader.summary());
//     }
//   }
//
// Calls come by the time of their records, those of several files merged; within a file, and where
// times are equal, in the order in which they stand. Where no time was recorded the clock stands
// still, so these come first or last, file by file.
//
// Files are read once, line by line, as far as they went at the start; no more of them is held in
// memory than a line of each that overlaps others in time. What cannot be read is counted and
// passed over: the summary says where.
//
// Whether audit records are what writ wrote is for `writ verify --audit` to say.
//
// Thread safety: none.
// Tested by tests/cli/traffic_reader_test.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/traffic/recorded_call.h"
#include "proxy/audit_sources.h"
#include "vm/verify.h"

namespace writ {

// Where the clock stands for what has no time.
inline constexpr int64_t kTrafficStart = 1'767'225'600;  // 2026-01-01T00:00:00Z

struct TrafficOptions {
  std::vector<std::string> paths;  // files, pipes, and folders of .jsonl files
  Time start{kTrafficStart};
};

// What was found. Counts are of lines.
struct TrafficSummary {
  uint64_t files = 0;
  uint64_t calls = 0;
  uint64_t untimed_calls = 0;
  uint64_t judged_calls = 0;       // with a recorded verdict
  uint64_t without_arguments = 0;  // calls that cannot be decided: their record has a digest alone
  uint64_t refused = 0;            // messages that the proxy would refuse, too
  uint64_t unreadable = 0;
  // Of the calls that have one.
  std::optional<Time> first_time;
  std::optional<Time> last_time;

  struct Place {
    std::string file;
    uint64_t line = 0;
    std::string why;  // for people
  };
  // The first of each, no more than kMostPlaces of those that are refused or unreadable.
  std::vector<Place> unreadable_places;
  std::vector<Place> refused_places;
  std::optional<Place> without_arguments_place;
  static constexpr size_t kMostPlaces = 10;
};

class TrafficFile;

class TrafficReader {
 public:
  explicit TrafficReader(TrafficOptions options);
  ~TrafficReader();
  TrafficReader(const TrafficReader&) = delete;
  TrafficReader& operator=(const TrafficReader&) = delete;

  // Finds the files, and when each begins. Called once, before Next(); the fault is for people.
  std::string Open();
  // From the beginning again. REQUIRES: Open() was without fault.
  void Rewind();

  enum class Found { kCall, kAnswer, kEnd };
  // A file that cannot be read on is unreadable from there.
  Found Next();
  // What Next() found; lives until the next one.
  const RecordedCall& call() const;
  const RecordedAnswer& answer() const;

  // Where the clock stands for what has no time.
  const Time& start() const { return options_.start; }
  // Of what was read so far.
  const TrafficSummary& summary() const { return summary_; }
  // How much of the files' bytes was read.
  uint64_t bytes_read() const;
  uint64_t bytes() const { return bytes_; }

 private:
  struct Waiting {
    size_t file;  // in sources_.files()
    Time begin;
  };

  std::unique_ptr<TrafficFile> OpenFile(size_t number);
  void Advance(std::unique_ptr<TrafficFile> file);

  TrafficOptions options_;
  AuditSources sources_;
  std::shared_ptr<const VerifiedProgram> nothing_;  // a program that reads no argument
  std::vector<Waiting> order_;                      // by when they begin
  size_t waiting_ = 0;                              // the first of them that was not opened yet
  std::vector<std::unique_ptr<TrafficFile>> open_;  // a heap: the one whose event is next in front
  std::unique_ptr<TrafficFile> current_;            // whose event was given
  TrafficSummary summary_;
  uint64_t bytes_ = 0;
  uint64_t bytes_done_ = 0;  // of files that are closed
};

}  // namespace writ
