// Measures the rivals of this folder against one another, after checking that they agree.
// Tested by running it: it ends with status 1 where a rival decides otherwise than the others.
//
//   line_bench [Google Benchmark's flags] [--json=FILE]   times; the ratios stand in the context
//   line_bench --only=writ|twin --iterations=N            decides N lines, to count instructions
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/compile.h"
#include "line/handwritten.h"
#include "line/simdjson_dom.h"
#include "line/task.h"
#include "line/writ.h"

namespace writ::line {
namespace {

constexpr size_t kLineCount = 512;
constexpr size_t kRounds = 41;
constexpr size_t kPassesARound = 4;  // over all lines

[[noreturn]] void Fail(std::string_view why) {
  fmt::print(stderr, "line_bench: {}\n", why);
  std::exit(1);
}

std::shared_ptr<const VerifiedProgram> Compile(std::string policy) {
  Diagnostics diagnostics;
  const auto source = std::make_shared<const Source>("policy.yaml", std::move(policy));
  const std::unique_ptr<yaml::Document> document = yaml::Parse(source, diagnostics);
  const auto program = document == nullptr
                           ? nullptr
                           : CompileInline(source, *document->root(), "bench", diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    fmt::print(stderr, "{}", Render(diagnostic));
  }
  if (program == nullptr) Fail("the policy does not compile");
  return program;
}

// Everything that is measured. The lines, or what was read of them, are decided in rotation.
class Contest {
 public:
  Contest()
      : program_(Compile(std::string(kPolicy))),
        pattern_program_(Compile(std::string(kPolicy) + std::string(kPatternRule))),
        pattern_(pattern_program_->pattern(0)) {
    for (size_t i = 0; i < lines_.size(); ++i) {
      ReadCall call = pattern_twin_.ReadCallOf(lines_[i]);
      call.tool = kept_.Copy(call.tool);
      for (Value& value : call.values) {
        if (value.is(Tag::kString)) value = Value::String(kept_.Copy(value.view()));
      }
      calls_.push_back(call);
    }
  }

  void CheckThatAllAgree() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      const Answer plain = twin_.Decide(lines_[i]);
      if (plain.code == Code::kError) Fail(fmt::format("line {} is no call:\n{}", i, lines_[i]));
      Expect(i, "writ", plain, writ_.Decide(lines_[i]));
      Expect(i, "simdjson", plain, simdjson_.Decide(lines_[i]));
      Expect(i, "the evaluation by writ", plain, writ_.Evaluate(calls_[i]));
      Expect(i, "the evaluation by the twin", plain, twin_.Evaluate(calls_[i]));
      const Answer pattern = pattern_twin_.Decide(lines_[i]);
      Expect(i, "writ with the pattern", pattern, pattern_writ_.Decide(lines_[i]));
      Expect(i, "simdjson with the pattern", pattern, pattern_simdjson_.Decide(lines_[i]));
    }
  }

  const Lines& lines() const { return lines_; }

  // Calls visit(name, decide) for each rival, where decide(i) decides line i.
  template <typename Visit>
  void ForEachRival(const Visit& visit) {
    visit("line/twin", [this](size_t i) { return twin_.Decide(lines_[i]); });
    visit("line/writ", [this](size_t i) { return writ_.Decide(lines_[i]); });
    visit("line/simdjson", [this](size_t i) { return simdjson_.Decide(lines_[i]); });
    visit("pattern/twin", [this](size_t i) { return pattern_twin_.Decide(lines_[i]); });
    visit("pattern/writ", [this](size_t i) { return pattern_writ_.Decide(lines_[i]); });
    visit("pattern/simdjson", [this](size_t i) { return pattern_simdjson_.Decide(lines_[i]); });
    visit("evaluation/twin", [this](size_t i) { return twin_.Evaluate(calls_[i]); });
    visit("evaluation/writ", [this](size_t i) { return writ_.Evaluate(calls_[i]); });
  }

 private:
  void Expect(size_t i, std::string_view who, const Answer& wanted, const Answer& given) const {
    if (wanted == given) return;
    Fail(fmt::format("the rivals disagree on line {}:\n{}\nthe twin: {} {}; {}: {} {}", i,
                     lines_[i], CodeName(wanted.code), static_cast<int>(wanted.rule), who,
                     CodeName(given.code), static_cast<int>(given.rule)));
  }

  const Lines lines_{kLineCount};
  const std::shared_ptr<const VerifiedProgram> program_;
  const std::shared_ptr<const VerifiedProgram> pattern_program_;
  const re2::RE2& pattern_;
  Writ writ_{program_};
  Writ pattern_writ_{pattern_program_};
  Handwritten twin_{nullptr};
  Handwritten pattern_twin_{&pattern_};
  SimdjsonDom simdjson_{nullptr};
  SimdjsonDom pattern_simdjson_{&pattern_};
  Arena kept_;
  std::vector<ReadCall> calls_;
};

