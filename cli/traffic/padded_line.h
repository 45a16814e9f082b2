// A line with what readers of messages ask for behind it, in memory that is used again.
#pragma once

#include <string>
#include <string_view>

#include "proxy/session.h"

namespace writ {

class PaddedLine {
 public:
  // The text to fill, without its LF; Seal() puts that behind it.
  std::string& Begin() {
    // What one long line took is not kept for all that follow.
    if (bytes_.capacity() > kKept) bytes_ = std::string();
    bytes_.clear();
    return bytes_;
  }
  std::string_view Seal() {
    const size_t size = bytes_.size();
    bytes_.push_back('\n');
    bytes_.append(kLinePadding, '\0');
    return {bytes_.data(), size};
  }
  std::string_view Set(std::string_view text) {
    Begin() = text;
    return Seal();
  }

 private:
  static constexpr size_t kKept = size_t{1} << 20;
  std::string bytes_;
};

}  // namespace writ
