// Choosing from recorded traffic.
// Tested by tests/cli/bench.py.
#include "cli/bench/recorded_calls.h"

#include <utility>

#include "cli/bench/chooser.h"

namespace writ {
namespace {

// Of all calls that are kept.
constexpr size_t kMaxBytes = size_t{256} << 20;

BenchCall CallOf(const RecordedCall& recorded) {
  BenchCall call(std::string(recorded.tool), recorded.request);
  call.now = recorded.time;
  call.client_name = recorded.claims.client_name;
  call.client_version = recorded.claims.client_version;
  call.server_name = recorded.claims.server_name;
  return call;
}

}  // namespace

tl::expected<RecordedCalls, std::string> ReadRecordedCalls(const std::vector<std::string>& paths,
                                                           size_t most, uint64_t seed,
                                                           Stages& stages) {
  TrafficOptions options;
  options.paths = paths;
  TrafficReader reader(std::move(options));
  if (std::string fault = reader.Open(); !fault.empty()) return tl::unexpected(std::move(fault));
  RecordedCalls made;
  Chooser chooser(seed);
  size_t seen = 0;
  size_t bytes = 0;
  stages.Begin("reading traffic", static_cast<size_t>(reader.bytes()));
  for (;;) {
    const TrafficReader::Found found = reader.Next();
    if (found == TrafficReader::Found::kEnd) break;
    if (found != TrafficReader::Found::kCall) continue;
    stages.AdvanceTo(static_cast<size_t>(reader.bytes_read()));
    // Each call has the same chance to be among those that are kept.
    ++seen;
    const size_t place = seen <= most ? made.calls.size() : chooser.Below(seen);
    if (place >= most) continue;
    const bool is_new = place == made.calls.size();
    const size_t before = is_new ? 0 : made.calls[place].line.view().size();
    const size_t size = reader.call().request.size();
    if (bytes - before + size > kMaxBytes) continue;
    bytes = bytes - before + size;
    BenchCall call = CallOf(reader.call());
    if (is_new) {
      made.calls.push_back(std::move(call));
    } else {
      made.calls[place] = std::move(call);
    }
  }
  stages.End();
  made.summary = reader.summary();
  return made;
}

}  // namespace writ
