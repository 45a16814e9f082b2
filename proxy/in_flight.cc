// Requests in flight.
// Tested by tests/proxy/in_flight_test.cc.
#include "proxy/in_flight.h"

namespace writ {

PendingRequest* InFlight::Find(const std::string& key) {
  const auto found = pending_.find(key);
  return found == pending_.end() ? nullptr : &found->second;
}

PendingRequest& InFlight::Add(const std::string& key, RequestKind kind, std::string_view raw_id) {
  if (pending_.size() >= bound_) Remove(std::string(cancelled_calls_.begin()->second));
  PendingRequest& request = pending_[key];
  request.kind = kind;
  request.order = arrivals_++;
  if (kind == RequestKind::kToolList) ++lists_;
  request.raw_id = raw_id;
  return request;
}

void InFlight::Cancel(const std::string& key) {
  PendingRequest* request = Find(key);
  if (request == nullptr || request->cancelled) return;
  request->cancelled = true;
  if (request->kind == RequestKind::kToolCall) cancelled_calls_.emplace(request->order, key);
}

void InFlight::Remove(const std::string& key) {
  const auto found = pending_.find(key);
  if (found == pending_.end()) return;
  if (found->second.kind == RequestKind::kToolList) --lists_;
  cancelled_calls_.erase(found->second.order);
  pending_.erase(found);
}

void InFlight::Clear() {
  pending_.clear();
  cancelled_calls_.clear();
  lists_ = 0;
}

}  // namespace writ
