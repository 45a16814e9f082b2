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

// Where the grammar stands. Brackets are '(', '[' and '{'; 'f' is the "(" of a call, 'i' the "[" of
// an index, 'm' the "{" of a message and '\0' none.
struct Place {
  std::string_view source;
  size_t at = 0;
  char bracket = '\0';       // the innermost one that is open
  size_t bracket_at = 0;     // and its place
  size_t bracket_begin = 0;  // of a call: where its name begins
  size_t token_at = 0;       // of the string, the name in backticks or the "?" that began
};

SyntaxError Explain(Expected expected, const Place& place);

}  // namespace writ::cel
