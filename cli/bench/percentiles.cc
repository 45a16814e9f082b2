// Sorting and counting.
// Tested by tests/cli/bench_percentiles_test.cc.
#include "cli/bench/percentiles.h"

#include <algorithm>
#include <cmath>

namespace writ {
namespace {

// REQUIRES: samples in order, one at least.
double At(const std::vector<float>& samples, double share) {
  const auto rank = static_cast<size_t>(std::ceil(static_cast<double>(samples.size()) * share));
  return samples[std::clamp<size_t>(rank, 1, samples.size()) - 1];
}

}  // namespace

Percentiles Percentiles::Of(std::vector<float> samples) {
  Percentiles made;
  if (samples.empty()) return made;
  std::sort(samples.begin(), samples.end());
  made.samples = samples.size();
  made.p50 = At(samples, 0.5);
  made.p90 = At(samples, 0.9);
  made.p99 = At(samples, 0.99);
  made.p999 = At(samples, 0.999);
  made.least = samples.front();
  made.most = samples.back();
  return made;
}

Spread Spread::Of(std::vector<float> samples) {
  if (samples.empty()) return {};
  std::sort(samples.begin(), samples.end());
  return {At(samples, 0.5), At(samples, 0.1), At(samples, 0.9)};
}

}  // namespace writ
