// Which characters people can see: text from outside is shown to them with all others escaped.
//
// Tested by tests/proxy/message_text_test.cc.
#pragma once

#include <cstdint>

namespace writ {

// False for what draws nothing, drives a terminal, reorders the text around it or is no character:
// controls, zero-width characters, marks of direction, separators, lone surrogates, tags.
bool IsShown(uint32_t code_point);

}  // namespace writ
