// Reading the server's messages.
// Tested by tests/proxy/server_message_test.cc.
#include "proxy/server_message.h"

#include <algorithm>

namespace writ {
namespace {

enum Slot : uint32_t {
  kId,
  kMethod,
  kResult,
  kErrorMember,
  kTools,
  kServerName,
  kMetaServerName,
  kListChanged,
  kSlotCount,
};
// A doubt about what the server says of itself is no doubt about the message.
constexpr uint64_t kEnvelopeSlots = (uint64_t{1} << kServerName) - 1;

struct EnvelopeTrie {
  PathTrie trie;
  // The members of the message and its tools: those that must not come in two readings.
  uint64_t edges = 0;
  uint64_t nodes = 0;
};

const EnvelopeTrie& Envelope() {
  static const EnvelopeTrie envelope = [] {
    EnvelopeTrie made;
    PathTrieBuilder builder;
    const uint32_t root = builder.NewRoot();
    builder.SetSlot(builder.Child(root, "id"), kId, false);
    builder.SetSlot(builder.Child(root, "method"), kMethod, false);
    const uint32_t result = builder.Child(root, "result");
    builder.SetSlot(result, kResult, false);
    builder.SetSlot(builder.Child(root, "error"), kErrorMember, false);
    builder.SetSlot(builder.Child(result, "tools"), kTools, false);
    builder.SetSlot(builder.Child(builder.Child(result, "serverInfo"), "name"), kServerName, false);
    const uint32_t meta = builder.Child(result, "_meta");
    builder.SetSlot(
        builder.Child(builder.Child(meta, "io.modelcontextprotocol/serverInfo"), "name"),
        kMetaServerName, false);
    const uint32_t capabilities = builder.Child(result, "capabilities");
    builder.SetSlot(builder.Child(builder.Child(capabilities, "tools"), "listChanged"),
                    kListChanged, false);
    made.trie = builder.Build();
    for (const uint32_t node : {root, result}) {
      made.nodes |= uint64_t{1} << node;
      const PathNode& at = made.trie.node(node);
      for (uint32_t e = at.first_edge; e < at.first_edge + at.edge_count; ++e) {
        const std::string_view name = made.trie.edge(e).name;
        if (name != "serverInfo" && name != "_meta" && name != "capabilities")
          made.edges |= uint64_t{1} << e;
      }
    }
    return made;
  }();
  return envelope;
}

}  // namespace

std::optional<std::string_view> ServerMessageReader::NameAt(uint32_t slot) {
  if (!slots_[slot].is(Tag::kString)) return std::nullopt;
  bool lone_surrogate = false;
  const std::string_view name = Unescape(slots_[slot].view(), arena_, &lone_surrogate);
  if (lone_surrogate) return std::nullopt;
  return name;
}

const ServerMessage& ServerMessageReader::Read(std::string_view line) {
  message_.kind = ServerMessageKind::kBlank;
  message_.is_error = false;
  message_.has_result = false;
  message_.tools = {};
  message_.mentions_tools = false;
  message_.server_name.reset();
  message_.meta_server_name.reset();
  message_.tells_of_tools = false;
  const size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return message_;
  message_.kind = ServerMessageKind::kNoMessage;
  if (line[first] != '{') return message_;

  arena_.Reset();
  static_assert(kSlotCount == sizeof slots_ / sizeof slots_[0]);
  std::fill_n(slots_, kSlotCount, Value());
  std::string_view raw[kSlotCount];
  ScanTarget target;
  target.trie = &Envelope().trie;
  target.root = 0;
  target.slots = slots_;
  target.raw = raw;
  const ScanResult scanned = scanner_.Scan(line, true, target);
  if (!scanned.is_json()) return message_;

  ReadRequestId(raw[kId], message_.id);
  message_.has_result = !slots_[kResult].is(Tag::kAbsent);
  message_.is_error = slots_[kErrorMember].is(Tag::kMapSpan);
  message_.mentions_tools = !slots_[kTools].is(Tag::kAbsent);
  if (slots_[kTools].is(Tag::kListSpan)) message_.tools = raw[kTools];

  const bool has_error = !slots_[kErrorMember].is(Tag::kAbsent);
  const bool one_reading = (target.filled_twice & kEnvelopeSlots) == 0 &&
                           (target.lookalike_edges & Envelope().edges) == 0 &&
                           (target.nul_nodes & Envelope().nodes) == 0 &&
                           scanned.violation != Violation::kCarriageReturn;
  message_.kind = ServerMessageKind::kUncertain;
  if (!one_reading) return message_;
  if (slots_[kMethod].is(Tag::kString)) {
    if (!message_.has_result && !has_error) message_.kind = ServerMessageKind::kOwn;
  } else if (slots_[kMethod].is(Tag::kAbsent) && message_.has_result != has_error) {
    message_.kind = ServerMessageKind::kAnswer;
  }
  if (message_.kind == ServerMessageKind::kAnswer && scanned.ok() && target.lookalike_edges == 0 &&
      target.nul_nodes == 0) {
    message_.server_name = NameAt(kServerName);
    message_.meta_server_name = NameAt(kMetaServerName);
    message_.tells_of_tools = slots_[kListChanged].is(Tag::kBool) && slots_[kListChanged].i != 0;
  }
  return message_;
}

}  // namespace writ
