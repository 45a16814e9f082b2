// What `writ status` says: as one JSON object for programs, as tables for people.
//
// Names come from agents, servers, policies and from files that may be anything: whatever in them
// could act on a terminal is escaped, in both.
//
// Tested by tests/cli/status_report_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/status/tally.h"
#include "cli/table.h"
#include "proxy/counter_view.h"

namespace writ {

struct StatusReport {
  int64_t now = 0;    // seconds since 1970-01-01T00:00Z
  std::string audit;  // paths
  std::string counters;
  const Tally* tally = nullptr;
  CounterView quotas;
  std::vector<std::string> notes;  // what is missing in it, the fault of the quotas aside
};

// One line, with its LF. docs/operations.md describes every member.
std::string StatusJson(const StatusReport& report);

// Lines, each with its LF.
std::string StatusTables(const StatusReport& report, const TableStyle& style);

// "running", …
std::string_view StateName(Instance::State state);

}  // namespace writ
