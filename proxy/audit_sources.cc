// Finding and opening the files that are verified.
// Tested by tests/proxy/audit_verify_test.cc.
#include "proxy/audit_sources.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>

#include "proxy/audit_name.h"

namespace writ {
namespace {

std::string Unreadable(const std::string& path) {
  return fmt::format("{} cannot be read: {}", path, std::strerror(errno));
}

AuditSource::Id IdOf(const struct stat& status) {
  return {status.st_dev, status.st_ino};
}

bool EndsIn(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// What --audit wrote to a folder, or to files of that folder: such a file may have any name, but
// those that were rotated tell it.
std::set<std::string> AuditFilesAmong(const std::set<std::string>& names) {
  std::set<std::string> found;
  for (const std::string& name : names) {
    if (!EndsIn(name, kAuditExtension)) continue;
    found.insert(name);
    const auto before = BeforeAuditFileName(name);
    if (!before.has_value() || before->empty()) continue;
    std::string live(before->substr(0, before->size() - 1));
    if (names.count(live) > 0) found.insert(std::move(live));
  }
  return found;
}

// All of a pipe, to a file without a name. The error is errno's.
int CopyAll(int pipe, int file) {
  std::array<char, 65536> bytes;
  for (;;) {
    const ssize_t count = read(pipe, bytes.data(), bytes.size());
    if (count == 0) return 0;
    if (count < 0) {
      if (errno == EAGAIN) {
        pollfd entry = {pipe, POLLIN, 0};
        poll(&entry, 1, -1);
      } else if (errno != EINTR) {
        return errno;
      }
      continue;
    }
    for (ssize_t written = 0; written < count;) {
      const ssize_t more =
          write(file, bytes.data() + written, static_cast<size_t>(count - written));
      if (more < 0 && errno != EINTR) return errno;
      if (more > 0) written += more;
    }
  }
}

}  // namespace

tl::expected<OpenAuditSource, std::string> Open(const AuditSource& source) {
  OpenAuditSource opened;
  struct stat status;
  if (source.spooled != nullptr) {
    opened.file = Descriptor(fcntl(source.spooled->get(), F_DUPFD_CLOEXEC, 0));
  } else {
    opened.file = Descriptor(open(source.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  }
  if (!opened.file.is_open() || fstat(opened.file.get(), &status) != 0) {
    return tl::unexpected(Unreadable(source.path));
  }
  if (source.spooled == nullptr && IdOf(status) != source.id) {
    return tl::unexpected(
        fmt::format("{} was replaced while it was read; verify it again", source.path));
  }
  opened.size = static_cast<uint64_t>(status.st_size);
  return opened;
}

std::string AuditSources::Find() {
  files_.clear();
  strange_.clear();
  for (const std::string& path : paths_) {
    struct stat status;
    const bool is_folder = stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    std::string fault = is_folder ? AddFolder(path) : Add(path, true);
    if (!fault.empty()) return fault;
  }
  // One that is given twice is read once.
  std::set<AuditSource::Id> seen;
  const auto is_again = [&seen](const AuditSource& file) { return !seen.insert(file.id).second; };
  files_.erase(std::remove_if(files_.begin(), files_.end(), is_again), files_.end());
  return {};
}

std::string AuditSources::Add(const std::string& path, bool is_named) {
  const auto spooled = spooled_.find(path);
  if (spooled != spooled_.end()) {
    files_.push_back(spooled->second);
    return {};
  }
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return Unreadable(path);
  AuditSource source{path, IdOf(status), nullptr};
  if (!S_ISREG(status.st_mode)) {
    if (!is_named) {
      strange_.push_back(path);
      return {};
    }
    if (!S_ISFIFO(status.st_mode)) {
      return fmt::format("{} is neither a file nor a folder nor a pipe", path);
    }
    if (std::string fault = Spool(path, source); !fault.empty()) return fault;
    spooled_.emplace(path, source);
  }
  files_.push_back(std::move(source));
  return {};
}

// It is read twice, and comes out once.
std::string AuditSources::Spool(const std::string& path, AuditSource& source) {
  const Descriptor pipe(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!pipe.is_open()) return Unreadable(path);
  std::FILE* const nameless = std::tmpfile();
  const Descriptor file(nameless != nullptr ? fcntl(fileno(nameless), F_DUPFD_CLOEXEC, 0) : -1);
  int error = file.is_open() ? 0 : errno;
  if (nameless != nullptr) std::fclose(nameless);
  if (error == 0) error = CopyAll(pipe.get(), file.get());
  if (error != 0) {
    return fmt::format("{} cannot be copied to {}, as a pipe must be: {}", path, P_tmpdir,
                       std::strerror(error));
  }
  struct stat status;
  // One that nobody has opened for writing yet looks the same as one that is at its end.
  if (fstat(file.get(), &status) == 0 && status.st_size == 0) {
    return fmt::format("nothing came out of {}", path);
  }
  source.spooled = std::make_shared<Descriptor>(fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
  return source.spooled->is_open() ? std::string() : Unreadable(path);
}

std::string AuditSources::AddFolder(const std::string& path) {
  DIR* directory = opendir(path.c_str());
  if (directory == nullptr) return Unreadable(path);
  std::set<std::string> names;
  while (const dirent* entry = readdir(directory)) names.insert(entry->d_name);
  closedir(directory);
  const std::set<std::string> found = AuditFilesAmong(names);
  if (found.empty()) return fmt::format("{} holds no audit file", path);
  for (const std::string& name : found) {
    const std::string file = fmt::format("{}{}{}", path, path.back() == '/' ? "" : "/", name);
    if (std::string fault = Add(file, false); !fault.empty()) return fault;
  }
  return {};
}

}  // namespace writ
