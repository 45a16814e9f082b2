// Recorded traffic as commands take it: opened, and told about.
//
// Tested by tests/cli/replay.py.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace writ {

struct RecordedCall;
struct Time;
struct TrafficSummary;
class TrafficReader;

struct TrafficInput {
  std::vector<std::string> paths;
  std::string start;  // RFC 3339: where the clock stands for what has no time; empty: kTrafficStart
};

// Null, and said why on stderr, if there is no such file, or no such time.
std::unique_ptr<TrafficReader> OpenTraffic(const TrafficInput& input);

// Says on stderr what is missing in what was read: calls without arguments, lines that are none,
// calls without a time. False, and said why, if there was no call at all.
bool TellOfTraffic(const TrafficSummary& summary, const Time& start);

// "12 calls", "1 file".
std::string CountOf(uint64_t count, std::string_view one, std::string_view many);
std::string CountOf(uint64_t count, std::string_view what);  // "file": with an s for more

// "traffic.jsonl:12", as a terminal may be given it.
std::string PlaceOf(const RecordedCall& call);
// "2026-03-02T09:30:00.250Z"
std::string TimeText(const Time& time);

}  // namespace writ
