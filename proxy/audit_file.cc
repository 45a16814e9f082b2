// Audit records in files.
// Tested by tests/proxy/audit_file_test.cc.
#include "proxy/audit_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>
#include <vector>

#include "proxy/audit_name.h"
#include "proxy/writer_lock.h"

namespace writ {
namespace {

constexpr size_t kMoreDigits = 9;  // of the number of a session's file

std::string Failed(const std::string& path, std::string_view what) {
  return fmt::format("{} {}: {}", path, what, std::strerror(errno));
}

std::string NameIn(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string FolderOf(const std::string& path) {
  const size_t name = path.rfind('/') + 1;
  return name == 0 ? "." : path.substr(0, name);
}

bool IsFolder(const std::string& path) {
  struct stat status;
  return (!path.empty() && path.back() == '/') ||
         (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode));
}

std::optional<FileRefusal> RefusalIf(const std::optional<Opening>& who, const std::string& where) {
  if (!who.has_value()) return std::nullopt;
  return FileRefusal{fmt::format("records are not safe in {}: {}", where, who->text), true,
                     who->remedy};
}

}  // namespace

tl::expected<std::unique_ptr<AuditFile>, FileRefusal> AuditFile::Open(AuditFileOptions options) {
  std::unique_ptr<AuditFile> made(new AuditFile(std::move(options)));
  made->is_folder_ = IsFolder(made->options_.path);
  auto refusal = made->is_folder_ ? made->OpenFolder() : made->OpenNamed();
  if (refusal.has_value()) return tl::unexpected(std::move(*refusal));
  return made;
}

std::chrono::steady_clock::time_point AuditFile::SteadyNow() const {
  return options_.steady != nullptr ? options_.steady() : std::chrono::steady_clock::now();
}

std::string AuditFile::NextName() {
  const Time now = options_.clock != nullptr ? options_.clock() : Time::FromSystemClock();
  return AuditFileName(now, options_.session, files_ + 1);
}

std::optional<FileRefusal> AuditFile::OpenFolder() {
  std::string& folder = options_.path;
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  if (!options_.insecure_permissions) {
    if (auto refusal = RefusalIf(WhoElseMayMake(folder), folder)) return refusal;
  }
  auto real = MakePrivateFolder(folder);
  if (!real.has_value()) return FileRefusal{std::move(real.error())};
  folder = std::move(*real);
  // Somebody may have made it in between.
  if (!options_.insecure_permissions) {
    if (auto refusal = RefusalIf(WhoElseMayWrite(folder), folder)) return refusal;
  }
  FindHeads(folder, {});
  std::string fault = Begin(fmt::format("{}/{}", folder, NextName()));
  if (!fault.empty()) return FileRefusal{std::move(fault)};
  return std::nullopt;
}

// What nobody follows yet: the newest of it is what this session follows.
void AuditFile::FindHeads(const std::string& folder, std::string_view prefix) {
  others_ = AuditHeadsIn(folder, prefix, options_.key);
  if (others_.empty()) return;
  found_before_ = std::move(others_.front());
  others_.erase(others_.begin());
}

// A file that is not there yet.
std::string AuditFile::Begin(const std::string& path) {
  file_ = Descriptor(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file_.is_open()) return Failed(path, "cannot be made");
  ++files_;
  path_ = path;
  return TakeUp();
}

// What is open is what path_ leads to, from now on.
std::string AuditFile::TakeUp() {
  struct stat status;
  if (fstat(file_.get(), &status) != 0) return Failed(path_, "cannot be looked at");
  device_ = status.st_dev;
  inode_ = status.st_ino;
  size_ = static_cast<uint64_t>(status.st_size);
  since_ = SteadyNow();
  is_folder_synced_ = false;
  if (!is_folder_ && flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? fmt::format("{} is written by another process", path_)
                                : Failed(path_, "cannot be locked");
  }
  is_shown_ = ShowThatItIsWritten(file_.get());
  return {};
}

std::optional<FileRefusal> AuditFile::OpenNamed() {
  path_ = options_.path;
  const size_t longest = NAME_MAX - 1 - NextName().size() - kMoreDigits;
  if (NameIn(path_).size() > longest) {
    return FileRefusal{
        fmt::format("{} has no room for what is added when it is rotated: the name "
                    "may have {} bytes",
                    path_, longest)};
  }
  // A link is none, so that it is the same file for all.
  struct stat status;
  if (lstat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return FileRefusal{fmt::format("{} is no regular file", path_)};
  }
  if (!options_.insecure_permissions) {
    if (auto refusal = RefusalIf(WhoElseMayMake(path_), path_)) return refusal;
  }
  file_ = Descriptor(
      open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600));
  if (!file_.is_open()) return FileRefusal{Failed(path_, "cannot be opened")};
  // Somebody may have made it in between.
  if (!options_.insecure_permissions) {
    if (auto refusal = RefusalIf(WhoElseMayWrite(path_), path_)) return refusal;
  }
  std::string fault = TakeNamed();
  if (!fault.empty()) return FileRefusal{std::move(fault)};
  return std::nullopt;
}

