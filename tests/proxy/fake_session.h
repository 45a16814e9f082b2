// A session that obeys what the lines say, and keeps the calls in flight as the real one does.
//
//   from the client            from the server
//   answer TEXT   answered     replace TEXT   replaced by TEXT
//   drop …        dropped      stderr …       to stderr
//   call ID       forwarded,   drop …         dropped
//                 in flight    done ID        forwarded, no longer in flight
//   later TEXT    forwarded;
//                 idle work
//   farewell …    forwarded
//   else          forwarded    else           forwarded
//
// After a farewell, the client's departure is told on stderr, once: "client gone".
// Idle work says "idle TEXT" on stderr.
// What is lost is told on stderr: "lost client|server BYTES REASON". Every call in flight when the
// server is gone is answered by "failed ID HOW".
#pragma once

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

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
    if (Starts(line, "later ")) idle_work_.emplace_back(line.substr(6));
    if (Starts(line, "farewell ")) tells_departure_ = true;
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
    TellLoss("client", reason, bytes);
  }
  void OnServerLineLost(std::string_view reason, size_t bytes) override {
    TellLoss("server", reason, bytes);
  }
  void OnClientGone() override {
    if (tells_departure_) Tell("client gone\n");
    tells_departure_ = false;
  }
  void OnServerGone(std::string_view how, std::string* answers) override {
    for (const std::string& id : in_flight_) *answers += fmt::format("failed {} {}\n", id, how);
    in_flight_.clear();
  }

  bool HasIdleWork() const override { return !idle_work_.empty(); }
  void OnIdle() override {
    Tell(fmt::format("idle {}\n", idle_work_.front()));
    idle_work_.erase(idle_work_.begin());
  }

 private:
  static bool Starts(std::string_view line, std::string_view word) {
    return line.substr(0, word.size()) == word;
  }

  static void TellLoss(const char* side, std::string_view reason, size_t bytes) {
    Tell(fmt::format("lost {} {} {}\n", side, bytes, reason));
  }

  static void Tell(const std::string& line) {
    [[maybe_unused]] ssize_t unused = write(STDERR_FILENO, line.data(), line.size());
  }

  bool tells_departure_ = false;
  std::vector<std::string> in_flight_;
  std::vector<std::string> idle_work_;
};

}  // namespace writ
