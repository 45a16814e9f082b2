// Filtering tool lists.
// Tested by tests/proxy/tool_list_test.cc.
#include "proxy/tool_list.h"

#include "vm/json_text.h"
#include "vm/json.h"

namespace writ {
namespace {

// The entry's name if it has exactly one, beyond doubt.
bool CertainName(const Value& entry, Arena& arena, std::string_view* name) {
  if (!entry.is(Tag::kMapSpan)) return false;
  static const PathTrie trie = [] {
    PathTrieBuilder builder;
    const uint32_t root = builder.NewRoot();
    builder.SetSlot(builder.Child(root, "name"), 0, true);
    return builder.Build();
  }();
  Value slot;
  ScanTarget target;
  target.trie = &trie;
  target.root = 0;
  target.slots = &slot;
  Scanner scanner(arena);
  const ScanResult scanned = scanner.Scan(entry.view(), false, target);
  if (!scanned.is_json() || scanned.violation == Violation::kSurrogateInValue ||
      scanned.violation == Violation::kInvalidUtf8) {
    return false;
  }
  if (!slot.is(Tag::kString) || target.filled_twice != 0 || target.lookalike_edges != 0) {
    return false;
  }
  *name = slot.view();
  return name->find('\0') == std::string_view::npos;
}

}  // namespace

size_t CutHiddenTools(std::string_view line, std::string_view tools, const Program& program,
                      std::string& filtered) {
  Arena arena;
  const List* entries = ReadListSpan(tools, arena);
  const auto offset = [&line](const char* p) { return static_cast<size_t>(p - line.data()); };
  const size_t after_bracket = offset(tools.data()) + 1;
  filtered.assign(line.substr(0, after_bracket));
  size_t cut = 0;
  size_t kept = 0;
  // The bytes between the entry before and this one: white space and, but for the first, a comma.
  size_t between = after_bracket;
  for (uint32_t i = 0; i < entries->size; ++i) {
    const Value& entry = entries->items[i];
    if (!entry.is(Tag::kMapSpan)) {
      ++cut;
      continue;
    }
    const size_t begin = offset(entry.text);
    const size_t end = begin + entry.size;
    std::string_view name;
    if (!CertainName(entry, arena, &name) || program.Hides(name)) {
      ++cut;
    } else {
      std::string_view separator = line.substr(between, begin - between);
      // Of what stands between two kept entries only the last separator is kept; the first kept
      // entry follows the bracket without a comma.
      const size_t comma = separator.rfind(',');
      if (kept == 0 && comma != std::string_view::npos) separator.remove_prefix(comma + 1);
      filtered += separator;
      filtered += line.substr(begin, entry.size);
      ++kept;
    }
    between = end;
  }
  const size_t closing = offset(tools.data()) + tools.size() - 1;
  filtered += line.substr(between, closing - between);
  filtered += line.substr(closing);
  return cut;
}

}  // namespace writ
