// Recorded traffic for commands.
// Tested by tests/cli/replay.py.
#include "cli/traffic/input.h"

#include <fmt/core.h>

#include "cli/print.h"
#include "cli/traffic/reader.h"
#include "compiler/diagnostic.h"
#include "proxy/audit_record.h"
#include "vm/time_text.h"

namespace writ {
namespace {

void Note(const std::string& text, std::string_view hint = {}) {
  PrintErr(fmt::format("writ: note: {}\n", Shown(text)));
  if (!hint.empty()) PrintErr(fmt::format("  hint: {}\n", Shown(hint)));
}

void NotePlaces(uint64_t count, std::string_view one, std::string_view many,
                const std::vector<TrafficSummary::Place>& places) {
  if (count == 0) return;
  Note(CountOf(count, one, many));
  for (const TrafficSummary::Place& place : places) {
    const std::string at = place.line > 0 ? fmt::format(":{}", place.line) : std::string();
    PrintErr(fmt::format("  {}{}: {}\n", Shown(place.file), at, Shown(place.why)));
  }
  if (count > places.size()) PrintErr(fmt::format("  … and {} more\n", count - places.size()));
}

}  // namespace

std::unique_ptr<TrafficReader> OpenTraffic(const TrafficInput& input) {
  TrafficOptions options;
  options.paths = input.paths;
  if (!input.start.empty()) {
    const Value start = ReadTimestamp(input.start);
    if (!start.is(Tag::kTimestamp)) {
      PrintError(fmt::format("--start {} is no time", Quote(input.start)),
                 "such as 2026-03-02T09:30:00Z");
      return nullptr;
    }
    options.start = Time(start.i, start.size);
  }
  auto reader = std::make_unique<TrafficReader>(std::move(options));
  if (const std::string fault = reader->Open(); !fault.empty()) {
    PrintError(fault);
    return nullptr;
  }
  return reader;
}

bool TellOfTraffic(const TrafficSummary& summary, const Time& start) {
  NotePlaces(summary.unreadable, "line cannot be read", "lines cannot be read",
             summary.unreadable_places);
  NotePlaces(summary.refused, "message is none that writ run would take",
             "messages are none that writ run would take", summary.refused_places);
  if (summary.without_arguments > 0) {
    const TrafficSummary::Place& first = *summary.without_arguments_place;
    Note(fmt::format("{} without arguments, the first in {}:{}: these cannot be decided",
                     CountOf(summary.without_arguments, "call was recorded", "calls were recorded"),
                     first.file, first.line),
         "writ run --audit-args records them");
  }
  if (summary.untimed_calls > 0) {
    Note(fmt::format("{} no time: the clock stands at {} for {}",
                     CountOf(summary.untimed_calls, "call has", "calls have"), TimeText(start),
                     summary.untimed_calls == 1 ? "it" : "them"),
         "--start TIME puts it elsewhere");
  }
  if (summary.calls > 0) return true;
  PrintError(fmt::format("no call to decide in {}", CountOf(summary.files, "file")),
             summary.without_arguments > 0
                 ? "what runs with --audit-args from now on can be replayed"
                 : "give audit logs that were written with --audit-args, or lines of MCP");
  return false;
}

std::string CountOf(uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string CountOf(uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string PlaceOf(const RecordedCall& call) {
  return fmt::format("{}:{}", Shown(call.file), call.line);
}

std::string TimeText(const Time& time) {
  std::string text;
  AppendAuditTime(time, text);
  return text;
}

}  // namespace writ
