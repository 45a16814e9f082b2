// Sameness is stricter than CEL's equality; printing shows the difference.
#include "oracle/print.h"

#include <gtest/gtest.h>

#include <cmath>

namespace writ::oracle {
namespace {

Value ListOf(Arena& arena, std::initializer_list<Value> values) {
  Value* items = arena.Allocate<Value>(values.size());
  std::copy(values.begin(), values.end(), items);
  return Value::Of(arena.New(List{static_cast<uint32_t>(values.size()), items}));
}

Value MapOf(Arena& arena, std::initializer_list<MapEntry> values) {
  MapEntry* entries = arena.Allocate<MapEntry>(values.size());
  std::copy(values.begin(), values.end(), entries);
  return Value::Of(arena.New(Map{static_cast<uint32_t>(values.size()), entries}));
}

TEST(Same, NumbersOfDifferentTypesAreDifferent) {
  Arena arena;
  EXPECT_TRUE(Same(Value::Int(1), Value::Int(1), arena));
  EXPECT_FALSE(Same(Value::Int(1), Value::Uint(1), arena));
  EXPECT_FALSE(Same(Value::Int(1), Value::Double(1), arena));
  EXPECT_FALSE(Same(Value::Double(0.0), Value::Double(-0.0), arena));
  EXPECT_TRUE(Same(Value::Double(std::nan("1")), Value::Double(-std::nan("2")), arena));
}

TEST(Same, TextAndBytesAreDifferent) {
  Arena arena;
  EXPECT_TRUE(Same(Value::String("a"), Value::String("a"), arena));
  EXPECT_FALSE(Same(Value::String("a"), Value::String("b"), arena));
  EXPECT_FALSE(Same(Value::String("a"), Value::Text(Tag::kBytes, "a"), arena));
}

TEST(Same, ListsAreOrderedAndMapsAreNot) {
  Arena arena;
  const Value one = Value::Int(1);
  const Value two = Value::Int(2);
  EXPECT_TRUE(Same(ListOf(arena, {one, two}), ListOf(arena, {one, two}), arena));
  EXPECT_FALSE(Same(ListOf(arena, {one, two}), ListOf(arena, {two, one}), arena));
  EXPECT_FALSE(Same(ListOf(arena, {one}), ListOf(arena, {one, two}), arena));
  const MapEntry first = {one, two};
  const MapEntry second = {two, one};
  EXPECT_TRUE(Same(MapOf(arena, {first, second}), MapOf(arena, {second, first}), arena));
  EXPECT_FALSE(Same(MapOf(arena, {first}), MapOf(arena, {second}), arena));
  EXPECT_FALSE(Same(MapOf(arena, {first}), MapOf(arena, {first, second}), arena));
}

TEST(Same, SpansAreTheListsTheyStandFor) {
  Arena arena;
  const Value span = Value::Text(Tag::kListSpan, "[1,\"a\"]");
  EXPECT_TRUE(Same(span, ListOf(arena, {Value::Int(1), Value::String("a")}), arena));
  EXPECT_FALSE(Same(span, ListOf(arena, {Value::Int(1), Value::String("b")}), arena));
}

TEST(Same, OptionalsByWhatTheyHold) {
  Arena arena;
  const Value one = Value::Int(1);
  const Value two = Value::Int(2);
  EXPECT_TRUE(Same(Value::Optional(&one), Value::Optional(arena.New(one)), arena));
  EXPECT_FALSE(Same(Value::Optional(&one), Value::Optional(&two), arena));
  EXPECT_FALSE(Same(Value::Optional(&one), Value::Optional(nullptr), arena));
  EXPECT_FALSE(Same(Value::Optional(&one), one, arena));
}

TEST(Print, ShowsTypesAndWhatCannotBeSeen) {
  Arena arena;
  EXPECT_EQ(Print(Value::Double(1), arena), "1.0");
  EXPECT_EQ(Print(Value::Double(-0.0), arena), "-0.0");
  EXPECT_EQ(Print(Value::Double(1e300), arena), "1e+300");
  EXPECT_EQ(Print(Value::Uint(1), arena), "1u");
  EXPECT_EQ(Print(Value::String("a\"\n"), arena), "\"a\\\"\\x0a\"");
  EXPECT_EQ(Print(Value::Text(Tag::kBytes, "\xff"), arena), "b\"\\xff\"");
  EXPECT_EQ(Print(Value::Failure(Error::kDivideByZero), arena).substr(0, 7), "error: ");
}

}  // namespace
}  // namespace writ::oracle
