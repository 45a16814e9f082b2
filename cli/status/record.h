// What `writ status` reads of an audit record: how its line begins.
//
// A line may be as long as the arguments that were recorded in it, which stand behind all that
// counts here; so the first kRecordPrefix bytes are enough, and no more of a line is ever kept.
//
// Whether a record is one that writ wrote is for `writ verify` to say, which has the key. Here a
// line that writ cannot have written is none.
//
// Tested by tests/cli/status_record_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace writ {

// Names are cut at 256 bytes when they are recorded, six times as long when all of it is escaped;
// there are the shadows' besides.
inline constexpr size_t kRecordPrefix = 64u << 10;
// Of one start; names are kept as far as writ records them, whoever wrote them.
inline constexpr size_t kMaxKeptPolicies = 64;

// What a rule that only watches would have said.
struct RecordedShadow {
  std::string rule;
  std::string verdict;
};

// What a record has not is empty, or 0. Views point into the line.
struct StatusRecord {
  std::string_view time;  // kAuditTimeBytes long: texts compare as times do
  std::string_view session;
  uint64_t seq = 0;
  std::string_view kind;

  // Of a start.
  uint64_t pid = 0;
  std::string writ;
  std::string command;
  std::vector<std::string> policies;

  // Of a decision.
  std::string client;
  std::string server;
  std::string tool;
  std::string verdict;
  std::string code;
  std::string rule;
  std::vector<RecordedShadow> shadows;
  uint64_t more_shadows = 0;  // that the record does not name

  // Of a refusal (1 if it is a record of its own), and of what was lost.
  uint64_t count = 0;
  uint64_t denied = 0;
  uint64_t passed = 0;
  uint64_t refusals = 0;

  // Of a stop.
  std::string why;
  std::optional<uint64_t> status;
};

// Reads into `record`, whose memory is used again. `line` is without its LF; `cut`: it went on.
// False if it is no record.
bool ReadStatusRecord(std::string_view line, bool cut, StatusRecord& record);

// The time of a line that begins as records do; empty if it does not.
std::string_view TimeOfLine(std::string_view line);

}  // namespace writ
