// Recorded lines as calls and answers.
// Tested by tests/cli/traffic_reader_test.cc.
#include "cli/traffic/line_session.h"

namespace writ {
namespace {

// As many as `run` keeps by default.
constexpr size_t kMostInFlight = 10'000;

}  // namespace

LineSession::LineSession(std::shared_ptr<const VerifiedProgram> nothing)
    : machine_(std::move(nothing)),
      reader_(machine_, kDefaultMaxDepth),
      in_flight_(kMostInFlight) {}

Claims LineSession::claims() const {
  if (message_->is_stateless) {
    return {CutIfAny(message_->client_name), CutIfAny(message_->client_version), server_name_};
  }
  return {client_name_, client_version_, server_name_};
}

LineSession::Seen LineSession::OnClientLine(std::string_view line) {
  message_ = &reader_.Read(line);
  switch (message_->kind) {
    case MessageKind::kBlank: return Seen::kNothing;
    case MessageKind::kRefused: return Seen::kRefused;
    case MessageKind::kResponse: in_flight_.ExpectStrayError(message_->id); return Seen::kNothing;
    case MessageKind::kNotification:
      if (message_->may_cancel) in_flight_.Cancel(message_->cancelled);
      return Seen::kNothing;
    case MessageKind::kRequest: return OnRequest();
  }
  return Seen::kNothing;
}

LineSession::Seen LineSession::OnRequest() {
  if (message_->is_tool_call) return Seen::kCall;
  if (message_->is_initialize) {
    client_name_ = CopyIfAny(message_->client_name);
    client_version_ = CopyIfAny(message_->client_version);
  }
  Add(message_->is_initialize ? RequestKind::kInitialize : RequestKind::kOther);
  if (message_->may_cancel) in_flight_.Cancel(message_->cancelled);
  return Seen::kNothing;
}

void LineSession::Take(uint64_t id) {
  Add(RequestKind::kToolCall);
  ids_[message_->id.key] = id;
}

void LineSession::Add(RequestKind kind) {
  const std::string& key = message_->id.key;
  const bool is_repeated = in_flight_.Contains(key);
  if (is_repeated) in_flight_.Remove(key);
  // Nobody recorded what the server said.
  if (in_flight_.size() >= kMostInFlight) {
    in_flight_.Clear();
    ids_.clear();
  }
  ids_.erase(key);
  PendingRequest& request = in_flight_.Add(message_->id, kind);
  if (is_repeated) request.keeps_quota = true;  // an error may be meant for the other one
}

LineSession::Seen LineSession::OnServerLine(std::string_view line) {
  const ServerMessage& message = server_reader_.Read(line);
  return message.kind == ServerMessageKind::kAnswer ? OnAnswer(message) : Seen::kNothing;
}

LineSession::Seen LineSession::OnLine(std::string_view line) {
  const ServerMessage& message = server_reader_.Read(line);
  std::string other;
  const bool is_answer = message.kind == ServerMessageKind::kAnswer &&
                         (in_flight_.Contains(message.id.key) ||
                          (OtherSpelling(message.id, other) && in_flight_.Contains(other)));
  return is_answer ? OnAnswer(message) : OnClientLine(line);
}

LineSession::Seen LineSession::OnAnswer(const ServerMessage& message) {
  std::string key = message.id.key;
  const PendingRequest* request = in_flight_.Find(key);
  const bool exact = request != nullptr;
  if (!exact && OtherSpelling(message.id, key)) request = in_flight_.Find(key);
  if (request == nullptr) return Seen::kNothing;
  if (exact && request->kind == RequestKind::kInitialize) {
    server_name_ = CopyIfAny(message.server_name);
  }
  if (exact && message.meta_server_name.has_value()) {
    server_name_ = CopyIfAny(message.meta_server_name);
  }
  gives_back_ = exact && message.is_error && in_flight_.MayGiveBack(*request);
  in_flight_.Remove(key);
  const auto call = ids_.find(key);
  if (call == ids_.end()) return Seen::kNothing;
  answered_ = call->second;
  ids_.erase(call);
  return Seen::kAnswer;
}

}  // namespace writ
