// Functions of expressions: JSON in text.
// Tested by tests/vm/functions/json_test.cc.
#include "vm/json.h"

#include <cstring>

#include "vm/functions/arguments.h"
#include "vm/functions/function.h"

namespace writ {
namespace {

// The whole value goes to slot 0, so that every byte of it counts as read.
const PathTrie& WholeValue() {
  static const PathTrie& trie = *new PathTrie([] {
    PathTrieBuilder builder;
    builder.SetSlot(builder.NewRoot(), 0, true);
    return builder.Build();
  }());
  return trie;
}

// The scanner takes a line. In JSON that was written over several, breaks between tokens become
// spaces; one in a string stays, and is as wrong as it was.
void JoinLines(char* text, size_t size) {
  bool in_string = false;
  for (size_t i = 0; i < size; ++i) {
    switch (text[i]) {
      case '"': in_string = !in_string; break;
      case '\\': i += in_string ? 1 : 0; break;
      case '\n':
      case '\r':
        if (!in_string) text[i] = ' ';
        break;
      default: break;
    }
  }
}

}  // namespace

namespace functions {

// Lists and objects become spans of a copy in the arena.
Value JsonDecode(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1 || !arguments[0].is(Tag::kString)) {
    return NoOverload(arguments, count);
  }
  const std::string_view text = arguments[0].view();
  // Twice what text costs, for the copy and the scan, and as much again for the names of large
  // objects, which are sorted to find one that stands there twice.
  if (!context.ChargeText(uint64_t{text.size()} * 4)) return Fail(Error::kBudget);
  // As the names need, at worst, again.
  if (!context.HasRoom(uint64_t{text.size()} + 1 + kScanPadding)) return Fail(Error::kBudget);
  char* const copy = context.arena.Allocate<char>(text.size() + 1 + kScanPadding);
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  JoinLines(copy, text.size());
  copy[text.size()] = '\n';
  std::memset(copy + text.size() + 1, 0, kScanPadding);

  Value value;
  ScanTarget target;
  target.trie = &WholeValue();
  target.root = 0;
  target.slots = &value;
  const ScanResult scanned = Scanner(context.arena).Scan({copy, text.size()}, true, target);
  return scanned.ok() ? value : Fail(Error::kInvalidJson);
}

}  // namespace functions
}  // namespace writ
