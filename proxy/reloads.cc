// Handing programs over.
// Tested by tests/proxy/reloads_test.cc.
#include "proxy/reloads.h"

#include <utility>

namespace writ {

std::vector<Reload> Reloads::Take() {
  const std::lock_guard lock(mutex_);
  arrived_.Silence();
  return std::exchange(waiting_, {});
}

void Reloads::Put(Reload reload) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(reload));
  arrived_.Ring();
}

}  // namespace writ
