// Measures how long a policy takes to load, by its number of rules: as a bundle, step by step,
// beside compiling the same policy, and beside reading and hashing the same file alone. Tested by
// running it: it ends with status 1 where a bundle decides otherwise than its policy.
//
//   load_bench RULES…                          a JSON object for each number of rules
//   load_bench --write=FOLDER                  1,000 rules as policy.yaml and policy.writ there,
//   and
//                                              in call.json a call that they let pass
//   load_bench --only=RIVAL --iterations=N     loads 1,000 rules N times, to count instructions
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "compiled.h"
#include "contest.h"
#include "load/task.h"
#include "load/writ.h"
#include "state/task.h"

namespace writ::load {
namespace {

using bench::Fail;

constexpr size_t kRules = 1000;       // where not told, which is for instructions and starts
constexpr size_t kCallsAsked = 1000;  // of tools spread over all
constexpr size_t kRounds = 15;        // of a thousand rules; fewer of more

std::string Stripped(const Program& program) {
  auto bytes = bundle::Write(**program, bundle::DebugData::kStrip);
  if (!bytes.has_value()) Fail(bytes.error());
  return std::move(*bytes);
}

void Put(const std::string& path, const std::string& bytes) {
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  const bool written =
      file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if (file == nullptr || std::fclose(file) != 0 || !written) Fail(path + " cannot be written");
}

void CheckThatBothAgree(const Program& compiled, const Program& loaded, size_t rules) {
  Decider by_policy(compiled);
  Decider by_bundle(loaded);
  for (size_t i = 0; i < rules; i += std::max<size_t>(1, rules / kCallsAsked)) {
    for (const bool passes : {true, false}) {
      const std::string call = CallOf(i, passes);
      const auto wanted = by_policy.Decide(call);
      if (wanted != by_bundle.Decide(call)) Fail("the bundle decides otherwise: " + call);
      if ((wanted.first == Verdict::kAllow) != passes) Fail("the policy is another: " + call);
    }
  }
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

template <typename Work>
double MedianTime(size_t rounds, const Work& work) {
  std::vector<double> times;
  for (size_t i = 0; i < rounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const auto made = work();
    benchmark::DoNotOptimize(made);
    times.push_back(Milliseconds(std::chrono::steady_clock::now() - start));
  }
  return Median(std::move(times));
}

std::string Sections(const std::string& bytes) {
  const auto frame = bundle::ReadFrame(bytes);
  if (!frame.has_value()) Fail(frame.error());
  std::string text;
  for (const bundle::SectionView& section : frame->sections) {
    text += fmt::format(R"({}"{}": {})", text.empty() ? "" : ", ", bundle::SectionName(section.id),
                        section.bytes.size());
  }
  return text;
}

void Measure(size_t rules, const std::string& path) {
  const std::string policy = PolicyOf(rules);
  const Program compiled = bench::Compiled(policy);
  const std::string bytes = Stripped(compiled);
  Put(path, bytes);
  CheckThatBothAgree(compiled, Load(path), rules);

  const size_t rounds = std::clamp<size_t>(kRounds * 1000 / rules, 3, kRounds);
  const double compile =
      MedianTime(std::min<size_t>(rounds, 3), [&] { return bench::Compiled(policy); });
  std::vector<double> read, hash, rows, verify, load, floor;
  for (size_t i = 0; i < rounds; ++i) {
    const Steps steps = LoadInSteps(path);
    read.push_back(steps.read);
    hash.push_back(steps.hash);
    rows.push_back(steps.rows);
    verify.push_back(steps.verify);
    load.push_back(steps.load);
    floor.push_back(MedianTime(1, [&] { return bundle::Sha256({FileAt(path)}); }));
  }
  fmt::print(
      R"({{"rules": {}, "bytes": {}, "rounds": {}, "ms": {{"read": {:.4f}, "hash": {:.4f}, )"
      R"("rows": {:.4f}, "verify": {:.4f}, "load": {:.4f}, "floor": {:.4f}, "compile": {:.4f}}}, )"
      R"("sections": {{{}}}}})"
      "\n",
      rules, bytes.size(), rounds, Median(read), Median(hash), Median(rows), Median(verify),
      Median(load), Median(floor), compile, Sections(bytes));
  std::fflush(stdout);
}

int Count(bench::Arguments arguments, const std::string& path) {
  bench::Contest contest(std::move(arguments));
  Put(path, Stripped(bench::Compiled(PolicyOf(kRules))));
  contest.Add("load/writ", 1, 1, [&](size_t) { return Load(path); });
  contest.Add("load/twin", 1, 1, [&](size_t) { return bundle::Sha256({FileAt(path)}); });
  return contest.Run();
}

void WriteTo(const std::string& folder) {
  const std::string policy = PolicyOf(kRules);
  Put(folder + "/policy.yaml", policy);
  Put(folder + "/policy.writ", Stripped(bench::Compiled(policy)));
  Put(folder + "/call.json", CallOf(kRules / 2, true) + "\n");
}

size_t RulesIn(const std::string& word) {
  char* end = nullptr;
  const auto number = std::strtoull(word.c_str(), &end, 10);
  if (number == 0 || *end != '\0') Fail(fmt::format("{} is no number of rules", word));
  return number;
}

int Main(int argc, char** argv) {
  const std::string_view first = argc > 1 ? argv[1] : "";
  if (constexpr std::string_view kWrite = "--write="; first.starts_with(kWrite)) {
    WriteTo(std::string(first.substr(kWrite.size())));
    return 0;
  }
  const state::Folder folder;
  const std::string path = folder.path() + "/policy.writ";
  if (first.starts_with("--")) return Count(bench::ReadArguments(argc, argv), path);
  for (int i = 1; i < argc; ++i) Measure(RulesIn(argv[i]), path);
  return 0;
}

}  // namespace
}  // namespace writ::load

int main(int argc, char** argv) {
  return writ::load::Main(argc, argv);
}
