// A session of MCP, line by line as it was recorded: its calls, and which of them the server
// answered with an error, by the rules that `run` gives quotas back by.
//
// What the proxy would refuse is no call here either. Unlike there, a call is one also while
// another with its id is in flight: recordings often lack the server's lines, so that nothing ever
// settles a request.
//
// Tested by tests/cli/traffic_reader_test.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proxy/facts.h"
#include "proxy/in_flight.h"
#include "proxy/message.h"
#include "proxy/server_message.h"
#include "vm/machine.h"

namespace writ {

class LineSession {
 public:
  // `nothing`: a program that reads no argument.
  explicit LineSession(std::shared_ptr<const VerifiedProgram> nothing);

  enum class Seen { kNothing, kCall, kAnswer, kRefused };
  // Lines are padded, and stay until what was seen in them has been looked at.
  Seen OnClientLine(std::string_view line);
  Seen OnServerLine(std::string_view line);
  // Of one of the two: an answer to what is in flight is the server's.
  Seen OnLine(std::string_view line);

  // Of kCall. Take(id) names it, so that the answer to it can.
  const ClientMessage& call() const { return *message_; }
  Claims claims() const;
  void Take(uint64_t id);
  // Of kAnswer.
  uint64_t answered() const { return answered_; }
  bool gives_back() const { return gives_back_; }
  // Of kRefused, for people.
  const std::string& refusal() const { return message_->refusal; }

 private:
  Seen OnAnswer(const ServerMessage& message);
  Seen OnRequest();
  void Add(RequestKind kind);

  Machine machine_;
  MessageReader reader_;
  ServerMessageReader server_reader_;
  const ClientMessage* message_ = nullptr;
  InFlight in_flight_;
  std::unordered_map<std::string, uint64_t> ids_;  // of calls in flight, by the key of their id
  std::optional<std::string> client_name_;
  std::optional<std::string> client_version_;
  std::optional<std::string> server_name_;
  uint64_t answered_ = 0;
  bool gives_back_ = false;
};

}  // namespace writ
