// Checking audit logs.
// Tested by tests/proxy/audit_verify_test.cc.
#include "proxy/audit_verify.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "proxy/audit_chain.h"
#include "proxy/audit_lines.h"
#include "proxy/audit_name.h"
#include "proxy/audit_sources.h"
#include "proxy/message_text.h"

namespace writ {
namespace {

// A record: its session, and its number there.
using RecordId = std::pair<std::string, uint64_t>;

std::string Shown(std::string_view text) {
  std::string shown;
  AppendShownQuoted(text, kMaxAuditNameBytes, shown);
  return shown;
}

// "record 7", "records 7 to 9"
std::string Records(uint64_t first, uint64_t end) {
  if (end - first == 1) return fmt::format("record {}", first);
  return fmt::format("records {} to {}", first, end - 1);
}

// The files among which sessions follow each other: those of a folder, or a named file and those
// that it was renamed to.
std::string FamilyOf(const std::string& path) {
  const size_t name = path.rfind('/') + 1;
  const auto before = BeforeAuditFileName(std::string_view(path).substr(name));
  return before.has_value() ? path.substr(0, name) + std::string(*before) : path + '.';
}

// Of which session half a record is, if that much of it is there.
std::string_view SessionOfHalf(std::string_view half) {
  constexpr std::string_view kBeforeTime = "{\"time\":\"";
  constexpr std::string_view kBeforeSession = "\",\"session\":\"";
  constexpr size_t kSession = 16;
  const size_t begin = kBeforeTime.size() + kAuditTimeBytes + kBeforeSession.size();
  return half.size() >= begin + kSession ? half.substr(begin, kSession) : std::string_view();
}

class Verifier {
 public:
  Verifier(const std::vector<std::string>& paths, const AuditKey& key)
      : sources_(paths), chain_(key.ForChain()), key_name_(key.name()) {}

  std::string Run();
  AuditReport report;

 private:
  // Where a chain stands in the file that is read.
  struct Session {
    uint64_t next = 0;
    Mac mac{};
    bool stopped = false;
    bool rotated = false;   // it stopped to go on in another file
    bool followed = false;  // a start of another session follows its last record
    uint64_t line = 0;      // of its last record
    std::string time;       // likewise
  };
  struct Place {
    std::string file;
    uint64_t line = 0;
  };
  // A start that follows a record, or names it.
  struct Link {
    Place place;
    PreviousRecord previous;
  };
  struct Found {
    Place place;
    Mac mac{};
  };
  // The numbers that were read of a session.
  struct Range {
    uint64_t first = 0;
    uint64_t last = 0;
  };
  // A session that went on in another file, by its last record in this one.
  struct Rotated {
    Place place;
    std::string time;
  };
  // A record that was not written to its end, and the number it would have; of a session that
  // stands in its file, or none.
  struct Half {
    Place place;
    std::string session;
    uint64_t seq = 0;
  };

  std::string FindLinks(const AuditSource& source);
  void AddLinks(const SealedRecord& record, const Place& place);
  std::string ReadFile(const AuditSource& source);
  void ReadLine(std::string_view line);
  void ReadHalf(std::string_view line);
  void ReadStart(const SealedRecord& record);
  void ReadFurther(const SealedRecord& record, Session& session);
  void Take(const SealedRecord& record, Session& session);
  void EndFile();
  void CheckLinks();
  void CheckLink(const Link& link);
  void CheckRotated();
  void CheckHalves();
  bool GoesOn(const std::string& session, uint64_t seq) const;
  void Find(std::string what) { Report(false, place_, std::move(what)); }
  void Report(bool is_note, const Place& place, std::string what);

  AuditSources sources_;
  AuditChain chain_;
  std::string key_name_;

  // Of the first pass, which finds the starts that stand in the files.
  std::set<AuditSource::Id> passed_;
  std::vector<Link> links_;
  std::set<RecordId> wanted_;                        // that links name
  std::map<std::string, std::string> newest_start_;  // the time of it, in each family

