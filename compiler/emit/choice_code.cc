// Tables of candidates, and what chooses by them.
// Tested by tests/compiler/emit/emit_test.cc and tests/compiler/index_agreement_test.cc.
#include "compiler/emit/choice_code.h"

#include <map>
#include <utility>

#include "vm/arena.h"

namespace writ {
namespace {

struct ValueLess {
  bool operator()(const Value& a, const Value& b) const { return cel::KeyLess(a, b); }
};

// By key: which candidates, in order.
using Table = std::map<Value, std::vector<uint32_t>, ValueLess>;

Value ListOf(const std::vector<uint32_t>& positions, Arena& pool) {
  Value* const items = pool.Allocate<Value>(positions.size());
  for (size_t i = 0; i < positions.size(); ++i) items[i] = Value::Int(positions[i]);
  return Value::Of(pool.New(List{static_cast<uint32_t>(positions.size()), items}));
}

Value MapOf(const Table& table, Arena& pool) {
  MapEntry* const entries = pool.Allocate<MapEntry>(table.size());
  uint32_t count = 0;
  for (const auto& [key, positions] : table) {
    MapEntry& entry = entries[count++];
    entry.key = key.is(Tag::kString) ? Value::String(pool.Copy(key.view())) : key;
    entry.value = positions.size() == 1 ? Value::Int(positions[0]) : ListOf(positions, pool);
  }
  return Value::Of(pool.New(Map{count, entries}));
}

}  // namespace

uint32_t EmitChoose(ProgramBuilder& builder, const RowIndex& index,
                    const std::vector<Candidate>& candidates, uint32_t then, CallSlots& slots) {
  std::vector<Table> tables(index.sources().size());
  std::vector<uint32_t> always;
  for (uint32_t i = 0; i < candidates.size(); ++i) {
    const std::optional<size_t> source = index.source_of(candidates[i].begin);
    if (!source.has_value()) {
      always.push_back(i);
      continue;
    }
    for (const Value& key : index.keys_of(candidates[i].begin)) tables[*source][key].push_back(i);
  }
  Arena& pool = *builder.program().pool;
  std::vector<uint32_t> operands = {then, builder.Constant(ListOf(always, pool)), 0,
                                    static_cast<uint32_t>(candidates.size())};
  for (size_t i = 0; i < tables.size(); ++i) {
    if (tables[i].empty()) continue;
    const RowSource& source = index.sources()[i];
    const uint32_t slot = source.path.fact_slot != kNoSlot ? source.path.fact_slot
                                                           : slots.SlotOf(source.path.names, true);
    const uint32_t kind =
        static_cast<uint32_t>(source.kind) | (source.absent_chooses_none ? kAbsentChoosesNone : 0);
    operands.insert(operands.end(), {kind, slot, builder.Constant(MapOf(tables[i], pool))});
    ++operands[2];
  }
  for (const Candidate& candidate : candidates) operands.push_back(candidate.block);
  BlockBuilder block(builder, BlockKind::kDecision, 0);
  block.Add({Opcode::kChoose, 0, block.Operand(operands)}, {});
  return block.Finish();
}

}  // namespace writ
