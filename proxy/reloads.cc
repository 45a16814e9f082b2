// Handing programs over.
// Tested by tests/proxy/reloads_test.cc.
#include "proxy/reloads.h"

#include <algorithm>
#include <utility>

namespace writ {

std::vector<Reload> Reloads::Take() {
  std::vector<Reload> taken;
  taken.reserve(kMost);  // for Put
  const std::lock_guard lock(mutex_);
  arrived_.Silence();
  taken.swap(waiting_);
  return taken;
}

void Reloads::Return(std::shared_ptr<const VerifiedProgram> program) {
  const std::lock_guard lock(mutex_);
  returned_.push_back(std::move(program));
}

void Reloads::Put(Reload reload) {
  Reload dropped;  // freed without the lock
  const std::lock_guard lock(mutex_);
  const auto has_program = [](const Reload& other) { return other.program != nullptr; };
  auto oldest = waiting_.end();
  if (has_program(reload)) oldest = std::find_if(waiting_.begin(), waiting_.end(), has_program);
  if (oldest == waiting_.end() && waiting_.size() == kMost) {
    oldest = std::find_if_not(waiting_.begin(), waiting_.end(), has_program);
  }
  if (oldest != waiting_.end()) {
    dropped = std::move(*oldest);
    waiting_.erase(oldest);
  }
  waiting_.push_back(std::move(reload));
  arrived_.Ring();
}

void Reloads::FreeReturned() {
  std::vector<std::shared_ptr<const VerifiedProgram>> freed;  // without the lock
  const std::lock_guard lock(mutex_);
  freed.swap(returned_);
}

}  // namespace writ
