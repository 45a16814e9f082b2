// The client's requests that the server has not answered yet.
//
// Servers may never answer a cancelled request, so entries would pile up; the table is bounded.
// At the bound the oldest cancelled tools/call is forgotten (its quota stays counted, its id may
// be used again); if there is none, a new request finds no room. Requests that are not cancelled
// are never forgotten, nor is a cancelled tools/list: its late answer must still be filtered.
//
// A call gets its quota back when the server answers it with an error. A client that could let the
// server's error for something else be taken for that would spend for free, so a request keeps its
// quota, whatever the answer, if
//
// - it may have been cancelled, in some server's eyes;
// - another with an id that some server takes for the same was in flight at any time together with
//   it: the other spelling (7 for "7"), or, where one of the two ids is vague, any;
// - its id is, or may be taken for, that of a call which was forgotten and may still be answered,
//   or that of a response of the client, which the server may answer with an error;
// - the client has left before it was answered: servers fail what they have not finished then.
//
// Tested by tests/proxy/in_flight_test.cc and tests/proxy/refund_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "proxy/counters.h"
#include "proxy/request_id.h"

namespace writ {

enum class RequestKind : uint8_t { kOther, kToolCall, kToolList, kInitialize };

struct PendingRequest {
  RequestKind kind = RequestKind::kOther;
  bool cancelled = false;
  bool keeps_quota = false;  // nothing is given back, whatever the server answers
  bool has_vague_id = false;
  uint64_t order = 0;  // of arrival
  std::string raw_id;  // to be echoed in writ's own answers
  Receipt receipt;     // what a tools/call reserved
};

class InFlight {
 public:
  // How many ids of forgotten calls and of stray responses are kept; with one more, no later
  // request is given back.
  static constexpr size_t kMostForgotten = 100'000;

  explicit InFlight(size_t bound, size_t most_forgotten = kMostForgotten)
      : bound_(bound), most_forgotten_(most_forgotten) {}

  bool Contains(const std::string& key) const { return pending_.count(key) > 0; }
  PendingRequest* Find(const std::string& key);
  // Whether a new request finds room.
  bool HasRoom() const { return pending_.size() < bound_ || !cancelled_calls_.empty(); }
  // REQUIRES: !Contains(id.key) and HasRoom().
  PendingRequest& Add(const RequestId& id, RequestKind kind);
  // By a message that names this id, which may be of any kind.
  void Cancel(const RequestId& id);
  void Remove(const std::string& key);
  // The client has sent a response with this id, which may be of any kind. A server that did not
  // ask, or asked and no longer waits, may send an error with it, now or later.
  void ExpectStrayError(const RequestId& id);
  // From now on nothing is given back, whatever came earlier or comes later.
  void KeepQuotasForGood() {
    any_may_be_forgotten_ = true;
    KeepAllQuotas();
  }

  // Whether an error that answers it gives back what it took.
  bool MayGiveBack(const PendingRequest& request) const {
    return !request.keeps_quota && !request.cancelled && request.order >= keeping_before_;
  }

  size_t size() const { return pending_.size(); }
  bool HasToolList() const { return lists_ > 0; }
  const std::unordered_map<std::string, PendingRequest>& all() const { return pending_; }
  void Clear();

 private:
  PendingRequest* FindOtherSpelling(const RequestId& id);
  void KeepQuotasOf(const std::string& key, bool is_vague);
  bool MayMeanForgotten(const RequestId& id, bool is_vague);
  void ForgetOldestCancelled();
  void KeepAllQuotas() { keeping_before_ = arrivals_; }

  size_t bound_;
  size_t most_forgotten_;
  uint64_t arrivals_ = 0;
  uint64_t keeping_before_ = 0;  // requests that arrived earlier keep their quotas
  size_t lists_ = 0;
  size_t vague_ids_ = 0;
  std::unordered_map<std::string, PendingRequest> pending_;
  std::map<uint64_t, std::string> cancelled_calls_;  // keys, by order of arrival
  // Hashes of their keys: where two share one, only a quota is kept that could be given back.
  std::unordered_set<size_t> forgotten_;
  bool any_may_be_forgotten_ = false;
  std::string other_key_;
};

}  // namespace writ
