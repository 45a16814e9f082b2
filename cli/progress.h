// How far a command has come, on a terminal's stderr; nothing unless it takes longer than a second.
//
// Thread safety: none. Tested by tests/cli/progress_test.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace writ {

class Progress {
 public:
  // `what` is being done: "replaying". Nothing is shown before `quiet` is over.
  explicit Progress(std::string what, std::chrono::milliseconds quiet = std::chrono::seconds(1));
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of `all`. Cheap enough to be called again and again.
  void At(uint64_t done, uint64_t all) {
    if (is_shown_ && (++calls_ & 0xFF) == 0) Show(done, all);
  }
  // Takes the line away, so that something else can be written.
  void Clear();

 private:
  void Show(uint64_t done, uint64_t all);

  std::string what_;
  bool is_shown_;  // at all: stderr is a terminal that can do it
  bool is_on_screen_ = false;
  uint64_t calls_ = 0;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace writ
