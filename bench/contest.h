// What the tasks share: rivals that do the same work, and what one takes of another's time.
//
//   NAME_bench [Google Benchmark's flags] [--json=FILE]    times; the ratios stand in the context
//   NAME_bench --brief --json=FILE                         the rounds alone, without the table
//   NAME_bench --only=RIVAL --iterations=N                 does N inputs, to count instructions
#pragma once

#include <benchmark/benchmark.h>
#include <time.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace writ::bench {

[[noreturn]] void Fail(std::string_view why);

struct Arguments {
  std::string only;  // the one rival that runs; empty: all
  size_t iterations = 0;
  bool brief = false;
  std::string json;
};

// What Google Benchmark left over.
Arguments ReadArguments(int argc, char** argv);

class Contest {
 public:
  explicit Contest(Arguments arguments) : arguments_(std::move(arguments)) {}

  // Whether the rival is to run: what it needs is made only then.
  bool Wants(std::string_view rival) const {
    return arguments_.only.empty() || arguments_.only == rival;
  }

  // `work(i)` does input i of `inputs`, in rotation, inlined into the rival's own loop, so that
  // none pays for a call that another does not. `round`: how many it does in a round of the ratios.
  template <typename Work>
  void Add(std::string name, size_t inputs, size_t round, const Work& work) {
    rivals_.push_back({std::move(name), round,
                       [work, inputs](size_t iterations) { Rotate(work, inputs, iterations); },
                       [work, inputs](benchmark::State& state) {
                         size_t i = 0;
                         for (auto _ : state) {
                           benchmark::DoNotOptimize(work(i));
                           if (++i == inputs) i = 0;
                         }
                       }});
  }

  // Of these two a ratio is told. REQUIRES: they are added before Run().
  void Compare(std::string above, std::string below) {
    pairs_.emplace_back(std::move(above), std::move(below));
  }

  // Time is what the process took of the core; of rivals that wait for a file, what went by.
  void MeasureWaitingToo() { clock_ = CLOCK_MONOTONIC; }

  // A number that belongs to the results.
  void Tell(std::string name, double value) { told_.emplace_back(std::move(name), value); }

  // What main() returns.
  int Run();

 private:
  struct Rival {
    std::string name;
    size_t round;
    std::function<void(size_t)> repeat;
    std::function<void(benchmark::State&)> measure;
  };
  // Over the rounds.
  struct Spread {
    std::string name;
    double median;
    double low;  // a tenth of the rounds is below
    double high;
  };
  struct Results {
    std::vector<Spread> ratios;
    std::vector<Spread> nanoseconds;  // of an input
  };

  template <typename Work>
  static void Rotate(const Work& work, size_t inputs, size_t iterations) {
    for (size_t done = 0, i = 0; done < iterations; ++done) {
      benchmark::DoNotOptimize(work(i));
      if (++i == inputs) i = 0;
    }
  }

  size_t RivalNamed(std::string_view name) const;
  Results MeasureInRounds() const;
  void WriteJson(const Results& results) const;

  Arguments arguments_;
  clockid_t clock_ = CLOCK_PROCESS_CPUTIME_ID;
  std::vector<Rival> rivals_;
  std::vector<std::pair<std::string, std::string>> pairs_;
  std::vector<std::pair<std::string, double>> told_;
};

}  // namespace writ::bench
