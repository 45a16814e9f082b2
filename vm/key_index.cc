// Hashing keys.
// Tested by tests/vm/key_index_test.cc.
#include "vm/key_index.h"

#include <sys/random.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "vm/compare.h"

namespace writ {
namespace {

struct HashSeed {
  uint64_t k0;
  uint64_t k1;
};

HashSeed DrawSeed() {
  HashSeed seed = {0x736f6d6570736575, 0x646f72616e646f6d};
  // Never fails on kernels that have it; without it the addresses of this run have to do.
  if (getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) {
    seed.k0 ^= reinterpret_cast<uintptr_t>(&seed);
    seed.k1 ^= reinterpret_cast<uintptr_t>(&DrawSeed);
  }
  return seed;
}

const HashSeed& Seed() {
  static const HashSeed seed = DrawSeed();
  return seed;
}

// SipHash-1-3 (Aumasson and Bernstein) over a kind and some bytes.
class SipHash {
 public:
  explicit SipHash(uint64_t kind)
      : v0_(Seed().k0 ^ 0x736f6d6570736575),
        v1_(Seed().k1 ^ 0x646f72616e646f6d),
        v2_(Seed().k0 ^ 0x6c7967656e657261),
        v3_(Seed().k1 ^ 0x7465646279746573) {
    Word(kind);
  }

  void Word(uint64_t word) {
    v3_ ^= word;
    Round();
    v0_ ^= word;
  }

  void Text(std::string_view text) {
    size_t at = 0;
    uint64_t word = 0;
    for (; at + 8 <= text.size(); at += 8) {
      std::memcpy(&word, text.data() + at, 8);
      Word(word);
    }
    word = 0;
    if (at < text.size()) std::memcpy(&word, text.data() + at, text.size() - at);
    Word(word | uint64_t{text.size() & 0xFF} << 56);
  }

  uint32_t Finish() {
    v2_ ^= 0xFF;
    Round();
    Round();
    Round();
    const uint64_t hash = v0_ ^ v1_ ^ v2_ ^ v3_;
    return static_cast<uint32_t>(hash ^ hash >> 32);
  }

