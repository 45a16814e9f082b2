// Reading audit logs.
// Tested by tests/cli/status_audit_reader_test.cc.
#include "cli/status/audit_reader.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
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

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

std::string TimeText(int64_t seconds) {
  std::string text;
  AppendAuditTime(Time(seconds), text);
  return text;
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
    if (errno != ENOENT && errno != ENOTDIR) return failed();
    return files;
  }
  is_folder_ = S_ISDIR(status.st_mode);
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

tl::expected<void, std::string> AuditReader::Refresh() {
  const auto files = List();
  if (!files.has_value()) return tl::unexpected(files.error());
  if (HasGoneBack(*files)) {
    files_.clear();
    tally_ = Tally(tally_.since());
  }
  uint64_t budget = options_.max_bytes;
  for (const Found& found : *files) Look(found, files_[found.id], &budget);
  tally_.ForgetWriters();
  for (const auto& [id, file] : files_) tally_.SetWriter(file.session, file.writer);
  return {};
}

void AuditReader::Look(const Found& found, File& file, uint64_t* budget) {
  file.path = found.path;
  if (!file.is_new && found.size == file.lines.offset() && file.writer == Writer::kGone) return;
  const Descriptor opened(open(found.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status;
  file.is_unreadable = !opened.is_open() || fstat(opened.get(), &status) != 0;
  if (file.is_unreadable || FileId(status.st_dev, status.st_ino) != found.id) return;
  // Before it is read: whoever has gone has written all it ever will.
  file.writer = WriterOf(opened.get());
  if (file.is_new && !Begin(found, opened.get(), file, *budget)) return;
  file.is_new = false;
  const uint64_t before = file.lines.offset();
  const uint64_t most = found.size - std::min(found.size, before);
  const bool is_read = file.lines.Read(
      opened.get(), std::min(most, options_.max_file_bytes),
      [this, &file](std::string_view line, bool cut) { TakeLine(line, cut, file); });
  file.is_unreadable = !is_read;
  tally_.SetWriter(file.session, file.writer);  // so that it is kept, however many come
  *budget -= std::min(*budget, file.lines.offset() - before);
}

// Where a file is read from that is seen for the first time. False: nothing of it is needed.
bool AuditReader::Begin(const Found& found, int descriptor, File& file, uint64_t budget) {
  const bool is_old = found.modified < options_.since - kLag;
  if (is_old && file.writer != Writer::kAlive) {
    file.lines.SkipTo(found.size);
    file.is_new = false;
    return false;
  }
  const uint64_t wanted = is_old ? kTail : std::min(options_.max_file_bytes, budget);
  if (found.size <= wanted) return true;
  file.is_partly_read = !is_old;
  // The first record of a file tells whose it is.
  GrowingFile head(kRecordPrefix);
  bool is_first = true;
  head.Read(descriptor, 2 * kRecordPrefix, [&](std::string_view line, bool cut) {
    if (!is_first) return;
    is_first = false;
    if (ReadStatusRecord(line, cut, record_) && record_.kind == "start") tally_.Add(record_);
  });
  // With the byte before, which tells whether a line begins there.
  file.lines.SkipTo(found.size - std::max<uint64_t>(wanted, 1) + 1);
  return true;
}

void AuditReader::TakeLine(std::string_view line, bool cut, File& file) {
  if (!ReadStatusRecord(line, cut, record_)) return tally_.AddBroken();
  tally_.Add(record_);
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
  if (const auto n = count(&File::is_partly_read); n > 0) {
    notes.push_back(fmt::format("{} too large: only the newest records were read",
                                files(n) + (n == 1 ? " is" : " are")));
  }
  if (const auto n = count(&File::is_unreadable); n > 0) {
    notes.push_back(fmt::format("{} cannot be read", files(n)));
  }
  if (const uint64_t n = tally_.broken(); n > 0) {
    notes.push_back(fmt::format("{} {} no record: writ verify --audit {} says more", n,
                                n == 1 ? "line is" : "lines are", options_.path));
  }
  return notes;
}

}  // namespace writ
