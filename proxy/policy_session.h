// The session that enforces a program: the client's lines are read strictly, tool calls are
// decided, answers of the server are matched with the requests they belong to.
//
// Thread safety: none; it belongs to the pump's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/counters.h"
#include "proxy/in_flight.h"
#include "proxy/judge.h"
#include "proxy/log.h"
#include "proxy/message.h"
#include "proxy/server_message.h"
#include "proxy/session.h"
#include "vm/machine.h"

namespace writ {

struct SessionOptions {
  uint32_t max_depth = kDefaultMaxDepth;
  size_t max_in_flight = 10'000;
  std::optional<std::string> denial_prefix;  // none: kDenialPrefix
  int64_t (*clock)() = nullptr;              // seconds since 1970-01-01T00:00Z; null: the system's
};

class PolicySession : public SessionInterface {
 public:
  // `counters` and `log` must outlive the session.
  PolicySession(std::shared_ptr<const VerifiedProgram> program, Counters& counters, const Log& log,
                SessionOptions options);

  ClientAction OnClientLine(std::string_view line, std::string* answer) override;
  ServerAction OnServerLine(std::string_view line, std::string* replacement) override;
  void OnClientLineLost(std::string_view reason, size_t bytes) override;
  void OnServerLineLost(std::string_view reason, size_t bytes) override;
  void OnServerGone(std::string_view how, std::string* answers) override;

 private:
  ClientAction OnRefused(const ClientMessage& message, std::string* answer);
  ClientAction OnRequest(const ClientMessage& message, std::string* answer);
  ClientAction OnToolCall(const ClientMessage& call, std::string* answer);
  void NoteCancellation(const ClientMessage& message);
  ServerAction OnUncertain(const ServerMessage& message, std::string* replacement);
  ServerAction OnAnswer(std::string_view line, const ServerMessage& message,
                        std::string* replacement);
  bool MayAnswerOther(const ServerMessage& message);
  ServerAction Withhold(const std::string& key, std::string_view why, std::string* replacement);
  ServerAction FilterTools(std::string_view line, const ServerMessage& message,
                           std::string* replacement);
  void LogDecision(const ClientMessage& call, const Judgement& judgement, int64_t nanoseconds);
  int64_t Now() const;

  std::shared_ptr<const VerifiedProgram> program_;
  Counters& counters_;
  const Log& log_;
  SessionOptions options_;
  bool hides_;
  Machine machine_;
  MessageReader reader_;
  Judge judge_;
  InFlight in_flight_;
  ServerMessageReader server_reader_;
};

}  // namespace writ
