// A policy to start from, written from what a server lists.
//
// Everything a server says is foreign text: it stands in comments, one line each whatever it holds,
// and in quoted names. The policy loads without errors whatever the listing is.
//
// Tested by tests/cli/scan.py.
#pragma once

#include <string>

#include "cli/scan/listing.h"

namespace writ {

// How much is said of each tool.
enum class Detail { kAll, kNamesOnly };

std::string ScannedPolicy(const Listing& listing, Detail detail);

}  // namespace writ
