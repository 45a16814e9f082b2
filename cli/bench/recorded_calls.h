// Calls out of recorded traffic, to be measured.
//
// Tested by tests/cli/bench.py.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "cli/bench/bench_call.h"
#include "cli/bench/stages.h"
#include "cli/traffic/reader.h"

namespace writ {

struct RecordedCalls {
  BenchCalls calls;  // some of them, if there are more than that
  TrafficSummary summary;
};

// `most`: that are kept, chosen evenly by the seed. The fault is for people.
tl::expected<RecordedCalls, std::string> ReadRecordedCalls(const std::vector<std::string>& paths,
                                                           size_t most, uint64_t seed,
                                                           Stages& stages);

}  // namespace writ
