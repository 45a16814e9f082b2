// The bytes of access lists, as Linux has them (linux/posix_acl_xattr.h).
// Tested by tests/proxy/access_list_test.cc.
#include "proxy/access_list.h"

#include <sys/xattr.h>

#include <cerrno>
#include <cstring>

namespace writ {
namespace {

constexpr char kAttribute[] = "system.posix_acl_access";
constexpr size_t kMaxBytes = 65536;  // of any attribute
constexpr uint32_t kVersion = 2;
constexpr uint16_t kMayWrite = 2;

enum Who : uint16_t { kUser = 0x02, kOwningGroup = 0x04, kGroup = 0x08, kMask = 0x10 };

// Little endian, whatever the machine is.
template <typename Number>
Number Take(std::string_view& bytes) {
  Number number = 0;
  for (size_t i = 0; i < sizeof number; ++i) {
    number = static_cast<Number>(number | static_cast<Number>(static_cast<uint8_t>(bytes[i]))
                                              << (8 * i));
  }
  bytes.remove_prefix(sizeof number);
  return number;
}

}  // namespace

std::optional<Writers> ReadAccessList(std::string_view bytes) {
  constexpr size_t kHeader = 4;
  constexpr size_t kEntry = 8;
  if (bytes.size() < kHeader || (bytes.size() - kHeader) % kEntry != 0) return std::nullopt;
  if (Take<uint32_t>(bytes) != kVersion) return std::nullopt;
  Writers writers;
  while (!bytes.empty()) {
    const auto who = Take<uint16_t>(bytes);
    const bool may_write = (Take<uint16_t>(bytes) & kMayWrite) != 0;
    const auto number = Take<uint32_t>(bytes);
    if (who == kMask && !may_write) return Writers{};  // it takes the right from all of them
    if (!may_write) continue;
    if (who == kUser) writers.users.push_back(number);
    if (who == kGroup) writers.groups.push_back(number);
    if (who == kOwningGroup) writers.owning_group = true;
  }
  return writers;
}

tl::expected<std::optional<Writers>, int> WritersByAccessList(const std::string& path) {
  std::string bytes(kMaxBytes, '\0');
  const ssize_t size = lgetxattr(path.c_str(), kAttribute, bytes.data(), bytes.size());
  if (size < 0) {
    if (errno == ENODATA || errno == ENOTSUP) return std::nullopt;
    return tl::unexpected(errno);
  }
  std::optional<Writers> writers =
      ReadAccessList(std::string_view(bytes).substr(0, static_cast<size_t>(size)));
  if (!writers.has_value()) return tl::unexpected(EINVAL);
  return writers;
}

}  // namespace writ
