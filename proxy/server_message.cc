// Reading the server's messages.
// Tested by tests/proxy/server_message_test.cc.
#include "proxy/server_message.h"

namespace writ {
namespace {

enum Slot : uint32_t { kId, kMethod, kResult, kErrorMember, kTools, kSlotCount };

const PathTrie& Envelope() {
  static const PathTrie trie = [] {
    PathTrieBuilder builder;
    const uint32_t root = builder.NewRoot();
    builder.SetSlot(builder.Child(root, "id"), kId, false);
    builder.SetSlot(builder.Child(root, "method"), kMethod, false);
    const uint32_t result = builder.Child(root, "result");
    builder.SetSlot(result, kResult, false);
    builder.SetSlot(builder.Child(root, "error"), kErrorMember, false);
    builder.SetSlot(builder.Child(result, "tools"), kTools, false);
    return builder.Build();
  }();
  return trie;
}

}  // namespace

const ServerMessage& ServerMessageReader::Read(std::string_view line) {
  message_.kind = ServerMessageKind::kBlank;
  message_.is_error = false;
  message_.has_result = false;
  message_.tools = {};
  message_.mentions_tools = false;
  const size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return message_;
  message_.kind = ServerMessageKind::kNoMessage;
  if (line[first] != '{') return message_;

  arena_.Reset();
  Value slots[kSlotCount];
  std::string_view raw[kSlotCount];
  ScanTarget target;
  target.trie = &Envelope();
  target.root = 0;
  target.slots = slots;
  target.raw = raw;
  const ScanResult scanned = scanner_.Scan(line, true, target);
  if (!scanned.is_json()) return message_;

  ReadRequestId(raw[kId], message_.id);
  message_.has_result = !slots[kResult].is(Tag::kAbsent);
  message_.is_error = slots[kErrorMember].is(Tag::kMapSpan);
  message_.mentions_tools = !slots[kTools].is(Tag::kAbsent);
  if (slots[kTools].is(Tag::kListSpan)) message_.tools = raw[kTools];

  const bool has_error = !slots[kErrorMember].is(Tag::kAbsent);
  const bool one_reading = target.filled_twice == 0 && target.lookalike_edges == 0 &&
                           target.nul_nodes == 0 && scanned.violation != Violation::kCarriageReturn;
  message_.kind = ServerMessageKind::kUncertain;
  if (!one_reading) return message_;
  if (slots[kMethod].is(Tag::kString)) {
    if (!message_.has_result && !has_error) message_.kind = ServerMessageKind::kOwn;
  } else if (slots[kMethod].is(Tag::kAbsent) && message_.has_result != has_error) {
    message_.kind = ServerMessageKind::kAnswer;
  }
  return message_;
}

}  // namespace writ
