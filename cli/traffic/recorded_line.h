// One line of a recording: which of the forms it has, and what stands in it.
//
//   a record of writ's audit log     {"time":"2026-…","session":"…","seq":3,"kind":"decision",…}
//   a line of MCP with its direction {"dir":"c2s","line":"{\"jsonrpc\":…}"}, "s2c" likewise; with a
//                                    "time" beside them (RFC 3339) that is when it was seen
//   a line of MCP as it was          {"jsonrpc":"2.0",…}
//
// Tested by tests/cli/traffic_line_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/status/record.h"
#include "cli/traffic/padded_line.h"
#include "proxy/facts.h"
#include "vm/arena.h"
#include "vm/json.h"

namespace writ {

struct RecordedLine {
  enum class Kind : uint8_t {
    kBlank,
    kDecision,     // a record of a call, with its arguments
    kDigestOnly,   // one of a call whose arguments were not recorded
    kOtherRecord,  // of the audit log: no call
    kClient,       // a line of the client
    kServer,
    kEither,  // of one of the two
    kUnreadable,
  };
  Kind kind = Kind::kBlank;
  std::optional<Time> time;
  // Of a record. Its call as a client may have written it is `message`.
  const StatusRecord* record = nullptr;
  std::string_view message;  // padded
  std::string fault;         // of what is unreadable, for people
};

class RecordedLineReader {
 public:
  RecordedLineReader() : scanner_(arena_, kMaxDepth) {}

  // `line` is without its LF. What is given lives until the next one.
  const RecordedLine& Read(std::string_view line);

 private:
  // As deep as anybody can have the proxy take lines.
  static constexpr uint32_t kMaxDepth = 10'001;

  void ReadRecord(std::string_view line);
  void ReadMessage(std::string_view line);
  void Refuse(std::string why);

  Arena arena_;
  Scanner scanner_;
  StatusRecord record_;
  PaddedLine padded_;
  PaddedLine message_;
  RecordedLine line_;
};

}  // namespace writ
