// Requests of the server.
// Tested by tests/proxy/asked_by_server_test.cc.
#include "proxy/asked_by_server.h"

namespace writ {
namespace {

constexpr char kText = 's';
constexpr char kNumber = 'n';

// Numbers as they are written: two that round to the same double are two for some servers.
void SetKey(const RequestId& id, std::string& key) {
  if (id.kind == IdKind::kString) {
    key = id.key;
    key.front() = kText;
  } else {
    key = kNumber;
    key += id.raw;
  }
}

}  // namespace

void AskedByServer::Add(const RequestId& id) {
  if (!id.is_valid()) return;
  SetKey(id, key_);
  const auto [entry, is_new] = order_of_.emplace(key_, arrivals_);
  if (!is_new) return;
  by_order_.emplace(arrivals_++, &entry->first);
  if (order_of_.size() <= bound_) return;
  const auto oldest = by_order_.begin();
  order_of_.erase(order_of_.find(*oldest->second));
  by_order_.erase(oldest);
}

bool AskedByServer::TakeAnswer(const RequestId& id) {
  if (order_of_.empty() || !id.is_valid()) return false;
  SetKey(id, key_);
  const bool is_answer = Remove(key_);
  if (!is_answer) {
    key_.front() = key_.front() == kText ? kNumber : kText;
    Remove(key_);
  }
  return is_answer;
}

bool AskedByServer::Remove(const std::string& key) {
  const auto found = order_of_.find(key);
  if (found == order_of_.end()) return false;
  by_order_.erase(found->second);
  order_of_.erase(found);
  return true;
}

}  // namespace writ