// Inlined into each rival's own loop, so that none pays for a call that another does not.
template <typename Decide>
void DecideRotating(const Decide& decide, size_t line_count, size_t iterations) {
  for (size_t done = 0, i = 0; done < iterations; ++done) {
    benchmark::DoNotOptimize(decide(i));
    if (++i == line_count) i = 0;
  }
}

template <typename Decide>
double NanosecondsALine(const Decide& decide, size_t line_count) {
  const size_t iterations = kPassesARound * line_count;
  const auto start = std::chrono::steady_clock::now();
  DecideRotating(decide, line_count, iterations);
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
  return taken.count() / static_cast<double>(iterations);
}

struct Ratio {
  std::string name;
  double median;
  double low;  // a tenth of the rounds is below
  double high;
};

// The rivals take turns within a round, each round beginning with another, and a ratio is taken
// within its round, so that a machine that slows down slows both of its sides.
std::vector<Ratio> MeasureRatios(Contest& contest) {
  std::vector<std::string> names;
  std::vector<std::function<double()>> rivals;
  contest.ForEachRival([&](const char* name, auto decide) {
    names.emplace_back(name);
    rivals.emplace_back(
        [decide, &contest] { return NanosecondsALine(decide, contest.lines().size()); });
  });
  std::vector<std::array<double, kRounds>> times(rivals.size());
  for (size_t round = 0; round < kRounds; ++round) {
    for (size_t turn = 0; turn < rivals.size(); ++turn) {
      const size_t rival = (round + turn) % rivals.size();
      times[rival][round] = rivals[rival]();
    }
  }

  std::vector<Ratio> ratios;
  const auto compare = [&](std::string_view above, std::string_view below) {
    const auto at = [&](std::string_view name) {
      return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    };
    std::array<double, kRounds> quotients;
    for (size_t i = 0; i < kRounds; ++i) quotients[i] = times[at(above)][i] / times[at(below)][i];
    std::sort(quotients.begin(), quotients.end());
    ratios.push_back({fmt::format("{} : {}", above, below), quotients[kRounds / 2],
                      quotients[kRounds / 10], quotients[kRounds - 1 - kRounds / 10]});
  };
  compare("line/writ", "line/twin");
  compare("line/simdjson", "line/writ");
  compare("pattern/writ", "pattern/twin");
  compare("pattern/simdjson", "pattern/writ");
  compare("evaluation/writ", "evaluation/twin");
  return ratios;
}

void WriteJson(const std::string& path, const Contest& contest, const std::vector<Ratio>& ratios) {
  std::string text = fmt::format(R"({{"lines": {}, "bytes_per_line": {:.1f}, "ratios": {{)",
                                 contest.lines().size(), contest.lines().mean_bytes());
  for (const Ratio& ratio : ratios) {
    text += fmt::format(R"({}"{}": {{"median": {:.4f}, "low": {:.4f}, "high": {:.4f}}})",
                        &ratio == ratios.data() ? "" : ", ", ratio.name, ratio.median, ratio.low,
                        ratio.high);
  }
  text += "}}\n";
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) Fail(fmt::format("{} cannot be written", path));
  const bool written = std::fputs(text.c_str(), file) >= 0;
  if (std::fclose(file) != 0 || !written) Fail(fmt::format("{} cannot be written", path));
}

void Register(Contest& contest) {
  contest.ForEachRival([&contest](const char* name, auto decide) {
    benchmark::RegisterBenchmark(name, [decide, &contest](benchmark::State& state) {
      size_t i = 0;
      for (auto _ : state) {
        benchmark::DoNotOptimize(decide(i));
        if (++i == contest.lines().size()) i = 0;
      }
    });
  });
}

struct Arguments {
  std::string only;
  size_t iterations = 0;
  std::string json;
};

// What Google Benchmark left over.
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

int Run(const Arguments& arguments) {
  Contest contest;
  contest.CheckThatAllAgree();
  if (!arguments.only.empty()) {
    bool found = false;
    contest.ForEachRival([&](const char* name, const auto& decide) {
      if (name != "line/" + arguments.only) return;
      found = true;
      DecideRotating(decide, contest.lines().size(), arguments.iterations);
    });
    if (!found) Fail(fmt::format("no rival is called {}", arguments.only));
    return 0;
  }
  const std::vector<Ratio> ratios = MeasureRatios(contest);
  if (!arguments.json.empty()) WriteJson(arguments.json, contest, ratios);
  benchmark::AddCustomContext("lines", std::to_string(contest.lines().size()));
  benchmark::AddCustomContext("bytes_per_line",
                              fmt::format("{:.0f}", contest.lines().mean_bytes()));
  for (const Ratio& ratio : ratios) {
    benchmark::AddCustomContext(
        ratio.name, fmt::format("{:.3f} ({:.3f} to {:.3f})", ratio.median, ratio.low, ratio.high));
  }
  Register(contest);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace
}  // namespace writ::line

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  return writ::line::Run(writ::line::ReadArguments(argc, argv));
}
