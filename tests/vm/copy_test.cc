// Deep copies.
#include "vm/copy.h"

#include <gtest/gtest.h>

#include "vm/disasm.h"

namespace writ {
namespace {

TEST(DeepCopy, PointsToNothingOfTheOriginal) {
  Arena copies;
  std::optional<Value> copy;
  {
    Arena original;
    Value* items = original.Allocate<Value>(2);
    items[0] = Value::String(original.Copy("text"));
    items[1] = Value::Optional(original.New(Value::Int(3)));
    List list{};
    list.size = 2;
    list.items = items;
    MapEntry* entries = original.Allocate<MapEntry>(1);
    entries[0] = {Value::String(original.Copy("key")), Value::Of(original.New(list))};
    Map map{};
    map.size = 1;
    map.entries = entries;
    copy = DeepCopy(Value::Of(original.New(map)), 100, copies);
  }
  ASSERT_TRUE(copy.has_value());
  EXPECT_EQ(FormatValue(*copy), R"({"key": ["text", optional.of(3)]})");
}

TEST(DeepCopy, StopsAtItsLimits) {
  Arena arena;
  Value items[3] = {Value::Int(1), Value::Int(2), Value::Int(3)};
  List list{};
  list.size = 3;
  list.items = items;
  EXPECT_TRUE(DeepCopy(Value::Of(&list), 4, arena).has_value());
  EXPECT_FALSE(DeepCopy(Value::Of(&list), 3, arena).has_value());
  Value deep = Value::Int(1);
  for (uint32_t i = 0; i <= kMaxCopyDepth; ++i) deep = Value::Optional(arena.New(deep));
  EXPECT_FALSE(DeepCopy(deep, 1000, arena).has_value());
}

TEST(DeepCopy, RefusesWhatMeansSomethingDuringACallOnly) {
  Arena arena;
  EXPECT_FALSE(DeepCopy(Value(), 10, arena).has_value());
  EXPECT_FALSE(DeepCopy(Value::Failure(Error::kOverflow), 10, arena).has_value());
  EXPECT_FALSE(DeepCopy(Value::Text(Tag::kListSpan, "[1]"), 10, arena).has_value());
  EXPECT_FALSE(DeepCopy(Value::Text(Tag::kMapSpan, "{}"), 10, arena).has_value());
  EXPECT_FALSE(DeepCopy(Value::Text(Tag::kUnsafeNumber, "1e999"), 10, arena).has_value());
}

}  // namespace
}  // namespace writ