// Whether records may follow what stands in what is open; of it the last record.
std::string AuditFile::LookAtNamed(std::optional<LastAuditRecord>& found) {
  struct stat status;
  if (fstat(file_.get(), &status) != 0) return Failed(path_, "cannot be looked at");
  if (!S_ISREG(status.st_mode)) return fmt::format("{} is no regular file", path_);
  if (std::string fault = TakeUp(); !fault.empty()) return fault;
  // Whoever had the lock may have renamed the file before we got it.
  if (std::string what = WhatHappened(); !what.empty()) return what;
  if (size_ == 0) return {};
  constexpr std::string_view kBegin = "{\"time\":\"";
  std::array<char, kBegin.size()> begin{};
  if (pread(file_.get(), begin.data(), begin.size(), 0) < 0) return Failed(path_, "cannot be read");
  if (std::string_view(begin.data(), begin.size()) != kBegin) {
    return fmt::format("{} is no audit log of writ's", path_);
  }
  found = LastAuditRecordOf(file_.get(), NameIn(path_));
  return {};
}

// What is open, after what stands in it.
std::string AuditFile::TakeNamed() {
  std::optional<LastAuditRecord> found;
  if (std::string fault = LookAtNamed(found); !fault.empty()) return fault;
  if (size_ == 0) {
    FindHeads(FolderOf(path_), NameIn(path_) + '.');
    return {};
  }
  if (found.has_value()) found_before_ = found->record;
  // Nothing is to follow half a record, in its line.
  if (found.has_value() && found->is_at_end) return {};
  if (std::string fault = Rotate(); !fault.empty()) return fault;
  if (found_before_.has_value()) {
    found_before_->file = left_;
  } else {
    FindHeads(FolderOf(path_), NameIn(path_) + '.');
  }
  return {};
}

std::string AuditFile::WhatHappened() const {
  struct stat status;
  if (stat(path_.c_str(), &status) != 0) {
    return errno == ENOENT || errno == ENOTDIR ? fmt::format("{} is gone", path_)
                                               : Failed(path_, "cannot be looked at");
  }
  if (status.st_ino != inode_ || status.st_dev != device_) {
    return fmt::format("{} was replaced", path_);
  }
  const auto size = static_cast<uint64_t>(status.st_size);
  if (size < size_) return fmt::format("{} was cut short", path_);
  if (size > size_) return fmt::format("{} was written by somebody else", path_);
  return {};
}

AuditSink::Written AuditFile::Write(std::string_view lines) {
  Written written;
  is_shown_ = is_shown_ || ShowThatItIsWritten(file_.get());
  if (written.fault = WhatHappened(); !written.fault.empty()) return written;
  while (written.taken < lines.size()) {
    const ssize_t count =
        write(file_.get(), lines.data() + written.taken, lines.size() - written.taken);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      written.fault =
          count < 0 ? Failed(path_, "cannot be written") : fmt::format("{} takes no more", path_);
      return written;
    }
    written.taken += static_cast<size_t>(count);
    size_ += static_cast<uint64_t>(count);
  }
  return written;
}

std::string AuditFile::Sync() {
  if (fdatasync(file_.get()) != 0) return Failed(path_, "cannot be brought to disk");
  if (is_folder_synced_) return {};
  const std::string where = FolderOf(path_);
  const Descriptor folder(open(where.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems have nothing to bring.
  if (!folder.is_open() || (fsync(folder.get()) != 0 && errno != EINVAL)) {
    return Failed(where, "cannot be brought to disk");
  }
  is_folder_synced_ = true;
  return {};
}

bool AuditFile::WantsRotation() const {
  return size_ >= options_.max_bytes ||
         (options_.max_age.count() > 0 && SteadyNow() - since_ >= options_.max_age);
}

std::string AuditFile::Rotate() {
  if (!is_folder_) return Rename();
  const std::string name = NameIn(path_);
  others_ = AuditHeadsIn(options_.path, {}, options_.key);
  const auto is_own = [this](const PreviousRecord& head) {
    return head.session == options_.session;
  };
  others_.erase(std::remove_if(others_.begin(), others_.end(), is_own), others_.end());
  if (std::string fault = Begin(fmt::format("{}/{}", options_.path, NextName())); !fault.empty()) {
    return fault;
  }
  left_ = name;
  return {};
}

// The name is free for a new file once the old one has another.
std::string AuditFile::Rename() {
  if (rotated_name_.empty()) rotated_name_ = fmt::format("{}.{}", path_, NextName());
  struct stat status;
  if (lstat(rotated_name_.c_str(), &status) != 0) {
    if (std::string what = WhatHappened(); !what.empty()) return what;
    if (rename(path_.c_str(), rotated_name_.c_str()) != 0) {
      return Failed(path_, "cannot be renamed");
    }
  }
  others_.clear();
  struct stat made;
  const bool is_there = lstat(path_.c_str(), &made) == 0;
  if (std::string fault = is_there ? TakeOver() : Begin(path_); !fault.empty()) return fault;
  left_ = NameIn(rotated_name_);
  rotated_name_.clear();
  return {};
}

// Somebody else made a file of that name before we did: it is ours once he has left it.
std::string AuditFile::TakeOver() {
  file_ = Descriptor(open(path_.c_str(), O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file_.is_open()) return Failed(path_, "cannot be opened");
  if (!options_.insecure_permissions) {
    if (auto refusal = RefusalIf(WhoElseMayWrite(path_), path_)) return refusal->message;
  }
  std::optional<LastAuditRecord> found;
  if (std::string fault = LookAtNamed(found); !fault.empty()) return fault;
  ++files_;
  if (found.has_value()) others_ = {found->record};
  if (size_ == 0 || (found.has_value() && found->is_at_end)) return {};
  // Half a record is left to itself.
  const std::string aside = fmt::format("{}.{}", path_, NextName());
  if (rename(path_.c_str(), aside.c_str()) != 0) return Failed(path_, "cannot be renamed");
  if (found.has_value()) others_.front().file = NameIn(aside);
  return Begin(path_);
}

}  // namespace writ
