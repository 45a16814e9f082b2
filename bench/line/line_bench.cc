// Measures the rivals of this folder against one another, after checking that they agree.
// Tested by running it: it ends with status 1 where a rival decides otherwise than the others.
//
// Its flags are those of bench/contest.h; an input is a line.
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiled.h"
#include "contest.h"
#include "line/handwritten.h"
#include "line/simdjson_dom.h"
#include "line/task.h"
#include "line/writ.h"

namespace writ::line {
namespace {

constexpr size_t kLineCount = 512;
constexpr size_t kPassesARound = 4;  // over all lines
constexpr size_t kLongLinesARound = 500;

using bench::Compiled;
using bench::Fail;

// Everything that is measured. The lines, or what was read of them, are decided in rotation.
class Rivals {
 public:
  Rivals()
      : program_(Compiled(std::string(kPolicy))),
        pattern_program_(Compiled(std::string(kPolicy) + std::string(kPatternRule))),
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
    if (DecideLong().code != Code::kAllowed) Fail("the long line is not allowed");
  }

  Answer DecideLong() { return writ_.Decide(long_line_.view()); }
  // What whoever cuts lines does with it.
  const void* FindEndOfLong() const {
    return std::memchr(long_line_.view().data(), '\n', long_line_.view().size() + 1);
  }

  const Lines& lines() const { return lines_; }

  // Calls visit(name, decide) for each rival, where decide(i) decides line i.
  template <typename Visit>
  void ForEach(const Visit& visit) {
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
  const PaddedText long_line_{LongLine()};
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

int Run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  bench::Contest contest(bench::ReadArguments(argc, argv));
  Rivals rivals;
  rivals.CheckThatAllAgree();
  rivals.ForEach([&](const char* name, const auto& decide) {
    contest.Add(name, rivals.lines().size(), kPassesARound * rivals.lines().size(), decide);
  });
  contest.Add("long/writ", 1, kLongLinesARound, [&rivals](size_t) { return rivals.DecideLong(); });
  contest.Add("long/memchr", 1, kLongLinesARound,
              [&rivals](size_t) { return rivals.FindEndOfLong(); });
  contest.Compare("line/writ", "line/twin");
  contest.Compare("line/simdjson", "line/writ");
  contest.Compare("pattern/writ", "pattern/twin");
  contest.Compare("pattern/simdjson", "pattern/writ");
  contest.Compare("evaluation/writ", "evaluation/twin");
  contest.Compare("long/writ", "long/memchr");
  contest.Tell("lines", static_cast<double>(rivals.lines().size()));
  contest.Tell("bytes_per_line", rivals.lines().mean_bytes());
  return contest.Run();
}

}  // namespace
}  // namespace writ::line

int main(int argc, char** argv) {
  return writ::line::Run(argc, argv);
}