 private:
  void Round() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  uint64_t v0_, v1_, v2_, v3_;
};

// Kinds beside the tags of what is hashed under its own.
constexpr uint64_t kNegative = 1000;
constexpr uint64_t kNotNegative = 1001;
constexpr uint64_t kFraction = 1002;

uint32_t HashNumber(uint64_t kind, uint64_t word) {
  SipHash hash(kind);
  hash.Word(word);
  return hash.Finish();
}

uint32_t HashInt(int64_t i) {
  return HashNumber(i < 0 ? kNegative : kNotNegative, static_cast<uint64_t>(i));
}

uint32_t HashDouble(double d) {
  if (d == std::trunc(d)) {
    if (d >= -0x1p63 && d < 0x1p63) return HashInt(static_cast<int64_t>(d));
    if (d >= 0 && d < 0x1p64) return HashNumber(kNotNegative, static_cast<uint64_t>(d));
  }
  return HashNumber(kFraction, std::bit_cast<uint64_t>(d));
}

// REQUIRES: CanHold(key).
uint32_t Hash(const Value& key) {
  const auto kind = static_cast<uint64_t>(key.tag);
  switch (key.tag) {
    case Tag::kInt: return HashInt(key.i);
    case Tag::kUint: return HashNumber(kNotNegative, key.u);
    case Tag::kDouble: return HashDouble(key.d);
    case Tag::kNull: return HashNumber(kind, 0);
    case Tag::kBool:
    case Tag::kDuration: return HashNumber(kind, key.u);
    case Tag::kTimestamp: return HashNumber(kind + (uint64_t{key.size} << 8), key.u);
    default: {
      SipHash hash(kind);
      hash.Text(key.view());
      return hash.Finish();
    }
  }
}

bool IsNan(const Value& key) {
  return key.is(Tag::kDouble) && std::isnan(key.d);
}

void MakeHeads(Value& constant, Arena& arena) {
  if (constant.is(Tag::kList)) {
    List list = *constant.list;
    Value* items = arena.Allocate<Value>(list.size);
    for (uint32_t i = 0; i < list.size; ++i) {
      items[i] = list.items[i];
      MakeHeads(items[i], arena);
    }
    list = List{list.size, items};
    if (list.size >= KeyIndex::kWorthwhile) {
      list.index = KeyIndex::Make(items, 1, list.size, list.size, arena);
    }
    constant = Value::Of(arena.New(list));
  } else if (constant.is(Tag::kMap)) {
    Map map = *constant.map;
    MapEntry* entries = arena.Allocate<MapEntry>(map.size);
    for (uint32_t i = 0; i < map.size; ++i) {
      entries[i] = map.entries[i];
      MakeHeads(entries[i].value, arena);
    }
    map = Map{map.size, entries};
    if (map.size >= KeyIndex::kWorthwhile) {
      map.index = KeyIndex::Make(&entries->key, 2, map.size, map.size, arena);
    }
    constant = Value::Of(arena.New(map));
  }
}

// Whether a list or map of that many elements should have another head.
template <typename Container>
bool NeedsHead(const Container& container) {
  return container.room != nullptr ||
         (container.size >= KeyIndex::kWorthwhile && container.index == nullptr);
}

bool NeedsHeads(const Value& constant) {
  if (constant.is(Tag::kList)) {
    if (NeedsHead(*constant.list)) return true;
    for (uint32_t i = 0; i < constant.list->size; ++i) {
      if (NeedsHeads(constant.list->items[i])) return true;
    }
  } else if (constant.is(Tag::kMap)) {
    if (NeedsHead(*constant.map)) return true;
    for (uint32_t i = 0; i < constant.map->size; ++i) {
      if (NeedsHeads(constant.map->entries[i].value)) return true;
    }
  }
  return false;
}

}  // namespace

bool KeyIndex::CanHold(const Value& key) {
  switch (key.tag) {
    case Tag::kNull:
    case Tag::kBool:
    case Tag::kInt:
    case Tag::kUint:
    case Tag::kDouble:
    case Tag::kString:
    case Tag::kBytes:
    case Tag::kTimestamp:
    case Tag::kDuration:
    case Tag::kType:
    case Tag::kIp:
    case Tag::kCidr:
    case Tag::kUrl: return true;
    default: return false;
  }
}

KeyIndex* KeyIndex::Make(const Value* keys, uint32_t stride, uint32_t count, uint32_t capacity,
                         Arena& arena) {
  for (uint32_t i = 0; i < count; ++i) {
    if (!CanHold(keys[size_t{i} * stride])) return nullptr;
  }
  const uint64_t cells = std::bit_ceil(uint64_t{capacity} * 2 + 1);
  if (cells > uint64_t{1} << 31) return nullptr;
  KeyIndex* const index = arena.New(KeyIndex());
  index->keys_ = keys;
  index->stride_ = stride;
  index->mask_ = static_cast<uint32_t>(cells - 1);
  index->cells_ = arena.Allocate<Cell>(cells);
  for (uint64_t i = 0; i < cells; ++i) index->cells_[i] = {0, kNotFound};
  for (uint32_t i = 0; i < count; ++i) index->Add(i);
  return index;
}

uint32_t KeyIndex::Find(const Value& key) const {
  if (!CanHold(key) || IsNan(key)) return kNotFound;
  const uint32_t hash = Hash(key);
  for (uint32_t at = hash & mask_;; at = (at + 1) & mask_) {
    const Cell& cell = cells_[at];
    if (cell.position == kNotFound) return kNotFound;
    if (cell.hash == hash && SameScalar(Key(cell.position), key)) return cell.position;
  }
}

void KeyIndex::Add(uint32_t position) {
  const Value& key = Key(position);
  if (IsNan(key)) return;
  const uint32_t hash = Hash(key);
  uint32_t at = hash & mask_;
  for (; cells_[at].position != kNotFound; at = (at + 1) & mask_) {
    // The first of equal elements of a list is enough.
    if (cells_[at].hash == hash && SameScalar(Key(cells_[at].position), key)) return;
  }
  cells_[at] = {hash, position};
}

const Value* FindKey(const Map& map, const Value& key) {
  if (map.index != nullptr) {
    const uint32_t at = map.index->Find(key);
    return at < map.size ? &map.entries[at].value : nullptr;
  }
  for (uint32_t i = 0; i < map.size; ++i) {
    if (SameScalar(map.entries[i].key, key)) return &map.entries[i].value;
  }
  return nullptr;
}

void IndexConstants(Value& constant, Arena& arena) {
  if (NeedsHeads(constant)) MakeHeads(constant, arena);
}

}  // namespace writ
