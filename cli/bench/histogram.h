// Samples in bins that are equally wide on a logarithmic scale.
//
// Tested by tests/cli/bench_percentiles_test.cc.
#pragma once

#include <cstddef>
#include <vector>

namespace writ {

struct Histogram {
  std::vector<double> edges;   // one more than bins; rising
  std::vector<size_t> counts;  // of each bin
  size_t most = 0;             // in one bin

  // The last bin holds what is above all but a thousandth of the samples, too. No bins without
  // samples, and one if all are alike. REQUIRES: samples above 0.
  static Histogram Of(const std::vector<float>& samples, size_t bins);
};

}  // namespace writ
