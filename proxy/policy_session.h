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

#include "proxy/audit.h"
#include "proxy/counters.h"
#include "proxy/facts.h"
#include "proxy/in_flight.h"
#include "proxy/judge.h"
#include "proxy/log.h"
#include "proxy/message.h"
#include "proxy/reloads.h"
#include "proxy/server_message.h"
#include "proxy/session.h"
#include "vm/machine.h"

namespace writ {

struct SessionOptions {
  uint32_t max_depth = kDefaultMaxDepth;
  size_t max_in_flight = 10'000;
  std::optional<std::string> denial_prefix;  // none: kDenialPrefix
  Time (*clock)() = nullptr;                 // null: the system's
  Facts::Labels labels;
  Audit* audit = nullptr;      // null: nothing is kept. Must outlive the session
  Reloads* reloads = nullptr;  // where other programs come from, if any; must outlive the session
};

class PolicySession : public SessionInterface {
 public:
  // `counters` and `log` must outlive the session.
  PolicySession(std::shared_ptr<const VerifiedProgram> program, Counters& counters, const Log& log,
                SessionOptions options);
  ~PolicySession() override;

  ClientAction OnClientLine(std::string_view line, std::string* answer) override;
  ServerAction OnServerLine(std::string_view line, std::string* replacement) override;
  void OnClientLineLost(std::string_view reason, size_t bytes) override;
  void OnServerLineLost(std::string_view reason, size_t bytes) override;
  void OnClientGone() override { in_flight_.KeepQuotasForGood(); }
  void OnServerGone(std::string_view how, std::string* answers) override;
  void BeforeWait(bool ending) override { audit_.BeforeWait(ending); }
  int news_fd() const override { return options_.reloads != nullptr ? options_.reloads->fd() : -1; }
  void OnNews(std::string* lines) override;
  bool OnHangup() override;
  bool HasIdleWork() const override { return counters_.WantsTidying() || audit_.HasIdleWork(); }
  void OnIdle() override;

 private:
  // What runs a program: made anew for each.
  struct Engine;

  void Adopt(std::shared_ptr<const VerifiedProgram> program, std::string* lines);
  void RefuseReload(const Reload& reload);
  void TellOfHiding(std::string* lines);
  ClientAction OnRefused(const ClientMessage& message, size_t bytes, std::string* answer);
  ClientAction OnRequest(const ClientMessage& message, std::string* answer);
  ClientAction OnToolCall(const ClientMessage& call, std::string* answer);
  ClientAction DenyUnrecorded(const ClientMessage& call, std::string* answer);
  ClientAction Deny(const ClientMessage& call, const Judgement& judgement, std::string* answer);
  ServerAction OnUncertain(const ServerMessage& message, std::string* replacement);
  ServerAction OnAnswer(std::string_view line, const ServerMessage& message,
                        std::string* replacement);
  bool MayAnswerOther(const ServerMessage& message);
  ServerAction Withhold(const std::string& key, std::string_view why, std::string* replacement);
  ServerAction FilterTools(std::string_view line, const ServerMessage& message,
                           std::string* replacement);
  void LogDecision(const ClientMessage& call, const Judgement& judgement, int64_t nanoseconds);
  void LogShadows(const ClientMessage& call, const Judgement& judgement);
  void AuditReload(const VerifiedProgram& before, std::string_view failure);
  void AuditRefusal(bool from_client, std::string_view reason, size_t bytes);
  Time Now() const;
  Claims ClaimsOf(const ClientMessage& call) const;

  std::shared_ptr<const VerifiedProgram> program_;
  Counters& counters_;
  const Log& log_;
  SessionOptions options_;
  NoAudit no_audit_;
  Audit& audit_;
  bool hides_;
  Facts facts_;
  std::unique_ptr<Engine> engine_;
  InFlight in_flight_;
  ServerMessageReader server_reader_;
  // What the two said they are, when the session began.
  std::optional<std::string> client_name_;
  std::optional<std::string> client_version_;
  std::optional<std::string> server_name_;
  bool tells_of_tools_ = false;  // the server, when its list changes; as it said then
  bool has_listed_ = false;      // the client has seen a list of tools
};

}  // namespace writ
