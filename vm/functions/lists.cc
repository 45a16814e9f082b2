// Functions of lists.
// Tested by tests/vm/functions/lists_test.cc.
#include <algorithm>
#include <array>
#include <cmath>

#include "vm/compare.h"
#include "vm/functions/arguments.h"
#include "vm/functions/element_set.h"

namespace writ::functions {
namespace {

// A part of a list's items, which the result shares.
Value Part(const List& list, uint64_t begin, uint64_t end, FunctionContext& context) {
  return Value::Of(context.arena.New(List{static_cast<uint32_t>(end - begin),
                                          list.items == nullptr ? nullptr : list.items + begin}));
}

struct SortItem {
  Value key;
  uint32_t index;  // equal keys keep their order
};

bool IsOrdered(Tag tag) {
  switch (tag) {
    case Tag::kBool:
    case Tag::kInt:
    case Tag::kUint:
    case Tag::kDouble:
    case Tag::kString:
    case Tag::kBytes:
    case Tag::kTimestamp:
    case Tag::kDuration: return true;
    default: return false;
  }
}

template <typename T>
int ThreeWay(const T& a, const T& b) {
  return (a > b ? 1 : 0) - (a < b ? 1 : 0);
}

// Cannot fail, as an order that breaks off in the middle of sorting would be none: everything is
// charged before. REQUIRES: two numbers, none of them NaN, or two values of one ordered type.
int CompareOrdered(const Value& a, const Value& b) {
  switch (a.tag) {
    case Tag::kString:
    case Tag::kBytes: return a.view().compare(b.view());
    case Tag::kTimestamp: return a.i != b.i ? ThreeWay(a.i, b.i) : ThreeWay(a.size, b.size);
    case Tag::kBool:
    case Tag::kDuration: return ThreeWay(a.i, b.i);
    default: return CompareNumbers(a, b);
  }
}

// Why keys have no order, or kNone.
Error OrderError(const List& keys) {
  for (uint32_t i = 0; i < keys.size; ++i) {
    const Value& first = keys.items[0];
    const Value& key = keys.items[i];
    if (key.is(Tag::kUnsafeNumber)) return Error::kUnsafeNumber;
    const bool alike = key.tag == first.tag || (key.is_number() && first.is_number());
    if (!alike || !IsOrdered(key.tag)) return Error::kNoSuchOverload;
    if (key.is(Tag::kDouble) && std::isnan(key.d)) return Error::kInvalidArgument;
  }
  return Error::kNone;
}

// REQUIRES: as many keys as items.
Value SortByKeys(const List& list, const List& keys, FunctionContext& context) {
  const Error error = OrderError(keys);
  if (error != Error::kNone) return Fail(error);
  const bool texts =
      keys.size > 0 && (keys.items[0].is(Tag::kString) || keys.items[0].is(Tag::kBytes));
  uint64_t bytes = 0;
  for (uint32_t i = 0; texts && i < keys.size; ++i) bytes += keys.items[i].size;
  uint64_t rounds = 1;
  while (uint64_t{1} << rounds < keys.size) ++rounds;
  if (!context.Charge(rounds * (keys.size + bytes / 16)) ||
      !context.ChargeRoom(keys.size * (sizeof(SortItem) + sizeof(Value)))) {
    return Fail(Error::kBudget);
  }

  SortItem* sorted = context.arena.Allocate<SortItem>(keys.size);
  for (uint32_t i = 0; i < keys.size; ++i) sorted[i] = {keys.items[i], i};
  std::sort(sorted, sorted + keys.size, [](const SortItem& a, const SortItem& b) {
    const int order = CompareOrdered(a.key, b.key);
    return order != 0 ? order < 0 : a.index < b.index;
  });
  Value* items = context.arena.Allocate<Value>(list.size);
  for (uint32_t i = 0; i < list.size; ++i) items[i] = list.items[sorted[i].index];
  return Value::Of(context.arena.New(List{list.size, items}));
}

}  // namespace

Value ListSlice(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 3 || !arguments[0].is_list() || !Are(arguments + 1, 2, {Tag::kInt, Tag::kInt})) {
    return NoOverload(arguments, count);
  }
  const List* list = ReadList(arguments[0], context);
  if (list == nullptr) return Fail(Error::kBudget);
  const int64_t begin = arguments[1].i;
  const int64_t end = arguments[2].i;
  if (begin < 0 || end < begin || end > int64_t{list->size}) return Fail(Error::kIndexOutOfRange);
  return Part(*list, static_cast<uint64_t>(begin), static_cast<uint64_t>(end), context);
}

