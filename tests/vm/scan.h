// Tries from lists of paths, and scans of literal text into them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vm/arena.h"
#include "vm/disasm.h"
#include "vm/json.h"
#include "vm/paths.h"

namespace writ {

// A trie whose slot i is the i-th path: names joined by '/', "" for the whole value. A '?' before
// a path asks only whether the value is there, a '~' only watches it: nothing of it decides.
class Paths {
 public:
  explicit Paths(const std::vector<std::string>& paths) : slot_count_(paths.size()) {
    PathTrieBuilder builder;
    const uint32_t root = builder.NewRoot();
    std::vector<bool> deciding;
    for (uint32_t slot = 0; slot < paths.size(); ++slot) {
      const bool reads_value = paths[slot].substr(0, 1) != "?";
      deciding.push_back(paths[slot].substr(0, 1) != "~");
      const bool is_marked = !reads_value || !deciding.back();
      std::string_view rest = std::string_view(paths[slot]).substr(is_marked ? 1 : 0);
      uint32_t node = root;
      while (!rest.empty()) {
        const size_t slash = rest.find('/');
        node = builder.Child(node, rest.substr(0, slash));
        rest = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
      }
      builder.SetSlot(node, slot, reads_value);
    }
    builder.Watch(root, deciding, deciding);
    trie_ = builder.Build();
  }

  const PathTrie& trie() const { return trie_; }
  size_t slot_count() const { return slot_count_; }

 private:
  size_t slot_count_;
  PathTrie trie_;
};

// Where a scan of one text puts what it finds.
struct Slots {
  explicit Slots(const Paths& paths) : values(paths.slot_count()), raw(paths.slot_count()) {
    target.trie = &paths.trie();
    target.root = 0;
    target.slots = values.data();
    target.raw = raw.data();
  }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  std::vector<Value> values;
  std::vector<std::string_view> raw;
  ScanTarget target;
};

// One scan of a text of its own, which it keeps.
struct Scanned {
  Scanned(std::string_view line, const Paths& paths, uint32_t max_depth = kDefaultMaxDepth)
      : text(line), slots(paths), scanner(arena, max_depth) {
    result = scanner.Scan(text.view(), true, slots.target);
  }

  // Slot i as text.
  std::string operator[](size_t i) const { return FormatValue(slots.values[i], 1000); }
  std::string_view raw(size_t i) const { return slots.raw[i]; }

  PaddedText text;
  Arena arena;
  Slots slots;
  Scanner scanner;
  ScanResult result;
};

}  // namespace writ
