// Tells people on stderr how far each stage of a benchmark is, after a second: on a terminal one
// line that is drawn again and again and removed at the end. Elsewhere nothing is said: nobody
// watches, and a log has no use for it.
//
// Tested by tests/cli/bench.py.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace writ {

class Stages {
 public:
  // `enabled`: stderr is a terminal that can draw over a line.
  explicit Stages(bool enabled) : enabled_(enabled) {}
  ~Stages() { End(); }
  Stages(const Stages&) = delete;
  Stages& operator=(const Stages&) = delete;

  // `steps`: how many there will be; 0: nobody knows.
  void Begin(std::string_view what, size_t steps);
  void Advance() { AdvanceTo(done_ + 1); }
  void AdvanceTo(size_t done);
  void End();

 private:
  using Clock = std::chrono::steady_clock;
  void Draw();

  bool enabled_;
  std::string what_;
  size_t steps_ = 0;
  size_t done_ = 0;
  Clock::time_point next_;
  bool is_drawn_ = false;
};

// Whether stderr can show it.
bool CanShowStages();

}  // namespace writ
