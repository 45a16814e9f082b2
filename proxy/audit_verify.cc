// Checking audit logs.
// Tested by tests/proxy/audit_verify_test.cc.
#include "proxy/audit_verify.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "proxy/audit_chain.h"
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

// The lines of a file; the last one may lack its LF.
class Lines {
 public:
  explicit Lines(const std::string& path) : file_(std::fopen(path.c_str(), "rbe")) {}
  ~Lines() {
    std::free(text_);
    if (file_ != nullptr) std::fclose(file_);
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  bool is_open() const { return file_ != nullptr; }
  bool has_failed() const { return std::ferror(file_) != 0; }
  bool is_whole() const { return is_whole_; }  // the last one that Next() gave

  bool Next(std::string_view& line) {
    const ssize_t size = getline(&text_, &room_, file_);
    if (size <= 0) return false;
    is_whole_ = text_[size - 1] == '\n';
    line = {text_, static_cast<size_t>(is_whole_ ? size - 1 : size)};
    return true;
  }

 private:
  std::FILE* file_;
  char* text_ = nullptr;
  size_t room_ = 0;
  bool is_whole_ = true;
};

class Verifier {
 public:
  Verifier(const std::vector<std::string>& paths, const AuditKey& key)
      : paths_(paths), chain_(key.ForChain()), key_name_(key.name()) {}

  std::string Run();
  AuditReport report;

 private:
  // Where a chain stands in the file that is read.
  struct Session {
    uint64_t next = 0;
    Mac mac{};
    bool stopped = false;
    uint64_t line = 0;  // of its last record
  };
  // A start that follows a record.
  struct Link {
    std::string file;
    uint64_t line;
    std::string session;  // the start's own
    PreviousRecord previous;
  };

  std::string FindLinks(const std::string& path);
  std::string ReadFile(const std::string& path);
  void ReadLine(std::string_view line);
  void ReadStart(const SealedRecord& record);
  void ReadFurther(const SealedRecord& record, Session& session);
  void Take(const SealedRecord& record, Session& session);
  void EndFile();
  void CheckLinks();
  void Find(std::string what) { Report(false, file_, line_, std::move(what)); }
  void Report(bool is_note, const std::string& file, uint64_t line, std::string what);

  const std::vector<std::string>& paths_;
  AuditChain chain_;
  std::string key_name_;

  std::vector<Link> links_;
  std::set<RecordId> wanted_;              // that links name
  std::map<RecordId, Mac> found_;          // of them
  std::set<RecordId> starts_;              // that were read
  std::map<std::string, uint64_t> first_;  // the least number that was read of each session
  std::set<std::string> names_;            // of files, without folders, as records quote them
  std::string earliest_end_;               // the least of the times at which files end

