// Percentiles, spreads and histograms, to the sample.
#include "cli/bench/percentiles.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "cli/bench/histogram.h"
#include "cli/bench/measure.h"

namespace writ {
namespace {

std::vector<float> Counted(size_t count) {
  std::vector<float> samples(count);
  std::iota(samples.rbegin(), samples.rend(), 1.0F);
  return samples;
}

TEST(Percentiles, AreSamplesOfTheNearestRank) {
  const Percentiles of = Percentiles::Of(Counted(1000));
  EXPECT_EQ(of.samples, 1000U);
  EXPECT_EQ(of.p50, 500);
  EXPECT_EQ(of.p90, 900);
  EXPECT_EQ(of.p99, 990);
  EXPECT_EQ(of.p999, 999);
  EXPECT_EQ(of.least, 1);
  EXPECT_EQ(of.most, 1000);
}

TEST(Percentiles, OfFewSamplesTheHighOnesAreTheLargest) {
  const Percentiles of = Percentiles::Of({7, 3});
  EXPECT_EQ(of.p50, 3);
  EXPECT_EQ(of.p90, 7);
  EXPECT_EQ(of.p999, 7);
  EXPECT_EQ(Percentiles::Of({5}).p50, 5);
  EXPECT_EQ(Percentiles::Of({}).samples, 0U);
}

TEST(Spread, IsAMedianAndTheMiddleFourFifths) {
  const Spread of = Spread::Of(Counted(10));
  EXPECT_EQ(of.median, 5);
  EXPECT_EQ(of.low, 1);
  EXPECT_EQ(of.high, 9);
  EXPECT_DOUBLE_EQ(of.relative(), 1.6);
  EXPECT_EQ(Spread::Of({}).relative(), 0);
}

TEST(Histogram, HoldsEachSampleOnce) {
  std::vector<float> samples = Counted(900);
  samples.push_back(1e6F);  // beyond the last edge, and in the last bin
  const Histogram of = Histogram::Of(samples, 12);
  ASSERT_EQ(of.counts.size(), 12U);
  ASSERT_EQ(of.edges.size(), 13U);
  EXPECT_EQ(std::accumulate(of.counts.begin(), of.counts.end(), size_t{0}), samples.size());
  EXPECT_NEAR(of.edges.front(), 1, 1e-9);
  for (size_t i = 1; i < of.edges.size(); ++i) EXPECT_GT(of.edges[i], of.edges[i - 1]);
  // Each edge is as many times the one before.
  EXPECT_NEAR(of.edges[1] / of.edges[0], of.edges[12] / of.edges[11], 1e-6);
}

TEST(Histogram, HasOneBinWhereAllAreAlike) {
  const Histogram of = Histogram::Of({4, 4, 4}, 10);
  EXPECT_EQ(of.counts, std::vector<size_t>{3});
  EXPECT_TRUE(Histogram::Of({}, 10).counts.empty());
}

TEST(Parts, TakeEachCallByItsMedian) {
  Measurement measured;
  measured.calls.resize(2);
  for (int round = 0; round < 30; ++round) {
    // One turn of three was interrupted.
    measured.calls[0].whole.push_back(round % 3 == 0 ? 1000 : 10);
    measured.calls[1].whole.push_back(30);
  }
  EXPECT_EQ(measured.Parts(), std::vector<float>(10, 20));
  EXPECT_EQ(measured.Parts({1}), std::vector<float>(10, 30));
  EXPECT_EQ(RatiosOf(measured.Parts({1}), measured.Parts({0})), std::vector<float>(10, 3));
  measured.calls.resize(1);
  measured.calls[0].whole = {4, 6};
  EXPECT_EQ(measured.Parts(), (std::vector<float>{4, 6}));
}

}  // namespace
}  // namespace writ
