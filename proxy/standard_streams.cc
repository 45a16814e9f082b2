// Closed standard streams become /dev/null.
// Tested by tests/proxy/pump_test.cc.
#include "proxy/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

namespace writ {

void ReplaceMissingStandardStreams() {
  // The lowest free number is taken, so this fills the gaps among 0, 1 and 2.
  int fd;
  do {
    fd = open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) close(fd);
}

}  // namespace writ
