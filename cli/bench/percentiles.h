// What samples come to.
//
// A percentile is a sample, the one of the nearest rank: of n in order the one at ceil(n * share).
// So of few samples the high ones are the largest.
//
// Tested by tests/cli/bench_percentiles_test.cc.
#pragma once

#include <cstddef>
#include <vector>

namespace writ {

struct Percentiles {
  size_t samples = 0;
  double p50 = 0;
  double p90 = 0;
  double p99 = 0;
  double p999 = 0;
  double least = 0;
  double most = 0;

  // Of none all are 0.
  static Percentiles Of(std::vector<float> samples);
};

// A middle, and what a tenth is below and above.
struct Spread {
  double median = 0;
  double low = 0;
  double high = 0;

  static Spread Of(std::vector<float> samples);
  // How far apart low and high are, as a share of the median.
  double relative() const { return median > 0 ? (high - low) / median : 0; }
};

}  // namespace writ
