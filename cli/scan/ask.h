// A server that is started only to be asked for its tools.
//
// Tested by tests/cli/scan.py and tests/cli/check_tools.py.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "cli/scan/listing.h"
#include "proxy/environment.h"

namespace writ {

// How texts that quote a server are shortened on stderr.
std::string QuotingServer(const std::string& text);

// Starts the server, asks it, and ends it. The error is an exit status: kExitNo where it has no
// tools, else kExitUsage or that of a signal. Why, unless by a signal, was said on stderr.
tl::expected<Listing, int> AskForTools(const std::vector<std::string>& server,
                                       const EnvironmentOptions& environment,
                                       uint32_t timeout_seconds);

}  // namespace writ
