// Reading what was added to a file.
// Tested by tests/cli/status_growing_file_test.cc.
#include "cli/status/growing_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace writ {
namespace {

constexpr size_t kChunk = 256u << 10;

}  // namespace

void GrowingFile::SkipTo(uint64_t offset) {
  begun_.clear();
  is_cut_ = false;
  // Whether a line begins here the byte before tells.
  is_midway_ = offset > 0;
  offset_ = offset > 0 ? offset - 1 : 0;
}

bool GrowingFile::Read(int file, uint64_t most, const Take& take) {
  std::vector<char> chunk(kChunk);
  while (most > 0) {
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(most, kChunk));
    const ssize_t count = pread(file, chunk.data(), wanted, static_cast<off_t>(offset_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    if (count == 0) return true;
    const auto size = static_cast<size_t>(count);
    offset_ += size;
    most -= size;
    TakeChunk({chunk.data(), size}, take);
  }
  return true;
}

void GrowingFile::TakeChunk(std::string_view chunk, const Take& take) {
  while (!chunk.empty()) {
    const size_t end = chunk.find('\n');
    const std::string_view piece = chunk.substr(0, end);
    const bool is_whole = end != std::string_view::npos;
    chunk.remove_prefix(is_whole ? end + 1 : chunk.size());
    if (is_whole && begun_.empty() && !is_midway_) {
      take(piece.substr(0, prefix_), piece.size() > prefix_);
      continue;
    }
    if (!is_midway_) {
      const size_t room = prefix_ - begun_.size();
      begun_ += piece.substr(0, room);
      is_cut_ = is_cut_ || piece.size() > room;
    }
    if (!is_whole) continue;
    if (!is_midway_) take(begun_, is_cut_);
    begun_.clear();
    begun_.shrink_to_fit();
    is_cut_ = false;
    is_midway_ = false;
  }
}

}  // namespace writ
