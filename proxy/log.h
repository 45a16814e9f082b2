// What writ says to people: one line each on stderr, never on stdout.
//
//   writ: warn: refused a message from the client: duplicate member "name" (byte 61)
//
// Control characters, characters that reorder text, and invalid UTF-8 are escaped as \xNN in what
// is logged, so that no message can forge a line or drive a terminal. Each line is one write of at
// most kMostBytes. A reader that leaves stderr full for a tenth of a second loses the line, and all
// that follow until it reads again: the session waits for it no second time. Then it is told how
// many it has lost.
//
// Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace writ {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

class Log {
 public:
  static constexpr size_t kMostBytes = 4096;  // a pipe takes that much in one piece

  explicit Log(LogLevel least, int fd = 2) : least_(least), fd_(fd) {}
  void Write(LogLevel level, std::string_view message) const;
  void Debug(std::string_view message) const { Write(LogLevel::kDebug, message); }
  void Info(std::string_view message) const { Write(LogLevel::kInfo, message); }
  void Warn(std::string_view message) const { Write(LogLevel::kWarn, message); }
  void Error(std::string_view message) const { Write(LogLevel::kError, message); }
  bool enabled(LogLevel level) const { return level >= least_; }

  // A line the server wrote where only MCP belongs: as it is, whatever the level, for the server
  // writes to the same stderr itself.
  void PassOn(std::string_view line) const;

 private:
  void Deliver(std::string_view line) const;
  bool WriteInTime(std::string_view bytes, int patience_milliseconds) const;

  LogLevel least_;
  int fd_;
  mutable uint64_t lost_lines_ = 0;   // since a line was last taken
  mutable bool inside_line_ = false;  // the last one was taken in part
};

}  // namespace writ
