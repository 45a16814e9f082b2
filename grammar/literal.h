// Numbers and strings as they are written, to their values.
//
// Tested by tests/grammar/literal_test.cc.
#pragma once

#include <string_view>
#include <tl/expected.hpp>

#include "grammar/ast.h"
#include "grammar/parse.h"

namespace writ::cel {

// `digits` is a number of the grammar without its sign: "12", "0x1F", "7u", "1.5e3". A negative
// uint is none of its values: `negative` is for the others. Errors have offsets from `at`, where
// `digits` stands.
tl::expected<Literal, SyntaxError> ReadNumber(std::string_view digits, bool negative, size_t at);

// `token` is a string or bytes literal of the grammar, from its prefix to its closing quote. A line
// end in it is "\n", however the source writes it. Escapes, which raw strings have none of:
//
//   \a \b \f \n \r \t \v \\ \? \" \' \`   a character
//   \xHH \XHH \OOO                        a code point up to U+00FF; in bytes a byte
//   \uHHHH \UHHHHHHHH                     a code point, not in bytes; no surrogates
//
// Errors have offsets from `at`, where `token` stands.
tl::expected<Literal, SyntaxError> ReadString(std::string_view token, size_t at);

}  // namespace writ::cel
