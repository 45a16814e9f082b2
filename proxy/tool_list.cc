// Filtering tool lists.
// Tested by tests/proxy/tool_list_test.cc.
#include "proxy/tool_list.h"

#include "vm/json.h"
#include "vm/json_text.h"
#include "vm/span.h"

namespace writ {
namespace {

// The entry's name if it has exactly one, beyond doubt.
bool CertainName(const Value& entry, Arena& arena, std::string* name) {
  if (!entry.is(Tag::kMapSpan)) return false;
  static const PathTrie trie = [] {
    PathTrieBuilder builder;
    const uint32_t root = builder.NewRoot();
    builder.SetSlot(builder.Child(root, "name"), 0, false);
    return builder.Build();
  }();
  Value slot;
  ScanTarget target;
  target.trie = &trie;
  target.root = 0;
  target.slots = &slot;
  Scanner scanner(arena);
  const ScanResult scanned = scanner.Scan(entry.view(), false, target);
  if (!scanned.is_json() || !slot.is(Tag::kString) || target.filled_twice != 0 ||
      target.lookalike_edges != 0) {
    return false;
  }
  return AppendDecoded(slot.view(), *name) && name->find('\0') == std::string::npos;
}

// Where the white space that ends at `end` begins.
size_t SpaceBefore(std::string_view line, size_t end) {
  while (line[end - 1] == ' ' || line[end - 1] == '\t' || line[end - 1] == '\r') --end;
  return end;
}

}  // namespace

size_t CutHiddenTools(std::string_view line, std::string_view tools, const Program& program,
                      std::string& filtered) {
  Arena arena;
  const List* entries = ReadListSpan(tools, arena);
  const auto offset = [&line](const char* p) { return static_cast<size_t>(p - line.data()); };
  filtered.assign(line.substr(0, offset(tools.data()) + 1));
  size_t cut = 0;
  bool first = true;
  for (uint32_t i = 0; i < entries->size; ++i) {
    const Value& entry = entries->items[i];
    std::string name;
    if (!CertainName(entry, arena, &name) || program.Hides(name)) {
      ++cut;
      continue;
    }
    // An entry takes the white space and the comma before it along; the first that is kept
    // follows the bracket without the comma.
    const size_t begin = offset(entry.text);
    size_t from = SpaceBefore(line, begin);
    if (line[from - 1] == ',' && !first) from = SpaceBefore(line, from - 1);
    filtered += line.substr(from, begin - from);
    filtered += entry.view();
    first = false;
  }
  const size_t closing = offset(tools.data()) + tools.size() - 1;
  filtered += line.substr(SpaceBefore(line, closing));
  return cut;
}

}  // namespace writ
