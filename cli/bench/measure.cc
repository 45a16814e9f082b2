// Rounds, turns and batches.
// Tested by tests/cli/bench.py.
#include "cli/bench/measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "cli/bench/chooser.h"
#include "cli/bench/percentiles.h"

namespace writ {
namespace {

constexpr double kClockShare = 100;  // of a turn, at most one part of so many is the clock's
constexpr size_t kMostInATurn = 256;
constexpr size_t kLeastRounds = 5;
constexpr size_t kMostRounds = 50'000;
constexpr size_t kParts = 10;  // of the run, that are compared
constexpr size_t kMostSamples = 4'000'000;
// Rounds that warm up: caches, branch predictors, and the memory that machines keep.
constexpr size_t kWarmUp = 2;

double ClockCost() {
  std::vector<float> costs;
  for (int i = 0; i < 1001; ++i) {
    const int64_t start = MonotonicNow();
    costs.push_back(static_cast<float>(MonotonicNow() - start));
  }
  return std::max(1.0, Spread::Of(std::move(costs)).median);
}

template <typename Work>
double Timed(size_t times, const Work& work) {
  const int64_t start = MonotonicNow();
  for (size_t i = 0; i < times; ++i) work();
  // A coarse clock may not have moved; nothing takes no time.
  const int64_t taken = std::max<int64_t>(1, MonotonicNow() - start);
  return static_cast<double>(taken) / static_cast<double>(times);
}

double MedianOf(std::vector<float> samples) {
  if (samples.empty()) return 0;
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>((samples.size() - 1) / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return static_cast<double>(*middle);
}

class Rounds {
 public:
  Rounds(const std::vector<Contestant>& contestants, const MeasureOptions& options)
      : contestants_(contestants),
        options_(options),
        order_(contestants.front().calls->size()),
        chooser_(options.seed) {
    std::iota(order_.begin(), order_.end(), size_t{0});
    made_.clock_nanoseconds = ClockCost();
    made_.programs.resize(contestants.size());
    turns_.resize(contestants.size());
    for (size_t p = 0; p < contestants.size(); ++p) {
      made_.programs[p].calls.resize(order_.size());
      turns_[p].resize(order_.size());
    }
  }

  Measurements Run(Stages& stages) {
    const auto budget = static_cast<int64_t>(options_.seconds * 1e9);
    stages.Begin("measuring", 1000);
    WarmUp();
    const int64_t start = MonotonicNow();
    const size_t most =
        std::clamp(kMostSamples / (order_.size() * contestants_.size()), kLeastRounds, kMostRounds);
    for (; made_.rounds < most; ++made_.rounds) {
      const int64_t taken = MonotonicNow() - start;
      if (made_.rounds >= kLeastRounds && taken >= budget) break;
      Round();
      stages.AdvanceTo(static_cast<size_t>(
          std::min(1000.0, 1000.0 * static_cast<double>(MonotonicNow() - start) /
                               std::max(1.0, static_cast<double>(budget)))));
    }
    stages.End();
    return std::move(made_);
  }

 private:
  // How often a call is decided, and read, in its turn.
  struct Turn {
    size_t decisions = 1;
    size_t readings = 1;
  };

  size_t TimesFor(double nanoseconds) const {
    const double times =
        std::ceil(kClockShare * made_.clock_nanoseconds / std::max(nanoseconds, 1.0));
    return static_cast<size_t>(std::clamp(times, 1.0, static_cast<double>(kMostInATurn)));
  }

  const BenchCall& CallOf(size_t contestant, size_t call) const {
    return (*contestants_[contestant].calls)[call];
  }

  void WarmUp() {
    for (size_t round = 0; round < kWarmUp; ++round) {
      for (size_t c = 0; c < order_.size(); ++c) {
        for (size_t p = 0; p < contestants_.size(); ++p) {
          const BenchCall& call = CallOf(p, c);
          Decider& program = *contestants_[p].program;
          turns_[p][c] = {TimesFor(Timed(3, [&] { program.Decide(call); })),
                          TimesFor(Timed(3, [&] { program.Read(call); }))};
        }
      }
    }
  }

  void Round() {
    chooser_.Shuffle(order_);
    for (const size_t c : order_) {
      for (size_t i = 0; i < contestants_.size(); ++i) {
        // Each is the first one in turn.
        const size_t p = (i + made_.rounds) % contestants_.size();
        const BenchCall& call = CallOf(p, c);
        Decider& program = *contestants_[p].program;
        CallTimes& times = made_.programs[p].calls[c];
        const Turn& turn = turns_[p][c];
        const double whole = Timed(turn.decisions, [&] { program.Decide(call); });
        times.whole.push_back(static_cast<float>(whole));
        if (options_.reading) {
          const double reading = Timed(turn.readings, [&] { program.Read(call); });
          times.reading.push_back(static_cast<float>(reading));
        }
      }
    }
  }

  const std::vector<Contestant>& contestants_;
  const MeasureOptions& options_;
  std::vector<size_t> order_;
  Chooser chooser_;
  std::vector<std::vector<Turn>> turns_;  // by program and call
  Measurements made_;
};

}  // namespace

int64_t MonotonicNow() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double CallTimes::MedianWhole() const {
  return MedianOf(whole);
}

double CallTimes::MedianReading() const {
  return MedianOf(reading);
}

double CallTimes::MedianDeciding() const {
  return std::max(0.0, MedianWhole() - MedianReading());
}

std::vector<float> Measurement::Parts(const std::vector<size_t>& calls_meant) const {
  std::vector<float> parts;
  if (calls_meant.empty()) return parts;
  const size_t rounds = calls[calls_meant.front()].whole.size();
  const size_t count = std::min(kParts, rounds);
  for (size_t part = 0; part < count; ++part) {
    const auto begin = static_cast<std::ptrdiff_t>(rounds * part / count);
    const auto end = static_cast<std::ptrdiff_t>(rounds * (part + 1) / count);
    double sum = 0;
    for (const size_t call : calls_meant) {
      const std::vector<float>& whole = calls[call].whole;
      sum += MedianOf({whole.begin() + begin, whole.begin() + end});
    }
    parts.push_back(static_cast<float>(sum / static_cast<double>(calls_meant.size())));
  }
  return parts;
}

std::vector<float> Measurement::Parts() const {
  std::vector<size_t> all(calls.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return Parts(all);
}

std::vector<float> RatiosOf(const std::vector<float>& over, const std::vector<float>& under) {
  std::vector<float> ratios;
  for (size_t i = 0; i < std::min(over.size(), under.size()); ++i) {
    if (under[i] > 0) ratios.push_back(over[i] / under[i]);
  }
  return ratios;
}

Measurements Measure(const std::vector<Contestant>& contestants, const MeasureOptions& options,
                     Stages& stages) {
  return Rounds(contestants, options).Run(stages);
}

}  // namespace writ
