// Measures a decision that counts in a file against the bare transaction, on the same file.
// Tested by running it: it ends with status 1 where a call is not counted.
//
// Its flags are those of bench/contest.h; an input is a call.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "compiled.h"
#include "contest.h"
#include "state/bare.h"
#include "state/task.h"
#include "state/writ.h"

namespace writ::state {
namespace {

// As many as fill the log: there is one checkpoint in each rival's turn.
constexpr size_t kRound = kLogPages;

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  bench::Contest contest(bench::ReadArguments(argc, argv));
  contest.MeasureWaitingToo();
  const Folder folder;
  Writ writ(bench::Compiled(std::string(kPolicy)), folder.path());
  // Makes its row, which is the file's first: the one that the bare rival counts in.
  const std::string aligned = CallOf("aligned");
  const std::string sliding = CallOf("sliding");
  const std::string keyed = CallOf("keyed");
  for (const std::string* line : {&aligned, &sliding, &keyed}) {
    if (writ.Decide(*line) != Verdict::kAllow) bench::Fail("a call is not counted");
  }
  Bare bare(folder.path());
  if (!bare.Count()) bench::Fail("the bare transaction fails");

  contest.Add("bare", 1, kRound, [&bare](size_t) { return bare.Count(); });
  const auto add = [&](std::string name, const std::string& line) {
    contest.Add(std::move(name), 1, kRound, [&writ, &line](size_t) { return writ.Decide(line); });
  };
  add("writ/aligned", aligned);
  add("writ/sliding", sliding);
  add("writ/keyed", keyed);
  contest.Compare("writ/aligned", "bare");
  contest.Compare("writ/sliding", "bare");
  contest.Compare("writ/keyed", "bare");
  return contest.Run();
}

}  // namespace
}  // namespace writ::state

int main(int argc, char** argv) {
  return writ::state::Main(argc, argv);
}
