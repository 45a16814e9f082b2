// Reading a server's message whole.
// Tested by tests/cli/scan.py.
#include "cli/scan/message.h"

#include <fmt/core.h>

#include "vm/utf8.h"

namespace writ {
namespace {

const PathTrie& EnvelopeTrie(uint32_t id, uint32_t method, uint32_t result, uint32_t error) {
  static const PathTrie trie = [&] {
    PathTrieBuilder builder;
    const uint32_t root = builder.NewRoot();
    builder.SetSlot(builder.Child(root, "id"), id, false);
    builder.SetSlot(builder.Child(root, "method"), method, false);
    builder.SetSlot(builder.Child(root, "result"), result, false);
    builder.SetSlot(builder.Child(root, "error"), error, false);
    return builder.Build();
  }();
  return trie;
}

}  // namespace

Message::Message(std::string_view line) : line_(line) {
  const std::string_view text = line_.view();
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos || text[first] != '{') return;
  std::string_view raw[kSlotCount];
  ScanTarget target;
  target.trie = &EnvelopeTrie(kId, kMethod, kResult, kError);
  target.root = 0;
  target.slots = slots_;
  target.raw = raw;
  Scanner scanner(arena_);
  const ScanResult scanned = scanner.Scan(text, true, target);
  is_object_ = scanned.is_json();
  if (!is_object_) return;
  doubt_ = DoubtOf(scanned, scanner);
  if (!doubt_.empty()) return;
  ReadRequestId(raw[kId], id_);
}

std::optional<std::string_view> Message::method() const {
  return TextOf(slots_[kMethod]);
}

bool Message::is_answer() const {
  const Value& result = slots_[kResult];
  const bool is_result = !result.is(Tag::kAbsent) && !(is_error() && result.is(Tag::kNull));
  return slots_[kMethod].is(Tag::kAbsent) && is_error() != is_result;
}

bool Message::is_error() const {
  return !slots_[kError].is(Tag::kAbsent) && !slots_[kError].is(Tag::kNull);
}

std::string Message::ErrorText() {
  const Value code = Member(slots_[kError], "code");
  const std::string text = ShortTextOf(Member(slots_[kError], "message"));
  return fmt::format("error {} ({})",
                     code.is(Tag::kInt) ? std::to_string(code.i) : "without a code",
                     text.empty() ? "and no message" : text);
}

Value Message::Member(const Value& object, std::string_view name) {
  return MemberOf(object, name, arena_);
}

std::string ShortTextOf(const Value& value, size_t bytes) {
  const std::optional<std::string_view> text = TextOf(value);
  return text ? std::string(CutToBytes(*text, bytes)) : std::string();
}

}  // namespace writ
