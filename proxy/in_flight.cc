// Requests in flight.
// Tested by tests/proxy/in_flight_test.cc and tests/proxy/refund_test.cc.
#include "proxy/in_flight.h"

#include <functional>

namespace writ {

PendingRequest* InFlight::Find(const std::string& key) {
  const auto found = pending_.find(key);
  return found == pending_.end() ? nullptr : &found->second;
}

PendingRequest* InFlight::FindOtherSpelling(const RequestId& id) {
  return OtherSpelling(id, other_key_) ? Find(other_key_) : nullptr;
}

PendingRequest& InFlight::Add(const RequestId& id, RequestKind kind) {
  if (pending_.size() >= bound_) ForgetOldestCancelled();
  PendingRequest& request = pending_[id.key];
  request.kind = kind;
  request.order = arrivals_++;
  if (kind == RequestKind::kToolList) ++lists_;
  request.raw_id = id.raw;
  request.has_vague_id = IsVague(id);
  request.keeps_quota = MayMeanForgotten(id, request.has_vague_id);
  if (PendingRequest* other = FindOtherSpelling(id)) {
    other->keeps_quota = true;
    request.keeps_quota = true;
  }
  if (request.has_vague_id) ++vague_ids_;
  if (vague_ids_ > 0 && pending_.size() > 1) KeepAllQuotas();
  return request;
}

void InFlight::Cancel(const RequestId& id) {
  if (PendingRequest* request = Find(id.key); request != nullptr && !request->cancelled) {
    request->cancelled = true;
    if (request->kind == RequestKind::kToolCall) cancelled_calls_.emplace(request->order, id.key);
  }
  // The other one is not cancelled by that, and its answer is still awaited.
  if (PendingRequest* other = FindOtherSpelling(id)) other->keeps_quota = true;
  if (vague_ids_ > 0 || IsVague(id)) KeepAllQuotas();
}

void InFlight::Remove(const std::string& key) {
  const auto found = pending_.find(key);
  if (found == pending_.end()) return;
  if (found->second.kind == RequestKind::kToolList) --lists_;
  if (found->second.has_vague_id) --vague_ids_;
  cancelled_calls_.erase(found->second.order);
  pending_.erase(found);
}

void InFlight::ForgetOldestCancelled() {
  const std::string key = cancelled_calls_.begin()->second;
  KeepQuotasOf(key, pending_.at(key).has_vague_id);
  Remove(key);
}

void InFlight::ExpectStrayError(const RequestId& id) {
  if (PendingRequest* request = Find(id.key)) request->keeps_quota = true;
  if (PendingRequest* other = FindOtherSpelling(id)) other->keeps_quota = true;
  const bool is_vague = IsVague(id);
  if (vague_ids_ > 0 || is_vague) KeepAllQuotas();
  KeepQuotasOf(id.key, is_vague);
}

// Of requests that are yet to come.
void InFlight::KeepQuotasOf(const std::string& key, bool is_vague) {
  if (is_vague || forgotten_.size() >= most_forgotten_) {
    any_may_be_forgotten_ = true;
    forgotten_.clear();
  }
  if (!any_may_be_forgotten_) forgotten_.insert(std::hash<std::string>()(key));
}

bool InFlight::MayMeanForgotten(const RequestId& id, bool is_vague) {
  if (any_may_be_forgotten_) return true;
  if (forgotten_.empty()) return false;
  const std::hash<std::string> hash;
  return is_vague || forgotten_.count(hash(id.key)) > 0 ||
         (OtherSpelling(id, other_key_) && forgotten_.count(hash(other_key_)) > 0);
}

void InFlight::Clear() {
  pending_.clear();
  cancelled_calls_.clear();
  lists_ = 0;
  vague_ids_ = 0;
}

}  // namespace writ
