// The poll loop between client and server.
// Tested by tests/proxy/pump_test.cc and tests/faults/.
#include "proxy/pump.h"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/channel.h"
#include "proxy/ending.h"
#include "proxy/line_buffer.h"
#include "proxy/outbox.h"
#include "proxy/signals.h"

namespace writ {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kReadsInARow = 8;  // of one side, before the other gets its turn
constexpr std::string_view kCutOff = "it was cut off by the end of input";

// Of silence on both sides, before the session does what can wait.
constexpr int kIdleMilliseconds = 500;

constexpr size_t kKeptAnswerBytes = 1u << 20;  // the string of a longer answer is given back

// A server that closes its output is usually about to exit: how it did makes a better message.
constexpr int kExitMilliseconds = 200;

// For a client that has closed its output and does not read what is left for it either.
constexpr auto kLastDelivery = std::chrono::seconds(8);

// How a failure tells that the peer has left, which is one way for a session to end.
bool PeerHasLeft(int error) {
  return error == EPIPE || error == ECONNRESET;
}

// Allowed lines that stand side by side in the read buffer leave in one write.
class Stretch {
 public:
  explicit Stretch(Outbox& outbox) : outbox_(outbox) {}

  void Add(std::string_view line) {
    if (line.data() != end_) {
      Send();
      begin_ = line.data();
    }
    end_ = line.data() + line.size() + 1;  // the LF stands behind the line
  }
  void Send() {
    if (begin_ != end_) outbox_.Send(std::string_view(begin_, static_cast<size_t>(end_ - begin_)));
    begin_ = end_ = nullptr;
  }

 private:
  Outbox& outbox_;
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
};

class Pump {
 public:
  Pump(int client_in, int client_out, Child& server, SessionInterface& session, const Log& log,
       const PumpOptions& options)
      : options_(options),
        server_(server),
        session_(session),
        log_(log),
        client_in_(Channel::Reader(client_in)),
        server_out_(Channel::NonBlocking(server.output())),
        client_lines_(options.max_line_bytes),
        server_lines_(options.max_line_bytes),
        to_client_(Channel::Writer(client_out)),
        to_server_(Channel::NonBlocking(server.input())),
        ending_(server, options.grace_seconds, log),
        too_long_(fmt::format("it is longer than {} bytes", options.max_line_bytes)) {}

  int Run();

 private:
  enum class EndedBy { kNobody, kClient, kServer, kSignal };

  // The poll set. The writers stand last: most of the time nobody waits for them.
  enum Entry {
    kClientIn,
    kServerOut,
    kServerExit,
    kSignals,
    kNews,
    kClientOut,
    kServerIn,
    kEntries
  };
  using Events = std::array<pollfd, kEntries>;

  Events Wait();
  int TimeoutMilliseconds() const;
  void Serve(const Events& events);
  void DrawConsequences();
  void NoticeFailedWrite();
  bool IsOver();

  void ReadClient();
  void JudgeClientLines();
  void Answer();
  void SendAnswer();
  void ReadServer();
  void JudgeServerLines();

  void TakeNews();
  void TakeSignals();
  void ClientClosed();
  void EndedByClient();
  void ServerExited();
  void ServerOutputEnded();
  void ServerGone();
  void CloseServerInput();

  bool ClientIsRead() const;
  bool ServerIsRead() const { return server_open_ && to_client_.pending() <= options_.queue_bytes; }
  bool HasGivenUp() const { return give_up_at_ && Clock::now() >= *give_up_at_; }

  const PumpOptions& options_;
  Child& server_;
  SessionInterface& session_;
  const Log& log_;

  Signals signals_;
  Channel client_in_;
  Channel server_out_;
  LineBuffer client_lines_;
  LineBuffer server_lines_;
  Outbox to_client_;
  Outbox to_server_;
  Ending ending_;

  std::string too_long_;
  std::string answer_;          // reused from line to line
  size_t answers_waiting_ = 0;  // bytes of answers of our own that the client has not taken
  uint64_t answers_end_ = 0;    // Outbox::taken() of to_client_ once they have left

