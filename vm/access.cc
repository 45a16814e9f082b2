// Reading lists, maps and optionals.
// Tested by tests/vm/access_test.cc.
#include "vm/access.h"

#include <cmath>

#include "vm/compare.h"
#include "vm/elements.h"
#include "vm/key_index.h"
#include "vm/operands.h"

namespace writ {
namespace {

// What a look-up found: a value, nothing (Tag::kAbsent), or an error.
using Found = Value;

Found Read(const Value& value) {
  return value.is(Tag::kUnsafeNumber) ? Mismatch(value) : value;
}

// Comparing a key with each of n others.
bool ChargeSearch(const Value& key, uint32_t size, FunctionContext& context) {
  const uint64_t each = key.is(Tag::kString) || key.is(Tag::kBytes) ? 1 + key.size / 64 : 1;
  return context.Charge(1 + size * each / 4);
}

// REQUIRES: map.is_map().
Found FindEntry(const Value& map, const Value& key, FunctionContext& context) {
  if (map.is(Tag::kMapSpan)) {
    if (!context.ChargeText(map.size)) return Value::Failure(Error::kBudget);
    if (!key.is(Tag::kString)) return Value();
    SpanReader reader(map.view(), context.arena);
    while (reader.Next()) {
      if (reader.Name().view() == key.view()) return reader.Item();
      reader.SkipItem();
    }
    return Value();
  }
  const Map& entries = *map.map;
  if (entries.index != nullptr) {
    if (!ChargeHash(key, context)) return Value::Failure(Error::kBudget);
    const uint32_t at = entries.index->Find(key);
    return at < entries.size ? entries.entries[at].value : Value();
  }
  if (!ChargeSearch(key, entries.size, context)) return Value::Failure(Error::kBudget);
  for (uint32_t i = 0; i < entries.size; ++i) {
    if (SameScalar(entries.entries[i].key, key)) return entries.entries[i].value;
  }
  return Value();
}

// REQUIRES: list.is_list().
Found FindElement(const Value& list, const Value& index, FunctionContext& context) {
  uint64_t at = 0;
  switch (index.tag) {
    case Tag::kInt:
      if (index.i < 0) return Value();
      at = static_cast<uint64_t>(index.i);
      break;
    case Tag::kUint: at = index.u; break;
    case Tag::kDouble:
      // A fraction is no index; a whole number that no list has is out of range, however large.
      if (index.d != std::trunc(index.d)) return Value::Failure(Error::kInvalidArgument);
      if (index.d < 0 || index.d >= 0x1p32) return Value();
      at = static_cast<uint64_t>(index.d);
      break;
    default: return Mismatch(index);
  }
  if (list.is(Tag::kList)) return at < list.list->size ? list.list->items[at] : Value();
  if (!context.ChargeText(list.size)) return Value::Failure(Error::kBudget);
  SpanReader reader(list.view(), context.arena);
  while (reader.Next()) {
    if (at-- == 0) return reader.Item();
    reader.SkipItem();
  }
  return Value();
}

// REQUIRES: from is no optional.
Found Look(const Value& from, const Value& key, FunctionContext& context) {
  if (!IsValue(key) || key.is(Tag::kUnsafeNumber)) return Mismatch(from, key);
  if (from.is_map()) return FindEntry(from, key, context);
  if (from.is_list()) return FindElement(from, key, context);
  return Mismatch(from);
}

Value LookOptionally(const Value& from, const Value& key, FunctionContext& context) {
  if (from.is(Tag::kOptional) && from.optional == nullptr) {
    return IsValue(key) && !key.is(Tag::kUnsafeNumber) ? from : Mismatch(key);
  }
  const Found found = Read(Look(from.is(Tag::kOptional) ? *from.optional : from, key, context));
  if (found.is(Tag::kError)) return found;
  return Value::Optional(found.is(Tag::kAbsent) ? nullptr : context.arena.New(found));
}

// A field is a map's: a list has none, and only Index takes it by number.
bool HasFields(const Value& from) {
  return from.is_map() ||
         (from.is(Tag::kOptional) && (from.optional == nullptr || from.optional->is_map()));
}

}  // namespace

Value Select(const Value& from, const Value& name, FunctionContext& context) {
  if (from.is(Tag::kOptional)) return OptionalSelect(from, name, context);
  if (!from.is_map()) return Mismatch(from);
  const Found found = Read(FindEntry(from, name, context));
  return found.is(Tag::kAbsent) ? Value::Failure(Error::kNoSuchKey) : found;
}

Value OptionalSelect(const Value& from, const Value& name, FunctionContext& context) {
  if (!HasFields(from)) return Mismatch(from);
  return LookOptionally(from, name, context);
}

Value Has(const Value& from, const Value& name, FunctionContext& context) {
  if (!HasFields(from)) return Mismatch(from);
  if (from.is(Tag::kOptional)) {
    return from.optional == nullptr ? Value::Bool(false) : Has(*from.optional, name, context);
  }
  const Found found = FindEntry(from, name, context);
  return found.is(Tag::kError) ? found : Value::Bool(!found.is(Tag::kAbsent));
}

Value Index(const Value& from, const Value& key, FunctionContext& context) {
  if (from.is(Tag::kOptional)) return LookOptionally(from, key, context);
  const Found found = Read(Look(from, key, context));
  if (!found.is(Tag::kAbsent)) return found;
  return Value::Failure(from.is_list() ? Error::kIndexOutOfRange : Error::kNoSuchKey);
}

Value OptionalIndex(const Value& from, const Value& key, FunctionContext& context) {
  return LookOptionally(from, key, context);
}

Value In(const Value& element, const Value& container, FunctionContext& context) {
  if (!IsValue(element) || element.is(Tag::kUnsafeNumber)) return Mismatch(element, container);
  if (container.is_map()) {
    const Found found = FindEntry(container, element, context);
    return found.is(Tag::kError) ? found : Value::Bool(!found.is(Tag::kAbsent));
  }
  if (!container.is_list()) return Mismatch(container);
  if (container.is(Tag::kList) && container.list->index != nullptr) {
    if (!ChargeHash(element, context)) return Value::Failure(Error::kBudget);
    const uint32_t at = container.list->index->Find(element);
    return Value::Bool(at < container.list->size);
  }
  if (!ChargeWalk(container, context)) return Value::Failure(Error::kBudget);
  Value not_found = Value::Bool(false);
  for (Elements elements(container, context.arena); elements.Next();) {
    const Value equal = Equal(elements.value, element, context);
    if (equal.is(Tag::kBool) && equal.i != 0) return equal;
    if (equal.is(Tag::kError)) {
      if (equal.code == Error::kBudget) return equal;
      if (not_found.is(Tag::kBool)) not_found = equal;
    }
  }
  return not_found;
}

}  // namespace writ
