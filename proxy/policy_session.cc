// Enforcing a program on a session's lines.
// Tested by tests/proxy/policy_session_test.cc.
#include "proxy/policy_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

#include "proxy/answer.h"
#include "proxy/tool_list.h"
#include "vm/json_text.h"

namespace writ {
namespace {

// What is read of a server's line.
enum ServerSlot : uint32_t { kServerId, kServerMethod, kServerResult, kServerError, kServerTools };

struct ServerTrie {
  PathTrie trie;
  uint32_t root = kNoNode;
};

const ServerTrie& ServerEnvelope() {
  static const ServerTrie server = [] {
    ServerTrie made;
    PathTrieBuilder builder;
    made.root = builder.NewRoot();
    builder.SetSlot(builder.Child(made.root, "id"), kServerId, false);
    builder.SetSlot(builder.Child(made.root, "method"), kServerMethod, false);
    const uint32_t result = builder.Child(made.root, "result");
    builder.SetSlot(result, kServerResult, false);
    builder.SetSlot(builder.Child(made.root, "error"), kServerError, false);
    builder.SetSlot(builder.Child(result, "tools"), kServerTools, false);
    made.trie = builder.Build();
    return made;
  }();
  return server;
}

RequestKind KindOf(const ClientMessage& message) {
  if (message.is_tool_call) return RequestKind::kToolCall;
  return message.method == "tools/list" ? RequestKind::kToolList : RequestKind::kOther;
}

}  // namespace

PolicySession::PolicySession(std::shared_ptr<const VerifiedProgram> program, Counters& counters,
                             const Log& log, SessionOptions options)
    : program_(program),
      counters_(counters),
      log_(log),
      options_(std::move(options)),
      hides_((*program_)->hides_all || !(*program_)->hidden.empty()),
      machine_(std::move(program)),
      reader_(machine_, options_.max_depth),
      judge_(machine_, counters_),
      in_flight_(options_.max_in_flight),
      server_scanner_(server_arena_) {
  if (options_.denial_prefix.empty()) options_.denial_prefix = kDenialPrefix;
}

int64_t PolicySession::Now() const {
  return options_.clock != nullptr ? options_.clock() : static_cast<int64_t>(std::time(nullptr));
}

ClientAction PolicySession::OnClientLine(std::string_view line, std::string* answer) {
  const ClientMessage& message = reader_.Read(line);
  switch (message.kind) {
    case MessageKind::kBlank: return ClientAction::kDrop;
    case MessageKind::kRefused: return OnRefused(message, answer);
    case MessageKind::kResponse: return ClientAction::kForward;
    case MessageKind::kNotification:
      if (message.method == "notifications/cancelled") in_flight_.Cancel(message.cancelled.key);
      return ClientAction::kForward;
    case MessageKind::kRequest: return OnRequest(message, answer);
  }
  return ClientAction::kDrop;
}

ClientAction PolicySession::OnRefused(const ClientMessage& message, std::string* answer) {
  log_.Warn(fmt::format("refused a message from the client: {}", message.refusal));
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
    return ClientAction::kDrop;
  }
  if (!in_flight_.MakeRoom()) {
    log_.Warn(fmt::format("refused a request from the client: {} requests are in flight",
                          in_flight_.size()));
    answer->clear();
    AppendError(message.id.raw, kInvalidRequest,
                fmt::format("writ refused this message: {} requests are unanswered, no more are "
                            "taken until some are (--max-in-flight)",
                            in_flight_.size()),
                *answer);
    return ClientAction::kAnswer;
  }
  if (message.is_tool_call) return OnToolCall(message, answer);
  in_flight_.Add(message.id.key, KindOf(message), message.id.raw);
  return ClientAction::kForward;
}

