// Enforcing a program on a session's lines.
// Tested by tests/proxy/policy_session_test.cc and tests/proxy/session_audit_test.cc.
#include "proxy/policy_session.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "proxy/answer.h"
#include "proxy/tool_list.h"
#include "vm/json_text.h"

namespace writ {
namespace {

RequestKind KindOf(const ClientMessage& message) {
  if (message.is_tool_call) return RequestKind::kToolCall;
  if (message.is_initialize) return RequestKind::kInitialize;
  return message.method == "tools/list" ? RequestKind::kToolList : RequestKind::kOther;
}

constexpr std::string_view kToolsChanged =
    R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})"
    "\n";

bool HideTheSame(const Program& a, const Program& b) {
  return a.hides_all == b.hides_all && a.hidden == b.hidden && a.hidden_globs == b.hidden_globs;
}

}  // namespace

struct PolicySession::Engine {
  Engine(std::shared_ptr<const VerifiedProgram> program, uint32_t max_depth, Counters& counters,
         const Facts& facts)
      : machine(std::move(program)), reader(machine, max_depth), judge(machine, counters, &facts) {}

  Machine machine;
  MessageReader reader;
  Judge judge;
};

PolicySession::PolicySession(std::shared_ptr<const VerifiedProgram> program, Counters& counters,
                             const Log& log, SessionOptions options)
    : program_(std::move(program)),
      counters_(counters),
      log_(log),
      options_(std::move(options)),
      audit_(options_.audit != nullptr ? *options_.audit : no_audit_),
      hides_((*program_)->HidesAny()),
      facts_(options_.labels),
      engine_(std::make_unique<Engine>(program_, options_.max_depth, counters_, facts_)),
      in_flight_(options_.max_in_flight) {
  if (!options_.denial_prefix.has_value()) options_.denial_prefix = kDenialPrefix;
}

PolicySession::~PolicySession() = default;

Time PolicySession::Now() const {
  return options_.clock != nullptr ? options_.clock() : Time::FromSystemClock();
}

// A stateless request says who sends it, or nobody knows; elsewhere the handshake said it.
Claims PolicySession::ClaimsOf(const ClientMessage& call) const {
  if (call.is_stateless)
    return {CutIfAny(call.client_name), CutIfAny(call.client_version), server_name_};
  return {client_name_, client_version_, server_name_};
}

ClientAction PolicySession::OnClientLine(std::string_view line, std::string* answer) {
  const ClientMessage& message = engine_->reader.Read(line);
  switch (message.kind) {
    case MessageKind::kBlank: return ClientAction::kDrop;
    case MessageKind::kRefused: return OnRefused(message, line.size(), answer);
    case MessageKind::kResponse:
      in_flight_.ExpectStrayError(message.id);
      return ClientAction::kForward;
    case MessageKind::kNotification:
      if (message.may_cancel) in_flight_.Cancel(message.cancelled);
      return ClientAction::kForward;
    case MessageKind::kRequest: {
      const ClientAction action = OnRequest(message, answer);
      if (action == ClientAction::kForward && message.may_cancel) {
        in_flight_.Cancel(message.cancelled);
      }
      return action;
    }
  }
  return ClientAction::kDrop;
}

void PolicySession::OnIdle() {
  if (counters_.WantsTidying()) counters_.Tidy(Now().seconds);
  audit_.OnIdle();
}

void PolicySession::AuditReload(const VerifiedProgram& before, std::string_view failure) {
  if (audit_.Keeps()) audit_.Reloaded({Now(), &before, program_.get(), failure});
}

void PolicySession::AuditRefusal(bool from_client, std::string_view reason, size_t bytes) {
  if (audit_.Keeps()) audit_.Refused({Now(), from_client, reason, bytes});
}

ClientAction PolicySession::OnRefused(const ClientMessage& message, size_t bytes,
                                      std::string* answer) {
  log_.Warn(fmt::format("refused a message from the client: {}", message.refusal));
  AuditRefusal(true, message.refusal, bytes);
  // An answer to an id in flight would settle the request that has it.
  if (!message.may_answer || in_flight_.Contains(message.id.key)) return ClientAction::kDrop;
  answer->clear();
  AppendError(message.id.raw, message.refusal_code,
              fmt::format("writ refused this message: {}", message.refusal), *answer);
  return ClientAction::kAnswer;
}

