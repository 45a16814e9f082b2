// Measures what a decision costs as a policy grows, in four shapes. Tested by running it: it ends
// with status 1 where a call is denied.
//
// Its flags are those of bench/contest.h; an input is a call. A rival is called SHAPE of RULES/WAY,
// the way being evaluation or line, of ten calls, or many, of many lines.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>

#include "contest.h"
#include "growth/task.h"
#include "growth/writ.h"

namespace writ::growth {
namespace {

// About a millisecond each.
size_t CallsARound(std::string_view shape, size_t rules) {
  return shape == "disjoint" ? 2048 : std::clamp<size_t>(500'000 / rules, 256, 2048);
}

void Add(bench::Contest& contest, std::string_view shape, size_t rules) {
  const std::string name = fmt::format("{} of {}", shape, rules);
  const std::string evaluation = name + "/evaluation";
  const std::string line = name + "/line";
  const std::string many = name + "/many";
  if (!contest.Wants(evaluation) && !contest.Wants(line) && !contest.Wants(many)) return;
  const auto writ = std::make_shared<Writ>(shape, rules);
  for (size_t i = 0; i < kManyCalls; ++i) {
    const Decision by_values = writ->Evaluate(i);
    const Decision by_line = writ->DecideLine(i);
    if (by_values.verdict != Verdict::kAllow || by_line.verdict != Verdict::kAllow) {
      bench::Fail(fmt::format("{}: call {} is not allowed: {} by its values, {} by its line", name,
                              i, CodeName(by_values.code), CodeName(by_line.code)));
    }
  }
  const size_t round = CallsARound(shape, rules);
  contest.Add(evaluation, kCalls, round, [writ](size_t i) { return writ->Evaluate(i); });
  contest.Add(line, kCalls, round, [writ](size_t i) { return writ->DecideLine(i); });
  contest.Add(many, kManyCalls, round, [writ](size_t i) { return writ->DecideLine(i); });
  contest.Tell(name + ", steps", writ->Steps());
}

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  bench::Contest contest(bench::ReadArguments(argc, argv));
  for (const std::string_view shape : kShapes) {
    for (const size_t rules : kSizes) Add(contest, shape, rules);
    for (const char* way : {"evaluation", "line", "many"}) {
      contest.Compare(fmt::format("{} of {}/{}", shape, *std::rbegin(kSizes), way),
                      fmt::format("{} of {}/{}", shape, *std::begin(kSizes), way));
    }
  }
  return contest.Run();
}

}  // namespace
}  // namespace writ::growth

int main(int argc, char** argv) {
  return writ::growth::Main(argc, argv);
}
