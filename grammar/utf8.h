// UTF-8 as the source has it, strictly (RFC 3629): no overlong forms, no surrogates, nothing above
// U+10FFFF.
//
// Tested by tests/grammar/utf8_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace writ::cel {

// The length of the valid sequence that `text` starts with (1 to 4), or 0 if there is none.
size_t Utf8Length(std::string_view text);

// The code point that `text` starts with. REQUIRES: Utf8Length(text) > 0.
uint32_t CodePoint(std::string_view text);

// REQUIRES: `code` is a code point and no surrogate.
void AppendUtf8(uint32_t code, std::string& text);

// `code` in at least four hexadecimal digits: "00A0".
std::string Hex(uint32_t code);

}  // namespace writ::cel
