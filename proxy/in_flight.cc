// Requests in flight.
// Tested by tests/proxy/in_flight_test.cc.
#include "proxy/in_flight.h"

#include <algorithm>

namespace writ {

PendingRequest* InFlight::Find(const std::string& key) {
  const auto found = pending_.find(key);
  return found == pending_.end() ? nullptr : &found->second;
}

bool InFlight::MakeRoom() {
  if (pending_.size() < bound_) return true;
  auto oldest = pending_.end();
  for (auto it = pending_.begin(); it != pending_.end(); ++it) {
    if (it->second.kind != RequestKind::kToolCall || !it->second.cancelled) continue;
    if (oldest == pending_.end() || it->second.order < oldest->second.order) oldest = it;
  }
  if (oldest == pending_.end()) return false;
  pending_.erase(oldest);
  return true;
}

PendingRequest& InFlight::Add(const std::string& key, RequestKind kind, std::string_view raw_id) {
  PendingRequest& request = pending_[key];
  request.kind = kind;
  request.order = arrivals_++;
  request.raw_id = raw_id;
  return request;
}

void InFlight::Cancel(const std::string& key) {
  if (PendingRequest* request = Find(key)) request->cancelled = true;
}

bool InFlight::HasToolList() const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [](const auto& entry) { return entry.second.kind == RequestKind::kToolList; });
}

}  // namespace writ
