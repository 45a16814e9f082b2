// Slots from values: the scanner's twin, for calls that do not come as a line.
//
// Fills the same slots of the same trie as a scan of the value's JSON text would, with the same
// answers: numbers that JSON readers would round are unsafe, the first look-alike that is not null
// is noted. Lists and maps go to slots as they are instead of as spans. What only a line has is not
// filled in: `raw`, `filled`, `filled_twice`, `lookalike_edges`, `nul_nodes`.
#pragma once

#include "vm/arena.h"
#include "vm/json.h"
#include "vm/value.h"

namespace writ {

// REQUIRES: `value` holds only what JSON can hold (null, bool, numbers, strings, lists, maps with
// string keys), no map holds a key twice, and it outlives the slots.
void FillSlots(const Value& value, ScanTarget& target, Arena& arena);

}  // namespace writ
