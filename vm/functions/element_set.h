// Elements by CEL's equality: which are there, without comparing each with each.
//
// 1, 1u and 1.0 are one element; NaN is none, not even of itself. Lists and maps are elements by
// what they hold. Hashing an element charges its size, and so does each comparison of two elements
// whose hashes are the same: elements made to collide run out of budget.
//
// Tested by tests/vm/functions/sets_test.cc.
#pragma once

#include <cstdint>

#include "vm/functions/arguments.h"

namespace writ::functions {

class ElementSet {
 public:
  // Room for so many elements. Check error() before use.
  ElementSet(uint32_t capacity, FunctionContext& context);

  // Whether an equal element is there. False once error() is something.
  bool Holds(const Value& value);
  // Adds the element unless an equal one is there; true if it was added.
  // REQUIRES: not more elements than there is room for.
  bool Add(const Value& value);

  // kUnsafeNumber if an element is or holds one, kBudget, or kNone.
  Error error() const { return error_; }

 private:
  struct Element {
    Value value;
    uint64_t hash;
    bool used;
  };

  // Reads all of the value; sets error_ where it cannot.
  uint64_t Hash(const Value& value, uint32_t depth);
  uint64_t HashElements(const Value& container, uint32_t depth);
  // The element's own place, or the free one where it would go; null with error_ set.
  Element* Find(const Value& value, uint64_t hash);

  FunctionContext& context_;
  Element* table_ = nullptr;
  uint64_t mask_ = 0;
  Error error_ = Error::kNone;
};

}  // namespace writ::functions
