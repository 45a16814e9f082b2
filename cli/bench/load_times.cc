// Loading again and again.
// Tested by tests/cli/bench.py.
#include "cli/bench/load_times.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "cli/bench/measure.h"
#include "compiler/programs.h"
#include "compiler/read_file.h"
#include "vm/bundle/bundle.h"

namespace writ {
namespace {

constexpr size_t kLeastTimes = 3;
constexpr size_t kMostTimes = 51;
constexpr int64_t kEnoughNanoseconds = 300'000'000;

// Milliseconds of what `once` measures, in nanoseconds.
Spread Repeated(std::string_view what, const std::function<int64_t()>& once, Stages& stages) {
  std::vector<float> times;
  stages.Begin(what, 0);
  for (int64_t all = 0;
       times.size() < kLeastTimes || (times.size() < kMostTimes && all < kEnoughNanoseconds);) {
    const int64_t taken = once();
    all += taken;
    times.push_back(static_cast<float>(static_cast<double>(taken) / 1e6));
    stages.Advance();
  }
  stages.End();
  return Spread::Of(std::move(times));
}

}  // namespace

double LoadTimes::bytes_a_rule() const {
  if (!bundle.has_value() || rules == 0) return 0;
  return static_cast<double>(bundle->stripped_bytes) / static_cast<double>(rules);
}

Spread MeasureReading(const std::string& bundle, Stages& stages) {
  return Repeated(
      "reading the bundle",
      [&bundle] {
        std::string copy = bundle;
        const int64_t start = MonotonicNow();
        const auto loaded = bundle::Read(std::move(copy), "bench");
        return MonotonicNow() - start;
      },
      stages);
}

LoadTimes MeasureLoading(const Inspection& inspection, Stages& stages) {
  LoadTimes times;
  times.rules = inspection.rules.size();
  std::vector<std::string> paths;
  bool is_repeatable = true;
  for (const InspectedFile& file : inspection.files) {
    paths.push_back(file.path);
    times.compiles = times.compiles || !file.is_bundle;
    is_repeatable = is_repeatable && !NamesAStream(file.path);
  }
  if (is_repeatable) {
    times.files = Repeated(
        times.compiles ? "compiling" : "loading",
        [&paths] {
          Diagnostics diagnostics;
          const int64_t start = MonotonicNow();
          const auto loaded = LoadProgram(paths, diagnostics);
          return MonotonicNow() - start;
        },
        stages);
  }
  const Program& program = **inspection.program;
  const auto bytes = bundle::Write(program);
  const auto stripped = bundle::Write(program, bundle::DebugData::kStrip);
  if (bytes.has_value() && stripped.has_value()) {
    times.bundle = BundleTimes{MeasureReading(*bytes, stages), bytes->size(), stripped->size()};
  }
  return times;
}

}  // namespace writ
