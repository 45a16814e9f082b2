// Files of recorded traffic.
// Tested by tests/cli/traffic_reader_test.cc.
#include "cli/traffic/traffic_file.h"

#include <fmt/core.h>

namespace writ {
namespace {

// A message of the most that `run` takes by default, each byte of which is escaped.
constexpr uint64_t kLongestLine = (uint64_t{6} * 16 << 20) + (1 << 20);
// Ids of calls: which file, and which call of it.
constexpr unsigned kCallBits = 40;

bool IsEarlier(const Time& a, const Time& b) {
  return a.seconds < b.seconds || (a.seconds == b.seconds && a.nanoseconds < b.nanoseconds);
}

}  // namespace

TrafficFile::TrafficFile(size_t number, std::string_view path, OpenAuditSource source, Time start,
                         const std::shared_ptr<const VerifiedProgram>& nothing,
                         TrafficSummary& summary)
    : number_(number),
      path_(path),
      file_(std::move(source.file)),
      bytes_(source.size),
      lines_(file_.get(), source.size, kLongestLine),
      session_(nothing),
      records_(nothing),
      now_(start),
      order_(start),
      summary_(summary) {}

Time TrafficFile::Begin() {
  std::string_view line;
  if (!lines_.Next(line)) return now_;
  return reader_.Read(line).time.value_or(now_);
}

void TrafficFile::Miss(uint64_t& count, std::vector<TrafficSummary::Place>& places,
                       std::string_view why) {
  ++count;
  if (places.size() >= TrafficSummary::kMostPlaces) return;
  places.push_back({std::string(path_), lines_.number(), std::string(why)});
}

bool TrafficFile::Next() {
  std::string_view line;
  while (lines_.Next(line)) {
    read_ += line.size() + 1;
    if (lines_.is_too_long()) {
      Miss(summary_.unreadable, summary_.unreadable_places,
           fmt::format("it is longer than {} bytes", kLongestLine));
      continue;
    }
    if (TakeLine(reader_.Read(line))) return true;
  }
  if (!lines_.fault().empty()) {
    Miss(summary_.unreadable, summary_.unreadable_places,
         fmt::format("nothing behind it can be read: {}", lines_.fault()));
  }
  return false;
}

bool TrafficFile::TakeLine(const RecordedLine& line) {
  if (line.time) {
    now_ = *line.time;
    is_timed_ = true;
    if (IsEarlier(order_, now_) || calls_ == 0) order_ = now_;
  }
  switch (line.kind) {
    case RecordedLine::Kind::kBlank:
    case RecordedLine::Kind::kOtherRecord: return false;
    case RecordedLine::Kind::kUnreadable:
      Miss(summary_.unreadable, summary_.unreadable_places, line.fault);
      return false;
    case RecordedLine::Kind::kDigestOnly:
      ++summary_.without_arguments;
      if (!summary_.without_arguments_place) {
        summary_.without_arguments_place = {std::string(path_), lines_.number(), {}};
      }
      return false;
    case RecordedLine::Kind::kDecision: return TakeDecision(line);
    case RecordedLine::Kind::kClient:
    case RecordedLine::Kind::kServer:
    case RecordedLine::Kind::kEither: return TakeMessage(line);
  }
  return false;
}

bool TrafficFile::TakeDecision(const RecordedLine& line) {
  switch (records_.OnClientLine(line.message)) {
    case LineSession::Seen::kCall: break;
    case LineSession::Seen::kRefused:
      Miss(summary_.refused, summary_.refused_places, records_.refusal());
      return false;
    default: return false;
  }
  TakeCall(records_.call(), line);
  const StatusRecord& record = *line.record;
  const auto claim = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
  };
  call_.session = record.session;
  call_.claims = {claim(record.client), std::nullopt, claim(record.server)};
  call_.verdict = {record.verdict, record.code, record.rule};
  ++summary_.judged_calls;
  return true;
}

bool TrafficFile::TakeMessage(const RecordedLine& line) {
  const auto seen = line.kind == RecordedLine::Kind::kClient   ? session_.OnClientLine(line.message)
                    : line.kind == RecordedLine::Kind::kServer ? session_.OnServerLine(line.message)
                                                               : session_.OnLine(line.message);
  switch (seen) {
    case LineSession::Seen::kNothing: return false;
    case LineSession::Seen::kRefused:
      Miss(summary_.refused, summary_.refused_places, session_.refusal());
      return false;
    case LineSession::Seen::kAnswer:
      is_call_ = false;
      answer_ = {session_.answered(), session_.gives_back()};
      return true;
    case LineSession::Seen::kCall: break;
  }
  TakeCall(session_.call(), line);
  call_.session = path_;
  call_.claims = session_.claims();
  call_.verdict.reset();
  call_.may_be_answered = true;
  session_.Take(call_.id);
  return true;
}

void TrafficFile::TakeCall(const ClientMessage& message, const RecordedLine& line) {
  is_call_ = true;
  call_.id = (uint64_t{number_} << kCallBits) + calls_++;
  call_.file = path_;
  call_.line = lines_.number();
  call_.time = now_;
  call_.is_timed = is_timed_;
  call_.request = line.message;
  call_.tool = message.tool;
  call_.arguments = message.arguments;
  call_.may_be_answered = false;
  ++summary_.calls;
  if (!is_timed_) {
    ++summary_.untimed_calls;
    return;
  }
  if (!summary_.first_time || IsEarlier(now_, *summary_.first_time)) summary_.first_time = now_;
  if (!summary_.last_time || IsEarlier(*summary_.last_time, now_)) summary_.last_time = now_;
}

}  // namespace writ
