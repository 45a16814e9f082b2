// The tools that a server lists, with what it says of them.
//
// Tested by tests/cli/scan.py.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "cli/scan/client.h"

namespace writ {

// An argument as the tool's input schema has it. All of it is the server's word.
struct ListedArgument {
  std::string name;
  std::string type;  // "string", "string or null"; empty if the schema does not say
  bool required = false;
  std::vector<std::string> values;  // of an enum, as JSON; the first few
  size_t value_count = 0;
};

struct ListedTool {
  std::string name;                       // UTF-8, without NUL: what a call can name
  std::string description;                // its start
  std::vector<ListedArgument> arguments;  // the first few
  size_t argument_count = 0;
  std::string schema;               // its inputSchema as JSON, all of it; empty if that is none
  std::optional<bool> read_only;    // annotations.readOnlyHint
  std::optional<bool> destructive;  // annotations.destructiveHint
};

struct Listing {
  std::string server_name;  // what it calls itself; may be empty
  std::string server_version;
  std::string protocol;
  std::vector<ListedTool> tools;  // in the server's order, each name once; at least one
  size_t repeated = 0;            // entries with a name that was listed before
  size_t nameless = 0;            // entries without a name that a call could have
};

enum class NoListing { kNoTools, kFailed };
struct ListingFault {
  NoListing kind = NoListing::kFailed;
  std::string text;  // a sentence
};

// Does the handshake of the era that the server speaks, and pages through tools/list.
//
// That is `initialize` first, since nearly every server knows it and some end where anything else
// comes first. A server of the stateless revision 2026-07-28 refuses it, and is asked
// `server/discover` then.
tl::expected<Listing, ListingFault> ListTools(McpClient& client);

}  // namespace writ
