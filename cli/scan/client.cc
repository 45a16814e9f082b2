// Asking a server.
// Tested by tests/cli/scan.py.
#include "cli/scan/client.h"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "compiler/diagnostic.h"
#include "proxy/ending.h"
#include "vm/json_text.h"

namespace writ {
namespace {

constexpr size_t kMaxLineBytes = 16u << 20;
constexpr double kGraceSeconds = 1.5;
// A server that closes its output is usually about to exit: how it did makes a better message.
constexpr int kExitMilliseconds = 500;
// While a server is ended its output is looked at this often, and so is whether it is gone.
constexpr int kEndingMilliseconds = 20;
// What is waiting to be read by a server that asks without reading the answers.
constexpr size_t kMaxPendingBytes = 1u << 20;

}  // namespace

tl::expected<std::unique_ptr<McpClient>, std::string> McpClient::Start(
    const std::vector<std::string>& command, const std::vector<std::string>& environment,
    std::chrono::seconds patience) {
  tl::expected<Child, std::string> server = Child::Start(command, environment);
  if (!server) return tl::unexpected(server.error());
  return std::unique_ptr<McpClient>(new McpClient(std::move(*server), patience));
}

McpClient::McpClient(Child server, std::chrono::seconds patience)
    : server_(std::move(server)),
      log_(LogLevel::kError),
      from_server_(Channel::NonBlocking(server_.output())),
      to_server_(Channel::NonBlocking(server_.input())),
      lines_(kMaxLineBytes),
      patience_(patience),
      deadline_(Clock::now() + patience) {}

McpClient::~McpClient() {
  Ending ending(server_, kGraceSeconds, log_);
  to_server_.Abandon();
  server_.CloseInput();
  ending.Begin();
  while (!ending.IsOver()) {
    pollfd output = {output_ended_ ? -1 : from_server_.fd(), POLLIN, 0};
    const int due = ending.TimeoutMilliseconds();
    poll(&output, 1, due < 0 ? kEndingMilliseconds : std::min(due, kEndingMilliseconds));
    if (output.revents != 0) {  // so that a server which still writes can go on to its end
      output_ended_ = lines_.ReadFrom(from_server_) == LineBuffer::Filling::kEnd;
      std::string_view ignored;
      while (lines_.Next(&ignored) != LineBuffer::Taken::kNone) {
      }
    }
    while (const int signal = signals_.Next()) {
      if (signal == SIGCHLD) continue;
      if (signal_ == 0) {
        signal_ = signal;
        ending.Terminate();
      } else {
        ending.Kill();
      }
    }
    ending.Advance();
  }
}

tl::expected<std::unique_ptr<Message>, std::string> McpClient::Ask(std::string_view method,
                                                                   std::string_view params) {
  const int id = next_id_++;
  to_server_.Send(fmt::format("{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":{},\"params\":{}}}\n", id,
                              JsonQuote(method), params));
  const std::string id_text = std::to_string(id);
  const PaddedText padded(id_text);
  RequestId asked;
  ReadRequestId(padded.view(), asked);
  for (;;) {
    std::string problem;
    std::unique_ptr<Message> message = NextMessage(&problem);
    if (message == nullptr) {
      return tl::unexpected(fmt::format("{} ({} was asked)", problem, method));
    }
    if (Answers(*message, asked)) {
      has_notified_ = false;
      return message;
    }
    if (message->is_answer() && message->is_error()) error_of_no_request_ = message->ErrorText();
    if (message->method()) AnswerServer(*message);
  }
}

bool McpClient::Answers(const Message& message, const RequestId& asked) const {
  if (!message.is_answer()) return false;
  const RequestId& id = message.id();
  if (id.key == asked.key) return true;
  const bool names_none = id.kind == IdKind::kNull || id.kind == IdKind::kNone;
  if (names_none) return message.is_error() && !has_notified_;
  std::string as_text;
  return OtherSpelling(asked, as_text) && id.key == as_text;
}

void McpClient::Notify(std::string_view method) {
  has_notified_ = true;
  to_server_.Send(fmt::format("{{\"jsonrpc\":\"2.0\",\"method\":{}}}\n", JsonQuote(method)));
}

void McpClient::AnswerServer(const Message& request) {
  if (!request.id().is_valid()) {
    if (*request.method() == "notifications/tools/list_changed") ++tool_changes_;
    return;
  }
  if (to_server_.pending() > kMaxPendingBytes) return;
  const bool ping = *request.method() == "ping";
  to_server_.Send(fmt::format(
      "{{\"jsonrpc\":\"2.0\",\"id\":{},{}}}\n", request.id().raw,
      ping ? "\"result\":{}" : "\"error\":{\"code\":-32601,\"message\":\"Method not found\"}"));
}

std::unique_ptr<Message> McpClient::NextMessage(std::string* problem) {
  for (;;) {
    std::string_view line;
    const LineBuffer::Taken taken = lines_.Next(&line);
    if (taken == LineBuffer::Taken::kTooLong) {
      *problem = fmt::format("the server's answer is longer than {} bytes", kMaxLineBytes);
      return nullptr;
    }
    if (taken == LineBuffer::Taken::kNone) {
      if (!WaitForLines(problem)) return nullptr;
      continue;
    }
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto message = std::make_unique<Message>(line);
    if (!message->is_object()) {
      ++strange_lines_;
      log_.PassOn(line);
      continue;
    }
    if (message->doubt().empty()) return message;
    *problem = fmt::format("the server wrote JSON that two readers could read differently: {}",
                           message->doubt());
    return nullptr;
  }
}

bool McpClient::WaitForLines(std::string* problem) {
  for (;;) {
    if (output_ended_) {
      pollfd exit = {server_.pidfd(), POLLIN, 0};
      poll(&exit, 1, kExitMilliseconds);
      int status = 0;
      *problem = WhyNoAnswer(server_.Reap(&status) ? "the server " + server_.HowItEnded()
                                                   : "the server closed its output");
      return false;
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    if (left <= 0) {
      *problem = WhyNoAnswer(fmt::format("the server did not answer within {} second{}",
                                         patience_.count(), patience_.count() == 1 ? "" : "s"));
      return false;
    }
    pollfd events[] = {{from_server_.fd(), POLLIN, 0},
                       {signals_.fd(), POLLIN, 0},
                       {to_server_.pending() > 0 ? to_server_.fd() : -1, POLLOUT, 0}};
    poll(events, 3, static_cast<int>(left));
    if (events[2].revents != 0) to_server_.Flush();
    while (const int signal = signals_.Next()) {
      if (signal == SIGCHLD) continue;
      signal_ = signal;
      *problem = fmt::format("ended by signal {}", signal);
      return false;
    }
    if (events[0].revents == 0) continue;
    const LineBuffer::Filling filling = lines_.ReadFrom(from_server_);
    if (filling == LineBuffer::Filling::kEnd) output_ended_ = true;
    if (filling == LineBuffer::Filling::kSome || filling == LineBuffer::Filling::kFull) return true;
  }
}

std::string McpClient::WhyNoAnswer(std::string_view what) const {
  std::string why(what);
  if (strange_lines_ == 1) why += "; it wrote a line that is no JSON object";
  if (strange_lines_ > 1) {
    why += fmt::format("; it wrote {} lines that are no JSON object", strange_lines_);
  }
  if (!error_of_no_request_.empty()) {
    why += fmt::format("; it answered what was not asked with {}", error_of_no_request_);
  }
  return why;
}

}  // namespace writ
