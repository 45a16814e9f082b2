// Saying where calls are from.
// Tested by tests/cli/bench.py.
#include "cli/bench/calls_origin.h"

#include <fmt/core.h>

#include "cli/bench/figures.h"

namespace writ {

std::string OriginText(const CallsOrigin& origin) {
  if (!origin.recorded) return fmt::format("made up, seed {}", origin.seed);
  return fmt::format("out of {} recorded", Grouped(static_cast<double>(origin.found)));
}

std::string LeftOutText(const CallsOrigin& origin) {
  std::string text;
  const auto add = [&text](uint64_t count, std::string_view one, std::string_view many) {
    if (count == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", Grouped(static_cast<double>(count)),
                        count == 1 ? one : many);
  };
  add(origin.without_arguments, "record without arguments", "records without arguments");
  add(origin.refused, "refused message", "refused messages");
  add(origin.unreadable, "unreadable line", "unreadable lines");
  return text.empty() ? text : "left out: " + text;
}

void AddOrigin(JsonText& json, const CallsOrigin& origin) {
  json.Name("traffic");
  json.Open('{');
  json.Member("source", origin.recorded ? "recorded" : "generated");
  json.Number("seed", origin.seed);
  if (origin.recorded) {
    json.Number("calls", origin.found);
    json.Number("without_arguments", origin.without_arguments);
    json.Number("refused", origin.refused);
    json.Number("unreadable", origin.unreadable);
  }
  json.Close('}');
}

}  // namespace writ
