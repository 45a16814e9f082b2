// Cuts what is read into lines, each in place, with kLinePadding readable bytes after it.
//
// A line longer than the limit is thrown away while it streams past: it costs no more memory than
// the limit. After a long line the memory is given back.
//
//   while (lines.ReadFrom(channel) == LineBuffer::Filling::kFull)
//     while (lines.Next(&line) != LineBuffer::Taken::kNone) …
//
// Thread safety: none.
#pragma once

#include <cstddef>
#include <string_view>

#include "proxy/bytes.h"
#include "proxy/channel.h"

namespace writ {

class LineBuffer {
 public:
  static constexpr size_t kReadBytes = 64u << 10;  // what a pipe holds

  explicit LineBuffer(size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  enum class Filling {
    kSome,  // something was read, and less than asked for: most likely there is no more now
    kFull,  // as much was read as was asked for: most likely there is more
    kNone,  // nothing there
    kEnd,   // the end of input
  };
  // Reads once. Lines taken before are no longer valid.
  Filling ReadFrom(Channel& channel);

  enum class Taken {
    kLine,     // `line` is the next one, without its LF, which stands right behind it
    kTooLong,  // a line goes beyond the limit; `line` is empty, lost_bytes() of it are known
    kNone,     // no further line is complete
  };
  // A line that is too long is reported once, as soon as it is known to be.
  Taken Next(std::string_view* line);

  size_t lost_bytes() const { return lost_bytes_; }
  // Length of the last line, which has no LF yet; 0 if there is none, or it was reported already.
  size_t unfinished_bytes() const { return end_ - begin_; }

 private:
  void MakeRoom();

  size_t max_line_bytes_;
  Bytes bytes_;
  size_t begin_ = 0;       // of the first line not taken
  size_t searched_ = 0;    // there is no LF from begin_ to here
  size_t end_ = 0;         // of what has been read
  bool skipping_ = false;  // inside a line that is too long
  size_t lost_bytes_ = 0;
};

}  // namespace writ
