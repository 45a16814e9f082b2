// Reading JSON that a stranger wrote.
// Tested by tests/compiler/schema/server_tools_test.cc.
#include "compiler/schema/json_document.h"

#include <fmt/core.h>

#include "compiler/diagnostic.h"
#include "compiler/source.h"
#include "vm/compare.h"

namespace writ {
namespace {

const PathTrie& WholeTrie() {
  static const PathTrie trie = [] {
    PathTrieBuilder builder;
    builder.SetSlot(builder.NewRoot(), 0, false);
    return builder.Build();
  }();
  return trie;
}

// What JSON text may start with, by those who write it on Windows.
std::string_view WithoutMark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

}  // namespace

std::string OnOneLine(std::string text) {
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_string = !in_string;
    } else if (!in_string && (text[i] == '\n' || text[i] == '\r')) {
      text[i] = ' ';
    }
  }
  return text;
}

std::string DoubtOf(const ScanResult& scanned, const Scanner& scanner) {
  if (scanned.violation == Violation::kNone || scanned.violation == Violation::kSurrogateInValue) {
    return {};
  }
  std::string doubt(ViolationText(scanned.violation));
  if (scanned.violation == Violation::kDuplicateMember) {
    doubt += fmt::format(" {}", Quote(scanner.offending_name()));
  }
  return doubt;
}

Value MemberOf(const Value& object, std::string_view name, Arena& arena) {
  if (!object.is_map()) return Value();
  Value map = object;
  const Map* const entries = Entries(map, arena);
  for (uint32_t i = 0; i < entries->size; ++i) {
    if (entries->entries[i].key.view() == name) return entries->entries[i].value;
  }
  return Value();
}

std::optional<std::string_view> TextOf(const Value& value) {
  if (!value.is(Tag::kString)) return std::nullopt;
  return value.view();
}

JsonDocument::JsonDocument(std::string_view text)
    : text_(OnOneLine(std::string(WithoutMark(text)))) {
  ScanTarget target;
  target.trie = &WholeTrie();
  target.root = 0;
  target.slots = &root_;
  Scanner scanner(arena_);
  const ScanResult scanned = scanner.Scan(text_.view(), true, target);
  is_json_ = scanned.is_json();
  if (!is_json_) {
    offset_ = scanned.offset;
    return;
  }
  doubt_ = DoubtOf(scanned, scanner);
}

}  // namespace writ
