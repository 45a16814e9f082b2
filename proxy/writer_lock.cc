// Locks of open file descriptions, as signs of life.
// Tested by tests/proxy/writer_lock_test.cc.
#include "proxy/writer_lock.h"

#include <fcntl.h>

#include <cerrno>

namespace writ {
namespace {

// The whole file.
struct flock LockOf(short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

bool ShowThatItIsWritten(int file) {
  struct flock lock = LockOf(F_WRLCK);
  return fcntl(file, F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES);
}

Writer WriterOf(int file) {
  struct flock lock = LockOf(F_RDLCK);
  if (fcntl(file, F_OFD_GETLK, &lock) != 0) return Writer::kUnknown;
  return lock.l_type == F_UNLCK ? Writer::kGone : Writer::kAlive;
}

}  // namespace writ
