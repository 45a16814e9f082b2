// The server's own requests (sampling, elicitation, roots) that the client has not answered yet.
//
// A server may answer a response that it did not ask for with an error, under the id that the
// response has. So it matters which of the client's responses were asked for.
//
// Tested by tests/proxy/asked_by_server_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "proxy/request_id.h"

namespace writ {

class AskedByServer {
 public:
  // With one more than `bound`, the oldest is forgotten.
  static constexpr size_t kBound = 10'000;
  explicit AskedByServer(size_t bound = kBound) : bound_(bound) {}

  // What has no valid id cannot be answered and is not kept.
  void Add(const RequestId& id);
  // Whether a response with this id answers one, which is then answered. One with the other
  // spelling (7 for "7") may, so that one is no longer known, but this does not count as an answer;
  // neither does a number that is written otherwise than the server did.
  bool TakeAnswer(const RequestId& id);

  size_t size() const { return order_of_.size(); }

 private:
  bool Remove(const std::string& key);

  size_t bound_;
  uint64_t arrivals_ = 0;
  std::unordered_map<std::string, uint64_t> order_of_;
  std::map<uint64_t, const std::string*> by_order_;  // the keys of order_of_
  std::string key_;
};

}  // namespace writ
