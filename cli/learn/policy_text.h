// What was learned as a policy of `writ: 1`, each line with how often it was seen.
//
// Tools, arguments and values were chosen by whoever was recorded: names stand in quotes as YAML
// has them (compiler/yaml/write.h), values in literals of CEL within those, and comments repeat
// neither.
//
// Tested by tests/cli/learn.py.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cli/learn/learned.h"
#include "cli/traffic/reader.h"

namespace writ {

struct LearnedPolicy {
  std::string text;
  // Where the rules of a tool begin, by line.
  std::map<uint32_t, std::string> tools;

  // Whose rules stand in that line; null: nobody's.
  const std::string* ToolAt(uint32_t line) const;
};

LearnedPolicy WriteLearned(const Learned& learned, const TrafficSummary& summary,
                           uint64_t min_seen);

}  // namespace writ
