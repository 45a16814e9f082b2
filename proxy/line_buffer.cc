// Cuts what is read into lines.
// Tested by tests/proxy/line_buffer_test.cc.
#include "proxy/line_buffer.h"

#include <cstring>

#include "proxy/session.h"

namespace writ {
namespace {

constexpr size_t kUsualBytes = 2 * LineBuffer::kReadBytes;
constexpr size_t kKeptBytes = 1u << 20;  // more than this is given back when no longer needed

}  // namespace

// Small messages are read to the front of the buffer again and again: no byte is ever moved.
void LineBuffer::MakeRoom() {
  if (begin_ == end_) begin_ = searched_ = end_ = 0;
  size_t unfinished = end_ - begin_;
  bool shrink = bytes_.size() > kKeptBytes && unfinished <= kReadBytes;
  bool full = end_ + kReadBytes + kLinePadding > bytes_.size();
  if (!shrink && !full) return;
  if (begin_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, unfinished);
    searched_ -= begin_;
    end_ = unfinished;
    begin_ = 0;
  }
  if (shrink) bytes_.Resize(kUsualBytes + kLinePadding);
  if (bytes_.size() == 0) bytes_.Resize(kUsualBytes + kLinePadding);
  while (end_ + kReadBytes + kLinePadding > bytes_.size()) bytes_.Resize(2 * bytes_.size());
}

LineBuffer::Filling LineBuffer::ReadFrom(Channel& channel) {
  MakeRoom();
  ssize_t count = channel.Read(bytes_.data() + end_, kReadBytes);
  if (count == Channel::kWouldBlock) return Filling::kNone;
  if (count == 0) return Filling::kEnd;
  end_ += static_cast<size_t>(count);
  return static_cast<size_t>(count) == kReadBytes ? Filling::kFull : Filling::kSome;
}

LineBuffer::Taken LineBuffer::Next(std::string_view* line) {
  *line = {};
  while (searched_ < end_) {
    const char* start = bytes_.data() + begin_;
    const void* found = std::memchr(bytes_.data() + searched_, '\n', end_ - searched_);
    if (found == nullptr) break;
    size_t length = static_cast<size_t>(static_cast<const char*>(found) - start);
    begin_ += length + 1;
    searched_ = begin_;
    if (skipping_) {
      skipping_ = false;
    } else if (length > max_line_bytes_) {
      lost_bytes_ = length;
      return Taken::kTooLong;
    } else {
      *line = std::string_view(start, length);
      return Taken::kLine;
    }
  }
  searched_ = end_;
  if (!skipping_ && end_ - begin_ <= max_line_bytes_) return Taken::kNone;
  size_t thrown_away = end_ - begin_;
  begin_ = end_;
  if (skipping_) return Taken::kNone;
  skipping_ = true;
  lost_bytes_ = thrown_away;
  return Taken::kTooLong;
}

}  // namespace writ
