// Says something if what is at hand takes longer than people expect.
//
// Tested by tests/faults/test_reload.py.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "proxy/bell.h"

namespace writ {

class Overdue {
 public:
  // `say` is called once, on another thread, unless this is destroyed before. Where the system has
  // no thread to give, it is not.
  Overdue(std::chrono::milliseconds after, std::function<void()> say);
  ~Overdue();
  Overdue(const Overdue&) = delete;
  Overdue& operator=(const Overdue&) = delete;

 private:
  Bell over_;
  std::thread thread_;
};

}  // namespace writ
