// What tests of `writ status` share: lines of audit records, made short.
#pragma once

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "cli/status/tally.h"

namespace writ {

inline constexpr char kSessionA[] = "aaaaaaaaaaaaaaaa";
inline constexpr char kSessionB[] = "bbbbbbbbbbbbbbbb";

// "…T09:30:00.000Z", of the day that tests live in.
inline std::string At(std::string_view clock) {
  return fmt::format("2026-03-02T{}.000Z", clock);
}

inline std::string RecordLine(std::string_view clock, std::string_view session, int seq,
                              std::string_view kind, std::string_view members) {
  return fmt::format(R"({{"time":"{}","session":"{}","seq":{},"kind":"{}",{},"mac":"00"}})",
                     At(clock), session, seq, kind, members) +
         "\n";
}

inline std::string StartLine(std::string_view clock, std::string_view session, int seq = 0) {
  return RecordLine(clock, session, seq, "start",
                    R"("previous":null,"version":1,"key":"k","writ":"0","pid":42,"program":"p",)"
                    R"("policies":["p.yaml"],"command":"/usr/bin/server")");
}

inline std::string StopLine(std::string_view clock, std::string_view session, int seq,
                            std::string_view why = "ended") {
  return RecordLine(clock, session, seq, "stop", fmt::format(R"("why":"{}","status":0)", why));
}

// `rule` may be empty; `shadow` are members of the list.
inline std::string CallLine(std::string_view clock, std::string_view session, int seq,
                            std::string_view verdict, std::string_view rule = {},
                            std::string_view shadow = {}) {
  const std::string_view code = verdict == "allow"  ? "allowed"
                                : verdict == "deny" ? "rule"
                                                    : "error";
  return RecordLine(
      clock, session, seq, "decision",
      fmt::format(R"("client":"an agent","tool":"work","verdict":"{}","code":"{}"{},"shadow":[{}])",
                  verdict, code, rule.empty() ? "" : fmt::format(R"(,"rule":"{}")", rule), shadow));
}

// `line` with its LF.
inline void AddLine(std::string_view line, Tally& tally) {
  StatusRecord record;
  ASSERT_TRUE(ReadStatusRecord(line.substr(0, line.size() - 1), false, record)) << line;
  tally.Add(record);
}

}  // namespace writ
