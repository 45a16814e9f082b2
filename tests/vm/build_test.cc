// Lists and maps that grow: what they hold, that no other one notices, and what it costs.
#include "vm/build.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/context.h"
#include "vm/disasm.h"

namespace writ {
namespace {

Value Empty() {
  static const List empty{0, nullptr};
  return Value::Of(&empty);
}
Value EmptyMap() {
  static const Map empty{0, nullptr};
  return Value::Of(&empty);
}
std::string Text(const Value& value) {
  return FormatValue(value, 1000);
}

class Build : public testing::Test {
 protected:
  Value Numbers(int count) {
    Value list = Empty();
    for (int i = 0; i < count; ++i) list = Append(list, Value::Int(i), context_);
    return list;
  }
  Value Squares(int count) {
    Value map = EmptyMap();
    for (int i = 0; i < count; ++i) map = Insert(map, Value::Int(i), Value::Int(i * i), context_);
    return map;
  }

  TestContext context_;
};

TEST_F(Build, Appends) {
  EXPECT_EQ(Text(Numbers(0)), "[]");
  EXPECT_EQ(Text(Numbers(5)), "[0, 1, 2, 3, 4]");
  EXPECT_EQ(Text(Append(Value::Text(Tag::kListSpan, "[1, \"x\"]"), Value::Null(), context_)),
            "[1, \"x\", null]");
  EXPECT_EQ(Text(Append(EmptyMap(), Value::Null(), context_)), "error(no such overload)");
  EXPECT_EQ(Text(Append(Empty(), Value::Failure(Error::kOverflow), context_)), "error(overflow)");
  EXPECT_EQ(Text(Append(Empty(), Value(), context_)), "error(invalid argument)");
}

TEST_F(Build, AppendsWhatAnOptionalHolds) {
  const Value one = Value::Int(1);
  EXPECT_EQ(Text(AppendOptional(Empty(), Value::Optional(&one), context_)), "[1]");
  EXPECT_EQ(Text(AppendOptional(Empty(), Value::Optional(nullptr), context_)), "[]");
  EXPECT_EQ(Text(AppendOptional(Empty(), one, context_)), "error(no such overload)");
}

TEST_F(Build, Concatenates) {
  EXPECT_EQ(Text(Concatenate(Numbers(2), Numbers(3), context_)), "[0, 1, 0, 1, 2]");
  EXPECT_EQ(Text(Concatenate(Value::Text(Tag::kListSpan, "[[]]"),
                             Value::Text(Tag::kListSpan, "[2,3]"), context_)),
            "[[], 2, 3]");
  const Value list = Numbers(3);
  const Value twice = Concatenate(list, list, context_);
  EXPECT_EQ(Text(twice), "[0, 1, 2, 0, 1, 2]");
  EXPECT_EQ(Text(Concatenate(twice, twice, context_)), "[0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]");
}

// A list that is extended twice, and lists between: each keeps what it has.
TEST_F(Build, NoListSeesAnothersElements) {
  const Value two = Numbers(2);
  const Value left = Append(two, Value::String("left"), context_);
  const Value right = Append(two, Value::String("right"), context_);
  const Value farther = Append(left, Value::Int(3), context_);
  const Value again = Append(left, Value::Int(4), context_);
  EXPECT_EQ(Text(two), "[0, 1]");
  EXPECT_EQ(Text(left), "[0, 1, \"left\"]");
  EXPECT_EQ(Text(right), "[0, 1, \"right\"]");
  EXPECT_EQ(Text(farther), "[0, 1, \"left\", 3]");
  EXPECT_EQ(Text(again), "[0, 1, \"left\", 4]");
}

TEST_F(Build, NoMapSeesAnothersEntries) {
  // More than few, so that they share an index.
  const Value ten = Squares(10);
  const Value left = Insert(ten, Value::String("k"), Value::Int(1), context_);
  const Value right = Insert(ten, Value::String("k"), Value::Int(2), context_);
  EXPECT_EQ(left.map->size, 11u);
  EXPECT_EQ(left.map->entries[10].value.i, 1);
  EXPECT_EQ(right.map->entries[10].value.i, 2);
  EXPECT_EQ(ten.map->size, 10u);
  EXPECT_EQ(Insert(left, Value::String("k"), Value::Int(3), context_).code, Error::kDuplicateKey);
}

// An insertion that fails half-way leaves entries behind that nobody shows.
TEST_F(Build, AFailedInsertionLeavesTheMapAsItWas) {
  const Value map = Squares(3);
  const Value other = Value::Text(Tag::kMapSpan, "{\"a\":1,\"b\":2}");
  const Value with_b = Insert(EmptyMap(), Value::String("b"), Value::Null(), context_);
  EXPECT_EQ(InsertAll(with_b, other, context_).code, Error::kDuplicateKey);
  EXPECT_EQ(Text(with_b), "{\"b\": null}");
  EXPECT_EQ(Text(Insert(with_b, Value::String("a"), Value::Int(5), context_)),
            "{\"b\": null, \"a\": 5}");
  EXPECT_EQ(Text(map), "{0: 0, 1: 1, 2: 4}");
}

TEST_F(Build, Inserts) {
  EXPECT_EQ(Text(Squares(3)), "{0: 0, 1: 1, 2: 4}");
  const Value map =
      Insert(Value::Text(Tag::kMapSpan, "{\"a\":{}}"), Value::Bool(true), Value::Uint(1), context_);
  EXPECT_EQ(Text(map), "{\"a\": {}, true: 1u}");
  EXPECT_EQ(Insert(map, Value::String("a"), Value::Null(), context_).code, Error::kDuplicateKey);
  EXPECT_EQ(Text(Insert(Empty(), Value::Int(1), Value::Int(1), context_)),
            "error(no such overload)");
}

TEST_F(Build, KeysAreUniqueAcrossNumericTypes) {
  for (const int size : {3, 20}) {
    const Value map = Squares(size);
    EXPECT_EQ(Insert(map, Value::Uint(2), Value::Null(), context_).code, Error::kDuplicateKey);
    EXPECT_TRUE(Insert(map, Value::Uint(200), Value::Null(), context_).is(Tag::kMap));
  }
}

TEST_F(Build, OnlySomeTypesAreKeys) {
  for (const Value& key : {Value::Null(), Value::Double(1), Empty(), EmptyMap(),
                           Value::Text(Tag::kBytes, "a"), Value::Optional(nullptr)}) {
    EXPECT_EQ(Insert(EmptyMap(), key, Value::Null(), context_).code, Error::kUnsupportedKey);
    EXPECT_EQ(InsertOptional(EmptyMap(), key, Value::Optional(nullptr), context_).code,
              Error::kUnsupportedKey);
  }
  EXPECT_EQ(
      Insert(EmptyMap(), Value::Text(Tag::kUnsafeNumber, "1e999"), Value::Null(), context_).code,
      Error::kUnsafeNumber);
}

TEST_F(Build, InsertsWhatAnOptionalHolds) {
  const Value one = Value::Int(1);
  const Value key = Value::String("k");
  EXPECT_EQ(Text(InsertOptional(EmptyMap(), key, Value::Optional(&one), context_)), "{\"k\": 1}");
  EXPECT_EQ(Text(InsertOptional(EmptyMap(), key, Value::Optional(nullptr), context_)), "{}");
  EXPECT_EQ(Text(InsertOptional(EmptyMap(), key, one, context_)), "error(no such overload)");
}

TEST_F(Build, InsertsAllEntries) {
  const Value other = Value::Text(Tag::kMapSpan, "{\"a\":1,\"b\":[2]}");
  EXPECT_EQ(Text(InsertAll(Squares(1), other, context_)), "{0: 0, \"a\": 1, \"b\": [2]}");
  EXPECT_EQ(Text(InsertAll(EmptyMap(), EmptyMap(), context_)), "{}");
  EXPECT_EQ(InsertAll(Squares(3), Squares(1), context_).code, Error::kDuplicateKey);
  EXPECT_EQ(Text(InsertAll(EmptyMap(), Empty(), context_)), "error(no such overload)");
}

// Twice the elements cost about twice, not four times.
TEST_F(Build, CollectingIsLinear) {
  const auto cost = [](int count) {
    TestContext context;
    Value list = Empty();
    Value map = EmptyMap();
    for (int i = 0; i < count; ++i) {
      list = Append(list, Value::Int(i), context);
      map = Insert(map, Value::Int(i), Value::Null(), context);
    }
    EXPECT_EQ(list.list->size, static_cast<uint32_t>(count));
    EXPECT_EQ(map.map->size, static_cast<uint32_t>(count));
    return Machine::kRunBudget - context.budget;
  };
  EXPECT_LT(cost(20000), 3 * cost(10000));
  EXPECT_LT(cost(20000), 20000 * 20);
}

TEST_F(Build, CopyingIsCharged) {
  const Value list = Numbers(1000);
  Append(list, Value::Null(), context_);
  const int64_t before = context_.budget;
  Append(list, Value::Null(), context_);
  EXPECT_LE(context_.budget, before - 1000);
}

TEST_F(Build, StopsWhereTheBudgetEnds) {
  const Value list = Numbers(3);
  const Value map = Squares(3);
  context_.budget = 0;
  EXPECT_EQ(Append(list, Value::Null(), context_).code, Error::kBudget);
  EXPECT_EQ(Concatenate(list, list, context_).code, Error::kBudget);
  EXPECT_EQ(Insert(map, Value::Int(7), Value::Null(), context_).code, Error::kBudget);
  EXPECT_EQ(InsertAll(map, map, context_).code, Error::kBudget);
}

TEST_F(Build, StopsWhereTheMemoryEnds) {
  context_.budget = INT64_MAX;
  Value list = Numbers(4);
  int doublings = 0;
  for (; doublings < 64 && !list.is(Tag::kError); ++doublings) {
    list = Concatenate(list, list, context_);
  }
  EXPECT_EQ(list.code, Error::kBudget);
  EXPECT_LT(doublings, 24);
}

}  // namespace
}  // namespace writ
