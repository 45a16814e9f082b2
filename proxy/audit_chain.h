// How records hold together: each carries the HMAC of all of its own bytes and of the mac of the
// record before it. Whoever changes, removes or swaps one breaks the chain there, and cannot mend
// it without the key. What a chain cannot show is that it went on: a tail that is cut off, and
// records that never were written, leave no trace in it.
//
//   line   = record + ",\"mac\":\"" + hex(mac) + "\"}"
//   mac(n) = HMAC-SHA256(key, mac(n-1) + record(n))        the bytes of the record as they stand
//
// A session is one chain through all its files. A start record names the record it follows, in
// another session or in the file before, and that one's mac stands for mac(n-1) (32 zero bytes
// where there is none): so every file can be read by itself, and a file that is named and not there
// is missed. It names other records too, with which other sessions stood when it was written.
//
// Tested by tests/proxy/audit_chain_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/audit_record.h"
#include "proxy/hmac.h"

namespace writ {

class AuditChain {
 public:
  explicit AuditChain(Hmac hmac) : hmac_(std::move(hmac)) {}

  // From here on records follow the one with that mac.
  void Follow(const Mac& mac) { last_ = mac; }
  const Mac& last() const { return last_; }

  // Appends the line, with its LF. `record` is an object that is left open (proxy/audit_record.h).
  void Seal(std::string_view record, std::string& out);
  // What Seal() would give it as its mac, if it followed `previous`.
  Mac MacOf(const Mac& previous, std::string_view record) {
    return hmac_.Of({AsText(previous), record});
  }

 private:
  Hmac hmac_;
  Mac last_{};
};

// A line, as far as it must be understood to be checked. Views point into the line.
struct SealedRecord {
  std::string_view time;
  std::string_view session;
  uint64_t seq = 0;
  std::string_view kind;
  bool is_start = false;
  bool goes_on = false;  // a stop, after which the session goes on in another file
  std::optional<PreviousRecord> previous;  // of a start
  std::vector<PreviousRecord> others;      // of a start
  std::string_view key;                    // of a start
  std::string_view record;                 // what the mac is of, besides the one before
  Mac mac{};
};

// `line`: without its LF. None if writ cannot have written it.
std::optional<SealedRecord> ReadSealedRecord(std::string_view line);

}  // namespace writ
