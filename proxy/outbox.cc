// Writes at once what the reader takes and queues the rest.
// Tested by tests/proxy/outbox_test.cc.
#include "proxy/outbox.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace writ {
namespace {

constexpr size_t kFirstBytes = 64u << 10;
constexpr size_t kKeptBytes = 1u << 20;  // a queue that grew beyond this is given back once empty

}  // namespace

size_t Outbox::WriteNow(std::string_view bytes) {
  size_t written = 0;
  while (written < bytes.size()) {
    ssize_t count = channel_.Write(bytes.data() + written, bytes.size() - written);
    if (count == Channel::kWouldBlock) break;
    if (count == Channel::kBroken) {
      error_ = errno;
      Abandon();
      break;
    }
    written += static_cast<size_t>(count);
  }
  taken_ += written;
  return written;
}

void Outbox::Queue(std::string_view bytes) {
  if (end_ + bytes.size() > queue_.size()) {
    if (begin_ > 0) {
      std::memmove(queue_.data(), queue_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    size_t wanted = end_ + bytes.size();
    if (wanted > queue_.size()) {
      queue_.Resize(std::max({wanted, 2 * queue_.size(), kFirstBytes}));
    }
  }
  std::memcpy(queue_.data() + end_, bytes.data(), bytes.size());
  end_ += bytes.size();
}

void Outbox::Send(std::string_view bytes) {
  if (broken_) return;
  if (pending() == 0) bytes.remove_prefix(WriteNow(bytes));
  if (!broken_ && !bytes.empty()) Queue(bytes);
}

void Outbox::Flush() {
  if (pending() == 0) return;
  size_t written = WriteNow(std::string_view(queue_.data() + begin_, pending()));
  if (broken_) return;
  begin_ += written;
  if (begin_ < end_) return;
  begin_ = end_ = 0;
  if (queue_.size() > kKeptBytes) queue_.Resize(0);
}

void Outbox::Abandon() {
  broken_ = true;
  begin_ = end_ = 0;
  queue_.Resize(0);
}

}  // namespace writ
