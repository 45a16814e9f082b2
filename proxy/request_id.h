// JSON-RPC ids, compared as servers compare them.
//
// Two ids are one if they are strings that decode to the same text, or numbers that are the same
// double (JavaScript servers know no other numbers, so 7, 7.0 and 7e0 come back as 7). A string is
// never a number.
//
// Tested by tests/proxy/request_id_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace writ {

// Ids are kept while their requests are in flight, so what no client sends is refused.
inline constexpr size_t kMaxIdBytes = 4096;

enum class IdKind : uint8_t {
  kNone,     // no id member
  kNull,     //
  kString,   //
  kInteger,  // an integer token
  kInvalid,  // anything else: longer than kMaxIdBytes, a fraction, an exponent, a list, a lone
             // surrogate, bytes not UTF-8
};

struct RequestId {
  IdKind kind = IdKind::kNone;
  std::string_view raw;  // the token as the line has it, to be echoed
  std::string key;       // equal for equal ids; also set for numbers that are no integer tokens

  bool is_valid() const { return kind == IdKind::kString || kind == IdKind::kInteger; }
};

// Reads an id's token (empty for none) into `id`, whose buffers are reused.
void ReadRequestId(std::string_view raw, RequestId& id);

// The same of an integer token that is known to be this value. REQUIRES: a double is, too.
void ReadIntegerId(std::string_view raw, int64_t value, RequestId& id);

// The key of the id that a careless peer would take for this one: 7 for "7", "7" for 7. False if
// there is none.
bool OtherSpelling(const RequestId& id, std::string& key);

// Whether some peer may take the id for one that is neither it nor its other spelling: it is no
// plain text (up to 128 bytes of visible ASCII that no reader takes for a number) and no whole
// number of 32 bits, as JSON or JavaScript would write it, alone or as a string. Peers saturate,
// wrap, trim, fold or cut such ids, each in its own way.
bool IsVague(const RequestId& id);

}  // namespace writ
