// Sizes of constants.
// Tested by tests/compiler/lower/cost_test.cc.
#include "compiler/lower/constant_sizes.h"

#include <algorithm>

#include "vm/key_index.h"

namespace writ::cel {

ConstantSizes::Sizes ConstantSizes::Measure(const Value& constant) {
  Sizes sizes;
  bool can_be_indexed = true;
  const auto add = [&sizes](const Value& part) {
    const Sizes inner = Measure(part);
    sizes.size += inner.size;
    sizes.largest_walk_in = std::max({sizes.largest_walk_in, inner.walk, inner.largest_walk_in});
  };
  uint32_t count = 0;
  if (constant.is(Tag::kList)) {
    count = constant.list->size;
    sizes.size = count;
    for (uint32_t i = 0; i < count; ++i) {
      add(constant.list->items[i]);
      can_be_indexed = can_be_indexed && KeyIndex::CanHold(constant.list->items[i]);
    }
  } else if (constant.is(Tag::kMap)) {
    count = constant.map->size;
    sizes.size = count;
    for (uint32_t i = 0; i < count; ++i) {
      add(constant.map->entries[i].key);
      add(constant.map->entries[i].value);
      can_be_indexed = can_be_indexed && KeyIndex::CanHold(constant.map->entries[i].key);
    }
  } else {
    // Empty text in a list is an element all the same.
    const bool is_text = constant.is(Tag::kString) || constant.is(Tag::kBytes);
    sizes.size = is_text ? std::max(static_cast<double>(constant.size), 1.0) : 1;
    return sizes;
  }
  if (count < KeyIndex::kWorthwhile || !can_be_indexed) sizes.walk = sizes.size;
  return sizes;
}

ConstantSizes::Sizes ConstantSizes::Of(const Value& constant) {
  const void* key = nullptr;
  if (constant.is(Tag::kList)) key = constant.list;
  if (constant.is(Tag::kMap)) key = constant.map;
  if (key == nullptr) return Measure(constant);
  const auto [entry, is_new] = known_.try_emplace(key);
  if (is_new) entry->second = Measure(constant);
  return entry->second;
}

double ConstantSizes::SizeOf(const Value& constant) {
  return Of(constant).size;
}

double ConstantSizes::WalkOf(const Value& constant) {
  return Of(constant).walk;
}

double ConstantSizes::LargestWalkIn(const Value& constant) {
  return Of(constant).largest_walk_in;
}

}  // namespace writ::cel
