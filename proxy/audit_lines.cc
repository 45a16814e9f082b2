// Reading the lines of audit files.
// Tested by tests/proxy/audit_lines_test.cc.
#include "proxy/audit_lines.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace writ {
namespace {

constexpr size_t kLeastRoom = 256u << 10;

}  // namespace

bool AuditLines::Next(std::string_view& line) {
  is_too_long_ = false;
  size_t searched = begin_;
  for (;;) {
    if (searched < filled_) {
      const void* end = std::memchr(bytes_.data() + searched, '\n', filled_ - searched);
      if (end != nullptr) {
        is_whole_ = true;
        const auto at = static_cast<size_t>(static_cast<const char*>(end) - bytes_.data());
        const bool given = Give(line, at - begin_);
        begin_ = at + 1;
        return given;
      }
    }
    if (filled_ - begin_ > longest_) {
      is_too_long_ = true;
      begin_ = filled_ = 0;
    }
    searched = filled_ - begin_;  // Fill() moves what there is to the front
    if (Fill()) continue;
    if (!fault_.empty() || (filled_ == begin_ && !is_too_long_)) return false;
    is_whole_ = false;
    const bool given = Give(line, filled_ - begin_);
    begin_ = filled_;
    return given;
  }
}

bool AuditLines::Give(std::string_view& line, size_t size) {
  ++number_;
  is_too_long_ = is_too_long_ || size > longest_;
  line = is_too_long_ ? std::string_view() : std::string_view(bytes_.data() + begin_, size);
  return true;
}

// False at the end, and on a fault.
bool AuditLines::Fill() {
  if (begin_ > 0) std::memmove(bytes_.data(), bytes_.data() + begin_, filled_ - begin_);
  filled_ -= begin_;
  begin_ = 0;
  if (offset_ >= end_) return false;
  if (filled_ == bytes_.size()) {
    try {
      bytes_.Resize(std::max(kLeastRoom, 2 * bytes_.size()));
    } catch (const std::bad_alloc&) {
      fault_ = "there is no memory for one of its lines";
      return false;
    }
  }
  const auto wanted =
      static_cast<size_t>(std::min<uint64_t>(bytes_.size() - filled_, end_ - offset_));
  ssize_t count;
  do {
    count = pread(file_, bytes_.data() + filled_, wanted, static_cast<off_t>(offset_));
  } while (count < 0 && errno == EINTR);
  if (count < 0) fault_ = std::strerror(errno);
  if (count <= 0) return false;
  filled_ += static_cast<size_t>(count);
  offset_ += static_cast<uint64_t>(count);
  return true;
}

}  // namespace writ
