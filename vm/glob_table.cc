// Globs of constants.
// Tested by tests/vm/glob_table_test.cc.
#include "vm/glob_table.h"

#include <algorithm>

#include "vm/same_text.h"
#include "vm/selection.h"

namespace writ {
namespace {

std::vector<std::string_view> GlobsOf(const Value& constant) {
  std::vector<std::string_view> globs;
  if (constant.is(Tag::kList)) {
    for (uint32_t i = 0; i < constant.list->size; ++i) {
      globs.push_back(constant.list->items[i].view());
    }
  } else {
    for (uint32_t i = 0; i < constant.map->size; ++i) {
      globs.push_back(constant.map->entries[i].key.view());
    }
  }
  return globs;
}

// Which entry: names that differ share one now and then, which costs a look-up and no more.
size_t PlaceOf(std::string_view text, uint32_t table) {
  uint64_t hash = table + text.size();
  for (const char byte : text) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001B3;
  return (hash ^ hash >> 32) % GlobCache::kEntries;
}

// One that has a single `*` is compared at both ends; what stands between others is looked for.
uint64_t CostOf(std::string_view glob) {
  const size_t first = glob.find('*');
  if (first == std::string_view::npos || first == glob.rfind('*')) return 8 + glob.size() / 16;
  return (glob.size() + 1) * (kMaxGlobTextBytes / 16);
}

// A look into the cache that finds nothing, and what is kept there instead.
constexpr uint64_t kMissCost = 256;
// A position that is copied, sorted among others, and told from them.
constexpr uint64_t kPositionCost = 16;

uint64_t PositionsOf(const Value& constant) {
  if (!constant.is(Tag::kMap)) return 0;
  uint64_t count = 0;
  for (uint32_t i = 0; i < constant.map->size; ++i) {
    const Value& found = constant.map->entries[i].value;
    count += found.is(Tag::kList) ? found.list->size : 1;
  }
  return count;
}

}  // namespace

GlobTable::GlobTable(const Value& constant)
    : constant_(constant),
      globs_(GlobsOf(constant)),
      cost_(kMissCost + kPositionCost * PositionsOf(constant)) {
  for (const std::string_view glob : GlobsOf(constant)) cost_ += CostOf(glob);
}

void GlobTable::Find(std::string_view text, std::vector<Value>& positions) const {
  positions.clear();
  globs_.ForEachFit(text, [&](uint32_t glob) {
    if (constant_.is(Tag::kList)) {
      positions.push_back(Value::Int(0));
      return false;
    }
    const Value& found = constant_.map->entries[glob].value;
    if (found.is(Tag::kInt)) {
      positions.push_back(found);
    } else {
      positions.insert(positions.end(), found.list->items, found.list->items + found.list->size);
    }
    return true;
  });
  std::sort(positions.begin(), positions.end(),
            [](const Value& a, const Value& b) { return a.i < b.i; });
  positions.erase(std::unique(positions.begin(), positions.end(),
                              [](const Value& a, const Value& b) { return a.i == b.i; }),
                  positions.end());
}

const std::vector<Value>& GlobCache::Find(const GlobTable& table, uint32_t number,
                                          std::string_view text) {
  if (entries_.empty()) entries_.resize(kEntries);
  Entry& entry = entries_[PlaceOf(text, number)];
  if (entry.table == number && SameText(entry.text, text)) return entry.positions;
  table.Find(text, found_);
  if (found_.size() > kMaxKept) return found_;
  entry.table = number;
  entry.text = text;
  entry.positions = found_;
  return entry.positions;
}

}  // namespace writ