  EndedBy ended_by_ = EndedBy::kNobody;
  bool client_open_ = true;      // the end of its output has not been read
  bool client_hung_up_ = false;  // that end is known of, though not read yet
  bool write_failed_ = false;    // to the client, who has not left
  bool server_open_ = true;      // the end of its output has not been read
  bool server_exited_ = false;
  bool server_gone_ = false;  // and the session was told
  int server_status_ = 128 + SIGKILL;
  int signals_taken_ = 0;
  int signal_ = 0;  // the one that ended the session
  std::optional<Clock::time_point> give_up_at_;
};

int Pump::Run() {
  ServerExited();  // for whoever died before signals were listened to
  if (client_in_.fd() < 0) ReadClient();
  DrawConsequences();
  while (!IsOver()) {
    Serve(Wait());
    DrawConsequences();
  }
  if (!server_gone_) ServerGone();
  session_.BeforeWait(true);
  NoticeFailedWrite();
  if (to_client_.pending() > 0) {
    log_.Warn(fmt::format("the client left {} bytes unread", to_client_.pending()));
  }
  server_.Reap(&server_status_);
  switch (ended_by_) {
    case EndedBy::kSignal: return 128 + signal_;
    case EndedBy::kServer: return server_status_;
    default: return write_failed_ ? 1 : 0;
  }
}

bool Pump::IsOver() {
  if (!ending_.begun() || !ending_.IsOver()) return false;
  return (server_gone_ && to_client_.pending() == 0) || HasGivenUp();
}

bool Pump::ClientIsRead() const {
  bool wanted = ended_by_ == EndedBy::kNobody || ended_by_ == EndedBy::kClient;
  return wanted && client_open_ && !to_server_.broken() &&
         to_server_.pending() <= options_.queue_bytes && answers_waiting_ <= options_.queue_bytes;
}

Pump::Events Pump::Wait() {
  session_.BeforeWait(ending_.begun());
  Events events = {};
  // While the client is not read, its hanging up must still be noticed; but only once.
  bool client_is_watched = ClientIsRead() || (client_open_ && !client_hung_up_);
  short client_events = ClientIsRead() ? POLLIN : POLLRDHUP;
  events[kClientIn] = {client_is_watched ? client_in_.fd() : -1, client_events, 0};
  events[kServerOut] = {ServerIsRead() ? server_out_.fd() : -1, POLLIN, 0};
  events[kServerExit] = {server_exited_ ? -1 : server_.pidfd(), POLLIN, 0};
  events[kSignals] = {signals_.fd(), POLLIN, 0};
  events[kNews] = {session_.news_fd(), POLLIN, 0};
  events[kClientOut] = {to_client_.pending() > 0 ? to_client_.fd() : -1, POLLOUT, 0};
  events[kServerIn] = {to_server_.pending() > 0 ? to_server_.fd() : -1, POLLOUT, 0};

  bool somebody_is_behind = to_client_.pending() > 0 || to_server_.pending() > 0;
  nfds_t count = somebody_is_behind ? kEntries : kClientOut;
  const int ready = poll(events.data(), count, TimeoutMilliseconds());
  if (ready == 0 && !ending_.begun()) session_.OnIdle();
  if (ready < 0) {
    for (pollfd& entry : events) entry.revents = 0;
  }
  return events;
}

int Pump::TimeoutMilliseconds() const {
  if (!ending_.begun()) return session_.HasIdleWork() ? kIdleMilliseconds : -1;
  if (server_exited_ && ServerIsRead()) return 0;  // what it left in the pipe
  int timeout = ending_.TimeoutMilliseconds();
  if (!give_up_at_) return timeout;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(*give_up_at_ - Clock::now()).count();
  int until_then = static_cast<int>(std::max<decltype(left)>(left, 0));
  return timeout < 0 ? until_then : std::min(timeout, until_then);
}

void Pump::Serve(const Events& events) {
  if (events[kSignals].revents != 0) TakeSignals();
  if (events[kNews].revents != 0) TakeNews();
  if (events[kClientOut].revents != 0) to_client_.Flush();
  if (events[kServerIn].revents != 0) to_server_.Flush();
  if (events[kClientIn].revents != 0) {
    if ((events[kClientIn].events & POLLIN) != 0) {
      ReadClient();
    } else {
      client_hung_up_ = true;
      EndedByClient();
    }
  }
  if (events[kServerOut].revents != 0 || (server_exited_ && ServerIsRead())) ReadServer();
  if (events[kServerExit].revents != 0 && !server_exited_) ServerExited();
}

void Pump::DrawConsequences() {
  if (answers_waiting_ > 0 && to_client_.taken() >= answers_end_) answers_waiting_ = 0;
  NoticeFailedWrite();
  if (to_client_.broken() && client_open_) {
    client_open_ = false;
    EndedByClient();
  }
  if (to_server_.broken() && ended_by_ == EndedBy::kNobody) {
    ended_by_ = EndedBy::kServer;
    CloseServerInput();
    ending_.Begin();
  }
  if (!client_open_ && to_server_.pending() == 0) CloseServerInput();
  if (!ending_.begun()) return;
  ending_.Advance();
  if (ending_.terminated()) CloseServerInput();
  if (ending_.has_given_up() && server_open_) ServerOutputEnded();
}

void Pump::NoticeFailedWrite() {
  if (!to_client_.broken() || write_failed_ || PeerHasLeft(to_client_.error())) return;
  write_failed_ = true;
  log_.Error(fmt::format("cannot write to the client: {}", std::strerror(to_client_.error())));
}

// --- lines ---

void Pump::ReadClient() {
  for (int reads = 0; reads < kReadsInARow && ClientIsRead(); ++reads) {
    LineBuffer::Filling filling = client_lines_.ReadFrom(client_in_);
    if (filling == LineBuffer::Filling::kNone) return;
    if (filling == LineBuffer::Filling::kEnd) return ClientClosed();
    JudgeClientLines();
    if (filling == LineBuffer::Filling::kSome) return;
  }
}

void Pump::JudgeClientLines() {
  Stretch allowed(to_server_);
  std::string_view line;
  for (;;) {
    LineBuffer::Taken taken = client_lines_.Next(&line);
    if (taken == LineBuffer::Taken::kNone) return allowed.Send();
    if (taken == LineBuffer::Taken::kTooLong) {
      session_.OnClientLineLost(too_long_, client_lines_.lost_bytes());
      continue;
    }
    switch (session_.OnClientLine(line, &answer_)) {
      case ClientAction::kForward: allowed.Add(line); break;
      case ClientAction::kAnswer: Answer(); break;
      case ClientAction::kDrop: break;
    }
  }
}

void Pump::Answer() {
  size_t size = answer_.size() + 1;
  SendAnswer();
  if (to_client_.pending() == 0) return;
  answers_waiting_ += size;
  answers_end_ = to_client_.taken() + to_client_.pending();
}

void Pump::SendAnswer() {
  answer_.push_back('\n');
  to_client_.Send(answer_);
  if (answer_.capacity() > kKeptAnswerBytes) answer_ = {};
}

void Pump::ReadServer() {
  for (int reads = 0; reads < kReadsInARow && ServerIsRead(); ++reads) {
    LineBuffer::Filling filling = server_lines_.ReadFrom(server_out_);
    bool nothing_will_come = server_exited_ && filling == LineBuffer::Filling::kNone;
    if (filling == LineBuffer::Filling::kEnd || nothing_will_come) return ServerOutputEnded();
    if (filling == LineBuffer::Filling::kNone) return;
    JudgeServerLines();
    if (filling == LineBuffer::Filling::kSome) return;
  }
}

void Pump::JudgeServerLines() {
  Stretch allowed(to_client_);
  std::string_view line;
  for (;;) {
    LineBuffer::Taken taken = server_lines_.Next(&line);
    if (taken == LineBuffer::Taken::kNone) return allowed.Send();
    if (taken == LineBuffer::Taken::kTooLong) {
      session_.OnServerLineLost(too_long_, server_lines_.lost_bytes());
      continue;
    }
    switch (session_.OnServerLine(line, &answer_)) {
      case ServerAction::kForward: allowed.Add(line); break;
      case ServerAction::kReplace:
        allowed.Send();
        SendAnswer();
        break;
      case ServerAction::kToStderr: log_.PassOn(line); break;
      case ServerAction::kDrop: break;
    }
  }
}

void Pump::TakeNews() {
  answer_.clear();
  session_.OnNews(&answer_);
  to_client_.Send(answer_);
}

// --- ends ---

void Pump::TakeSignals() {
  while (int signal = signals_.Next()) {
    if (signal == SIGCHLD) {
      if (!server_exited_) ServerExited();
      continue;
    }
    if (signal == SIGHUP && session_.OnHangup()) continue;
    if (++signals_taken_ > 1) {
      ending_.Kill();
      continue;
    }
    if (ended_by_ == EndedBy::kNobody) {
      ended_by_ = EndedBy::kSignal;
      signal_ = signal;
    }
    session_.OnClientGone();
    if (!give_up_at_) give_up_at_ = Clock::now() + kLastDelivery;
    ending_.Terminate();
    CloseServerInput();
  }
}

void Pump::ClientClosed() {
  client_open_ = false;
  int error = client_in_.read_error();
  if (error != 0 && !PeerHasLeft(error)) {
    log_.Error(fmt::format("cannot read from the client: {}", std::strerror(error)));
  }
  size_t unfinished = client_lines_.unfinished_bytes();
  if (unfinished > 0) session_.OnClientLineLost(kCutOff, unfinished);
  EndedByClient();
}

void Pump::EndedByClient() {
  session_.OnClientGone();
  if (ended_by_ == EndedBy::kNobody) ended_by_ = EndedBy::kClient;
  if (!give_up_at_) give_up_at_ = Clock::now() + kLastDelivery;
  ending_.Begin();
}

// Asked whenever a child of this process has died: orphans of the server are waited for as well.
void Pump::ServerExited() {
  if (!server_.Reap(&server_status_)) return;
  server_exited_ = true;
  if (ended_by_ == EndedBy::kNobody) ended_by_ = EndedBy::kServer;
  CloseServerInput();
  ending_.Begin();
  if (!server_.Finished()) ending_.Terminate();
}

void Pump::ServerOutputEnded() {
  server_open_ = false;
  size_t unfinished = server_lines_.unfinished_bytes();
  if (unfinished > 0) session_.OnServerLineLost(kCutOff, unfinished);
  if (ended_by_ == EndedBy::kNobody) ended_by_ = EndedBy::kServer;
  CloseServerInput();
  ending_.Begin();
  if (!server_exited_) {
    pollfd exit = {server_.pidfd(), POLLIN, 0};
    if (poll(&exit, 1, kExitMilliseconds) > 0) ServerExited();
  }
  ServerGone();
}

// What the client has sent already is read first: its calls are in flight as the client sees it.
void Pump::ServerGone() {
  server_gone_ = true;
  for (int reads = 0; reads < kReadsInARow && client_open_; ++reads) {
    LineBuffer::Filling filling = client_lines_.ReadFrom(client_in_);
    if (filling == LineBuffer::Filling::kNone) break;
    if (filling == LineBuffer::Filling::kEnd) {
      ClientClosed();
    } else {
      JudgeClientLines();
    }
  }
  std::string how = server_exited_ ? server_.HowItEnded() : "closed its output";
  if (ended_by_ == EndedBy::kServer) log_.Warn("the server " + how);
  // A server that ends orderly because its client has is not gone too early: what it left
  // unanswered it meant to (servers do not answer what was cancelled or makes no sense to them).
  bool orderly = ended_by_ == EndedBy::kClient && server_exited_ && server_status_ == 0 &&
                 !ending_.terminated();
  if (orderly) return;
  answer_.clear();
  session_.OnServerGone(how, &answer_);
  to_client_.Send(answer_);
}

void Pump::CloseServerInput() {
  to_server_.Abandon();
  server_.CloseInput();
}

}  // namespace

int RunPump(int client_in, int client_out, Child& server, SessionInterface& session, const Log& log,
            const PumpOptions& options) {
  return Pump(client_in, client_out, server, session, log, options).Run();
}

}  // namespace writ
