// A client's line as an MCP message: read, judged by the rules of the wire, and, if it is a
// tools/call, with its arguments in the machine's slots.
//
// The rules are those of docs/security.md, "What is refused": whatever two mainstream JSON readers
// could read differently, and whatever is no JSON-RPC 2.0 message as MCP uses them.
//
// Tested by tests/proxy/message_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/request_id.h"
#include "vm/json.h"
#include "vm/machine.h"

namespace writ {

// JSON-RPC error codes, as far as writ answers with them.
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
// A policy's denial where only an error can be told; outside the range JSON-RPC reserves.
inline constexpr int kPolicyDenied = -31403;

enum class MessageKind : uint8_t {
  kBlank,         // white space only
  kRefused,       //
  kRequest,       // method and id
  kNotification,  // method, no id
  kResponse,      // result or error
};

// Views point into the line or into the machine's arena and are valid until the next Read().
struct ClientMessage {
  MessageKind kind = MessageKind::kBlank;
  RequestId id;
  std::string_view method;  // decoded
  // Of tools/call:
  bool is_tool_call = false;
  std::string_view tool;       // decoded
  std::string_view arguments;  // the bytes of params.arguments; empty: there are none
  bool has_task = false;
  bool is_stateless = false;  // of protocol revision 2026-07-28 or later
  bool is_initialize = false;
  // What the client calls itself, where this message says it beyond doubt: in an initialize, or in
  // the _meta of a stateless tools/call. Decoded.
  std::optional<std::string_view> client_name;
  std::optional<std::string_view> client_version;
  // Whether a server may take it for a cancellation: the method has "cancel" in it, in any case.
  bool may_cancel = false;
  // Of a message that may cancel: the id of the request that notifications/cancelled names, or
  // none.
  RequestId cancelled;
  // Of a refused message:
  std::string refusal;  // why, for people
  int refusal_code = 0;
  bool may_answer = false;  // it has exactly one id, beyond doubt, and is no response
};

class MessageReader {
 public:
  // `machine` takes the arguments of tool calls and lends its arena.
  MessageReader(Machine& machine, uint32_t max_depth);

  // `line` is padded (kLinePadding) and followed by an LF. A tools/call that is not refused has
  // begun its call in the machine.
  const ClientMessage& Read(std::string_view line);

 private:
  class ToolArguments;
  struct EnvelopeTrie;
  static const EnvelopeTrie& Envelope();
  void ClearLast();
  // `first`: of what is no white space.
  void Classify(std::string_view line, size_t first, const ScanResult& scanned);
  void RefuseViolation(std::string_view line, const ScanResult& scanned);
  bool ReadToolCall();
  void ReadClientInfo(uint32_t name_slot, uint32_t version_slot);
  void Refuse(int code, std::string why);
  void DecideWhetherToAnswer();
  // The bytes of what stands at that slot; empty if nothing does.
  std::string_view Raw(uint32_t slot) const;

  Machine& machine_;
  const EnvelopeTrie& trie_;
  Scanner scanner_;
  ClientMessage message_;
  ScanTarget envelope_;
  Value slots_[16];
  std::string_view raw_[16];  // of the slots that are filled
};

}  // namespace writ
