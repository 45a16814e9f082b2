// The client's requests that the server has not answered yet.
//
// Servers may never answer a cancelled request, so entries would pile up; the table is bounded.
// At the bound the oldest cancelled tools/call is forgotten (its quota stays counted, its id may
// be used again); if there is none, a new request finds no room. Requests that are not cancelled
// are never forgotten, nor is a cancelled tools/list: its late answer must still be filtered.
//
// Tested by tests/proxy/in_flight_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proxy/counters.h"

namespace writ {

enum class RequestKind : uint8_t { kOther, kToolCall, kToolList, kInitialize };

struct PendingRequest {
  RequestKind kind = RequestKind::kOther;
  bool cancelled = false;
  bool keeps_quota = false;  // nothing is given back, whatever the server answers
  uint64_t order = 0;        // of arrival
  std::string raw_id;        // to be echoed in writ's own answers
  Receipt receipt;           // what a tools/call reserved
};

class InFlight {
 public:
  explicit InFlight(size_t bound) : bound_(bound) {}

  bool Contains(const std::string& key) const { return pending_.count(key) > 0; }
  PendingRequest* Find(const std::string& key);
  // Whether a new request finds room.
  bool HasRoom() const { return pending_.size() < bound_ || !cancelled_calls_.empty(); }
  // REQUIRES: !Contains(key) and HasRoom().
  PendingRequest& Add(const std::string& key, RequestKind kind, std::string_view raw_id);
  void Cancel(const std::string& key);
  void Remove(const std::string& key);

  size_t size() const { return pending_.size(); }
  bool HasToolList() const { return lists_ > 0; }
  const std::unordered_map<std::string, PendingRequest>& all() const { return pending_; }
  void Clear();

 private:
  size_t bound_;
  uint64_t arrivals_ = 0;
  size_t lists_ = 0;
  std::unordered_map<std::string, PendingRequest> pending_;
  std::map<uint64_t, std::string> cancelled_calls_;  // keys, by order of arrival
};

}  // namespace writ
