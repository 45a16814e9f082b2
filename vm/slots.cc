// Slots from values.
// Tested by tests/vm/slots_test.cc.
#include "vm/slots.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "vm/number.h"

namespace writ {
namespace {

class Filler {
 public:
  Filler(ScanTarget& target, Arena& arena) : target_(target), arena_(arena) {}

  // Recursion is as deep as the trie at most, whose depth the loader bounds.
  void Fill(const Value& value, uint32_t node) {
    const PathNode& at = target_.trie->node(node);
    if (at.slot != kNoSlot) target_.slots[at.slot] = Safe(value);
    if (!value.is(Tag::kMap) || at.edge_count == 0) return;
    for (uint32_t i = 0; i < value.map->size; ++i) {
      FillMember(value.map->entries[i], node);
    }
  }

  // The value with every number in it that readers round made unsafe.
  Value Safe(const Value& value) {
    switch (value.tag) {
      case Tag::kInt:
      case Tag::kUint:
      case Tag::kDouble: return SafeNumber(value);
      case Tag::kList: {
        Value* items = arena_.Allocate<Value>(value.list->size);
        for (uint32_t i = 0; i < value.list->size; ++i) items[i] = Safe(value.list->items[i]);
        return Value::Of(arena_.New(List{value.list->size, items}));
      }
      case Tag::kMap: {
        MapEntry* entries = arena_.Allocate<MapEntry>(value.map->size);
        for (uint32_t i = 0; i < value.map->size; ++i) {
          entries[i] = {value.map->entries[i].key, Safe(value.map->entries[i].value)};
        }
        return Value::Of(arena_.New(Map{value.map->size, entries}));
      }
      default: return value;
    }
  }

 private:
  Value SafeNumber(const Value& value) {
    char text[32];
    char* end = text;
    if (value.is(Tag::kInt)) {
      end = std::to_chars(text, text + sizeof text, value.i).ptr;
    } else if (value.is(Tag::kUint)) {
      end = std::to_chars(text, text + sizeof text, value.u).ptr;
    } else if (std::isfinite(value.d)) {
      return value;
    } else {
      return Value::Text(Tag::kUnsafeNumber, value.d > 0   ? "Infinity"
                                             : value.d < 0 ? "-Infinity"
                                                           : "NaN");
    }
    const std::string_view token(text, static_cast<size_t>(end - text));
    if (!ReadNumber(token).is(Tag::kUnsafeNumber)) return value;
    return Value::Text(Tag::kUnsafeNumber, arena_.Copy(token));
  }

  void FillMember(const MapEntry& entry, uint32_t node) {
    const std::string_view name = entry.key.view();
    char first[8] = {};
    std::copy_n(name.data(), std::min<size_t>(name.size(), 8), first);
    const uint64_t word = NameWord(first, name.size());
    const PathEdge* edge = target_.trie->Find(node, name, word);
    if (edge != nullptr) {
      Fill(entry.value, edge->child);
      if (!edge->watched) return;
    }
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
      return c != '\0' && static_cast<unsigned char>(c) < 0x80;
    });
    const PathEdge* lookalike = target_.trie->FindLookalike(node, name, word, plain);
    if (lookalike == nullptr || entry.value.is(Tag::kNull)) return;
    const PathEdge*& noted = lookalike->watched ? target_.watched_lookalike : target_.lookalike;
    if (noted == nullptr) noted = lookalike;
  }

  ScanTarget& target_;
  Arena& arena_;
};

}  // namespace

void FillSlots(const Value& value, ScanTarget& target, Arena& arena) {
  Filler(target, arena).Fill(value, target.root);
}

}  // namespace writ
