// Functions of lists as sets: duplicates and order do not count.
// Tested by tests/vm/functions/sets_test.cc.
#include "vm/functions/arguments.h"
#include "vm/functions/element_set.h"

namespace writ::functions {
namespace {

struct TwoLists {
  const List* first;
  const List* second;
};

// False with *failure set if they are no lists or cost too much.
bool ReadTwo(const Value* arguments, uint32_t count, FunctionContext& context, TwoLists* lists,
             Value* failure) {
  if (count != 2 || !arguments[0].is_list() || !arguments[1].is_list()) {
    *failure = NoOverload(arguments, count);
    return false;
  }
  lists->first = ReadList(arguments[0], context);
  lists->second = lists->first == nullptr ? nullptr : ReadList(arguments[1], context);
  *failure = Fail(Error::kBudget);
  return lists->second != nullptr;
}

// How many of the wanted elements are among those of the list. Every
// element of both is read, so that an unsafe number is an error wherever it stands.
uint64_t CountCommon(const List& list, const List& wanted, FunctionContext& context, Error* error) {
  ElementSet elements(list.size, context);
  for (uint32_t i = 0; i < list.size && elements.error() == Error::kNone; ++i) {
    elements.Add(list.items[i]);
  }
  uint64_t found = 0;
  for (uint32_t i = 0; i < wanted.size && elements.error() == Error::kNone; ++i) {
    found += elements.Holds(wanted.items[i]) ? 1 : 0;
  }
  *error = elements.error();
  return found;
}

}  // namespace

Value SetsContains(const Value* arguments, uint32_t count, FunctionContext& context) {
  TwoLists lists;
  Value failure;
  if (!ReadTwo(arguments, count, context, &lists, &failure)) return failure;
  Error error;
  const uint64_t found = CountCommon(*lists.first, *lists.second, context, &error);
  return error == Error::kNone ? Value::Bool(found == lists.second->size) : Fail(error);
}

Value SetsEquivalent(const Value* arguments, uint32_t count, FunctionContext& context) {
  TwoLists lists;
  Value failure;
  if (!ReadTwo(arguments, count, context, &lists, &failure)) return failure;
  Error error;
  uint64_t found = CountCommon(*lists.first, *lists.second, context, &error);
  if (error != Error::kNone) return Fail(error);
  if (found != lists.second->size) return Value::Bool(false);
  found = CountCommon(*lists.second, *lists.first, context, &error);
  return error == Error::kNone ? Value::Bool(found == lists.first->size) : Fail(error);
}

Value SetsIntersects(const Value* arguments, uint32_t count, FunctionContext& context) {
  TwoLists lists;
  Value failure;
  if (!ReadTwo(arguments, count, context, &lists, &failure)) return failure;
  Error error;
  const uint64_t found = CountCommon(*lists.first, *lists.second, context, &error);
  return error == Error::kNone ? Value::Bool(found > 0) : Fail(error);
}

}  // namespace writ::functions
