// A hash table of values under CEL's equality.
// Tested by tests/vm/functions/sets_test.cc.
#include "vm/functions/element_set.h"

#include <cmath>
#include <cstring>
#include <functional>
#include <string_view>

#include "vm/compare.h"

namespace writ::functions {
namespace {

// The finaliser of splitmix64.
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

uint64_t Combine(uint64_t hash, uint64_t next) {
  return Mix(hash ^ next);
}

uint64_t HashOf(Tag tag, uint64_t word) {
  return Combine(static_cast<uint64_t>(tag), word);
}

// The same for numbers that are equal: whole ones by their 64 bits.
uint64_t HashOfNumber(const Value& number) {
  if (!number.is(Tag::kDouble)) {
    const bool negative = number.is(Tag::kInt) && number.i < 0;
    return HashOf(negative ? Tag::kInt : Tag::kUint, number.u);
  }
  const double d = number.d;
  if (std::trunc(d) == d && d >= 0 && d < 0x1p64) {
    return HashOf(Tag::kUint, static_cast<uint64_t>(d));
  }
  if (std::trunc(d) == d && d < 0 && d >= -0x1p63) {
    return HashOf(Tag::kInt, static_cast<uint64_t>(static_cast<int64_t>(d)));
  }
  uint64_t bits;
  std::memcpy(&bits, &d, sizeof bits);
  return HashOf(Tag::kDouble, bits);
}

}  // namespace

ElementSet::ElementSet(uint32_t capacity, FunctionContext& context) : context_(context) {
  uint64_t size = 4;
  while (size < uint64_t{capacity} * 2) size *= 2;
  if (!context.Charge(size)) {
    error_ = Error::kBudget;
    return;
  }
  table_ = context.arena.Allocate<Element>(size);
  for (uint64_t i = 0; i < size; ++i) table_[i].used = false;
  mask_ = size - 1;
}

bool ElementSet::Holds(const Value& value) {
  const Element element = Read(value);
  const Element* found = error_ == Error::kNone ? Find(element) : nullptr;
  return found != nullptr && found->used;
}

bool ElementSet::Add(const Value& value) {
  const Element element = Read(value);
  Element* found = error_ == Error::kNone ? Find(element) : nullptr;
  if (found == nullptr || found->used) return false;
  *found = element;
  return true;
}

ElementSet::Element* ElementSet::Find(const Element& element) {
  for (uint64_t at = element.hash & mask_;; at = (at + 1) & mask_) {
    Element& there = table_[at];
    if (!there.used) return &there;
    if (!context_.Charge(1)) break;
    if (there.hash != element.hash) continue;
    if (!context_.Charge(element.weight)) break;
    bool unsafe = false;  // reading an element has refused those
    if (CelEqual(there.value, element.value, context_.arena, &unsafe)) return &there;
  }
  error_ = Error::kBudget;
  return nullptr;
}

ElementSet::Element ElementSet::Read(const Value& value) {
  Element element{value, 0, 1, true};
  if (error_ == Error::kNone) element.hash = ReadDeep(element.value, element.weight, 0);
  return element;
}

uint64_t ElementSet::ReadDeep(Value& value, uint64_t& weight, uint32_t depth) {
  if (depth > kMaxWalkDepth) error_ = Error::kBudget;
  if (value.is(Tag::kUnsafeNumber)) error_ = Error::kUnsafeNumber;
  if (error_ != Error::kNone) return 0;
  switch (value.tag) {
    case Tag::kInt:
    case Tag::kUint:
    case Tag::kDouble: return HashOfNumber(value);
    case Tag::kBool:
    case Tag::kDuration: return HashOf(value.tag, value.u);
    case Tag::kTimestamp: return Combine(HashOf(value.tag, value.u), value.size);
    case Tag::kString:
    case Tag::kBytes:
    case Tag::kType:
    case Tag::kIp:
    case Tag::kCidr:
    case Tag::kUrl:
      if (!context_.ChargeText(value.size)) error_ = Error::kBudget;
      weight += value.size / 16;
      return HashOf(value.tag, std::hash<std::string_view>()(value.view()));
    case Tag::kOptional: {
      if (value.optional == nullptr) return HashOf(value.tag, 0);
      Value inner = *value.optional;
      const uint64_t hash = Combine(HashOf(value.tag, 1), ReadDeep(inner, weight, depth + 1));
      value = Value::Optional(context_.arena.New(inner));
      return hash;
    }
    case Tag::kList:
    case Tag::kListSpan: return ReadItems(value, weight, depth);
    case Tag::kMap:
    case Tag::kMapSpan: return ReadEntries(value, weight, depth);
    default: return HashOf(value.tag, 0);
  }
}

uint64_t ElementSet::ReadItems(Value& list, uint64_t& weight, uint32_t depth) {
  const List* from = ReadList(list, context_);
  if (from == nullptr) {
    error_ = Error::kBudget;
    return 0;
  }
  uint64_t hash = HashOf(Tag::kList, from->size);
  Value* items = context_.arena.Allocate<Value>(from->size);
  for (uint32_t i = 0; i < from->size && error_ == Error::kNone; ++i) {
    items[i] = from->items[i];
    hash = Combine(hash, ReadDeep(items[i], weight, depth + 1));
  }
  weight += from->size;
  list = Value::Of(context_.arena.New(List{from->size, items}));
  return hash;
}

// Entries have no order, so their hashes are added up.
uint64_t ElementSet::ReadEntries(Value& map, uint64_t& weight, uint32_t depth) {
  const Map* from = ReadMap(map, context_);
  if (from == nullptr) {
    error_ = Error::kBudget;
    return 0;
  }
  uint64_t hash = HashOf(Tag::kMap, from->size);
  MapEntry* entries = context_.arena.Allocate<MapEntry>(from->size);
  for (uint32_t i = 0; i < from->size && error_ == Error::kNone; ++i) {
    entries[i] = from->entries[i];
    const uint64_t key = ReadDeep(entries[i].key, weight, depth + 1);
    hash += Combine(key, ReadDeep(entries[i].value, weight, depth + 1));
  }
  // Each key is looked for among the other map's.
  weight += uint64_t{from->size} * from->size;
  map = Value::Of(context_.arena.New(Map{from->size, entries}));
  return hash;
}

}  // namespace writ::functions
