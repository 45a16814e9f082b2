// A line as the pump hands it over: followed by an LF and readable bytes.
#pragma once

#include <string>
#include <string_view>

#include "proxy/session.h"

namespace writ {

class Line {
 public:
  explicit Line(std::string_view text) : size_(text.size()), bytes_(text) {
    bytes_ += '\n';
    bytes_.append(kLinePadding, ' ');
  }
  std::string_view view() const { return std::string_view(bytes_).substr(0, size_); }

 private:
  size_t size_;
  std::string bytes_;
};

}  // namespace writ
