// A hash table of values under CEL's equality.
// Tested by tests/vm/functions/sets_test.cc.
#include "vm/functions/element_set.h"

#include <cmath>
#include <cstring>
#include <functional>
#include <string_view>

#include "vm/compare.h"
#include "vm/elements.h"

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
  if (!context.ChargeRoom(size * sizeof(Element))) {
    error_ = Error::kBudget;
    return;
  }
  table_ = context.arena.Allocate<Element>(size);
  for (uint64_t i = 0; i < size; ++i) table_[i].used = false;
  mask_ = size - 1;
}

bool ElementSet::Holds(const Value& value) {
  const uint64_t hash = Hash(value, 0);
  const Element* found = error_ == Error::kNone ? Find(value, hash) : nullptr;
  return found != nullptr && found->used;
}

bool ElementSet::Add(const Value& value) {
  const uint64_t hash = Hash(value, 0);
  Element* found = error_ == Error::kNone ? Find(value, hash) : nullptr;
  if (found == nullptr || found->used) return false;
  *found = {value, hash, true};
  return true;
}

ElementSet::Element* ElementSet::Find(const Value& value, uint64_t hash) {
  for (uint64_t at = hash & mask_;; at = (at + 1) & mask_) {
    Element& there = table_[at];
    if (!there.used) return &there;
    if (!context_.Charge(1)) {
      error_ = Error::kBudget;
      return nullptr;
    }
    if (there.hash != hash) continue;
    const Value equal = Equal(there.value, value, context_);
    if (equal.is(Tag::kError)) {
      error_ = equal.code;
      return nullptr;
    }
    if (equal.i != 0) return &there;
  }
}

uint64_t ElementSet::Hash(const Value& value, uint32_t depth) {
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
      return HashOf(value.tag, std::hash<std::string_view>()(value.view()));
    case Tag::kOptional:
      if (value.optional == nullptr) return HashOf(value.tag, 0);
      return Combine(HashOf(value.tag, 1), Hash(*value.optional, depth + 1));
    case Tag::kList:
    case Tag::kListSpan:
    case Tag::kMap:
    case Tag::kMapSpan: return HashElements(value, depth);
    default: return HashOf(value.tag, 0);
  }
}

uint64_t ElementSet::HashElements(const Value& container, uint32_t depth) {
  if (!ChargeWalk(container, context_)) error_ = Error::kBudget;
  uint64_t hash = HashOf(container.is_list() ? Tag::kList : Tag::kMap, 0);
  Elements elements(container, context_.arena);
  while (error_ == Error::kNone && elements.Next()) {
    const uint64_t value = Hash(elements.value, depth + 1);
    // Entries have no order, so their hashes are added up.
    hash = container.is_list() ? Combine(hash, value)
                               : hash + Combine(Hash(elements.key, depth + 1), value);
  }
  return hash;
}

}  // namespace writ::functions
