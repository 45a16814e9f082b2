// Small pieces of JSON text: decoding a string that was scanned, and writing one.
//
// Tested by tests/vm/json_text_test.cc.
#pragma once

#include <string>
#include <string_view>

namespace writ {

// Appends what the inside of a scanned string token means. False if that is no clean text: it
// holds a lone surrogate, or bytes that are no UTF-8 (nothing useful is appended then).
bool AppendDecoded(std::string_view inside, std::string& out);

// Appends `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
void AppendJsonString(std::string_view text, std::string& out);
std::string JsonQuote(std::string_view text);

}  // namespace writ
