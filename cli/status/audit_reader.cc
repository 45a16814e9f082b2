// Reading audit logs.
// Tested by tests/cli/status_audit_reader_test.cc.
#include "cli/status/audit_reader.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <string_view>

#include "proxy/audit_record.h"
#include "proxy/descriptor.h"

namespace writ {
namespace {

constexpr std::string_view kExtension = ".jsonl";
// Clocks of file systems lag behind, by less than this many seconds.
constexpr int64_t kLag = 60;
// Of a file that is old and still has a writer.
constexpr uint64_t kTail = 256u << 10;
// Of what is read to find a line, at first.
constexpr uint64_t kPiece = 4u << 10;
// Bytes that tell files apart: the time of the first record, its session and its number.
constexpr size_t kBegin = 96;

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

std::string TimeText(int64_t seconds) {
  std::string text;
  AppendAuditTime(Time(seconds), text);
  return text;
}

// Where the last whole line begins. None if it is not found within the budget.
std::optional<uint64_t> LastLineOf(int file, uint64_t size, uint64_t& budget) {
  constexpr uint64_t kLargest = 1u << 20;
  std::string piece;
  bool has_end = false;
  uint64_t begin = size;
  for (uint64_t most = kPiece; begin > 0; most = std::min(8 * most, kLargest)) {
    const uint64_t wanted = std::min({most, begin, budget});
    piece.resize(static_cast<size_t>(wanted));
    begin -= wanted;
    budget -= wanted;
    const ssize_t count = pread(file, piece.data(), piece.size(), static_cast<off_t>(begin));
    if (count <= 0 || static_cast<uint64_t>(count) != wanted) return std::nullopt;
    std::string_view left = piece;
    for (size_t at; (at = left.rfind('\n')) != std::string_view::npos; left = left.substr(0, at)) {
      if (has_end) return begin + at + 1;
      has_end = true;
    }
  }
  return 0;
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

}  // namespace

AuditReader::AuditReader(AuditReaderOptions options)
    : options_(std::move(options)), tally_(TimeText(options_.since)) {}

// The newest files first. A named file is listed with those that it was renamed to.
tl::expected<std::vector<AuditReader::Found>, std::string> AuditReader::List() {
  const std::string& path = options_.path;
  const auto failed = [&path] {
    return tl::unexpected(fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
  };
  std::vector<Found> files;
  struct stat status;
  found_ = stat(path.c_str(), &status) == 0;
  if (!found_) {
    if (errno == ENOENT || errno == ENOTDIR) return files;
    found_ = true;  // for all that can be known
    return failed();
  }
  is_folder_ = S_ISDIR(status.st_mode);
  // Nor does writ run write to a link that leads to a file.
  if (!is_folder_ && lstat(path.c_str(), &status) != 0) return failed();
  if (!is_folder_ && !S_ISREG(status.st_mode)) {
    return tl::unexpected(fmt::format("{} is neither a folder nor a file", path));
  }
  const size_t slash = path.rfind('/');
  const std::string folder = is_folder_                   ? path
                             : slash == std::string::npos ? "."
                                                          : path.substr(0, slash + 1);
  const std::string name = is_folder_ ? "" : path.substr(slash + 1);
  const std::unique_ptr<DIR, CloseFolder> directory(opendir(folder.c_str()));
  if (directory == nullptr) return failed();
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view other = entry->d_name;
    const bool is_one = is_folder_
                            ? EndsWith(other, kExtension)
                            : other == name || (EndsWith(other, kExtension) &&
                                                other.substr(0, name.size() + 1) == name + ".");
    if (!is_one) continue;
    if (fstatat(dirfd(directory.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode)) {
      continue;
    }
    files.push_back({folder + (folder.back() == '/' ? "" : "/") + entry->d_name,
                     {status.st_dev, status.st_ino},
                     static_cast<uint64_t>(status.st_size),
                     status.st_mtime});
  }
  std::sort(files.begin(), files.end(), [](const Found& a, const Found& b) {
    return std::tie(b.modified, b.path) < std::tie(a.modified, a.path);
  });
  // A file may have several names in the folder.
  std::set<FileId> seen;
  const auto is_seen = [&seen](const Found& found) { return !seen.insert(found.id).second; };
  files.erase(std::remove_if(files.begin(), files.end(), is_seen), files.end());
  has_more_files_ = files.size() > options_.max_files;
  if (has_more_files_) files.resize(options_.max_files);
  return files;
}

// Whether a file is no longer what it was when it was read, or not there any more.
bool AuditReader::HasGoneBack(const std::vector<Found>& files) const {
  std::set<FileId> there;
  for (const Found& found : files) {
    there.insert(found.id);
    const auto known = files_.find(found.id);
    if (known == files_.end()) continue;
    if (found.size < known->second.lines.offset()) return true;
    if (is_folder_ && known->second.path != found.path) return true;
  }
  return std::any_of(files_.begin(), files_.end(),
                     [&there](const auto& known) { return there.count(known.first) == 0; });
}

void AuditReader::Forget() {
  files_.clear();
  tally_ = Tally(tally_.since());
}

tl::expected<void, std::string> AuditReader::Refresh() {
  constexpr int kMostLists = 3;
  for (int lists = 0; lists < kMostLists; ++lists) {
    const auto files = List();
    if (!files.has_value()) return tl::unexpected(files.error());
    if (HasGoneBack(*files)) Forget();
    LookAtAll(*files);
    if (has_begun_anew_) {
      Forget();
    } else if (!has_moved_) {
      break;
    }
  }
  return {};
}

void AuditReader::LookAtAll(const std::vector<Found>& files) {
  has_moved_ = false;
  has_begun_anew_ = false;
  Budget budget{options_.max_bytes, options_.max_end_bytes};
  for (const Found& found : files) Look(found, files_[found.id], budget);
  tally_.ForgetWriters();
  for (const auto& [id, file] : files_) SetWriters(file);
}

void AuditReader::SetWriters(const File& file) {
  tally_.SetWriter(file.session, file.writer);
  // Its end may stand in what was not read.
  if (file.first_session != file.session) tally_.SetWriter(file.first_session, Writer::kUnknown);
}

void AuditReader::Look(const Found& found, File& file, Budget& budget) {
  file.path = found.path;
  const bool is_same = found.size == file.lines.offset() && found.modified == file.modified;
  if (!file.is_new && is_same && file.writer == Writer::kGone) return;
  const Descriptor opened(open(found.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  file.is_unreadable = !opened.is_open();
  if (file.is_unreadable) {
    has_moved_ = has_moved_ || errno == ENOENT;
    return;
  }
  // Before its size: whoever has gone has written all it ever will.
  const Writer writer = WriterOf(opened.get());
  struct stat status;
  const bool is_known = fstat(opened.get(), &status) == 0;
  const bool is_listed = is_known && FileId(status.st_dev, status.st_ino) == found.id;
  file.is_unreadable = !is_listed;
  has_moved_ = has_moved_ || (is_known && !is_listed);
  if (!is_listed) return;
  if (!BeginsAsBefore(opened.get(), file)) {
    has_begun_anew_ = true;
    return;
  }
  const auto size = static_cast<uint64_t>(status.st_size);
  file.modified = status.st_mtime;
  file.writer = writer;
  if (file.is_new && !Begin(opened.get(), size, file, budget)) return;
  file.is_new = false;
  const uint64_t before = file.lines.offset();
  const uint64_t most = size - std::min(size, before);
  const bool is_read = file.lines.Read(
      opened.get(), std::min(most, options_.max_file_bytes),
      [this, &file](std::string_view line, bool cut) { TakeLine(line, cut, file); });
  file.is_unreadable = !is_read;
  // Where it goes on may have been made since the files were listed.
  if (most > 0 && file.is_left && writer == Writer::kGone) has_moved_ = true;
  const bool is_at_end = !file.is_end_missed && file.lines.offset() >= size;
  if (!is_at_end && writer == Writer::kGone) file.writer = Writer::kUnknown;
  SetWriters(file);  // so that it is kept, however many come
  budget.lines -= std::min(budget.lines, file.lines.offset() - before);
}

// A file that was removed may leave its number to another, and one may be overwritten in place.
bool AuditReader::BeginsAsBefore(int descriptor, File& file) {
  std::array<char, kBegin> begin;
  const ssize_t count = pread(descriptor, begin.data(), begin.size(), 0);
  if (count < 0) return true;
  const std::string_view now(begin.data(), static_cast<size_t>(count));
  const bool is_same = now.substr(0, file.begin.size()) == file.begin;
  file.begin = now;
  return is_same;
}

// Where a file is read from that is seen for the first time. False: nothing of it is needed.
bool AuditReader::Begin(int descriptor, uint64_t size, File& file, Budget& budget) {
  const bool is_old = file.modified < options_.since - kLag;
  if (is_old && file.writer != Writer::kAlive) {
    file.lines.SkipTo(size);
    file.is_new = false;
    return false;
  }
  const uint64_t wanted = is_old ? kTail : std::min(options_.max_file_bytes, budget.lines);
  if (size <= wanted) return true;
  file.is_too_large = !is_old && size > options_.max_file_bytes;
  file.is_cut_short = !is_old && !file.is_too_large;
  TakeHead(descriptor, file);
  // With the byte before, which tells whether a line begins there.
  const uint64_t tail = size - std::max<uint64_t>(wanted, 1) + 1;
  const std::optional<uint64_t> last = LastLineOf(descriptor, size, budget.ends);
  file.is_end_missed = !last.has_value();
  file.lines.SkipTo(std::min(tail, last.value_or(tail)));
  return true;
}

// The first record of a file tells whose it is.
void AuditReader::TakeHead(int descriptor, File& file) {
  GrowingFile head(kRecordPrefix);
  bool is_taken = false;
  const auto take = [&](std::string_view line, bool cut) {
    if (is_taken) return;
    is_taken = true;
    if (!ReadStatusRecord(line, cut, record_)) return;
    file.session = file.first_session = record_.session;
    if (record_.kind == "start") tally_.Add(record_);
  };
  while (!is_taken && head.offset() < 2 * kRecordPrefix) {
    const uint64_t before = head.offset();
    if (!head.Read(descriptor, kPiece, take) || head.offset() == before) return;
  }
}

void AuditReader::TakeLine(std::string_view line, bool cut, File& file) {
  if (!ReadStatusRecord(line, cut, record_)) return tally_.AddBroken();
  tally_.Add(record_);
  file.is_end_missed = false;
  file.is_left = record_.kind == "stop" && record_.why == "rotated";
  if (file.session != record_.session) file.session = record_.session;
}

std::vector<std::string> AuditReader::Notes() const {
  std::vector<std::string> notes;
  if (!found_)
    notes.push_back(fmt::format("{} does not exist: nothing is recorded there", options_.path));
  if (has_more_files_) {
    notes.push_back(
        fmt::format("only the {} newest files of {} are read", options_.max_files, options_.path));
  }
  const auto count = [this](bool File::*what) {
    return std::count_if(files_.begin(), files_.end(),
                         [what](const auto& entry) { return entry.second.*what; });
  };
  const auto files = [](auto n) { return fmt::format("{} file{}", n, n == 1 ? "" : "s"); };
  if (const auto n = count(&File::is_too_large); n > 0) {
    notes.push_back(fmt::format("{} too large: only the newest records were read",
                                files(n) + (n == 1 ? " is" : " are")));
  }
  if (const auto n = count(&File::is_cut_short); n > 0) {
    notes.push_back(fmt::format(
        "of {} only the last records were read: all together are too large for a look", files(n)));
  }
  if (const auto n = count(&File::is_unreadable); n > 0) {
    notes.push_back(fmt::format("{} cannot be read", files(n)));
  }
  if (const uint64_t n = tally_.more_shadows(); n > 0) {
    notes.push_back(
        fmt::format("{} of rules in shadow {} counted without a name: a record has {} at most",
                    n == 1 ? "1 verdict" : fmt::format("{} verdicts", n), n == 1 ? "is" : "are",
                    kMaxAuditedShadows));
  }
  if (const uint64_t n = tally_.broken(); n > 0) {
    notes.push_back(fmt::format("{} {} no record: writ verify --audit {} says more", n,
                                n == 1 ? "line is" : "lines are", options_.path));
  }
  return notes;
}

}  // namespace writ
