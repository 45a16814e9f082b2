// What is said where the grammar meets text it does not expect: what the author most likely meant.
//
// Tested by tests/grammar/mistakes_test.cc.
#pragma once

#include <cstddef>
#include <string_view>

#include "grammar/parse.h"

namespace writ::cel {

// What would have been right.
enum class Expected : uint8_t {
  kOperand,
  kEnd,  // or an operator
  kCloser,
  kEntryColon,
  kFieldColon,
  kConditionColon,
  kName,  // after a dot
  kMessageField,
  kNumber,
  kEscapedName,
  kEscapedNameEnd,
  kStringEnd,
};

// Where the grammar stands.
struct Place {
  std::string_view source;
  size_t at = 0;             // of the text that is not expected
  size_t previous_end = 0;   // of the token before it; space and comments lie between
  char bracket = '\0';       // the innermost that is open (Bracket in builder.h), or none
  size_t bracket_at = 0;     // its place
  size_t bracket_begin = 0;  // where what it belongs to begins: the name of a call, or itself
  size_t token_at = 0;       // of the literal or backtick name that has begun, or of the "?"
};

SyntaxError Explain(Expected expected, const Place& place);

}  // namespace writ::cel
