// writ and its twin among the peers, and the tasks as files for the others. Tested by running
// run.py: it believes no time before all decide alike.
//
//   peers_bench --write=FOLDER    the tasks: flights.json, call.json, line.json
//   peers_bench writ|twin         serves as bench/peers/peer.h says
#include <fmt/core.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiled.h"
#include "expr/handwritten.h"
#include "expr/writ.h"
#include "line/handwritten.h"
#include "line/writ.h"
#include "peers/peer.h"
#include "peers/task.h"

namespace writ::peers {
namespace {

using bench::Compiled;
using bench::Fail;

// {"text": …, "timed": n, MEMBER: [items]}; an item is JSON.
void WriteTask(const std::string& path, std::string_view text, size_t timed,
               std::string_view member, const std::vector<std::string>& items) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) Fail(path + " cannot be written");
  fmt::print(file, "{{\"text\": {},\n \"timed\": {},\n \"{}\": [", JsonQuote(text), timed, member);
  for (size_t i = 0; i < items.size(); ++i)
    fmt::print(file, "{}\n  {}", i == 0 ? "" : ",", items[i]);
  fmt::print(file, "\n ]}}\n");
  if (std::ferror(file) != 0 || std::fclose(file) != 0) Fail(path + " cannot be written");
}

void WriteTo(const std::string& folder) {
  std::vector<std::string> items;
  {
    expr::Inputs inputs;
    const Asked asked = AskFlights(inputs);
    for (size_t i = 0; i < asked.all; ++i) items.push_back(FlightJson(inputs[i]));
    WriteTask(folder + "/flights.json", expr::kFlights, asked.timed, "inputs", items);
  }
  {
    expr::Inputs inputs;
    const Asked asked = AskCalls(inputs);
    const CallLines lines(inputs, asked.all);
    items.clear();
    for (size_t i = 0; i < asked.all; ++i) items.push_back(JsonQuote(lines[i]));
    WriteTask(folder + "/call.json", CallExpression(), asked.timed, "lines", items);
  }
  const line::Lines lines(kLineCount);
  items.clear();
  for (size_t i = 0; i < lines.size(); ++i) items.push_back(JsonQuote(lines[i]));
  WriteTask(folder + "/line.json", line::kPolicy, lines.size(), "lines", items);
}

// What both sides are given, as it is measured in ../expr and ../line.
class World {
 public:
  World() {
    for (size_t i = 0; i < lines.size(); ++i) {
      line::ReadCall call = reader_.ReadCallOf(lines[i]);
      call.tool = kept_.Copy(call.tool);
      for (Value& value : call.values) {
        if (value.is(Tag::kString)) value = Value::String(kept_.Copy(value.view()));
      }
      read_calls.push_back(call);
    }
  }

  expr::Inputs flights;
  const Asked asked_flights = AskFlights(flights);
  expr::Inputs calls;
  const Asked asked_calls = AskCalls(calls);
  const CallLines call_lines{calls, asked_calls.all};
  const line::Lines lines{kLineCount};
  const Asked asked_lines{lines.size(), lines.size()};
  std::vector<line::ReadCall> read_calls;

 private:
  line::Handwritten reader_{nullptr};
  Arena kept_;
};

int ServeWrit() {
  World world;
  Peer peer("writ", WRIT_VERSION);
  expr::Expression flights(expr::kFlights, {std::begin(kFlightNames), std::end(kFlightNames)},
                           world.flights);
  peer.Add("flights", "evaluation", world.asked_flights,
           [&flights](size_t i) { return flights(i).i != 0; });
  const auto call_program = Compiled(std::string(expr::kCallPolicy));
  expr::Decider calls(call_program, {"tool.name", "args.path", "args.reason", "args.encoding"},
                      world.calls);
  peer.Add("call", "evaluation", world.asked_calls,
           [&calls](size_t i) { return calls(i) == Code::kAllowed; });
  line::Writ by_line(call_program);
  peer.Add("call", "line", world.asked_calls,
           [&](size_t i) { return by_line.Decide(world.call_lines[i]).code == Code::kAllowed; });
  line::Writ writ(Compiled(std::string(line::kPolicy)));
  peer.Add("line", "evaluation", world.asked_lines,
           [&](size_t i) { return writ.Evaluate(world.read_calls[i]).code == Code::kAllowed; });
  peer.Add("line", "line", world.asked_lines,
           [&](size_t i) { return writ.Decide(world.lines[i]).code == Code::kAllowed; });
  return peer.Serve();
}

int ServeTwin() {
  World world;
  Peer peer("C++ by hand", __VERSION__);
  peer.Add("flights", "evaluation", world.asked_flights,
           [&](size_t i) { return expr::Flights(world.flights[i]); });
  peer.Add("call", "evaluation", world.asked_calls,
           [&](size_t i) { return expr::Call(world.calls[i]) == Code::kAllowed; });
  line::Handwritten twin(nullptr);
  peer.Add("line", "evaluation", world.asked_lines,
           [&](size_t i) { return twin.Evaluate(world.read_calls[i]).code == Code::kAllowed; });
  peer.Add("line", "line", world.asked_lines,
           [&](size_t i) { return twin.Decide(world.lines[i]).code == Code::kAllowed; });
  return peer.Serve();
}

int Main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (constexpr std::string_view kWrite = "--write="; what.starts_with(kWrite)) {
    WriteTo(std::string(what.substr(kWrite.size())));
    return 0;
  }
  if (what == "writ") return ServeWrit();
  if (what == "twin") return ServeTwin();
  Fail("it is called with --write=FOLDER, writ or twin");
}

}  // namespace
}  // namespace writ::peers

int main(int argc, char** argv) {
  return writ::peers::Main(argc, argv);
}
