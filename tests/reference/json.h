// A plain reader of one JSON line: slow, recursive, and written to be checked by eye against
// RFC 8259. It is what the scanner is compared with, so it shares nothing with it and knows no
// shortcut. The grammar stands above each function as the RFC prints it.
//
// It says what breaks the rules of the wire (docs/architecture.md, "The wire") and, where
// the bytes are JSON, what they mean. It knows JSON only: what a message must hold is judged
// elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace writ::reference {

enum class Violation {
  // The bytes are not JSON. Reading ends at the first of these, so there is at most one of them.
  kNotJson,           // the grammar allows none of what stands here
  kByteOrderMark,     // the line starts with EF BB BF
  kControlCharacter,  // a raw byte below 0x20 inside a string, or between tokens other than
                      // tab, LF, CR
  kTrailingText,      // a whole value, then something other than whitespace

  // The bytes may be JSON all the same. Reading goes on, so all that are there are listed; after
  // one of the four above, those that stood before it and those of the bytes alone (UTF-8, CR).
  kInvalidUtf8,          // anywhere in the line
  kCarriageReturn,       // anywhere but as the last byte of the line
  kTooDeep,              // an array or object deeper than the limit
  kDuplicateName,        // two members of one object with the same name once unescaped
  kLoneSurrogateInName,  // half of a \uD800-\uDFFF pair in a member's name
};

enum class Kind { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

struct Member;

struct Value {
  Kind kind = Kind::kNull;
  std::string_view raw;         // the value's bytes in the line, quotes and brackets included
  std::string text;             // kString: unescaped, see Text
  bool lone_surrogate = false;  // kString: see Text
  std::vector<Value> items;     // kArray, in order
  std::vector<Member> members;  // kObject, in order, duplicates included

  // The first member of that name, or null.
  const Value* Find(std::string_view name) const;
};

struct Member {
  std::string_view raw_name;  // quotes included
  std::string name;           // unescaped, see Text
  bool lone_surrogate = false;
  Value value;
};

struct Reading {
  std::set<Violation> violations;
  // Set if and only if the bytes are JSON (and no deeper than kDeepest). Spans point into the line.
  std::optional<Value> value;

  bool Has(Violation violation) const { return violations.count(violation) != 0; }
};

// Reading is recursive and gives up here, with kTooDeep and no value, whatever the limit says.
inline constexpr int kDeepest = 1000;

// Whether the bytes are well-formed UTF-8.
bool IsUtf8(std::string_view bytes);

// Reads a line without its LF. An array or object at the top has depth 1.
Reading Read(std::string_view line, int depth_limit = 128);

}  // namespace writ::reference
