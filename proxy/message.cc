// Reading the client's messages.
// Tested by tests/proxy/message_test.cc.
//
// The envelope is read by the same scanner as the arguments, with a trie of its own: jsonrpc, id,
// method, params and what of params matters are slots. Where `params.name` comes before
// `arguments` (nearly always), the arguments go to the tool's slots in the same pass; otherwise
// their span is scanned again once the tool is known.
#include "proxy/message.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "vm/json_text.h"
#include "vm/plain_text.h"

namespace writ {
namespace {

enum Slot : uint32_t {
  kJsonrpc,
  kId,
  kMethod,
  kParams,
  kResult,
  kErrorMember,
  kName,
  kArguments,
  kTask,
  kRequestIdSlot,
  kProtocolVersion,
  kClientName,  // of an initialize
  kClientVersion,
  kMetaClientName,  // of a request of the stateless revisions
  kMetaClientVersion,
  kSlotCount,
};

constexpr std::string_view kToolsCall = "tools/call";

size_t SkipSpace(std::string_view line) {
  size_t at = 0;
  while (at < line.size() && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r')) ++at;
  return at;
}

// Whether the inside of a string token of a scanned line has escapes.
inline bool HasEscapes(std::string_view inside) {
  const char* const end = inside.data() + inside.size();  // the quote
  return SkipPlain(inside.data(), end) != end && inside.find('\\') != std::string_view::npos;
}

bool SpeaksOfCancelling(std::string_view method) {
  constexpr std::string_view kWord = "cancel";
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  return std::search(method.begin(), method.end(), kWord.begin(), kWord.end(), same) !=
         method.end();
}

// The first name of the trie that a member's name only looks like.
std::string_view LookalikeOf(const PathTrie& trie, uint64_t edges) {
  return trie.edge(static_cast<uint32_t>(__builtin_ctzll(edges))).name;
}

}  // namespace

struct MessageReader::EnvelopeTrie {
  PathTrie trie;
  uint32_t root = kNoNode;
  uint32_t params = kNoNode;
  uint32_t arguments = kNoNode;
  // Edges of the envelope's own members, and of those that a tools/call has in its params.
  uint64_t envelope_edges = 0;
  uint64_t id_edge = 0;
  uint64_t call_edges = 0;
  uint64_t request_id_edge = 0;
  uint64_t response_edges = 0;  // result and error
};

const MessageReader::EnvelopeTrie& MessageReader::Envelope() {
  static const EnvelopeTrie envelope = [] {
    EnvelopeTrie made;
    PathTrieBuilder builder;
    const auto member = [&builder](uint32_t node, std::string_view name, uint32_t slot) {
      const uint32_t child = builder.Child(node, name);
      // Values are decoded here, after the scan, and only where the kind of message asks for it.
      builder.SetSlot(child, slot, false);
      return child;
    };
    made.root = builder.NewRoot();
    member(made.root, "jsonrpc", kJsonrpc);
    member(made.root, "id", kId);
    member(made.root, "method", kMethod);
    made.params = member(made.root, "params", kParams);
    member(made.root, "result", kResult);
    member(made.root, "error", kErrorMember);
    member(made.params, "name", kName);
    made.arguments = member(made.params, "arguments", kArguments);
    member(made.params, "task", kTask);
    member(made.params, "requestId", kRequestIdSlot);
    builder.Child(made.params, "inputResponses");
    builder.Child(made.params, "requestState");
    const uint32_t meta = builder.Child(made.params, "_meta");
    member(meta, "io.modelcontextprotocol/protocolVersion", kProtocolVersion);
    const uint32_t info = builder.Child(made.params, "clientInfo");
    member(info, "name", kClientName);
    member(info, "version", kClientVersion);
    const uint32_t meta_info = builder.Child(meta, "io.modelcontextprotocol/clientInfo");
    member(meta_info, "name", kMetaClientName);
    member(meta_info, "version", kMetaClientVersion);
    made.trie = builder.Build();
    const PathNode& root = made.trie.node(made.root);
    for (uint32_t e = root.first_edge; e < root.first_edge + root.edge_count; ++e) {
      made.envelope_edges |= uint64_t{1} << e;
      const std::string_view name = made.trie.edge(e).name;
      if (name == "id") made.id_edge = uint64_t{1} << e;
      if (name == "result" || name == "error") made.response_edges |= uint64_t{1} << e;
    }
    const PathNode& params = made.trie.node(made.params);
    for (uint32_t e = params.first_edge; e < params.first_edge + params.edge_count; ++e) {
      const std::string_view name = made.trie.edge(e).name;
      if (name == "clientInfo") continue;
      (name != "requestId" ? made.call_edges : made.request_id_edge) |= uint64_t{1} << e;
    }
    return made;
  }();
  return envelope;
}

// Sends the arguments to the tool's slots if the tool is known when they come.
class MessageReader::ToolArguments : public NestedTarget {
 public:
  explicit ToolArguments(MessageReader& reader) : reader_(reader) {}

