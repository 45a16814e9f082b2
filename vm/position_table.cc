// Tables of candidates.
// Tested by tests/vm/choose_test.cc.
#include "vm/position_table.h"

#include <algorithm>

#include "vm/selection.h"

namespace writ {
namespace {

// How many candidates there must be for that position; 0: it is none.
uint32_t CandidatesFor(const Value& position) {
  if (!position.is(Tag::kInt) || position.i < 0 || position.i >= int64_t{kMaxBlockOperands}) {
    return 0;
  }
  return static_cast<uint32_t>(position.i) + 1;
}

// Of a list that rises; false if it is another.
bool AddPositions(const List& list, uint32_t& candidates) {
  int64_t last = -1;
  for (uint32_t i = 0; i < list.size; ++i) {
    const uint32_t needed = CandidatesFor(list.items[i]);
    if (needed == 0 || list.items[i].i <= last) return false;
    last = list.items[i].i;
    candidates = std::max(candidates, needed);
  }
  return true;
}

PositionTable TableOf(const Value& constant) {
  PositionTable table;
  if (constant.is(Tag::kList)) {
    if (AddPositions(*constant.list, table.candidates)) table.kind = PositionTable::Kind::kList;
    return table;
  }
  if (!constant.is(Tag::kMap)) return table;
  bool has_others = false;
  for (uint32_t i = 0; i < constant.map->size; ++i) {
    const MapEntry& entry = constant.map->entries[i];
    if (entry.key.is(Tag::kString)) {
      if (entry.key.size > kMaxKeyBytes) return {};
    } else {
      has_others = true;
    }
    if (entry.value.is(Tag::kList)) {
      if (!AddPositions(*entry.value.list, table.candidates)) return {};
    } else {
      const uint32_t needed = CandidatesFor(entry.value);
      if (needed == 0) return {};
      table.candidates = std::max(table.candidates, needed);
    }
  }
  table.kind = has_others ? PositionTable::Kind::kValues : PositionTable::Kind::kTexts;
  return table;
}

}  // namespace

const PositionTable& PositionTables::Of(uint32_t constant) {
  const auto [known, is_new] = known_.try_emplace(constant);
  if (is_new) known->second = TableOf(constants_[constant]);
  return known->second;
}

}  // namespace writ
