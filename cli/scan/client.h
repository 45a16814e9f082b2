// A client of an MCP server over stdio: asks, waits for the answer until a deadline, and ends it.
//
// What the server asks in turn is answered as far as a client without capabilities can: pings, and
// errors for the rest. Lines that are no messages go to stderr, as `writ run` passes them.
//
// Tested by tests/cli/scan.py and tests/faults/.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "cli/scan/message.h"
#include "proxy/child.h"
#include "proxy/line_buffer.h"
#include "proxy/log.h"
#include "proxy/outbox.h"
#include "proxy/signals.h"

namespace writ {

class McpClient {
 public:
  // `environment` is all that the server gets, "NAME=value" each. An error says why it does not
  // run.
  static tl::expected<std::unique_ptr<McpClient>, std::string> Start(
      const std::vector<std::string>& command, const std::vector<std::string>& environment,
      std::chrono::seconds patience);
  ~McpClient();  // ends the server
  McpClient(const McpClient&) = delete;
  McpClient& operator=(const McpClient&) = delete;

  // Sends a request and waits for its answer, a result or an error. `params` is a JSON object.
  // The error says what happened instead, as a sentence about the server. An id that comes back as
  // text is taken for the number it spells; so is an error that answers no id, which is what a
  // server writes that could not read the request, unless it may answer a notification.
  tl::expected<std::unique_ptr<Message>, std::string> Ask(std::string_view method,
                                                          std::string_view params);
  void Notify(std::string_view method);

  // How often the server has said that its tools have changed.
  int tool_changes() const { return tool_changes_; }
  // The signal that ended the wait, if one did.
  int signal() const { return signal_; }

 private:
  McpClient(Child server, std::chrono::seconds patience);
  std::unique_ptr<Message> NextMessage(std::string* problem);
  bool Answers(const Message& message, const RequestId& asked) const;
  void AnswerServer(const Message& request);
  bool WaitForLines(std::string* problem);
  std::string WhyNoAnswer(std::string_view what) const;

  using Clock = std::chrono::steady_clock;

  Child server_;
  Signals signals_;
  Log log_;
  Channel from_server_;
  Outbox to_server_;
  LineBuffer lines_;
  std::chrono::seconds patience_;
  Clock::time_point deadline_;
  bool output_ended_ = false;
  int next_id_ = 1;
  int tool_changes_ = 0;
  int signal_ = 0;
  size_t strange_lines_ = 0;
  bool has_notified_ = false;        // since the last answer
  std::string error_of_no_request_;  // the last that was no answer
};

}  // namespace writ
