// Constants of a bundle.
// Tested by tests/vm/bundle/constants_test.cc.
#include "vm/bundle/constants.h"

#include <algorithm>

namespace writ::bundle {
namespace {

// A row's parts are the next ones that no row before has.
struct Parts {
  uint32_t first = 0;
  uint32_t count = 0;
};

bool Nests(const Value& value) {
  return value.is(Tag::kList) || value.is(Tag::kMap) || value.is(Tag::kOptional);
}

// REQUIRES: the parts are whole.
void Assemble(Value& value, const Value* parts, uint32_t count, Arena& arena) {
  if (value.is(Tag::kList)) {
    Value* items = arena.Allocate<Value>(count);
    std::copy_n(parts, count, items);
    value = Value::Of(arena.New(List{count, items}));
  } else if (value.is(Tag::kMap)) {
    MapEntry* entries = arena.Allocate<MapEntry>(count / 2);
    for (size_t i = 0; i < count / 2; ++i) entries[i] = {parts[2 * i], parts[2 * i + 1]};
    value = Value::Of(arena.New(Map{count / 2, entries}));
  } else {
    value = Value::Optional(count == 0 ? nullptr : arena.New(*parts));
  }
}

}  // namespace

std::optional<std::vector<const Value*>> ConstantRows(const std::vector<Value>& constants,
                                                      uint32_t most) {
  std::vector<const Value*> rows;
  rows.reserve(constants.size());
  for (const Value& constant : constants) rows.push_back(&constant);
  for (size_t i = 0; i < rows.size() && rows.size() <= most; ++i) {
    const Value& value = *rows[i];
    if (value.is(Tag::kList)) {
      for (uint32_t k = 0; k < value.list->size; ++k) rows.push_back(&value.list->items[k]);
    } else if (value.is(Tag::kMap)) {
      for (uint32_t k = 0; k < value.map->size; ++k) {
        rows.push_back(&value.map->entries[k].key);
        rows.push_back(&value.map->entries[k].value);
      }
    } else if (value.is(Tag::kOptional) && value.optional != nullptr) {
      rows.push_back(value.optional);
    }
  }
  if (rows.size() > most) return std::nullopt;
  return rows;
}

std::vector<Value> ReadConstants(RowReader& reader, uint32_t rows, Arena& arena) {
  uint32_t constants = 0;
  reader.Number(constants, rows);
  std::vector<Value> values(rows);
  std::vector<Parts> parts(rows);
  std::vector<uint8_t> levels(rows, 1);  // of lists, maps and optionals around, itself included
  uint32_t next = constants;
  for (uint32_t i = 0; i < rows && reader.ok(); ++i) {
    // A row that nothing before has taken would be its own part.
    if (i >= next) {
      reader.Fail("a part of a constant is no constant's");
      break;
    }
    uint64_t count = 0;
    ConstantRow(reader, values[i], count);
    if (count > rows - next) {
      reader.Fail("a constant has more parts than there are");
      break;
    }
    // An optional without a value is no level, as in ConstantFault().
    const bool is_level = Nests(values[i]) && !(values[i].is(Tag::kOptional) && count == 0);
    if (is_level && levels[i] > kMaxConstantDepth) reader.Fail("a constant nests too deep");
    parts[i] = {next, static_cast<uint32_t>(count)};
    std::fill_n(levels.begin() + next, count, static_cast<uint8_t>(levels[i] + 1));
    next += static_cast<uint32_t>(count);
  }
  if (next < rows) reader.Fail("a part of a constant is no constant's");
  if (!reader.ok()) return {};
  // Parts stand behind what they are parts of.
  for (uint32_t i = rows; i-- > 0;) {
    if (!Nests(values[i])) continue;
    Assemble(values[i], values.data() + parts[i].first, parts[i].count, arena);
  }
  values.resize(constants);
  return values;
}

}  // namespace writ::bundle