ClientAction PolicySession::OnRequest(const ClientMessage& message, std::string* answer) {
  if (in_flight_.Contains(message.id.key)) {
    log_.Warn(fmt::format("refused a message from the client: the id {} is still in flight",
                          message.id.raw.substr(0, 128)));
    AuditRefusal(true, "its id is still in flight", 0);
    return ClientAction::kDrop;
  }
  if (!in_flight_.HasRoom()) {
    log_.Warn(fmt::format("refused a request from the client: {} requests are in flight",
                          in_flight_.size()));
    AuditRefusal(true, "too many requests are in flight", 0);
    answer->clear();
    AppendError(message.id.raw, kInvalidRequest,
                fmt::format("writ refused this message: {} requests are unanswered, no more are "
                            "taken until some are (--max-in-flight)",
                            in_flight_.size()),
                *answer);
    return ClientAction::kAnswer;
  }
  if (message.is_tool_call) return OnToolCall(message, answer);
  if (message.is_initialize) {
    client_name_ = CopyIfAny(message.client_name);
    client_version_ = CopyIfAny(message.client_version);
  }
  in_flight_.Add(message.id, KindOf(message));
  return ClientAction::kForward;
}

ClientAction PolicySession::OnToolCall(const ClientMessage& call, std::string* answer) {
  if (!audit_.Fault().empty()) return DenyUnrecorded(call, answer);
  const bool logged = log_.enabled(LogLevel::kDebug);
  const bool timed = logged || audit_.Keeps();
  const auto start =
      timed ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point();
  const Time now = Now();
  const Claims claims = ClaimsOf(call);
  const Judgement& judgement = engine_->judge.Decide(call.tool, now, claims);
  if (timed) {
    const auto taken = std::chrono::steady_clock::now() - start;
    const int64_t nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(taken).count();
    if (logged) LogDecision(call, judgement, nanoseconds);
    if (audit_.Keeps() &&
        !audit_.Decided({now, claims.client_name, claims.server_name, call.tool, call.arguments,
                         &judgement, program_.get(), nanoseconds})) {
      counters_.GiveBack(judgement.receipt);  // it never was on its way
      return DenyUnrecorded(call, answer);
    }
  }
  if (!judgement.shadows.empty()) LogShadows(call, judgement);
  if (judgement.decision.verdict == Verdict::kAllow) {
    in_flight_.Add(call.id, RequestKind::kToolCall).receipt = judgement.receipt;
    return ClientAction::kForward;
  }
  return Deny(call, judgement, answer);
}

// Nobody may act unseen: what cannot be recorded is not decided either, so that nothing is counted.
ClientAction PolicySession::DenyUnrecorded(const ClientMessage& call, std::string* answer) {
  audit_.Unrecorded();
  Judgement judgement;
  judgement.decision.verdict = Verdict::kDeny;
  judgement.decision.code = Code::kAudit;
  judgement.message = "no record of this call can be kept: the audit log cannot be written";
  return Deny(call, judgement, answer);
}

ClientAction PolicySession::Deny(const ClientMessage& call, const Judgement& judgement,
                                 std::string* answer) {
  if (log_.enabled(LogLevel::kInfo)) {
    const std::string_view rule = RuleLabel(*program_, judgement.decision);
    log_.Info(fmt::format("denied tools/call {}: {}{}", JsonQuote(call.tool.substr(0, 256)),
                          CodeName(judgement.decision.code),
                          rule.empty() ? std::string() : fmt::format(", {}", JsonQuote(rule))));
  }
  answer->clear();
  AppendDenial(call, judgement, *program_, *options_.denial_prefix, *answer);
  return ClientAction::kAnswer;
}

