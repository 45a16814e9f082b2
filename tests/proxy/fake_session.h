// A session that obeys what the lines say, and keeps the calls in flight as the real one does.
//
//   from the client            from the server
//   answer TEXT   answered     replace TEXT   replaced by TEXT
//   drop …        dropped      stderr …       to stderr
//   call ID       forwarded,   drop …         dropped
//                 in flight    done ID        forwarded, no longer in flight
//   else          forwarded    else           forwarded
//
// What is lost, and how the server went, is told as a line to the client once the server is gone:
// "lost client|server BYTES REASON" each, then "failed ID HOW" for every call in flight.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "proxy/session.h"

namespace writ {

class FakeSession : public SessionInterface {
 public:
  ClientAction OnClientLine(std::string_view line, std::string* answer) override {
    if (Starts(line, "answer ")) {
      *answer = line.substr(7);
      return ClientAction::kAnswer;
    }
    if (Starts(line, "drop ")) return ClientAction::kDrop;
    if (Starts(line, "call ")) in_flight_.emplace_back(line.substr(5));
    return ClientAction::kForward;
  }

  ServerAction OnServerLine(std::string_view line, std::string* replacement) override {
    if (Starts(line, "replace ")) {
      *replacement = line.substr(8);
      return ServerAction::kReplace;
    }
    if (Starts(line, "stderr ")) return ServerAction::kToStderr;
    if (Starts(line, "drop ")) return ServerAction::kDrop;
    if (Starts(line, "done ")) std::erase(in_flight_, line.substr(5));
    return ServerAction::kForward;
  }

  void OnClientLineLost(std::string_view reason, size_t bytes) override {
    report_ += fmt::format("lost client {} {}\n", bytes, reason);
  }
  void OnServerLineLost(std::string_view reason, size_t bytes) override {
    report_ += fmt::format("lost server {} {}\n", bytes, reason);
  }
  void OnServerGone(std::string_view how, std::string* answers) override {
    for (const std::string& id : in_flight_) report_ += fmt::format("failed {} {}\n", id, how);
    in_flight_.clear();
    *answers += report_;
    report_.clear();
  }

 private:
  static bool Starts(std::string_view line, std::string_view word) {
    return line.substr(0, word.size()) == word;
  }

  std::vector<std::string> in_flight_;
  std::string report_;
};

}  // namespace writ
