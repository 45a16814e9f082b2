// Giving back what compiling took.
// Tested by tests/faults/test_start.py and tests/faults/test_reload.py.
#include "cli/freed_memory.h"

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace writ {

void GiveBackFreedMemory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace writ
