// The lines of a file that another process writes, as far as they are whole, from where the last
// reading ended. Of each line no more than its beginning is kept, so that memory is bounded
// whatever the file holds.
//
// Tested by tests/cli/status_growing_file_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace writ {

class GrowingFile {
 public:
  // `line`: without its LF, no longer than `prefix`. `cut`: it went on.
  using Take = std::function<void(std::string_view line, bool cut)>;

  explicit GrowingFile(size_t prefix) : prefix_(prefix) {}

  // Goes on at `offset`, with the first line that begins there or behind it.
  void SkipTo(uint64_t offset);

  // Reads on, `most` bytes at most. False if the file cannot be read.
  bool Read(int file, uint64_t most, const Take& take);

  uint64_t offset() const { return offset_; }

 private:
  void TakeChunk(std::string_view chunk, const Take& take);

  size_t prefix_;
  uint64_t offset_ = 0;
  std::string begun_;       // of a line whose end was not there yet
  bool is_cut_ = false;     // it is longer than that
  bool is_midway_ = false;  // in a line whose beginning was not read
};

}  // namespace writ
