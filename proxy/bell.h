// Wakes whoever polls it, from another thread.
#pragma once

namespace writ {

class Bell {
 public:
  Bell();
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  // Readable from a ring on until it is silenced. -1 if the system gave none: nothing can be heard.
  int fd() const { return fd_; }
  void Ring() const;
  // Whether it has rung since the last time.
  bool Silence() const;

 private:
  int fd_;
};

}  // namespace writ
