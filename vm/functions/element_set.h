// Elements by CEL's equality: which are there, without comparing each with each.
//
// 1, 1u and 1.0 are one element; NaN is none, not even of itself. Lists and maps are elements by
// what they hold. Reading an element charges its size, and so does each comparison of two elements
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
    Value value;  // no part of it is a span
    uint64_t hash;
    uint64_t weight;  // what comparing it costs
    bool used;
  };

  Element Read(const Value& value);
  uint64_t ReadDeep(Value& value, uint64_t& weight, uint32_t depth);
  uint64_t ReadItems(Value& list, uint64_t& weight, uint32_t depth);
  uint64_t ReadEntries(Value& map, uint64_t& weight, uint32_t depth);
  // The element's own place, or the free one where it would go.
  Element* Find(const Element& element);

  FunctionContext& context_;
  Element* table_ = nullptr;
  uint64_t mask_ = 0;
  Error error_ = Error::kNone;
};

}  // namespace writ::functions
