// Values: what they hold, and how they are spoken of.
#include "vm/value.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace writ {
namespace {

TEST(Value, IsAbsentUntilMade) {
  const Value value = Value();
  EXPECT_TRUE(value.is(Tag::kAbsent));
  EXPECT_EQ(value.i, 0);
}

TEST(Value, HoldsWhatItIsMadeOf) {
  EXPECT_TRUE(Value::Null().is(Tag::kNull));
  EXPECT_EQ(Value::Bool(true).i, 1);
  EXPECT_EQ(Value::Bool(false).i, 0);
  EXPECT_EQ(Value::Int(INT64_MIN).i, INT64_MIN);
  EXPECT_EQ(Value::Uint(UINT64_MAX).u, UINT64_MAX);
  EXPECT_EQ(Value::Double(-0.5).d, -0.5);
  EXPECT_EQ(Value::String("text").view(), "text");
  EXPECT_EQ(Value::String("").view(), "");
  EXPECT_EQ(Value::Failure(Error::kOverflow).code, Error::kOverflow);
  EXPECT_TRUE(Value::Failure(Error::kOverflow).is(Tag::kError));
  const Value inner = Value::Int(5);
  EXPECT_EQ(Value::Optional(&inner).optional, &inner);
  EXPECT_EQ(Value::Optional(nullptr).optional, nullptr);
  const List list{1, &inner};
  EXPECT_EQ(Value::Of(&list).list, &list);
  const Map map{0, nullptr};
  EXPECT_EQ(Value::Of(&map).map, &map);
}

TEST(Value, ListsAndMapsAreSpansOrBuilt) {
  const List list{0, nullptr};
  const Map map{0, nullptr};
  EXPECT_TRUE(Value::Of(&list).is_list());
  EXPECT_TRUE(Value::Text(Tag::kListSpan, "[]").is_list());
  EXPECT_FALSE(Value::Of(&map).is_list());
  EXPECT_TRUE(Value::Of(&map).is_map());
  EXPECT_TRUE(Value::Text(Tag::kMapSpan, "{}").is_map());
  EXPECT_FALSE(Value::String("{}").is_map());
}

TEST(Value, UnsafeNumbersAreNoNumbers) {
  EXPECT_TRUE(Value::Int(1).is_number());
  EXPECT_TRUE(Value::Uint(1).is_number());
  EXPECT_TRUE(Value::Double(1).is_number());
  EXPECT_FALSE(Value::Text(Tag::kUnsafeNumber, "1e999").is_number());
  EXPECT_FALSE(Value::Bool(true).is_number());
  EXPECT_FALSE(Value::Null().is_number());
}

// Constant pools store these numbers.
TEST(Value, TagsKeepTheirNumbers) {
  EXPECT_EQ(static_cast<int>(Tag::kAbsent), 0);
  EXPECT_EQ(static_cast<int>(Tag::kNull), 1);
  EXPECT_EQ(static_cast<int>(Tag::kBool), 2);
  EXPECT_EQ(static_cast<int>(Tag::kInt), 3);
  EXPECT_EQ(static_cast<int>(Tag::kUint), 4);
  EXPECT_EQ(static_cast<int>(Tag::kDouble), 5);
  EXPECT_EQ(static_cast<int>(Tag::kString), 6);
  EXPECT_EQ(static_cast<int>(Tag::kBytes), 7);
  EXPECT_EQ(static_cast<int>(Tag::kTimestamp), 8);
  EXPECT_EQ(static_cast<int>(Tag::kDuration), 9);
  EXPECT_EQ(static_cast<int>(Tag::kList), 10);
  EXPECT_EQ(static_cast<int>(Tag::kMap), 11);
  EXPECT_EQ(static_cast<int>(Tag::kListSpan), 12);
  EXPECT_EQ(static_cast<int>(Tag::kMapSpan), 13);
  EXPECT_EQ(static_cast<int>(Tag::kOptional), 14);
  EXPECT_EQ(static_cast<int>(Tag::kType), 15);
  EXPECT_EQ(static_cast<int>(Tag::kError), 16);
  EXPECT_EQ(static_cast<int>(Tag::kUnsafeNumber), 17);
}

TEST(Value, EveryErrorHasASentenceOfItsOwn) {
  std::set<std::string> texts;
  for (uint32_t code = 0; code <= static_cast<uint32_t>(Error::kInvalidArgument); ++code) {
    const std::string text(ErrorText(static_cast<Error>(code)));
    EXPECT_NE(text, "unknown error") << code;
    EXPECT_TRUE(texts.insert(text).second) << text;
  }
  EXPECT_EQ(ErrorText(static_cast<Error>(9999)), "unknown error");
}

TEST(Value, TypesHaveTheNamesOfCel) {
  EXPECT_EQ(TypeName(Tag::kNull), "null_type");
  EXPECT_EQ(TypeName(Tag::kInt), "int");
  EXPECT_EQ(TypeName(Tag::kUnsafeNumber), "double");
  EXPECT_EQ(TypeName(Tag::kTimestamp), "google.protobuf.Timestamp");
  EXPECT_EQ(TypeName(Tag::kListSpan), TypeName(Tag::kList));
  EXPECT_EQ(TypeName(Tag::kMapSpan), TypeName(Tag::kMap));
  for (int tag = 0; tag <= static_cast<int>(Tag::kUnsafeNumber); ++tag) {
    EXPECT_NE(TypeName(static_cast<Tag>(tag)), "unknown") << tag;
  }
}

}  // namespace
}  // namespace writ
