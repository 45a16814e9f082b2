// Measures expressions against what one would write by hand, after checking that both agree.
// Tested by running it: it ends with status 1 where they do not.
//
// Its flags are those of bench/contest.h; an input is one evaluation.
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <memory>
#include <string>
#include <vector>

#include "compiled.h"
#include "contest.h"
#include "expr/handwritten.h"
#include "expr/task.h"
#include "expr/writ.h"
#include "vm/disasm.h"

namespace writ::expr {
namespace {

using bench::Contest;
using bench::Fail;

std::string Show(bool value) {
  return value ? "true" : "false";
}
std::string Show(const Value& value) {
  return FormatValue(value, 1u << 20);
}
std::string Show(const List* list) {
  return Show(Value::Of(list));
}
std::string Show(Code code) {
  return std::string(CodeName(code));
}

// Adds the two rivals of a task. All that they share lives as long as the process.
class Task {
 public:
  Task(Contest& contest, std::string name)
      : contest_(contest), name_(std::move(name)), inputs_(*new Inputs) {}

  bool IsWanted() const {
    return contest_.Wants(name_ + "/writ") || contest_.Wants(name_ + "/twin");
  }
  Inputs& inputs() { return inputs_; }
  // How many inputs a round of the ratios takes.
  void SetRound(size_t round) { round_ = round; }

  template <typename Writ, typename Twin>
  void Add(Writ& writ, const Twin& twin) {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const std::string wanted = Show(twin(inputs_[i]));
      const std::string given = Show(writ(i));
      if (given != wanted) {
        Fail(fmt::format("{}: the rivals disagree on input {}: the twin: {}; writ: {}", name_, i,
                         wanted, given));
      }
    }
    Inputs& inputs = inputs_;
    contest_.Add(name_ + "/twin", inputs.size(), round_,
                 [twin, &inputs](size_t i) { return twin(inputs[i]); });
    contest_.Add(name_ + "/writ", inputs.size(), round_, [&writ](size_t i) { return writ(i); });
    contest_.Compare(name_ + "/writ", name_ + "/twin");
  }

 private:
  Contest& contest_;
  const std::string name_;
  Inputs& inputs_;
  size_t round_ = 16 * kInputs;
};

void AddDecisions(Contest& contest) {
  if (Task task(contest, "flights"); task.IsWanted()) {
    AddFlights(task.inputs());
    task.Add(*new Expression(kFlights, {"Origin", "Country", "Value", "Adults"}, task.inputs()),
             Flights);
  }
  if (Task task(contest, "call"); task.IsWanted()) {
    AddCalls(task.inputs());
    task.Add(
        *new Decider(bench::Compiled(std::string(kCallPolicy)),
                     {"tool.name", "args.path", "args.reason", "args.encoding"}, task.inputs()),
        Call);
  }
  if (Task task(contest, "request"); task.IsWanted()) {
    AddRequests(task.inputs());
    task.Add(
        *new Expression(kRequest, {"request.ip", "request.path", "request.token"}, task.inputs()),
        Request);
  }
  if (Task task(contest, "matches"); task.IsWanted()) {
    AddReceipts(task.inputs());
    const Matches& matches = *new Matches;
    task.Add(*new Expression(kMatches, {"args.receipt"}, task.inputs()),
             [&matches](const Value* of) { return matches(of); });
  }
}

void AddLists(Contest& contest) {
  const auto with_arena = [](auto twin) {
    return [twin, arena = std::make_shared<Arena>()](const Value* of) {
      arena->Reset();
      return twin(of, *arena);
    };
  };
  for (const size_t count : {10, 1000}) {
    Task task(contest, fmt::format("all of {}", count));
    if (!task.IsWanted()) continue;
    AddItems(task.inputs(), count);
    task.SetRound(count == 10 ? 1024 : 32);
    task.Add(*new Expression(kAll, {"args.items"}, task.inputs()), with_arena(All));
  }
  for (const size_t count : {100, 1000}) {
    if (Task task(contest, fmt::format("map of {}", count)); task.IsWanted()) {
      AddNumbers(task.inputs(), count);
      task.SetRound(64000 / count);
      task.Add(*new Expression(kMap, {"args.numbers"}, task.inputs()), with_arena(Map));
    }
    if (Task task(contest, fmt::format("filter of {}", count)); task.IsWanted()) {
      AddNumbers(task.inputs(), count);
      task.SetRound(64000 / count);
      task.Add(*new Expression(kFilter, {"args.numbers"}, task.inputs()), with_arena(Filter));
    }
  }
}

void AddMembership(Contest& contest) {
  for (const size_t count : {10, 1000, 100000}) {
    Task task(contest, fmt::format("in {}", count));
    if (!task.IsWanted()) continue;
    AddCodes(task.inputs(), count);
    std::vector<Value>& codes = *new std::vector<Value>;
    for (size_t i = 0; i < count; ++i) codes.push_back(task.inputs().Text(NumberedCode(i)));
    cel::Variable constant;
    constant.name = "codes";
    constant.type = cel::Type::List(cel::TypeKind::kString);
    constant.storage = cel::Variable::Storage::kConstant;
    constant.constant = Value::Of(new List{static_cast<uint32_t>(codes.size()), codes.data()});
    const OneOfMany& twin = *new OneOfMany(codes);
    task.Add(*new Expression(kIn, {"args.code"}, task.inputs(), {constant}),
             [&twin](const Value* of) { return twin(of); });
  }
}

int Run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  Contest contest(bench::ReadArguments(argc, argv));
  AddDecisions(contest);
  AddLists(contest);
  AddMembership(contest);
  // What should grow with the list, and what should not.
  contest.Compare("map of 1000/writ", "map of 100/writ");
  contest.Compare("filter of 1000/writ", "filter of 100/writ");
  contest.Compare("in 100000/writ", "in 10/writ");
  return contest.Run();
}

}  // namespace
}  // namespace writ::expr

int main(int argc, char** argv) {
  return writ::expr::Run(argc, argv);
}