  // Of the second one, which reads everything.
  std::map<RecordId, Found> found_;    // of what is wanted
  std::set<RecordId> starts_;          // that were read
  std::map<std::string, Range> read_;  // of each session
  std::map<RecordId, Rotated> rotated_;
  std::vector<Half> halves_;
  std::set<std::string> names_;  // of files, without folders, as records quote them
  Place old_;                 // the last start of which it was noted that it follows such a record
  std::string earliest_end_;  // the least of the times at which sessions end in files

  Place place_;
  std::map<std::string, Session, std::less<>> sessions_;  // of this file
  std::string last_session_;                              // of this file's last record
};

void Verifier::Report(bool is_note, const Place& place, std::string what) {
  if (report.findings.size() >= kMaxAuditFindings) {
    if (!is_note) ++report.more_findings;
    return;
  }
  report.findings.push_back({is_note, place.file, place.line, std::move(what)});
}

// Files may be written meanwhile. What a start follows was written before it: so all starts that
// are checked are read before anything else is, and then all that there is by then.
std::string Verifier::Run() {
  if (std::string fault = sources_.Find(); !fault.empty()) return fault;
  for (const AuditSource& source : sources_.files()) {
    if (std::string fault = FindLinks(source); !fault.empty()) return fault;
  }
  if (std::string fault = sources_.Find(); !fault.empty()) return fault;
  for (const AuditSource& source : sources_.files()) passed_.erase(source.id);
  if (!passed_.empty()) return "a file was removed or replaced while it was read; verify again";
  for (const AuditSource& source : sources_.files()) {
    if (std::string fault = ReadFile(source); !fault.empty()) return fault;
  }
  for (const std::string& path : sources_.strange()) {
    Report(true, {path, 0}, "this is no file, and was not read");
  }
  CheckLinks();
  CheckRotated();
  CheckHalves();
  report.sessions = read_.size();
  // Nothing is no evidence of anything.
  if (report.records == 0 && report.is_clean()) return "no record is in what was given";
  return {};
}

std::string Verifier::FindLinks(const AuditSource& source) {
  const auto opened = Open(source);
  if (!opened.has_value()) return opened.error();
  passed_.insert(source.id);
  AuditLines lines(opened->file.get(), opened->size);
  std::string_view line;
  while (lines.Next(line)) {
    if (line.substr(0, 128).find("\"kind\":\"start\"") == std::string_view::npos) continue;
    const std::optional<SealedRecord> record = ReadSealedRecord(line);
    if (lines.is_whole() && record.has_value()) AddLinks(*record, {source.path, lines.number()});
  }
  if (lines.fault().empty()) return {};
  return fmt::format("{} cannot be read: {}", source.path, lines.fault());
}

void Verifier::AddLinks(const SealedRecord& record, const Place& place) {
  const Mac before = record.previous.has_value() ? record.previous->mac : Mac{};
  if (!SameMac(chain_.MacOf(before, record.record), record.mac)) return;
  std::string& newest = newest_start_[FamilyOf(place.file)];
  if (newest < record.time) newest = record.time;
  std::vector<PreviousRecord> named = record.others;
  if (record.previous.has_value()) named.insert(named.begin(), *record.previous);
  for (PreviousRecord& previous : named) {
    wanted_.emplace(previous.session, previous.seq);
    links_.push_back({place, std::move(previous)});
  }
}

std::string Verifier::ReadFile(const AuditSource& source) {
  const auto opened = Open(source);
  if (!opened.has_value()) return opened.error();
  ++report.files;
  const std::string quoted = Shown(source.path.substr(source.path.rfind('/') + 1));
  names_.insert(quoted.substr(1, quoted.size() - 2));
  place_ = {source.path, 0};
  sessions_.clear();
  last_session_.clear();
  AuditLines lines(opened->file.get(), opened->size);
  std::string_view line;
  while (lines.Next(line)) {
    place_.line = lines.number();
    if (lines.is_too_long()) {
      Find("this is no record: it is too long");
    } else if (lines.is_whole()) {
      ReadLine(line);
    } else {
      ReadHalf(line);
    }
  }
  if (!lines.fault().empty()) {
    return fmt::format("{} cannot be read: {}", source.path, lines.fault());
  }
  EndFile();
  return {};
}

void Verifier::ReadLine(std::string_view line) {
  const std::optional<SealedRecord> record = ReadSealedRecord(line);
  if (!record.has_value()) return Find("this is no record");
  last_session_ = record->session;
  if (record->is_start) return ReadStart(*record);
  const auto session = sessions_.find(record->session);
  if (session == sessions_.end()) {
    Find(fmt::format("record {} is of session {}, of which no start stands before it", record->seq,
                     Shown(record->session)));
    // What follows it may still be whole.
    Take(*record, sessions_[std::string(record->session)]);
    return;
  }
  ReadFurther(*record, session->second);
}

// Whoever writes a record and is killed leaves such a one, and so does whoever is still writing it.
void Verifier::ReadHalf(std::string_view line) {
  constexpr std::string_view kBegin = "{\"time\":\"";
  const size_t size = std::min(line.size(), kBegin.size());
  if (line.substr(0, size) != kBegin.substr(0, size)) return Find("this is no record");
  const std::string id(SessionOfHalf(line));
  const auto session = sessions_.find(id.empty() ? last_session_ : id);
  if (session == sessions_.end() || (id.empty() && session->second.stopped)) {
    halves_.push_back({place_, "", 0});
  } else if (session->second.stopped) {
    Find(fmt::format("half a record stands behind the end of session {}", session->first));
  } else {
    halves_.push_back({place_, session->first, session->second.next});
  }
}

void Verifier::ReadStart(const SealedRecord& record) {
  const std::string id(record.session);
  const Mac before = record.previous.has_value() ? record.previous->mac : Mac{};
  const bool is_whole = SameMac(chain_.MacOf(before, record.record), record.mac);
  Session& session = sessions_[id];
  if (!is_whole) {
    Find(record.key == key_name_
             ? fmt::format("record {} was changed", record.seq)
             : fmt::format("record {} was changed, or written under another key ({})", record.seq,
                           Shown(record.key)));
  } else {
    if (!starts_.emplace(id, record.seq).second) {
      Find(fmt::format("session {} stands here a second time", id));
    }
    const bool is_further = record.previous.has_value() && record.previous->session == id;
    // Files of one session may have been put into one.
    const bool goes_on = is_further && session.rotated && session.next == record.seq &&
                         SameMac(session.mac, record.previous->mac);
    if (session.line > 0 && !goes_on) Find(fmt::format("session {} starts again in its file", id));
    // Only the first start of a session may be without what goes before.
    if (record.seq > 0 && !is_further) {
      Find(fmt::format("session {} starts at record {}", id, record.seq));
    }
    if (record.previous.has_value() && !is_further) {
      const auto previous = sessions_.find(record.previous->session);
      if (previous != sessions_.end()) previous->second.followed = true;
    }
    ++report.records;
  }
  Take(record, session);
}

void Verifier::ReadFurther(const SealedRecord& record, Session& session) {
  if (SameMac(chain_.MacOf(session.mac, record.record), record.mac)) {
    if (session.stopped) Find(fmt::format("record {} stands behind the session's end", record.seq));
    if (session.followed) {
      Report(true, place_,
             fmt::format("record {} of session {} stands behind the start of a session that "
                         "follows it",
                         record.seq, record.session));
    }
    ++report.records;
  } else if (record.seq > session.next) {
    Find(fmt::format("{} of session {} {} missing before this line, or it was changed",
                     Records(session.next, record.seq), record.session,
                     record.seq - session.next == 1 ? "is" : "are"));
  } else if (record.seq < session.next) {
    Find(fmt::format("record {} of session {} stands behind record {}", record.seq, record.session,
                     session.next - 1));
  } else {
    Find(fmt::format("record {} of session {} was changed, or the one before it", record.seq,
                     record.session));
  }
  Take(record, session);
}

// From here the chain is followed on, whatever was found.
void Verifier::Take(const SealedRecord& record, Session& session) {
  session.next = record.seq + 1;
  session.mac = record.mac;
  session.stopped = record.kind == "stop";
  session.rotated = record.goes_on;
  session.followed = false;
  session.line = place_.line;
  session.time = record.time;
  const std::string id(record.session);
  if (wanted_.count({id, record.seq}) > 0) {
    found_.emplace(RecordId(id, record.seq), Found{place_, record.mac});
  }
  if (record.goes_on) rotated_[{id, record.seq}] = {place_, session.time};
  Range& range = read_.emplace(id, Range{record.seq, record.seq}).first->second;
  range.first = std::min(range.first, record.seq);
  range.last = std::max(range.last, record.seq);
}

void Verifier::EndFile() {
  if (place_.line == 0) Report(true, place_, "the file is empty");
  for (const auto& [id, session] : sessions_) {
    if (earliest_end_.empty() || session.time < earliest_end_) earliest_end_ = session.time;
    if (session.stopped) continue;
    Report(true, {place_.file, session.line},
           fmt::format("session {} has no stop: it is running, or was killed, or what followed was "
                       "cut off",
                       id));
  }
}

void Verifier::CheckLinks() {
  for (const Link& link : links_) CheckLink(link);
}

// Whole files may be removed once they are old: then all that is left ended later than what is
// missed.
void Verifier::CheckLink(const Link& link) {
  const PreviousRecord& previous = link.previous;
  const std::string which =
      fmt::format("record {} of session {}, in {}", previous.seq, previous.session,
                  previous.file.empty() ? "no file" : previous.file);
  const auto found = found_.find({previous.session, previous.seq});
  if (found == found_.end()) {
    const auto read = read_.find(previous.session);
    const bool is_elsewhere =
        link.place.line == 1 || BeforeAuditFileName(previous.file).has_value();
    const bool is_old = is_elsewhere && previous.time < earliest_end_ &&
                        (read == read_.end() || read->second.first > previous.seq) &&
                        names_.count(previous.file) == 0;
    if (!is_old) {
      Report(false, link.place, fmt::format("this follows {}, which is missing", which));
    } else if (old_.file != link.place.file || old_.line != link.place.line) {
      old_ = link.place;
      Report(true, link.place,
             fmt::format("this follows {}, which is older than what was given", which));
    }
    return;
  }
  const Place& place = found->second.place;
  if (!SameMac(found->second.mac, previous.mac)) {
    Report(false, link.place, fmt::format("this follows {}, which was changed", which));
  } else if (place.file == link.place.file && place.line > link.place.line) {
    Report(false, link.place,
           fmt::format("this follows {}, which stands behind it, in line {}", which, place.line));
  }
}

// Whether there are, or were, records of the session from that number on.
bool Verifier::GoesOn(const std::string& session, uint64_t seq) const {
  const auto read = read_.find(session);
  if (read != read_.end() && read->second.last >= seq) return true;
  const auto named = wanted_.lower_bound({session, seq});
  return named != wanted_.end() && named->first == session;
}

// Whoever starts later names it, if it has not gone on by then.
void Verifier::CheckRotated() {
  for (const auto& [id, rotated] : rotated_) {
    if (starts_.count({id.first, id.second + 1}) > 0) continue;
    const auto newest = newest_start_.find(FamilyOf(rotated.place.file));
    const bool is_error =
        GoesOn(id.first, id.second + 1) ||
        (wanted_.count(id) == 0 && newest != newest_start_.end() && newest->second > rotated.time);
    Report(!is_error, rotated.place,
           fmt::format("session {} goes on in another file, which is {}", id.first,
                       is_error ? "missing"
                                : "not there: it was killed just then, or the file was removed"));
  }
}

void Verifier::CheckHalves() {
  for (const Half& half : halves_) {
    const bool is_error = !half.session.empty() && GoesOn(half.session, half.seq);
    Report(!is_error, half.place,
           is_error ? fmt::format("the last line has no end, and session {} goes on elsewhere",
                                  half.session)
                    : "the last line has no end: it is being written, or its writer was killed, "
                      "or it was cut off");
  }
}

}  // namespace

bool AuditReport::is_clean() const {
  return more_findings == 0 && std::all_of(findings.begin(), findings.end(),
                                           [](const AuditFinding& f) { return f.is_note; });
}

tl::expected<AuditReport, std::string> VerifyAudit(const std::vector<std::string>& paths,
                                                   const AuditKey& key) {
  Verifier verifier(paths, key);
  if (std::string fault = verifier.Run(); !fault.empty()) return tl::unexpected(std::move(fault));
  return std::move(verifier.report);
}

}  // namespace writ
