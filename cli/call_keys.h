// Keys of a call that were meant as others.
//
// MCP lets a message carry whatever else it likes, so a key that nobody knows is none of ours; but
// "argument" where there are no "arguments" is a call that its author did not write.
//
// Tested by tests/cli/command_line.py.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace writ {

struct UnknownKey {
  std::string key;
  std::string_view where;  // such as "params"
  std::string_view meant;  // the key to write; empty if none is near
};

// The objects are text in which a scanner has found no violation.

// Of a tools/call request and its params; of what is no object nothing is said.
std::optional<UnknownKey> FindUnknownInRequest(std::string_view request, std::string_view params);
// Of the params of such a request alone.
std::optional<UnknownKey> FindUnknownInParams(std::string_view params);
// Of a step as in a suite, which has no keys but its own.
// REQUIRES: an object.
std::optional<UnknownKey> FindUnknownInStep(std::string_view step);

}  // namespace writ
