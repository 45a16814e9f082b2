// What tests of recorded traffic share: recordings made short, and what is read of them.
#pragma once

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/traffic/reader.h"
#include "vm/json_text.h"

namespace writ {

inline std::string Request(std::string_view id, std::string_view tool,
                           std::string_view arguments = "{}") {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call",)"
                     R"("params":{{"name":"{}","arguments":{}}}}})",
                     id, tool, arguments);
}
inline std::string ErrorAnswer(std::string_view id) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":1,"message":"no"}}}})", id);
}
inline std::string Wrapped(std::string_view direction, std::string_view line,
                           std::string_view time = "") {
  const std::string member = time.empty() ? "" : fmt::format(R"("time":"{}",)", time);
  return fmt::format(R"({{{}"dir":"{}","line":{}}})", member, direction, JsonQuote(line)) + "\n";
}
// Of a minute of the day that tests live in.
inline std::string Decided(std::string_view minute, std::string_view session, std::string_view tool,
                           std::string_view arguments = "{}", std::string_view verdict = "allow") {
  return fmt::format(
             R"({{"time":"2026-03-02T09:{}:00.000Z","session":"{}","seq":1,"kind":"decision",)"
             R"("tool":"{}","verdict":"{}","code":"x","args_digest":"0","args":{},"mac":"0"}})",
             minute, session, tool, verdict, arguments) +
         "\n";
}

// A file in the folder of the test's own.
inline std::string WriteFile(const std::string& name, const std::string& text) {
  const std::string path =
      fmt::format("{}/{}-{}", testing::TempDir(),
                  testing::UnitTest::GetInstance()->current_test_info()->name(), name);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  return path;
}

// "a.jsonl:3 tool" for each call, "answer N" or "error N" for each answer to the Nth.
inline std::vector<std::string> AllOf(TrafficReader& reader) {
  std::vector<std::string> all;
  std::vector<uint64_t> ids;
  for (;;) {
    switch (reader.Next()) {
      case TrafficReader::Found::kEnd: return all;
      case TrafficReader::Found::kCall: {
        const RecordedCall& call = reader.call();
        const size_t dash = call.file.rfind('-');
        all.push_back(fmt::format("{}:{} {}", call.file.substr(dash + 1), call.line, call.tool));
        ids.push_back(call.id);
        break;
      }
      case TrafficReader::Found::kAnswer: {
        const auto at = std::find(ids.begin(), ids.end(), reader.answer().id) - ids.begin();
        all.push_back(
            fmt::format("{} {}", reader.answer().gives_back ? "error" : "answer", at + 1));
      }
    }
  }
}

}  // namespace writ
