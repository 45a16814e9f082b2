// Measures a line with a long argument that no rule reads against a memchr over the same line.
// Tested by running it: it ends with status 1 where the call is denied.
//
// Its flags are those of bench/contest.h; an input is the line.
#include <fmt/core.h>

#include <cstring>
#include <memory>
#include <string>

#include "argument/task.h"
#include "compiled.h"
#include "contest.h"
#include "line/task.h"
#include "line/writ.h"

namespace writ::argument {
namespace {

constexpr size_t kLinesARound = 64;

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  bench::Contest contest(bench::ReadArguments(argc, argv));
  const auto program = bench::Compiled(std::string(line::kPolicy));
  for (const Content& content : kContents) {
    const auto text = std::make_shared<const std::string>(LineWith(content));
    const std::string_view line(text->data(), text->find('\n'));
    const auto writ = std::make_shared<line::Writ>(program);
    if (writ->Decide(line).code != Code::kAllowed) {
      bench::Fail(fmt::format("the call with {} is denied", content.name));
    }
    const std::string name(content.name);
    contest.Add(name + "/memchr", 1, kLinesARound,
                [text](size_t) { return std::memchr(text->data(), '\n', text->size()); });
    contest.Add(name + "/writ", 1, kLinesARound,
                [text, writ, line](size_t) { return writ->Decide(line); });
    contest.Compare(name + "/writ", name + "/memchr");
    contest.Tell(name + ", bytes", static_cast<double>(line.size()));
  }
  return contest.Run();
}

}  // namespace
}  // namespace writ::argument

int main(int argc, char** argv) {
  return writ::argument::Main(argc, argv);
}
