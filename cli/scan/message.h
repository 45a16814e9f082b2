// A message of a server, read whole: for those who are its client and want what it says.
//
// The proxy reads no more of a message than it must (proxy/server_message.h); a scan wants all of
// it.
//
// Tested by tests/cli/scan.py.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/schema/json_document.h"
#include "proxy/request_id.h"
#include "vm/arena.h"
#include "vm/json.h"
#include "vm/value.h"

namespace writ {

// Keeps the line, so the values live as long as the message. Not moved: they point into it.
class Message {
 public:
  explicit Message(std::string_view line);
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  // Whether the line holds a JSON object at all.
  bool is_object() const { return is_object_; }
  // Why it cannot be read with certainty, as "duplicate member \"name\""; empty if it can. A lone
  // surrogate in a text is no reason.
  const std::string& doubt() const { return doubt_; }

  const RequestId& id() const { return id_; }
  std::optional<std::string_view> method() const;
  // Absent, or whatever it is.
  const Value& result() const { return slots_[kResult]; }
  // A result or an error. One of them may stand beside the other as null, as some servers write it.
  bool is_answer() const;
  bool is_error() const;
  // "error -32601 (Method not found)"
  // REQUIRES: is_error().
  std::string ErrorText();

  // A member of an object of this message; absent if there is none, or `object` is no object.
  Value Member(const Value& object, std::string_view name);
  Arena& arena() { return arena_; }

 private:
  enum Slot { kId, kMethod, kResult, kError, kSlotCount };

  PaddedText line_;
  Arena arena_;
  Value slots_[kSlotCount];
  RequestId id_;
  bool is_object_ = false;
  std::string doubt_;
};

// The start of a string, as much as is kept to be shown; empty if it is none.
inline constexpr size_t kShortTextBytes = 1'000;
std::string ShortTextOf(const Value& value, size_t bytes = kShortTextBytes);

}  // namespace writ
