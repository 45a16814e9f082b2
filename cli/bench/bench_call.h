// A call that is measured: the line a client would send.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/facts.h"
#include "vm/json.h"

namespace writ {

// The clock where none was recorded, so that each run decides alike: 2026-03-02T09:30:00Z, a
// Monday.
inline constexpr int64_t kBenchNow = 1'772'443'800;

struct BenchCall {
  BenchCall(std::string of_tool, std::string_view text) : tool(std::move(of_tool)), line(text) {}

  std::string tool;
  PaddedText line;
  Time now{kBenchNow};
  // What client and server called themselves, where that was recorded.
  std::optional<std::string> client_name = {};
  std::optional<std::string> client_version = {};
  std::optional<std::string> server_name = {};
};

using BenchCalls = std::vector<BenchCall>;

}  // namespace writ