Value ListFlatten(const Value* arguments, uint32_t count, FunctionContext& context) {
  const bool deep = count == 2 && arguments[1].is(Tag::kInt);
  if (count == 0 || !arguments[0].is_list() || (count != 1 && !deep)) {
    return NoOverload(arguments, count);
  }
  const int64_t levels = deep ? arguments[1].i : 1;
  if (levels < 0) return Fail(Error::kInvalidArgument);

  struct OpenList {
    const List* list;
    uint32_t next;
  };
  std::array<OpenList, kMaxWalkDepth> open;
  ListBuilder result(context);
  const List* list = ReadList(arguments[0], context);
  if (list == nullptr) return Fail(Error::kBudget);
  size_t depth = 0;
  open[depth++] = {list, 0};
  while (depth > 0) {
    OpenList& innermost = open[depth - 1];
    if (innermost.next == innermost.list->size) {
      --depth;
      continue;
    }
    const Value& item = innermost.list->items[innermost.next++];
    if (!item.is_list() || static_cast<int64_t>(depth) > levels) {
      if (!result.Append(item)) return result.Finish();
      continue;
    }
    const List* inner = ReadList(item, context);
    // An empty list costs as much to open as any other.
    if (inner == nullptr || depth == open.size() || !context.Charge(1)) {
      return Fail(Error::kBudget);
    }
    open[depth++] = {inner, 0};
  }
  return result.Finish();
}

Value ListSort(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1 || !arguments[0].is_list()) return NoOverload(arguments, count);
  const List* list = ReadList(arguments[0], context);
  return list == nullptr ? Fail(Error::kBudget) : SortByKeys(*list, *list, context);
}

Value ListDistinct(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1 || !arguments[0].is_list()) return NoOverload(arguments, count);
  const List* list = ReadList(arguments[0], context);
  if (list == nullptr) return Fail(Error::kBudget);
  ElementSet seen(list->size, context);
  ListBuilder result(context);
  for (uint32_t i = 0; i < list->size && seen.error() == Error::kNone; ++i) {
    if (seen.Add(list->items[i]) && !result.Append(list->items[i])) break;
  }
  return seen.error() == Error::kNone ? result.Finish() : Fail(seen.error());
}

Value ListFirst(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1 || !arguments[0].is_list()) return NoOverload(arguments, count);
  const List* list = ReadList(arguments[0], context);
  if (list == nullptr) return Fail(Error::kBudget);
  if (list->size == 0) return Value::Optional(nullptr);
  if (list->items[0].is(Tag::kUnsafeNumber)) return Fail(Error::kUnsafeNumber);
  return Value::Optional(list->items);
}

Value ListLast(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1 || !arguments[0].is_list()) return NoOverload(arguments, count);
  const List* list = ReadList(arguments[0], context);
  if (list == nullptr) return Fail(Error::kBudget);
  if (list->size == 0) return Value::Optional(nullptr);
  const Value* last = list->items + (list->size - 1);
  return last->is(Tag::kUnsafeNumber) ? Fail(Error::kUnsafeNumber) : Value::Optional(last);
}

Value ListsRange(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kInt})) return NoOverload(arguments, count);
  const uint64_t size = arguments[0].i > 0 ? static_cast<uint64_t>(arguments[0].i) : 0;
  if (size > UINT32_MAX || !context.ChargeRoom(size * sizeof(Value))) return Fail(Error::kBudget);
  Value* items = context.arena.Allocate<Value>(size);
  for (uint64_t i = 0; i < size; ++i) items[i] = Value::Int(static_cast<int64_t>(i));
  return Value::Of(context.arena.New(List{static_cast<uint32_t>(size), items}));
}

Value ListSortByKeys(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 2 || !arguments[0].is_list() || !arguments[1].is_list()) {
    return NoOverload(arguments, count);
  }
  const List* list = ReadList(arguments[0], context);
  const List* keys = list == nullptr ? nullptr : ReadList(arguments[1], context);
  if (keys == nullptr) return Fail(Error::kBudget);
  if (list->size != keys->size) return Fail(Error::kInvalidArgument);
  return SortByKeys(*list, *keys, context);
}

}  // namespace writ::functions
