// One file of recorded traffic, event by event.
//
// Tested by tests/cli/traffic_reader_test.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cli/traffic/line_session.h"
#include "cli/traffic/reader.h"
#include "cli/traffic/recorded_call.h"
#include "cli/traffic/recorded_line.h"
#include "proxy/audit_lines.h"
#include "proxy/audit_sources.h"

namespace writ {

class TrafficFile {
 public:
  // `number` tells it from all others; `path` and `summary` must outlive it.
  TrafficFile(size_t number, std::string_view path, OpenAuditSource source, Time start,
              const std::shared_ptr<const VerifiedProgram>& nothing, TrafficSummary& summary);

  // When it begins: what its first line says.
  Time Begin();

  // False at its end. What cannot be read is told the summary.
  bool Next();
  bool is_call() const { return is_call_; }
  const RecordedCall& call() const { return call_; }
  const RecordedAnswer& answer() const { return answer_; }
  // Of the event: never earlier than that of the one before.
  Time time() const { return order_; }
  size_t number() const { return number_; }
  uint64_t bytes() const { return bytes_; }
  uint64_t bytes_read() const { return read_; }

 private:
  bool TakeLine(const RecordedLine& line);
  bool TakeDecision(const RecordedLine& line);
  bool TakeMessage(const RecordedLine& line);
  void TakeCall(const ClientMessage& message, const RecordedLine& line);
  void Miss(uint64_t& count, std::vector<TrafficSummary::Place>& places, std::string_view why);

  size_t number_;
  std::string_view path_;
  Descriptor file_;
  uint64_t bytes_;
  uint64_t read_ = 0;
  AuditLines lines_;
  RecordedLineReader reader_;
  LineSession session_;  // of lines of MCP
  LineSession records_;  // reads the calls of audit records, which are of many sessions
  Time now_;
  bool is_timed_ = false;
  Time order_;
  uint64_t calls_ = 0;
  bool is_call_ = false;
  RecordedCall call_;
  RecordedAnswer answer_;
  TrafficSummary& summary_;
};

}  // namespace writ
