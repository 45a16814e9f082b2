// Counting samples by their size.
// Tested by tests/cli/bench_percentiles_test.cc.
#include "cli/bench/histogram.h"

#include <algorithm>
#include <cmath>

#include "cli/bench/percentiles.h"

namespace writ {

Histogram Histogram::Of(const std::vector<float>& samples, size_t bins) {
  Histogram made;
  if (samples.empty() || bins == 0) return made;
  const Percentiles of = Percentiles::Of(samples);
  const double low = std::log(of.least);
  const double high = std::log(of.p999);
  if (high <= low) bins = 1;
  const double width = (high - low) / static_cast<double>(bins);
  for (size_t i = 0; i <= bins; ++i) {
    made.edges.push_back(std::exp(low + width * static_cast<double>(i)));
  }
  made.counts.resize(bins);
  for (const float sample : samples) {
    const double at = width > 0 ? (std::log(static_cast<double>(sample)) - low) / width : 0;
    const auto bin = static_cast<size_t>(std::clamp(at, 0.0, static_cast<double>(bins - 1)));
    made.most = std::max(made.most, ++made.counts[bin]);
  }
  return made;
}

}  // namespace writ
