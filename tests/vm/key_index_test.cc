// Indexes of keys: what is one key, what is found, and constants that get one.
#include "vm/key_index.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "vm/compare.h"
#include "vm/time_text.h"

namespace writ {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

uint32_t Count(const std::vector<Value>& keys) {
  return static_cast<uint32_t>(keys.size());
}

std::vector<Value> Samples() {
  Value cidr8 = Value::Text(Tag::kCidr, "abcd");
  cidr8.reserved = 8;
  Value cidr9 = cidr8;
  cidr9.reserved = 9;
  return {
      Value::Null(),
      Value::Bool(false),
      Value::Bool(true),
      Value::Int(0),
      Value::Uint(0),
      Value::Double(0.0),
      Value::Double(-0.0),
      Value::Int(1),
      Value::Uint(1),
      Value::Double(1.0),
      Value::Double(1.5),
      Value::Int(-1),
      Value::Double(-1.0),
      Value::Int(INT64_MIN),
      Value::Double(-0x1p63),
      Value::Int(INT64_MAX),
      Value::Uint(uint64_t{INT64_MAX}),
      Value::Uint(uint64_t{1} << 63),
      Value::Double(0x1p63),
      Value::Uint(UINT64_MAX),
      Value::Double(0x1p64),
      Value::Double(std::numeric_limits<double>::infinity()),
      Value::Int(9007199254740993),
      Value::Double(9007199254740992.0),
      Value::String(""),
      Value::String("a"),
      Value::String("abcdefgh"),
      Value::String(std::string_view("abcdefgh\0", 9)),
      Value::String("abcdefghi"),
      Value::Text(Tag::kBytes, "a"),
      Value::Text(Tag::kType, "a"),
      Value::Text(Tag::kIp, "abcd"),
      Value::Text(Tag::kUrl, "a"),
      cidr8,
      cidr9,
      TimestampValue(1, 0),
      TimestampValue(1, 1),
      DurationValue(1),
  };
}

// The index holds the same opinion as equality, whatever the pair.
TEST(KeyIndex, FindsWhatIsEqualAndNothingElse) {
  const std::vector<Value> samples = Samples();
  for (size_t i = 0; i < samples.size(); ++i) {
    Arena arena;
    const KeyIndex* const index = KeyIndex::Make(&samples[i], 1, 1, 1, arena);
    ASSERT_NE(index, nullptr);
    for (size_t j = 0; j < samples.size(); ++j) {
      EXPECT_EQ(index->Find(samples[j]) == 0, SameScalar(samples[i], samples[j])) << i << ' ' << j;
    }
  }
}

TEST(KeyIndex, NeverFindsNan) {
  const std::vector<Value> keys = {Value::Double(kNan), Value::Int(1)};
  Arena arena;
  const KeyIndex* const index = KeyIndex::Make(keys.data(), 1, 2, 2, arena);
  ASSERT_NE(index, nullptr);
  EXPECT_EQ(index->Find(Value::Double(kNan)), KeyIndex::kNotFound);
  EXPECT_EQ(index->Find(Value::Int(1)), 1u);
}

TEST(KeyIndex, FindsTheFirstOfEqualKeys) {
  const std::vector<Value> keys = {Value::Int(5), Value::Double(1.0), Value::Int(1)};
  Arena arena;
  EXPECT_EQ(KeyIndex::Make(keys.data(), 1, 3, 3, arena)->Find(Value::Uint(1)), 1u);
}

TEST(KeyIndex, FindsEachOfMany) {
  std::vector<Value> keys;
  std::vector<std::string> texts;
  texts.reserve(20000);
  for (int i = 0; i < 20000; ++i) {
    texts.push_back("key" + std::to_string(i));
    keys.push_back(i % 2 == 0 ? Value::Int(i) : Value::String(texts.back()));
  }
  Arena arena;
  const KeyIndex* const index = KeyIndex::Make(keys.data(), 1, Count(keys), Count(keys), arena);
  for (uint32_t i = 0; i < keys.size(); ++i) ASSERT_EQ(index->Find(keys[i]), i);
  EXPECT_EQ(index->Find(Value::Int(1)), KeyIndex::kNotFound);
  EXPECT_EQ(index->Find(Value::String("key0")), KeyIndex::kNotFound);
}

TEST(KeyIndex, IsNotMadeOfWhatCannotBeHashed) {
  const List list{0, nullptr};
  const Map map{0, nullptr};
  for (const Value& value :
       {Value::Of(&list), Value::Of(&map), Value::Optional(nullptr), Value(),
        Value::Failure(Error::kBudget), Value::Text(Tag::kUnsafeNumber, "1e999"),
        Value::Text(Tag::kListSpan, "[]"), Value::Text(Tag::kMapSpan, "{}")}) {
    const std::vector<Value> keys = {Value::Int(1), value};
    Arena arena;
    EXPECT_EQ(KeyIndex::Make(keys.data(), 1, 2, 2, arena), nullptr);
    EXPECT_FALSE(KeyIndex::CanHold(value));
    EXPECT_EQ(KeyIndex::Make(keys.data(), 1, 1, 1, arena)->Find(value), KeyIndex::kNotFound);
  }
}

TEST(KeyIndex, GrowsUpToItsCapacity) {
  std::vector<Value> keys;
  for (int i = 0; i < 100; ++i) keys.push_back(Value::Int(i));
  Arena arena;
  KeyIndex* const index = KeyIndex::Make(keys.data(), 1, 0, Count(keys), arena);
  for (uint32_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(index->Find(keys[i]), KeyIndex::kNotFound);
    index->Add(i);
    EXPECT_EQ(index->Find(keys[i]), i);
  }
}

TEST(KeyIndex, ConstantsGetOneWhereItPays) {
  std::vector<Value> few;
  std::vector<Value> many;
  for (int i = 0; i < 8; ++i) few.push_back(Value::Int(i));
  for (int i = 0; i < 9; ++i) many.push_back(Value::Int(i));
  const List small{Count(few), few.data()};
  const List large{Count(many), many.data()};
  std::vector<MapEntry> entries;
  for (int i = 0; i < 9; ++i) entries.push_back({Value::Int(i), Value::Of(&large)});
  const Map map{9, entries.data()};
  Arena arena;

  Value constant = Value::Of(&small);
  IndexConstants(constant, arena);
  EXPECT_EQ(constant.list, &small) << "nothing to do";

  constant = Value::Of(&map);
  IndexConstants(constant, arena);
  ASSERT_NE(constant.map->index, nullptr);
  EXPECT_EQ(constant.map->index->Find(Value::Double(8.0)), 8u);
  const List* const inner = constant.map->entries[8].value.list;
  ASSERT_NE(inner->index, nullptr);
  EXPECT_EQ(inner->index->Find(Value::Uint(3)), 3u);
  EXPECT_EQ(map.index, nullptr) << "the original is as it was";
  const Map* const indexed = constant.map;
  IndexConstants(constant, arena);
  EXPECT_EQ(constant.map, indexed) << "once is enough";
}

}  // namespace
}  // namespace writ
