// Reading and making the key of an installation.
// Tested by tests/proxy/audit_key_test.cc.
#include "proxy/audit_key.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "proxy/descriptor.h"

namespace writ {
namespace {

constexpr size_t kFileBytes = 65;  // hex and an LF

tl::unexpected<FileRefusal> Fault(const std::string& path, std::string_view what) {
  return tl::unexpected(FileRefusal{fmt::format("{} {}", path, what)});
}

tl::unexpected<FileRefusal> Failed(const std::string& path, std::string_view what, int error) {
  return Fault(path, fmt::format("{}: {}", what, std::strerror(error)));
}

tl::unexpected<FileRefusal> Unsafe(const Opening& opening) {
  return tl::unexpected(FileRefusal{
      fmt::format("the key of the audit log is not safe: {}", opening.text), true, opening.remedy});
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

// None: there is no such file.
tl::expected<std::optional<AuditKey>, FileRefusal> Read(const std::string& path,
                                                        bool insecure_permissions) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.is_open()) {
    if (errno == ENOENT) return std::nullopt;
    return Failed(path, "cannot be read", errno);
  }
  struct stat status;
  if (fstat(file.get(), &status) != 0) return Failed(path, "cannot be looked at", errno);
  if (!S_ISREG(status.st_mode)) return Fault(path, "is no regular file");
  if (!insecure_permissions) {
    if (const std::optional<Opening> who = WhoElseMayReadOrWrite(path)) return Unsafe(*who);
  }
  std::array<char, kFileBytes + 1> text;
  const ssize_t size = read(file.get(), text.data(), text.size());
  if (size < 0) return Failed(path, "cannot be read", errno);
  const std::string_view read_text(text.data(), static_cast<size_t>(size));
  std::optional<Mac> bytes;
  if (read_text.size() == kFileBytes && read_text.back() == '\n') {
    bytes = ReadMac(read_text.substr(0, kFileBytes - 1));
  }
  if (!bytes.has_value()) return Fault(path, "is no key of writ's");
  return AuditKey(*bytes);
}

// A whole key is linked to its name, or none is: what another process reads was never half written.
// That another was first is no failure.
tl::expected<void, FileRefusal> Make(const std::string& folder, const std::string& path) {
  Mac bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return Fault(path, "cannot be made: the system has no random bytes");
  }
  std::string text;
  AppendHex(AsText(bytes), text);
  text += '\n';
  std::string fresh = folder + "/.audit.key.XXXXXX";
  const Descriptor file(mkostemp(fresh.data(), O_CLOEXEC));
  if (!file.is_open()) return Failed(path, "cannot be made", errno);
  const bool written = WriteAll(file.get(), text) && fsync(file.get()) == 0;
  const bool linked = written && (link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int error = errno;
  unlink(fresh.c_str());
  if (!linked) return Failed(path, "cannot be made", error);
  const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open()) fsync(directory.get());
  return {};
}

}  // namespace

AuditKey::AuditKey(const Mac& bytes) {
  Hmac master(AsText(bytes));
  chain_ = master.Of({"writ audit chain 1"});
  arguments_ = master.Of({"writ audit arguments 1"});
  const Mac name = master.Of({"writ audit key name 1"});
  AppendHex(AsText(name).substr(0, 8), name_);
}

tl::expected<AuditKey, FileRefusal> ReadAuditKey(const std::string& folder,
                                                 bool insecure_permissions) {
  const std::string path = fmt::format("{}/{}", folder, kAuditKeyFile);
  auto key = Read(path, insecure_permissions);
  if (!key.has_value()) return tl::unexpected(std::move(key.error()));
  if (!key->has_value()) return Fault(path, "does not exist");
  return std::move(**key);
}

tl::expected<AuditKey, FileRefusal> ReadOrMakeAuditKey(const std::string& folder,
                                                       bool insecure_permissions) {
  const std::string path = fmt::format("{}/{}", folder, kAuditKeyFile);
  auto key = Read(path, insecure_permissions);
  if (!key.has_value()) return tl::unexpected(std::move(key.error()));
  if (key->has_value()) return std::move(**key);
  if (!insecure_permissions) {
    if (const std::optional<Opening> who = WhoElseMayMake(path)) return Unsafe(*who);
  }
  if (auto real = MakePrivateFolder(folder); !real.has_value()) {
    return tl::unexpected(FileRefusal{std::move(real.error())});
  }
  if (auto made = Make(folder, path); !made.has_value()) {
    return tl::unexpected(std::move(made.error()));
  }
  return ReadAuditKey(folder, insecure_permissions);
}

}  // namespace writ