  std::string file_;
  uint64_t line_ = 0;
  std::map<std::string, Session, std::less<>> sessions_;  // of this file
  std::string last_time_;
};

void Verifier::Report(bool is_note, const std::string& file, uint64_t line, std::string what) {
  if (report.findings.size() >= kMaxAuditFindings) {
    if (!is_note) ++report.more_findings;
    return;
  }
  report.findings.push_back({is_note, file, line, std::move(what)});
}

std::string Verifier::Run() {
  for (const std::string& path : paths_) {
    if (std::string fault = FindLinks(path); !fault.empty()) return fault;
  }
  for (const std::string& path : paths_) {
    if (std::string fault = ReadFile(path); !fault.empty()) return fault;
  }
  CheckLinks();
  report.sessions = first_.size();
  return {};
}

// Which records the starts follow, so that these are remembered when they are read.
std::string Verifier::FindLinks(const std::string& path) {
  Lines lines(path);
  if (!lines.is_open()) return fmt::format("{} cannot be read: {}", path, std::strerror(errno));
  std::string_view line;
  while (lines.Next(line)) {
    if (line.substr(0, 128).find("\"kind\":\"start\"") == std::string_view::npos) continue;
    const std::optional<SealedRecord> record = ReadSealedRecord(line);
    if (record.has_value() && record->previous.has_value()) {
      wanted_.emplace(record->previous->session, record->previous->seq);
    }
  }
  return lines.has_failed() ? fmt::format("{} cannot be read: {}", path, std::strerror(errno))
                            : std::string();
}

std::string Verifier::ReadFile(const std::string& path) {
  Lines lines(path);
  if (!lines.is_open()) return fmt::format("{} cannot be read: {}", path, std::strerror(errno));
  ++report.files;
  const std::string quoted = Shown(path.substr(path.rfind('/') + 1));
  names_.insert(quoted.substr(1, quoted.size() - 2));
  file_ = path;
  line_ = 0;
  sessions_.clear();
  last_time_.clear();
  std::string_view line;
  while (lines.Next(line)) {
    ++line_;
    if (lines.is_whole()) {
      ReadLine(line);
    } else {
      Find("the last line has no end: it was cut off, or is being written");
    }
  }
  if (lines.has_failed()) return fmt::format("{} cannot be read: {}", path, std::strerror(errno));
  EndFile();
  return {};
}

void Verifier::ReadLine(std::string_view line) {
  const std::optional<SealedRecord> record = ReadSealedRecord(line);
  if (!record.has_value()) return Find("this is no record");
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

void Verifier::ReadStart(const SealedRecord& record) {
  const std::string id(record.session);
  const Mac before = record.previous.has_value() ? record.previous->mac : Mac{};
  const bool is_whole = SameMac(chain_.MacOf(before, record.record), record.mac);
  if (!is_whole) {
    Find(record.key == key_name_
             ? fmt::format("record {} was changed", record.seq)
             : fmt::format("record {} was changed, or written under another key ({})", record.seq,
                           Shown(record.key)));
  } else {
    if (!starts_.emplace(id, record.seq).second) {
      Find(fmt::format("session {} stands here a second time", id));
    }
    if (record.previous.has_value()) links_.push_back({file_, line_, id, *record.previous});
    if (sessions_.count(id) > 0) Find(fmt::format("session {} starts again in its file", id));
    // Only the first start of a session may be without what goes before.
    if (record.seq > 0 && !(record.previous.has_value() && record.previous->session == id)) {
      Find(fmt::format("session {} starts at record {}", id, record.seq));
    }
    ++report.records;
  }
  Take(record, sessions_[id]);
}

void Verifier::ReadFurther(const SealedRecord& record, Session& session) {
  if (SameMac(chain_.MacOf(session.mac, record.record), record.mac)) {
    if (session.stopped) Find(fmt::format("record {} stands behind the session's end", record.seq));
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
  session.line = line_;
  last_time_ = record.time;
  const std::string id(record.session);
  if (wanted_.count({id, record.seq}) > 0) found_[{id, record.seq}] = record.mac;
  uint64_t& first = first_.emplace(id, record.seq).first->second;
  first = std::min(first, record.seq);
}

void Verifier::EndFile() {
  if (line_ == 0) Report(true, file_, 0, "the file is empty");
  for (const auto& [id, session] : sessions_) {
    if (session.stopped) continue;
    Report(true, file_, session.line,
           fmt::format("session {} has no stop: it is running, or was killed, or what followed was "
                       "cut off",
                       id));
  }
  if (!last_time_.empty() && (earliest_end_.empty() || last_time_ < earliest_end_)) {
    earliest_end_ = last_time_;
  }
}

// Whole files may be removed once they are old: then all that is left ended later than what is
// missed.
void Verifier::CheckLinks() {
  for (const Link& link : links_) {
    const PreviousRecord& previous = link.previous;
    const RecordId id(previous.session, previous.seq);
    const std::string which =
        fmt::format("record {} of session {}, in {}", previous.seq, previous.session,
                    previous.file.empty() ? "no file" : previous.file);
    const auto found = found_.find(id);
    if (found == found_.end()) {
      const auto first = first_.find(previous.session);
      const bool is_old = link.line == 1 && previous.time < earliest_end_ &&
                          (first == first_.end() || first->second > previous.seq) &&
                          names_.count(previous.file) == 0;
      Report(is_old, link.file, link.line,
             is_old ? fmt::format("this follows {}, which is older than what was given", which)
                    : fmt::format("this follows {}, which is missing", which));
    } else if (!SameMac(found->second, previous.mac)) {
      Report(false, link.file, link.line, fmt::format("this follows {}, which was changed", which));
    }
  }
}

// One that is given twice is read once. Looks at files, not at names.
void KeepOnce(std::vector<std::string>& files) {
  std::set<std::pair<dev_t, ino_t>> seen;
  files.erase(std::remove_if(files.begin(), files.end(),
                             [&seen](const std::string& path) {
                               struct stat status;
                               return stat(path.c_str(), &status) == 0 &&
                                      !seen.emplace(status.st_dev, status.st_ino).second;
                             }),
              files.end());
}

// The files of a folder, in the order of their names; a file itself.
std::string Expand(const std::string& path, std::vector<std::string>& files) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) {
    return fmt::format("{} cannot be read: {}", path, std::strerror(errno));
  }
  if (!S_ISDIR(status.st_mode)) {
    files.push_back(path);
    return {};
  }
  DIR* directory = opendir(path.c_str());
  if (directory == nullptr) return fmt::format("{} cannot be read: {}", path, std::strerror(errno));
  std::vector<std::string> found;
  constexpr std::string_view kExtension = ".jsonl";
  while (const dirent* entry = readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name.size() > kExtension.size() &&
        name.substr(name.size() - kExtension.size()) == kExtension) {
      found.push_back(path + (path.back() == '/' ? "" : "/") + entry->d_name);
    }
  }
  closedir(directory);
  if (found.empty()) return fmt::format("{} holds no audit file", path);
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return {};
}

}  // namespace

bool AuditReport::is_clean() const {
  return more_findings == 0 && std::all_of(findings.begin(), findings.end(),
                                           [](const AuditFinding& f) { return f.is_note; });
}

tl::expected<AuditReport, std::string> VerifyAudit(const std::vector<std::string>& paths,
                                                   const AuditKey& key) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (std::string fault = Expand(path, files); !fault.empty()) {
      return tl::unexpected(std::move(fault));
    }
  }
  KeepOnce(files);
  Verifier verifier(files, key);
  if (std::string fault = verifier.Run(); !fault.empty()) return tl::unexpected(std::move(fault));
  return std::move(verifier.report);
}

}  // namespace writ