void PolicySession::LogDecision(const ClientMessage& call, const Judgement& judgement,
                                int64_t nanoseconds) {
  const std::string_view rule = RuleLabel(*program_, judgement.decision);
  log_.Debug(
      fmt::format("decided tools/call {}: {}, {}, {} ns", JsonQuote(call.tool.substr(0, 256)),
                  VerdictName(judgement.decision.verdict),
                  rule.empty() ? std::string("no rule") : "rule " + JsonQuote(rule), nanoseconds));
}

void PolicySession::LogShadows(const ClientMessage& call, const Judgement& judgement) {
  for (const Shadow& shadow : judgement.shadows) {
    log_.Info(fmt::format("shadow rule {} would {} tools/call {}: {}, {}",
                          JsonQuote((*program_)->rules[shadow.rule].name),
                          shadow.verdict == Verdict::kError ? "not decide" : "deny",
                          JsonQuote(call.tool.substr(0, 256)), CodeName(shadow.code),
                          shadow.message));
  }
}

ServerAction PolicySession::OnServerLine(std::string_view line, std::string* replacement) {
  const ServerMessage& message = server_reader_.Read(line);
  switch (message.kind) {
    case ServerMessageKind::kBlank: return ServerAction::kDrop;
    case ServerMessageKind::kNoMessage: return ServerAction::kToStderr;
    case ServerMessageKind::kOwn: return ServerAction::kForward;
    case ServerMessageKind::kUncertain: return OnUncertain(message, replacement);
    case ServerMessageKind::kAnswer: return OnAnswer(line, message, replacement);
  }
  return ServerAction::kToStderr;
}

// It settles nothing. If tools are hidden and it may, in some reader's eyes, bring a list of them,
// it cannot be filtered and is not passed on.
ServerAction PolicySession::OnUncertain(const ServerMessage& message, std::string* replacement) {
  if (!hides_ || !(message.mentions_tools || in_flight_.HasToolList())) {
    return ServerAction::kForward;
  }
  constexpr std::string_view kWhy = "it can be read in several ways";
  const PendingRequest* request = in_flight_.Find(message.id.key);
  if (request == nullptr) {
    log_.Warn(fmt::format("a message from the server was not passed on: {}", kWhy));
    AuditRefusal(false, kWhy, 0);
    return ServerAction::kDrop;
  }
  return Withhold(message.id.key, kWhy, replacement);
}

ServerAction PolicySession::OnAnswer(std::string_view line, const ServerMessage& message,
                                     std::string* replacement) {
  std::string key = message.id.key;
  PendingRequest* request = in_flight_.Find(key);
  // Clients take ids less strictly than writ: SDKs read "7" as 7. Such an answer settles its
  // request, but gives nothing back.
  const bool exact = request != nullptr;
  if (!exact && OtherSpelling(message.id, key)) request = in_flight_.Find(key);
  if (request == nullptr)
    return hides_ ? FilterTools(line, message, replacement) : ServerAction::kForward;
  if (request->kind == RequestKind::kToolCall) {
    if (exact && message.is_error && in_flight_.MayGiveBack(*request)) {
      counters_.GiveBack(request->receipt);
    }
  } else if (request->kind == RequestKind::kToolList && hides_ && message.has_result) {
    if (message.tools.empty()) return Withhold(key, "it has no list of tools", replacement);
  }
  if (request->kind == RequestKind::kToolList && !message.tools.empty()) has_listed_ = true;
  if (exact && request->kind == RequestKind::kInitialize) {
    server_name_ = CopyIfAny(message.server_name);
    tells_of_tools_ = message.tells_of_tools;
  }
  if (exact && message.meta_server_name.has_value()) {
    server_name_ = CopyIfAny(message.meta_server_name);
  }
  const bool may_list =
      hides_ && (request->kind != RequestKind::kToolCall || MayAnswerOther(message));
  in_flight_.Remove(key);
  return may_list ? FilterTools(line, message, replacement) : ServerAction::kForward;
}

// Whether a client that reads ids less strictly may take the answer for that of another request, no
// tools/call.
bool PolicySession::MayAnswerOther(const ServerMessage& message) {
  std::string other;
  if (!OtherSpelling(message.id, other)) return false;
  const PendingRequest* request = in_flight_.Find(other);
  return request != nullptr && request->kind != RequestKind::kToolCall;
}

