// Where the calls that are measured are from.
//
// Tested by tests/cli/bench.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/json_text.h"

namespace writ {

struct CallsOrigin {
  bool recorded = false;
  uint64_t seed = 0;  // of calls that were made, and of the choice among those that were recorded
  // Of recorded traffic.
  uint64_t found = 0;              // calls, of which some may have been chosen
  uint64_t without_arguments = 0;  // records that cannot be decided
  uint64_t refused = 0;            // messages that the proxy would refuse
  uint64_t unreadable = 0;         // lines
};

// "made up, seed 1"; "out of 12,000 recorded".
std::string OriginText(const CallsOrigin& origin);
// What was recorded and is not measured, as a sentence; empty if that is nothing.
std::string LeftOutText(const CallsOrigin& origin);
// A member of the object that is open.
void AddOrigin(JsonText& json, const CallsOrigin& origin);

}  // namespace writ