  ScanTarget* Enter() override {
    const Value& method = reader_.slots_[kMethod];
    const Value& name = reader_.slots_[kName];
    if (entered_ || !method.is(Tag::kString) || method.view() != kToolsCall ||
        !name.is(Tag::kString) || HasEscapes(name.view())) {
      return nullptr;
    }
    entered_ = true;
    reader_.message_.tool = name.view();
    return reader_.machine_.BeginCall(name.view());
  }

  bool entered() const { return entered_; }

 private:
  MessageReader& reader_;
  bool entered_ = false;
};

MessageReader::MessageReader(Machine& machine, uint32_t max_depth)
    : machine_(machine), trie_(Envelope()), scanner_(machine.arena(), max_depth) {
  static_assert(kSlotCount <= sizeof slots_ / sizeof slots_[0]);
}

std::string_view MessageReader::Raw(uint32_t slot) const {
  return (envelope_.filled >> slot & 1) != 0 ? raw_[slot] : std::string_view();
}

void MessageReader::Refuse(int code, std::string why) {
  message_.kind = MessageKind::kRefused;
  message_.refusal_code = code;
  message_.refusal = std::move(why);
}

// What the last line left is not to be taken for this one's.
[[gnu::always_inline]] inline void MessageReader::ClearLast() {
  machine_.ResetArena();
  message_.kind = MessageKind::kBlank;
  message_.method = {};
  message_.is_tool_call = false;
  message_.tool = {};
  message_.arguments = {};
  message_.has_task = false;
  message_.is_stateless = false;
  message_.is_initialize = false;
  message_.client_name.reset();
  message_.client_version.reset();
  message_.may_answer = false;
  message_.may_cancel = false;
  MakeAbsent(slots_);
  envelope_ = {};
}

const ClientMessage& MessageReader::Read(std::string_view line) {
  ClearLast();
  const size_t first = SkipSpace(line);
  if (first == line.size()) return message_;

  envelope_.trie = &trie_.trie;
  envelope_.root = trie_.root;
  envelope_.slots = slots_;
  envelope_.raw = raw_;
  ToolArguments arguments(*this);
  const ScanResult scanned = scanner_.Scan(line, true, envelope_, trie_.arguments, &arguments);
  if (slots_[kId].is(Tag::kInt)) {
    ReadIntegerId(raw_[kId], slots_[kId].i, message_.id);
  } else {
    ReadRequestId(Raw(kId), message_.id);
  }
  if (!arguments.entered()) message_.tool = {};
  Classify(line, first, scanned);
  if (message_.kind == MessageKind::kRefused && scanned.is_json()) DecideWhetherToAnswer();
  return message_;
}

[[gnu::always_inline]] inline void MessageReader::Classify(std::string_view line, size_t first,
                                                           const ScanResult& scanned) {
  if (!scanned.ok()) return RefuseViolation(line, scanned);
  if (line[first] == '[') return Refuse(kInvalidRequest, "a batch");
  if (line[first] != '{') return Refuse(kInvalidRequest, "not a JSON object");

  if (const uint64_t edges = envelope_.lookalike_edges & trie_.envelope_edges; edges != 0) {
    return Refuse(kInvalidRequest, fmt::format("a member whose name looks like {} but is not",
                                               JsonQuote(LookalikeOf(trie_.trie, edges))));
  }
  if ((envelope_.nul_nodes >> trie_.root & 1) != 0) {
    return Refuse(kInvalidRequest, "a member whose name holds a NUL");
  }
  if (!slots_[kJsonrpc].is(Tag::kString)) return Refuse(kInvalidRequest, "jsonrpc is not \"2.0\"");
  if (slots_[kJsonrpc].view() != "2.0") {
    std::string decoded;
    if (!AppendDecoded(slots_[kJsonrpc].view(), decoded) || decoded != "2.0") {
      return Refuse(kInvalidRequest, "jsonrpc is not \"2.0\"");
    }
  }

  const bool has_method = !slots_[kMethod].is(Tag::kAbsent);
  const bool has_result = !slots_[kResult].is(Tag::kAbsent);
  const bool has_error = !slots_[kErrorMember].is(Tag::kAbsent);
  if (has_method + has_result + has_error != 1) {
    return Refuse(kInvalidRequest, has_method || has_result || has_error
                                       ? "more than one of method, result and error"
                                       : "none of method, result and error");
  }
  if (!has_method) {
    if (message_.id.is_valid() || (has_error && message_.id.kind == IdKind::kNull)) {
      message_.kind = MessageKind::kResponse;
      return;
    }
    return Refuse(kInvalidRequest, "a response without a valid id");
  }

  if (!slots_[kMethod].is(Tag::kString)) return Refuse(kInvalidRequest, "method is no string");
  message_.method = slots_[kMethod].view();
  message_.is_tool_call = message_.method == kToolsCall;
  if (!message_.is_tool_call && HasEscapes(message_.method)) {
    bool lone_surrogate = false;
    message_.method = Unescape(message_.method, machine_.arena(), &lone_surrogate);
    if (lone_surrogate) return Refuse(kParseError, "a lone surrogate in method");
    if (message_.method.find('\0') != std::string_view::npos) {
      return Refuse(kInvalidRequest, "a NUL in method");
    }
    message_.is_tool_call = message_.method == kToolsCall;
  }
  message_.may_cancel = !message_.is_tool_call && SpeaksOfCancelling(message_.method);
  if (message_.may_cancel) ReadRequestId({}, message_.cancelled);
  if (message_.id.kind != IdKind::kNone && !message_.id.is_valid()) {
    return Refuse(kInvalidRequest, "an id that is neither a string nor an integer");
  }
  if (!slots_[kParams].is(Tag::kAbsent) && !slots_[kParams].is(Tag::kMapSpan)) {
    return Refuse(message_.is_tool_call ? kInvalidParams : kInvalidRequest, "params is no object");
  }
  if (message_.is_tool_call) {
    if (!ReadToolCall()) return;
  } else if (message_.method == "notifications/cancelled") {
    if ((envelope_.lookalike_edges & trie_.request_id_edge) != 0 ||
        (envelope_.nul_nodes >> trie_.params & 1) != 0) {
      return Refuse(kInvalidRequest, "a member of params that looks like \"requestId\" but is not");
    }
    ReadRequestId(Raw(kRequestIdSlot), message_.cancelled);
  } else if (message_.method == "initialize") {
    message_.is_initialize = true;
    ReadClientInfo(kClientName, kClientVersion);
  }
  message_.kind =
      message_.id.kind == IdKind::kNone ? MessageKind::kNotification : MessageKind::kRequest;
}

void MessageReader::RefuseViolation(std::string_view line, const ScanResult& scanned) {
  if (scanned.violation != Violation::kDuplicateMember) {
    return Refuse(kParseError, fmt::format("{} (byte {})", ViolationText(scanned.violation),
                                           scanned.offset + 1));
  }
  const std::string_view params = Raw(kParams);
  const auto begin = static_cast<size_t>(params.data() - line.data());
  const bool in_params =
      params.data() != nullptr && scanned.offset >= begin && scanned.offset < begin + params.size();
  std::string method;
  const bool tool_call = slots_[kMethod].is(Tag::kString) &&
                         AppendDecoded(slots_[kMethod].view(), method) && method == kToolsCall;
  Refuse(in_params && tool_call ? kInvalidParams : kInvalidRequest,
         fmt::format("duplicate member {} (byte {})",
                     JsonQuote(scanner_.offending_name().substr(0, 64)), scanned.offset + 1));
}

// The rest of what a tools/call must be. False if it was refused.
[[gnu::always_inline]] inline bool MessageReader::ReadToolCall() {
  const auto refuse = [this](std::string why) {
    Refuse(kInvalidParams, std::move(why));
    return false;
  };
  if (message_.id.kind == IdKind::kNone) {
    Refuse(kInvalidRequest, "a tools/call without an id");
    return false;
  }
  if (const uint64_t edges = envelope_.lookalike_edges & trie_.call_edges; edges != 0) {
    return refuse(fmt::format("a member of params whose name looks like {} but is not",
                              JsonQuote(LookalikeOf(trie_.trie, edges))));
  }
  if ((envelope_.nul_nodes >> trie_.params & 1) != 0) {
    return refuse("a member of params whose name holds a NUL");
  }
  const Value& name = slots_[kName];
  if (!name.is(Tag::kString)) return refuse("params.name is missing or no string");
  const Value& arguments = slots_[kArguments];
  if (arguments.is(Tag::kMapSpan)) {
    message_.arguments = arguments.view();
  } else if (!arguments.is(Tag::kAbsent)) {
    return refuse("params.arguments is no object");
  }
  const bool scanned_arguments = message_.tool.data() != nullptr;
  if (!scanned_arguments) {
    bool lone_surrogate = false;
    message_.tool = HasEscapes(name.view())
                        ? Unescape(name.view(), machine_.arena(), &lone_surrogate)
                        : name.view();
    if (lone_surrogate) return refuse("a lone surrogate in params.name");
    if (message_.tool.find('\0') != std::string_view::npos) {
      return refuse("a NUL in params.name");
    }
    ScanTarget* target = machine_.BeginCall(message_.tool);
    if (target != nullptr && arguments.is(Tag::kMapSpan)) {
      const ScanResult again = scanner_.Scan(arguments.view(), false, *target);
      if (!again.ok()) {
        Refuse(kParseError, std::string(ViolationText(again.violation)));
        return false;
      }
    }
  }
  message_.has_task = !slots_[kTask].is(Tag::kAbsent);
  message_.is_stateless = !slots_[kProtocolVersion].is(Tag::kAbsent);
  if (message_.is_stateless) ReadClientInfo(kMetaClientName, kMetaClientVersion);
  return true;
}

// Claims decide nothing that a server would do, so what is doubtful in them is left out, not
// refused.
void MessageReader::ReadClientInfo(uint32_t name_slot, uint32_t version_slot) {
  const auto read = [this](uint32_t slot, std::optional<std::string_view>& claim) {
    if (!slots_[slot].is(Tag::kString)) return;
    bool lone_surrogate = false;
    const std::string_view text = Unescape(slots_[slot].view(), machine_.arena(), &lone_surrogate);
    if (!lone_surrogate) claim = text;
  };
  read(name_slot, message_.client_name);
  read(version_slot, message_.client_version);
}

void MessageReader::DecideWhetherToAnswer() {
  const bool response = !slots_[kResult].is(Tag::kAbsent) ||
                        !slots_[kErrorMember].is(Tag::kAbsent) ||
                        (envelope_.lookalike_edges & trie_.response_edges) != 0;
  const bool one_id = message_.id.is_valid() && (envelope_.filled_twice >> kId & 1) == 0 &&
                      (envelope_.lookalike_edges & trie_.id_edge) == 0;
  message_.may_answer = one_id && !response;
}

}  // namespace writ