ClientAction PolicySession::OnToolCall(const ClientMessage& call, std::string* answer) {
  const bool timed = log_.enabled(LogLevel::kDebug);
  const auto start =
      timed ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point();
  const int64_t now = (*program_)->counters.empty() ? 0 : Now();
  const Judgement& judgement = judge_.Decide(call.tool, now);
  if (timed) {
    const auto taken = std::chrono::steady_clock::now() - start;
    LogDecision(call, judgement,
                std::chrono::duration_cast<std::chrono::nanoseconds>(taken).count());
  }
  if (judgement.decision.verdict == Verdict::kAllow) {
    in_flight_.Add(call.id.key, RequestKind::kToolCall, call.id.raw).receipt = judgement.receipt;
    return ClientAction::kForward;
  }
  if (log_.enabled(LogLevel::kInfo)) {
    const std::string_view rule = RuleLabel(*program_, judgement.decision);
    log_.Info(fmt::format("denied tools/call {}: {}{}", JsonQuote(call.tool.substr(0, 256)),
                          CodeName(judgement.decision.code),
                          rule.empty() ? std::string() : fmt::format(", {}", JsonQuote(rule))));
  }
  answer->clear();
  AppendDenial(call, judgement, *program_, options_.denial_prefix, *answer);
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

ServerAction PolicySession::OnServerLine(std::string_view line, std::string* replacement) {
  const size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return ServerAction::kDrop;
  if (line[first] != '{') return ServerAction::kToStderr;
  server_arena_.Reset();
  std::fill(std::begin(server_slots_), std::end(server_slots_), Value());
  std::fill(std::begin(server_raw_), std::end(server_raw_), std::string_view());
  ScanTarget target;
  target.trie = &ServerEnvelope().trie;
  target.root = ServerEnvelope().root;
  target.slots = server_slots_;
  target.raw = server_raw_;
  const ScanResult scanned = server_scanner_.Scan(line, true, target);
  if (!scanned.is_json()) return ServerAction::kToStderr;
  // Whether it is a request, a notification or which answer may depend on the reader.
  const bool certain = target.filled_twice == 0 && target.lookalike_edges == 0;
  const bool is_answer = server_slots_[kServerMethod].is(Tag::kAbsent);
  if (certain && !is_answer) return ServerAction::kForward;
  return OnAnswer(line, certain, replacement);
}

ServerAction PolicySession::OnAnswer(std::string_view line, bool certain,
                                     std::string* replacement) {
  ReadRequestId(server_raw_[kServerId], answered_);
  PendingRequest* request = in_flight_.Find(answered_.key);
  if (!certain && hides_ && in_flight_.HasToolList()) {
    // It may answer a tools/list in some reader's eyes, with a list that cannot be filtered.
    log_.Warn("a message from the server was not passed on: it can be read in several ways");
    if (request == nullptr) return ServerAction::kDrop;
    replacement->clear();
    AppendError(request->raw_id, kInternalError,
                "writ did not pass on the server's answer: it can be read in several ways",
                *replacement);
    in_flight_.Remove(answered_.key);
    return ServerAction::kReplace;
  }
  // What is no answer for every reader settles nothing.
  const bool is_answer = server_slots_[kServerMethod].is(Tag::kAbsent) &&
                         !(server_slots_[kServerResult].is(Tag::kAbsent) &&
                           server_slots_[kServerError].is(Tag::kAbsent));
  if (!is_answer) return ServerAction::kForward;
  // Clients take ids less strictly than writ (SDKs read "7" as 7), so a list of tools is filtered
  // whichever request it seems to answer.
  if (request == nullptr) return hides_ ? FilterTools(line, replacement) : ServerAction::kForward;
  const ServerAction action = Settle(line, *request, replacement);
  in_flight_.Remove(answered_.key);
  return action;
}

ServerAction PolicySession::Settle(std::string_view line, PendingRequest& request,
                                   std::string* replacement) {
  const bool is_error = !server_slots_[kServerError].is(Tag::kAbsent) &&
                        server_slots_[kServerResult].is(Tag::kAbsent);
  if (request.kind == RequestKind::kToolCall) {
    if (is_error && !request.cancelled) counters_.GiveBack(request.receipt);
    return ServerAction::kForward;
  }
  if (request.kind != RequestKind::kToolList || !hides_) return ServerAction::kForward;
  if (server_slots_[kServerResult].is(Tag::kAbsent)) return ServerAction::kForward;
  if (server_slots_[kServerTools].is(Tag::kListSpan)) return FilterTools(line, replacement);
  log_.Warn("the server's answer to tools/list was not passed on: it has no list of tools");
  replacement->clear();
  AppendError(request.raw_id, kInternalError,
              "writ did not pass on the server's answer: it has no list of tools", *replacement);
  return ServerAction::kReplace;
}

ServerAction PolicySession::FilterTools(std::string_view line, std::string* replacement) {
  if (!server_slots_[kServerTools].is(Tag::kListSpan)) return ServerAction::kForward;
  const size_t cut = CutHiddenTools(line, server_raw_[kServerTools], **program_, *replacement);
  return cut == 0 ? ServerAction::kForward : ServerAction::kReplace;
}

void PolicySession::OnClientLineLost(std::string_view reason, size_t bytes) {
  log_.Warn(fmt::format("dropped {} bytes from the client: {}", bytes, reason));
}

void PolicySession::OnServerLineLost(std::string_view reason, size_t bytes) {
  log_.Warn(fmt::format("dropped {} bytes from the server: {}", bytes, reason));
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
