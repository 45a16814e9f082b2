// JSON that a stranger wrote, read part by part as it is asked for.
//
// Read strictly: what two readers could read differently (a member twice, for one) is a doubt, and
// who reads a document with a doubt refuses it. Depth and size are bounded by the scanner and by
// who reads the text. Thread safety: none.
//
// Tested by tests/compiler/schema/server_tools_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vm/arena.h"
#include "vm/json.h"
#include "vm/value.h"

namespace writ {

// JSON on one line, as the scanner reads messages: line ends between tokens are white space.
std::string OnOneLine(std::string text);

// Why the text cannot be read with certainty, as "duplicate member \"name\""; empty if it can. A
// lone surrogate in a value is no reason. REQUIRES: scanned.is_json().
std::string DoubtOf(const ScanResult& scanned, const Scanner& scanner);

// A member of an object; absent if there is none, or `object` is no object.
Value MemberOf(const Value& object, std::string_view name, Arena& arena);

// The text of a string; nullopt if it is none.
std::optional<std::string_view> TextOf(const Value& value);

// Keeps the text, so the values live as long as the document. Not moved: they point into it.
class JsonDocument {
 public:
  // Line ends may be those of Windows, and a byte order mark may stand before the text.
  explicit JsonDocument(std::string_view text);
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  bool is_json() const { return is_json_; }
  // Where it is none, as a byte of the text; 0 if it is.
  size_t offset() const { return offset_; }
  const std::string& doubt() const { return doubt_; }
  // REQUIRES: is_json() and no doubt.
  const Value& root() const { return root_; }
  Value Member(const Value& object, std::string_view name) {
    return MemberOf(object, name, arena_);
  }
  Arena& arena() { return arena_; }

 private:
  PaddedText text_;
  Arena arena_;
  Value root_;
  bool is_json_ = false;
  size_t offset_ = 0;
  std::string doubt_;
};

}  // namespace writ
