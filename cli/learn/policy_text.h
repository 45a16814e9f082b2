// What was learned as a policy of `writ: 1`, each line with how often it was seen.
//
// Tools, arguments and values were chosen by whoever was recorded: names stand in quotes as YAML
// has them (compiler/yaml/write.h), values in literals of CEL within those, and of comments only
// the first one shows text of others.
//
// Tested by tests/cli/learn.py.
#pragma once

#include <cstdint>
#include <string>

#include "cli/learn/learned.h"
#include "cli/traffic/reader.h"

namespace writ {

std::string LearnedPolicy(const Learned& learned, const TrafficSummary& summary, uint64_t min_seen);

}  // namespace writ
