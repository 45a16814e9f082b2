// The texts of syntax errors, apart from the rules that find them. The table is messages.def.
//
// Tested by tests/grammar/mistakes_test.cc, which has every one of them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "grammar/parse.h"

namespace writ::cel {

enum class Fault : uint8_t {
#define MESSAGE(fault, message, hint) k##fault,
#include "grammar/messages.def"
#undef MESSAGE
};

// The text of `fault` with `words` put for {0}, {1}, ...
SyntaxError Report(Fault fault, size_t at, size_t length,
                   std::initializer_list<std::string_view> words = {});

// `text` as a message may show it: cut after 24 characters, control characters as '?'.
std::string Excerpt(std::string_view text);

}  // namespace writ::cel
