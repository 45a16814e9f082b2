// Rivals taking turns.
// Tested by running the tasks: each ends with status 1 where its rivals disagree.
#include "contest.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace writ::bench {
namespace {

constexpr size_t kRounds = 41;

double NanosecondsEach(const std::function<void(size_t)>& repeat, size_t iterations) {
  const auto start = std::chrono::steady_clock::now();
  repeat(iterations);
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
  return taken.count() / static_cast<double>(iterations);
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
std::vector<Contest::Ratio> Contest::MeasureRatios() const {
  std::vector<std::array<double, kRounds>> times(rivals_.size());
  for (size_t round = 0; round < kRounds; ++round) {
    for (size_t turn = 0; turn < rivals_.size(); ++turn) {
      const size_t rival = (round + turn) % rivals_.size();
      times[rival][round] = NanosecondsEach(rivals_[rival].repeat, rivals_[rival].round);
    }
  }
  std::vector<Ratio> ratios;
  for (const auto& [above, below] : pairs_) {
    const std::array<double, kRounds>& over = times[RivalNamed(above)];
    const std::array<double, kRounds>& under = times[RivalNamed(below)];
    std::array<double, kRounds> quotients;
    for (size_t i = 0; i < kRounds; ++i) quotients[i] = over[i] / under[i];
    std::sort(quotients.begin(), quotients.end());
    ratios.push_back({fmt::format("{} : {}", above, below), quotients[kRounds / 2],
                      quotients[kRounds / 10], quotients[kRounds - 1 - kRounds / 10]});
  }
  return ratios;
}

void Contest::WriteJson(const std::vector<Ratio>& ratios) const {
  std::string text = "{";
  for (const auto& [name, value] : told_) text += fmt::format(R"("{}": {:.1f}, )", name, value);
  text += "\"ratios\": {";
  for (const Ratio& ratio : ratios) {
    text += fmt::format(R"({}"{}": {{"median": {:.4f}, "low": {:.4f}, "high": {:.4f}}})",
                        &ratio == ratios.data() ? "" : ", ", ratio.name, ratio.median, ratio.low,
                        ratio.high);
  }
  text += "}}\n";
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
  const std::vector<Ratio> ratios = MeasureRatios();
  if (!arguments_.json.empty()) WriteJson(ratios);
  for (const auto& [name, value] : told_) {
    benchmark::AddCustomContext(name, fmt::format("{:.0f}", value));
  }
  for (const Ratio& ratio : ratios) {
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
