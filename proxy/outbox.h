// What is on its way to one reader: written at once as far as the reader takes it, queued beyond.
//
// Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "proxy/bytes.h"
#include "proxy/channel.h"

namespace writ {

class Outbox {
 public:
  explicit Outbox(Channel channel) : channel_(std::move(channel)) {}

  int fd() const { return channel_.fd(); }

  // Does nothing once the reader is gone.
  void Send(std::string_view bytes);
  // Writes from the queue what the reader takes now.
  void Flush();
  // Forgets the queue and everything sent from now on.
  void Abandon();

  size_t pending() const { return end_ - begin_; }  // bytes in the queue
  uint64_t taken() const { return taken_; }         // bytes the reader has taken so far
  bool broken() const { return broken_; }           // the reader is gone, or Abandon was called
  int error() const { return error_; }              // the errno that told so; 0 if none did

 private:
  size_t WriteNow(std::string_view bytes);
  void Queue(std::string_view bytes);

  Channel channel_;
  Bytes queue_;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t taken_ = 0;
  bool broken_ = false;
  int error_ = 0;
};

}  // namespace writ
