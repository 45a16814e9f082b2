// Reading arguments and making room for results.
// Tested by tests/vm/functions/strings_test.cc.
#include "vm/functions/arguments.h"

#include "vm/span.h"

namespace writ::functions {

const List* ReadList(const Value& list, FunctionContext& context) {
  if (list.is(Tag::kList)) return context.Charge(list.list->size) ? list.list : nullptr;
  if (!context.ChargeText(list.size)) return nullptr;
  const uint64_t size = SpanReader(list.view(), context.arena).Count(false);
  if (!context.ChargeRoom(size * sizeof(Value))) return nullptr;
  return ReadListSpan(list.view(), context.arena);
}

const Map* ReadMap(const Value& map, FunctionContext& context) {
  if (map.is(Tag::kMap)) return context.Charge(map.map->size) ? map.map : nullptr;
  if (!context.ChargeText(map.size)) return nullptr;
  const uint64_t size = SpanReader(map.view(), context.arena).Count(true);
  if (!context.ChargeRoom(size * sizeof(MapEntry))) return nullptr;
  return ReadMapSpan(map.view(), context.arena);
}

char* NewText(uint64_t bytes, FunctionContext& context) {
  if (bytes > kMaxTextBytes || !context.ChargeRoom(bytes)) return nullptr;
  return context.arena.Allocate<char>(bytes);
}

}  // namespace writ::functions
