// Lists and maps that grow.
// Tested by tests/vm/build_test.cc.
#include "vm/build.h"

#include <algorithm>

#include "vm/compare.h"
#include "vm/elements.h"
#include "vm/key_index.h"
#include "vm/operands.h"

namespace writ {

// What stands behind the elements of a list or map that was extended. `index` is a map's, over all
// used entries.
struct Room {
  uint32_t used = 0;
  uint32_t capacity = 0;
  KeyIndex* index = nullptr;
};

namespace {

constexpr uint32_t kLeastCapacity = 4;

// A list with room for `more` elements that are not written yet: its items are the block to write
// to. Null if that costs too much.
struct OpenList {
  Value* items = nullptr;
  uint32_t size = 0;
  Room* room = nullptr;
};

// REQUIRES: list.is_list().
bool Open(const Value& list, uint64_t more, FunctionContext& context, OpenList* open) {
  Room* const room = list.is(Tag::kList) ? list.list->room : nullptr;
  if (room != nullptr && room->used == list.list->size && room->capacity - room->used >= more) {
    if (!context.Charge(more)) return false;
    // Elements with a room stand in a block of ours, which is ours to write.
    *open = {const_cast<Value*>(list.list->items), list.list->size, room};
    return true;
  }
  uint32_t size = 0;
  if (!CountElements(list, context, &size)) return false;
  const uint64_t needed = size + more;
  const uint64_t capacity = std::max<uint64_t>({kLeastCapacity, uint64_t{size} * 2, needed});
  if (!context.Charge(needed) || !context.ChargeRoom(capacity * sizeof(Value))) return false;
  Value* const items = context.arena.Allocate<Value>(capacity);
  uint32_t at = 0;
  for (Elements elements(list, context.arena); elements.Next();) items[at++] = elements.value;
  *open = {items, size, context.arena.New(Room{size, static_cast<uint32_t>(capacity), nullptr})};
  return true;
}

Value Close(const OpenList& open, FunctionContext& context) {
  open.room->used = open.size;
  return Value::Of(context.arena.New(List{open.size, open.items, nullptr, open.room}));
}

struct OpenMap {
  MapEntry* entries = nullptr;
  uint32_t size = 0;
  Room* room = nullptr;
};

// REQUIRES: map.is_map().
bool Open(const Value& map, uint64_t more, FunctionContext& context, OpenMap* open) {
  Room* const room = map.is(Tag::kMap) ? map.map->room : nullptr;
  if (room != nullptr && room->used == map.map->size && room->capacity - room->used >= more) {
    if (!context.Charge(more)) return false;
    *open = {const_cast<MapEntry*>(map.map->entries), map.map->size, room};
    return true;
  }
  uint32_t size = 0;
  if (!CountElements(map, context, &size)) return false;
  const uint64_t needed = size + more;
  const uint64_t capacity = std::max<uint64_t>({kLeastCapacity, uint64_t{size} * 2, needed});
  if (!context.Charge(2 * needed) || !context.ChargeRoom(capacity * sizeof(MapEntry))) return false;
  MapEntry* const entries = context.arena.Allocate<MapEntry>(capacity);
  uint32_t at = 0;
  for (Elements elements(map, context.arena); elements.Next();) {
    entries[at++] = {elements.key, elements.value};
  }
  KeyIndex* index = nullptr;
  if (capacity >= KeyIndex::kWorthwhile) {
    index = KeyIndex::Make(&entries->key, 2, size, static_cast<uint32_t>(capacity), context.arena);
  }
  *open = {entries, size, context.arena.New(Room{size, static_cast<uint32_t>(capacity), index})};
  return true;
}

bool Holds(const OpenMap& open, const Value& key) {
  if (open.room->index != nullptr) return open.room->index->Find(key) < open.size;
  for (uint32_t i = 0; i < open.size; ++i) {
    if (SameScalar(open.entries[i].key, key)) return true;
  }
  return false;
}

// kNone, or why the entry cannot be added.
Error Add(OpenMap& open, const Value& key, const Value& value, FunctionContext& context) {
  // Without an index a map that is larger than worthwhile is searched.
  if (open.room->index == nullptr && !context.Charge(open.size / 4)) return Error::kBudget;
  if (key.is(Tag::kString) && !context.ChargeText(key.size)) return Error::kBudget;
  if (Holds(open, key)) return Error::kDuplicateKey;
  open.entries[open.size] = {key, value};
  if (open.room->index != nullptr) open.room->index->Add(open.size);
  ++open.size;
  open.room->used = open.size;
  return Error::kNone;
}

Value Close(const OpenMap& open, FunctionContext& context) {
  return Value::Of(context.arena.New(Map{open.size, open.entries, open.room->index, open.room}));
}

bool IsKey(const Value& key) {
  return key.is(Tag::kBool) || key.is(Tag::kInt) || key.is(Tag::kUint) || key.is(Tag::kString);
}

}  // namespace

Value Append(const Value& list, const Value& item, FunctionContext& context) {
  if (!IsValue(item)) return Mismatch(list, item);
  if (!list.is_list()) return Mismatch(list);
  OpenList open;
  if (!Open(list, 1, context, &open)) return Value::Failure(Error::kBudget);
  open.items[open.size++] = item;
  return Close(open, context);
}

Value AppendOptional(const Value& list, const Value& item, FunctionContext& context) {
  if (!item.is(Tag::kOptional) || !list.is_list()) return Mismatch(list, item);
  return item.optional == nullptr ? list : Append(list, *item.optional, context);
}

Value Concatenate(const Value& a, const Value& b, FunctionContext& context) {
  if (!a.is_list() || !b.is_list()) return Mismatch(a, b);
  uint32_t more = 0;
  OpenList open;
  if (!CountElements(b, context, &more) || !Open(a, more, context, &open)) {
    return Value::Failure(Error::kBudget);
  }
  for (Elements elements(b, context.arena); elements.Next();) {
    open.items[open.size++] = elements.value;
  }
  return Close(open, context);
}

Value Insert(const Value& map, const Value& key, const Value& value, FunctionContext& context) {
  if (!IsValue(value)) return Mismatch(value);
  if (!IsValue(key) || key.is(Tag::kUnsafeNumber)) return Mismatch(key);
  if (!map.is_map()) return Mismatch(map);
  if (!IsKey(key)) return Value::Failure(Error::kUnsupportedKey);
  OpenMap open;
  if (!Open(map, 1, context, &open)) return Value::Failure(Error::kBudget);
  const Error error = Add(open, key, value, context);
  return error == Error::kNone ? Close(open, context) : Value::Failure(error);
}

Value InsertOptional(const Value& map, const Value& key, const Value& value,
                     FunctionContext& context) {
  if (!value.is(Tag::kOptional) || !map.is_map()) return Mismatch(map, value);
  if (value.optional != nullptr) return Insert(map, key, *value.optional, context);
  if (!IsValue(key) || key.is(Tag::kUnsafeNumber)) return Mismatch(key);
  return IsKey(key) ? map : Value::Failure(Error::kUnsupportedKey);
}

Value InsertAll(const Value& map, const Value& other, FunctionContext& context) {
  if (!map.is_map() || !other.is_map()) return Mismatch(map, other);
  uint32_t more = 0;
  OpenMap open;
  if (!CountElements(other, context, &more) || !Open(map, more, context, &open)) {
    return Value::Failure(Error::kBudget);
  }
  for (Elements elements(other, context.arena); elements.Next();) {
    const Error error = Add(open, elements.key, elements.value, context);
    if (error != Error::kNone) return Value::Failure(error);
  }
  return Close(open, context);
}

}  // namespace writ
