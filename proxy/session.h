// One MCP session's judgement of lines, without any input or output of its own: the pump reads
// and writes bytes, the session says what to do with each line.
//
// A line is handed over without its LF (a CR directly before the LF still belongs to it, for the
// bytes are forwarded as they came). The pump forwards allowed lines from its own buffer, so the
// bytes the server gets are the bytes that were judged.
//
// Thread safety: none; a session belongs to the pump's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace writ {

// Bytes that must be readable (any content) after every line handed to the session: the scanner
// loads whole vectors and never tests for the end inside one.
inline constexpr size_t kLinePadding = 64;

// What to do with a line from the client.
enum class ClientAction : uint8_t {
  kForward,  // write the line and an LF to the server
  kAnswer,   // write `answer` and an LF to the client; nothing reaches the server
  kDrop,     // nothing to anybody (blank line, refused notification, refused beyond answering)
};

// What to do with a line from the server.
enum class ServerAction : uint8_t {
  kForward,   // write the line and an LF to the client
  kReplace,   // write `replacement` and an LF to the client instead
  kToStderr,  // not an MCP message: write the line and an LF to stderr
  kDrop,      // nothing (a blank line)
};

class SessionInterface {
 public:
  virtual ~SessionInterface() = default;

  // `line`: padded (see kLinePadding), without LF. `answer` is overwritten if the result is
  // kAnswer, and must not be looked at otherwise. It never holds an LF.
  virtual ClientAction OnClientLine(std::string_view line, std::string* answer) = 0;

  virtual ServerAction OnServerLine(std::string_view line, std::string* replacement) = 0;

  // A line longer than the limit was thrown away by the pump, unread (`bytes` of it so far), or a
  // last line came without LF. Only logged.
  virtual void OnClientLineLost(std::string_view reason, size_t bytes) = 0;
  virtual void OnServerLineLost(std::string_view reason, size_t bytes) = 0;

  // The client ends the session, or a signal does: the server's input is about to be closed, or it
  // is told to end. Lines that the client has sent before may still come. May be called again.
  virtual void OnClientGone() {}

  // The server is gone (`how`: "exited with status 3", "was ended by signal 9", "closed its
  // output"). Appends one JSON-RPC error line (each with LF) for every request of the client that
  // is still in flight and not cancelled; they are forgotten.
  virtual void OnServerGone(std::string_view how, std::string* answers) = 0;

  // Both sides have been served, and what comes next is waiting for them. `ending`: the session is
  // being ended. Also called once after the last line.
  virtual void BeforeWait(bool /*ending*/) {}

  // A descriptor that is readable when OnNews has something to do; -1: it never has. OnNews appends
  // lines for the client (each with LF), which stand between those of the server.
  virtual int news_fd() const { return -1; }
  virtual void OnNews(std::string* /*lines*/) {}

  // SIGHUP came. True if that means something else to the session than its end.
  virtual bool OnHangup() { return false; }

  // Whether there is work that waits until neither side has said anything for a while; OnIdle does
  // some of it.
  virtual bool HasIdleWork() const { return false; }
  virtual void OnIdle() {}
};

}  // namespace writ