// Answers a request in place of the server.
ServerAction PolicySession::Withhold(const std::string& key, std::string_view why,
                                     std::string* replacement) {
  log_.Warn(fmt::format("an answer of the server was not passed on: {}", why));
  AuditRefusal(false, why, 0);
  replacement->clear();
  AppendError(in_flight_.Find(key)->raw_id, kInternalError,
              fmt::format("writ did not pass on the server's answer: {}", why), *replacement);
  in_flight_.Remove(key);
  return ServerAction::kReplace;
}

ServerAction PolicySession::FilterTools(std::string_view line, const ServerMessage& message,
                                        std::string* replacement) {
  if (message.tools.empty()) return ServerAction::kForward;
  const size_t cut = CutHiddenTools(line, message.tools, **program_, *replacement);
  return cut == 0 ? ServerAction::kForward : ServerAction::kReplace;
}

// Between two lines: what was decided before stands, and what is in flight stays so.
void PolicySession::OnNews(std::string* lines) {
  for (Reload& reload : options_.reloads->Take()) {
    if (reload.program != nullptr) {
      Adopt(std::move(reload.program), lines);
    } else {
      RefuseReload(reload);
    }
  }
}

void PolicySession::RefuseReload(const Reload& reload) {
  const bool is_known = !reload.refused.empty();
  log_.Error(fmt::format("policy{} not reloaded, {} goes on: {}",
                         is_known ? " " + ShortDigest(reload.refused) : "",
                         ShortDigest((*program_)->digest), reload.refusal));
  // What names it stands in front: the end of a long reason is cut.
  AuditReload(*program_, is_known ? reload.refused + ": " + reload.refusal : reload.refusal);
}

bool PolicySession::OnHangup() {
  if (options_.reloads != nullptr) options_.reloads->Ask();
  return options_.reloads != nullptr;
}

void PolicySession::Adopt(std::shared_ptr<const VerifiedProgram> program, std::string* lines) {
  std::shared_ptr<const VerifiedProgram> old = std::exchange(program_, std::move(program));
  engine_ = std::make_unique<Engine>(program_, options_.max_depth, counters_, facts_);
  hides_ = (*program_)->HidesAny();
  log_.Info(fmt::format("policy reloaded: {} -> {}", ShortDigest((*old)->digest),
                        ShortDigest((*program_)->digest)));
  AuditReload(*old, {});
  if (has_listed_ && !HideTheSame(**old, **program_)) TellOfHiding(lines);
  options_.reloads->Return(std::move(old));
}

// The list that the client knows is out of date. It is told as the server would tell it, if the
// server said in the handshake that it does. The stateless revisions have no handshake, and tell
// only who has subscribed: there a list is fetched anew when it has lived long enough.
void PolicySession::TellOfHiding(std::string* lines) {
  if (tells_of_tools_) {
    *lines += kToolsChanged;
  } else {
    log_.Info("other tools are hidden now: the client learns of it when it lists tools again");
  }
}

void PolicySession::OnClientLineLost(std::string_view reason, size_t bytes) {
  log_.Warn(fmt::format("dropped {} bytes from the client: {}", bytes, reason));
  AuditRefusal(true, reason, bytes);
}

void PolicySession::OnServerLineLost(std::string_view reason, size_t bytes) {
  log_.Warn(fmt::format("dropped {} bytes from the server: {}", bytes, reason));
  AuditRefusal(false, reason, bytes);
}

void PolicySession::OnServerGone(std::string_view how, std::string* answers) {
  std::vector<const PendingRequest*> pending;
  for (const auto& [key, request] : in_flight_.all()) pending.push_back(&request);
  std::sort(pending.begin(), pending.end(),
            [](const auto* a, const auto* b) { return a->order < b->order; });
  for (const PendingRequest* request : pending) {
    if (request->cancelled) continue;  // its sender waits for nothing
    AppendError(request->raw_id, kInternalError, fmt::format("the MCP server {}", how), *answers);
    *answers += '\n';
  }
  in_flight_.Clear();
}

}  // namespace writ
