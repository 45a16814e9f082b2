// CEL text to a tree.
//
// Follows the grammar of the CEL specification (language definition, "Syntax") with its macros,
// optional syntax (`.?`, `[?`, `{?`), backtick names, and the macros of the extensions that
// ast.h lists. Whether a name exists and whether types fit is not looked at here.
//
// Tested by tests/grammar/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "grammar/ast.h"

namespace writ::cel {

// The first thing that is wrong. Offsets are bytes of the source.
struct SyntaxError {
  uint32_t at = 0;
  uint32_t length = 1;
  std::string message;  // one sentence, no full stop
  std::string hint;     // what to do; may be empty
};

// Takes any bytes. The result does not refer to `source`. Memory and C++ stack are bounded by the
// limits in ast.h whatever the source. Thread safe.
tl::expected<Ast, SyntaxError> Parse(std::string_view source);

}  // namespace writ::cel
