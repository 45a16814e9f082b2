// A tools/call out of recorded traffic.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/facts.h"

namespace writ {

// What was decided when it was recorded, by whatever policy ran then: words as the audit log has
// them.
struct RecordedVerdict {
  std::string_view verdict;
  std::string_view code;
  std::string_view rule;  // empty: none
};

// Views live until the reader that gave the call is asked for the next one.
struct RecordedCall {
  uint64_t id = 0;  // of this call among all that a reader gives
  // Where it was recorded.
  std::string_view file;
  uint64_t line = 0;  // from 1

  // Calls of one session of MCP have the same: what the audit log calls it, or the file's path.
  std::string_view session;
  Time time{0};
  bool is_timed = false;  // else `time` is where the clock was put to stand

  // A tools/call as the client wrote it, or as it may have written it where only the arguments were
  // recorded: one line, padded for MessageReader, which refuses nothing of it.
  std::string_view request;
  std::string_view tool;       // decoded
  std::string_view arguments;  // as they were written; empty: there are none
  Claims claims;

  std::optional<RecordedVerdict> verdict;
  // The record may yet tell what the server answered.
  bool may_be_answered = false;
};

// What a server made of a call that was given before.
struct RecordedAnswer {
  uint64_t id = 0;          // the call's
  bool gives_back = false;  // a JSON-RPC error: what the call took of quotas is given back
};

}  // namespace writ
