// Rivals taking turns.
// Tested by running the tasks: each ends with status 1 where its rivals disagree.
#include "contest.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace writ::bench {
namespace {

constexpr size_t kRounds = 41;

using Rounds = std::array<double, kRounds>;

double Now(clockid_t clock) {
  timespec now;
  if (clock_gettime(clock, &now) != 0) Fail("there is no such clock");
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <typename Spread>
Spread SpreadOf(std::string name, Rounds values) {
  std::sort(values.begin(), values.end());
  return {std::move(name), values[kRounds / 2], values[kRounds / 10],
          values[kRounds - 1 - kRounds / 10]};
}

template <typename Spread>
std::string JsonOf(const std::vector<Spread>& spreads) {
  std::string text;
  for (const Spread& spread : spreads) {
    text +=
        fmt::format(R"({}"{}": {{"median": {:.4f}, "low": {:.4f}, "high": {:.4f}}})",
                    text.empty() ? "" : ", ", spread.name, spread.median, spread.low, spread.high);
  }
  return text;
}

}  // namespace

void Fail(std::string_view why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

Arguments ReadArguments(int argc, char** argv) {
  Arguments arguments;
  const auto value_of = [](std::string_view argument, std::string_view flag, std::string* value) {
    if (argument.substr(0, flag.size()) != flag) return false;
    *value = argument.substr(flag.size());
    return true;
  };
  for (int i = 1; i < argc; ++i) {
    std::string count;
    if (value_of(argv[i], "--iterations=", &count)) {
      arguments.iterations = std::strtoull(count.c_str(), nullptr, 10);
      if (arguments.iterations == 0) Fail(fmt::format("{} counts nothing", argv[i]));
    } else if (std::string_view(argv[i]) == "--brief") {
      arguments.brief = true;
    } else if (!value_of(argv[i], "--only=", &arguments.only) &&
               !value_of(argv[i], "--json=", &arguments.json)) {
      Fail(fmt::format("{} is no flag of it", argv[i]));
    }
  }
  if (arguments.only.empty() != (arguments.iterations == 0)) {
    Fail("--only and --iterations go together");
  }
  return arguments;
}

size_t Contest::RivalNamed(std::string_view name) const {
  for (size_t i = 0; i < rivals_.size(); ++i) {
    if (rivals_[i].name == name) return i;
  }
  Fail(fmt::format("no rival is called {}", name));
}

// The rivals take turns within a round, each round beginning with another, and a ratio is taken
// within its round, so that a machine that slows down slows both of its sides.
Contest::Results Contest::MeasureInRounds() const {
  std::vector<Rounds> times(rivals_.size());
  for (size_t round = 0; round < kRounds; ++round) {
    for (size_t turn = 0; turn < rivals_.size(); ++turn) {
      const size_t at = (round + turn) % rivals_.size();
      const Rival& rival = rivals_[at];
      const double start = Now(clock_);
      rival.repeat(rival.round);
      times[at][round] = (Now(clock_) - start) / static_cast<double>(rival.round);
    }
  }
  Results results;
  for (const auto& [above, below] : pairs_) {
    const Rounds& over = times[RivalNamed(above)];
    const Rounds& under = times[RivalNamed(below)];
    Rounds quotients;
    for (size_t i = 0; i < kRounds; ++i) quotients[i] = over[i] / under[i];
    results.ratios.push_back(SpreadOf<Spread>(fmt::format("{} : {}", above, below), quotients));
  }
  for (size_t i = 0; i < rivals_.size(); ++i) {
    results.nanoseconds.push_back(SpreadOf<Spread>(rivals_[i].name, times[i]));
  }
  return results;
}

void Contest::WriteJson(const Results& results) const {
  std::string text = "{";
  for (const auto& [name, value] : told_) text += fmt::format(R"("{}": {:.1f}, )", name, value);
  text += fmt::format("\"ratios\": {{{}}}, \"ns\": {{{}}}}}\n", JsonOf(results.ratios),
                      JsonOf(results.nanoseconds));
  std::FILE* file = std::fopen(arguments_.json.c_str(), "w");
  if (file == nullptr) Fail(fmt::format("{} cannot be written", arguments_.json));
  const bool written = std::fputs(text.c_str(), file) >= 0;
  if (std::fclose(file) != 0 || !written) {
    Fail(fmt::format("{} cannot be written", arguments_.json));
  }
}

int Contest::Run() {
  if (!arguments_.only.empty()) {
    rivals_[RivalNamed(arguments_.only)].repeat(arguments_.iterations);
    return 0;
  }
  const Results results = MeasureInRounds();
  if (!arguments_.json.empty()) WriteJson(results);
  if (arguments_.brief) return 0;
  for (const auto& [name, value] : told_) {
    benchmark::AddCustomContext(name, fmt::format("{:.0f}", value));
  }
  for (const Spread& ratio : results.ratios) {
    benchmark::AddCustomContext(
        ratio.name, fmt::format("{:.3f} ({:.3f} to {:.3f})", ratio.median, ratio.low, ratio.high));
  }
  for (const Rival& rival : rivals_) {
    benchmark::RegisterBenchmark(rival.name.c_str(), rival.measure);
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace writ::bench
