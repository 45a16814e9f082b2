// Walking a list or a map, whether it is built or a span of the line, without building it.
//
//   for (Elements elements(list, arena); elements.Next();) Use(elements.value);
#pragma once

#include <string_view>

#include "vm/functions/function.h"
#include "vm/span.h"
#include "vm/value.h"

namespace writ {

class Elements {
 public:
  // REQUIRES: container.is_list() or container.is_map(), and it outlives this.
  Elements(const Value& container, Arena& arena)
      : container_(container), reader_(IsSpan(container) ? container.view() : "[]", arena) {}

  // The next element, if there is another one; `key` is set for maps only.
  bool Next() {
    switch (container_.tag) {
      case Tag::kList:
        if (at_ == container_.list->size) return false;
        value = container_.list->items[at_++];
        return true;
      case Tag::kMap:
        if (at_ == container_.map->size) return false;
        key = container_.map->entries[at_].key;
        value = container_.map->entries[at_++].value;
        return true;
      case Tag::kMapSpan:
        if (!reader_.Next()) return false;
        key = reader_.Name();
        value = reader_.Item();
        return true;
      default:
        if (!reader_.Next()) return false;
        value = reader_.Item();
        return true;
    }
  }

  Value key;
  Value value;

 private:
  static bool IsSpan(const Value& container) {
    return container.is(Tag::kListSpan) || container.is(Tag::kMapSpan);
  }

  const Value container_;
  SpanReader reader_;
  uint32_t at_ = 0;
};

// Pays for one walk: a span is read from end to end.
inline bool ChargeWalk(const Value& container, FunctionContext& context) {
  if (container.is(Tag::kList)) return context.Charge(container.list->size);
  if (container.is(Tag::kMap)) return context.Charge(container.map->size);
  return context.ChargeText(container.size);
}

// Pays for finding a key by its hash, which all of a text goes into; short ones are part of the
// instruction's own cost.
inline bool ChargeHash(const Value& key, FunctionContext& context) {
  constexpr uint32_t kShort = 64;
  const bool is_text = key.is(Tag::kString) || key.is(Tag::kBytes) || key.is(Tag::kUrl);
  return !is_text || key.size <= kShort || context.ChargeText(key.size);
}

// How many elements there are. False if the budget is spent.
inline bool CountElements(const Value& container, FunctionContext& context, uint32_t* size) {
  switch (container.tag) {
    case Tag::kList: *size = container.list->size; return true;
    case Tag::kMap: *size = container.map->size; return true;
    default:
      if (!context.ChargeText(container.size)) return false;
      *size = SpanReader(container.view(), context.arena).Count(container.is(Tag::kMapSpan));
      return true;
  }
}

}  // namespace writ
