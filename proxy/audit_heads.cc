// Finding the last records of audit files.
// Tested by tests/proxy/audit_heads_test.cc.
#include "proxy/audit_heads.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "proxy/audit_chain.h"
#include "proxy/audit_name.h"
#include "proxy/descriptor.h"

namespace writ {
namespace {

// A record is no longer than the line it tells of, escaped, and some names.
constexpr off_t kMostBytes = 128 << 20;
constexpr off_t kFirstTail = 4 << 10;
// A start is a line of names.
constexpr size_t kMostOfStart = 64 << 10;

// The last line of `tail` that is a record; `is_from_begin`: no line is cut off before it.
std::optional<std::pair<SealedRecord, bool>> LastRecordIn(std::string_view tail,
                                                          bool is_from_begin) {
  size_t end = tail.rfind('\n');
  bool is_at_end = end != std::string_view::npos && end + 1 == tail.size();
  while (end != std::string_view::npos && end > 0) {
    const size_t before = tail.rfind('\n', end - 1);
    if (before == std::string_view::npos && !is_from_begin) return std::nullopt;
    const size_t begin = before == std::string_view::npos ? 0 : before + 1;
    if (auto record = ReadSealedRecord(tail.substr(begin, end - begin))) {
      return std::pair(std::move(*record), is_at_end);
    }
    is_at_end = false;
    end = before;
  }
  return std::nullopt;
}

// `budget`: of bytes that may be read.
std::optional<LastAuditRecord> LastOf(int file, const std::string& name, off_t& budget) {
  struct stat status;
  if (fstat(file, &status) != 0) return std::nullopt;
  const off_t size = status.st_size;
  for (off_t wanted = kFirstTail;; wanted *= 8) {
    const off_t begin = std::max<off_t>(size - wanted, 0);
    if (size - begin > budget) return std::nullopt;
    budget -= size - begin;
    std::string tail(static_cast<size_t>(size - begin), '\0');
    if (pread(file, tail.data(), tail.size(), begin) != size - begin) return std::nullopt;
    if (const auto last = LastRecordIn(tail, begin == 0)) {
      const SealedRecord& record = last->first;
      return LastAuditRecord{PreviousRecord{std::string(record.session), record.seq,
                                            std::string(record.time), record.mac, name},
                             last->second};
    }
    if (begin == 0) return std::nullopt;
  }
}

// The names of the files that were written last.
std::vector<std::string> NewestFiles(const std::string& folder, std::string_view prefix) {
  using Written = std::tuple<time_t, long, std::string>;
  std::vector<Written> files;
  DIR* directory = opendir(folder.c_str());
  if (directory == nullptr) return {};
  while (const dirent* entry = readdir(directory)) {
    if (BeforeAuditFileName(entry->d_name) != prefix) continue;
    struct stat status;
    if (fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(status.st_mode)) continue;
    files.emplace_back(status.st_mtim.tv_sec, status.st_mtim.tv_nsec, entry->d_name);
  }
  closedir(directory);
  const size_t kept = std::min(files.size(), kMaxAuditHeads);
  std::partial_sort(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(kept), files.end(),
                    std::greater<>());
  std::vector<std::string> names;
  for (size_t i = 0; i < kept; ++i) names.push_back(std::move(std::get<2>(files[i])));
  return names;
}

using RecordId = std::pair<std::string, uint64_t>;

// What the start at the head of the file follows and names.
void AddFollowed(int file, AuditChain* chain, std::set<RecordId>& followed) {
  std::string text(kMostOfStart, '\0');
  const ssize_t size = pread(file, text.data(), text.size(), 0);
  if (size <= 0) return;
  const std::string_view begin(text.data(), static_cast<size_t>(size));
  const size_t end = begin.find('\n');
  if (end == std::string_view::npos) return;
  const auto start = ReadSealedRecord(begin.substr(0, end));
  if (!start.has_value() || !start->is_start) return;
  const Mac before = start->previous.has_value() ? start->previous->mac : Mac{};
  if (chain != nullptr && !SameMac(chain->MacOf(before, start->record), start->mac)) return;
  if (start->previous.has_value()) followed.emplace(start->previous->session, start->previous->seq);
  for (const PreviousRecord& other : start->others) followed.emplace(other.session, other.seq);
}

}  // namespace

std::optional<LastAuditRecord> LastAuditRecordOf(int file, const std::string& name) {
  off_t budget = kMostBytes;
  return LastOf(file, name, budget);
}

std::vector<PreviousRecord> AuditHeadsIn(const std::string& folder, std::string_view prefix,
                                         const std::optional<AuditKey>& key) {
  std::optional<AuditChain> chain;
  if (key.has_value()) chain.emplace(key->ForChain());
  std::vector<PreviousRecord> heads;
  std::set<RecordId> followed;
  off_t budget = kMostBytes;
  for (const std::string& name : NewestFiles(folder, prefix)) {
    const std::string path = fmt::format("{}/{}", folder, name);
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status;
    if (!file.is_open() || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    AddFollowed(file.get(), chain.has_value() ? &*chain : nullptr, followed);
    if (auto last = LastOf(file.get(), name, budget)) heads.push_back(std::move(last->record));
  }
  const auto is_followed = [&followed](const PreviousRecord& head) {
    return followed.count({head.session, head.seq}) > 0;
  };
  heads.erase(std::remove_if(heads.begin(), heads.end(), is_followed), heads.end());
  std::stable_sort(heads.begin(), heads.end(),
                   [](const auto& a, const auto& b) { return a.time > b.time; });
  return heads;
}

}  // namespace writ
