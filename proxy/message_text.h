// What a policy's own messages say to an agent, with values of the call filled in.
//
// The values come from the agent, from whatever it read before, and from the server, so they are
// shown as data: as JSON text (a string without its quotes), in which what could act on the reader
// instead of being read is escaped, with \uXXXX, as JSON would take it: control characters, line
// and paragraph separators, what turns the direction of text, and what cannot be seen (soft
// hyphens, zero-width characters, tags and variation selectors of planes beyond the first).
//
// Tested by tests/proxy/message_text_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vm/machine.h"

namespace writ {

// Characters of a value, escapes counted as they are written, and bytes of a whole message; what is
// longer is cut and ends in "…".
inline constexpr size_t kMaxValueCharacters = 120;
inline constexpr size_t kMaxMessageBytes = 1024;

// Likewise of any other message: names and texts of a bundle may be much longer.
inline constexpr size_t kMaxDenialBytes = size_t{16} << 10;

// Stands where a value has none.
inline constexpr std::string_view kUnavailable = "<unavailable>";

// Appends a value as messages show it. Absent and errors are kUnavailable.
void AppendShown(const Value& value, Arena& arena, std::string& out);

// Appends `text` in quotes, as JSON with the same escapes; cut after `max_bytes` of the text.
void AppendShownQuoted(std::string_view text, size_t max_bytes, std::string& out);

// Cuts what was appended since `begin` to `limit` bytes, between characters, and says so by "…".
void CutAppended(std::string& out, size_t begin, size_t limit);

// Appends the parts, for the call that the machine has just decided.
void AppendMessage(const std::vector<MessagePart>& parts, Machine& machine, std::string& out);

}  // namespace writ
