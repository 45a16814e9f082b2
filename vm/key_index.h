// Finding a key among many: the index of a map's keys, or of a list's elements for `in`.
//
// Open addressing over a table of twice as many cells as there may be keys. Numbers are hashed by
// value, so that 1, 1u and 1.0 are one key; NaN is never found. The hash is SipHash-1-3 with a key
// drawn for the process: the keys of a call are the client's choice, and without it a client could
// choose them so that all fall into one cell.
//
// Tested by tests/vm/key_index_test.cc.
//
// Thread safety: Find() may be called by any number of threads while nobody adds.
#pragma once

#include <cstdint>

#include "vm/arena.h"
#include "vm/value.h"

namespace writ {

class KeyIndex {
 public:
  static constexpr uint32_t kNotFound = UINT32_MAX;
  // Fewer are compared one by one.
  static constexpr uint32_t kWorthwhile = 9;

  // An index of the `count` keys at keys, keys + stride, …, counted in values, with room for
  // `capacity` of them. The keys stay where they are and outlive the index. Null if one of them
  // cannot be hashed: a list, a map, an optional, an unsafe number.
  static KeyIndex* Make(const Value* keys, uint32_t stride, uint32_t count, uint32_t capacity,
                        Arena& arena);

  // The position of the first key equal to that one. What cannot be hashed is not found.
  uint32_t Find(const Value& key) const;

  // REQUIRES: the key at that position can be hashed, and there is room.
  void Add(uint32_t position);

  static bool CanHold(const Value& key);

 private:
  struct Cell {
    uint32_t hash;
    uint32_t position;  // kNotFound: empty
  };

  const Value& Key(uint32_t position) const { return keys_[size_t{position} * stride_]; }

  const Value* keys_ = nullptr;
  Cell* cells_ = nullptr;
  uint32_t mask_ = 0;
  uint32_t stride_ = 1;
};

// The value at the key that equals that one, or null. REQUIRES: a scalar; a map with an index if it
// is large, as constants have.
const Value* FindKey(const Map& map, const Value& key);

// Makes a constant's lists and maps, inner ones too, anew in the arena, with an index where that
// pays and without room behind them. Nothing to do the second time. The verifier calls it for every
// constant of a program. REQUIRES: the constant nests at most a few hundred deep.
void IndexConstants(Value& constant, Arena& arena);

}  // namespace writ
