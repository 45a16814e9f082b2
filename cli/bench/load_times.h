// What it takes until a policy may run, and how large it is.
//
// Tested by tests/cli/bench.py.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/bench/percentiles.h"
#include "cli/bench/stages.h"
#include "cli/inspect/inspection.h"

namespace writ {

// The same program as a bundle, in memory.
struct BundleTimes {
  Spread read;  // milliseconds, verifying included
  uint64_t bytes = 0;
  uint64_t stripped_bytes = 0;  // without debug data
};

struct LoadTimes {
  bool compiles = false;  // one of the files at least is a policy in YAML
  // Milliseconds, from the files to a program that may run; none of a stream, which is read once.
  std::optional<Spread> files;
  std::optional<BundleTimes> bundle;  // what is linked from several files has no such form
  size_t rules = 0;                   // as they are written

  // Of the bundle without debug data; 0 without rules.
  double bytes_a_rule() const;
};

LoadTimes MeasureLoading(const Inspection& inspection, Stages& stages);

// A bundle's bytes, timed until they may run.
Spread MeasureReading(const std::string& bundle, Stages& stages);

}  // namespace writ
