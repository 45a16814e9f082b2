// Which characters people can see: text from outside is shown to them with all others escaped.
//
// Tested by tests/proxy/message_text_test.cc and tests/vm/disasm_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace writ {

// False for what draws nothing, drives a terminal, reorders the text around it or is no character:
// controls, zero-width characters, marks of direction, separators, lone surrogates, tags.
bool IsShown(uint32_t code_point);

// \uXXXX, as JSON takes it: two of them for what needs two.
void AppendEscape(uint32_t code_point, std::string& out);

// The text with what is not shown escaped, and nothing else changed.
std::string EscapeUnseen(std::string_view text);

}  // namespace writ
