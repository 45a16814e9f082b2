// A server's line, read for what it is and which request it may answer; nothing else of it is
// judged.
//
// Tested by tests/proxy/server_message_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/request_id.h"
#include "vm/json.h"

namespace writ {

enum class ServerMessageKind : uint8_t {
  kBlank,      // white space only
  kNoMessage,  // no JSON object: not for the client
  kAnswer,     // to a request of the client, beyond doubt
  kOwn,        // a request or notification of the server's own
  kUncertain,  // which of these it is, or what it answers, depends on the reader
};

// Views point into the line and are valid until the next Read().
struct ServerMessage {
  ServerMessageKind kind = ServerMessageKind::kBlank;
  RequestId id;
  bool is_error = false;  // an answer whose error is an object
  bool has_result = false;
  std::string_view tools;       // the span of result.tools if that is a list, else empty
  bool mentions_tools = false;  // result.tools is there, whatever it is
  // What the server calls itself, where the answer says it beyond doubt: in result.serverInfo, as
  // only that of an initialize should, and in result._meta of stateless revisions. Decoded.
  std::optional<std::string_view> server_name;
  std::optional<std::string_view> meta_server_name;
  // Whether it says beyond doubt, as the answer to an initialize does, that its list of tools may
  // change and that it tells so.
  bool tells_of_tools = false;
};

class ServerMessageReader {
 public:
  ServerMessageReader() : scanner_(arena_) {}

  // `line` is padded (kLinePadding) and followed by an LF.
  const ServerMessage& Read(std::string_view line);

 private:
  std::optional<std::string_view> NameAt(uint32_t slot);

  Arena arena_;
  Scanner scanner_;
  ServerMessage message_;
  Value slots_[8];
};

}  // namespace writ
