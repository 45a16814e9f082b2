// Keys of counters: equal values have one, others have another.
#include "vm/counter_key.h"

#include <gtest/gtest.h>

#include <string>

#include "vm/time_text.h"

namespace writ {
namespace {

std::string Key(const Value& value) {
  std::string text;
  return AppendCounterKey(value, text) ? text : "refused";
}

TEST(CounterKey, SaysValueAndType) {
  EXPECT_EQ(Key(Value::String("1")), "\"1\"");
  EXPECT_EQ(Key(Value::Int(1)), "1");
  EXPECT_EQ(Key(Value::Bool(true)), "true");
  EXPECT_EQ(Key(Value::String("true")), "\"true\"");
  EXPECT_EQ(Key(Value::String("a\n\"")), "\"a\\n\\\"\"");
}

TEST(CounterKey, AWholeNumberIsOneKeyWhateverItsType) {
  EXPECT_EQ(Key(Value::Uint(1)), "1");
  EXPECT_EQ(Key(Value::Int(-1)), "-1");
  EXPECT_EQ(Key(Value::Uint(UINT64_MAX)), "18446744073709551615");
}

// What the checker refuses where it sees the type is refused where only the call shows it.
TEST(CounterKey, WhatCannotBeCountedByIsRefused) {
  const List list{0, nullptr};
  for (const Value& value :
       {Value(), Value::Null(), Value::Double(1.0), Value::Double(1.5), Value::Of(&list),
        Value::Text(Tag::kMapSpan, "{}"), Value::Optional(nullptr), Value::Text(Tag::kBytes, "a"),
        Value::Text(Tag::kIp, std::string_view("\x0A\0\0\x01", 4)), DurationValue(5),
        Value::Text(Tag::kUrl, "http://a"), Value::Text(Tag::kUnsafeNumber, "1e999")}) {
    EXPECT_EQ(Key(value), "refused") << TypeName(value.tag);
  }
}

TEST(CounterKey, LongKeysAreRefused) {
  const std::string most(kMaxCounterKeyBytes - 2, 'x');
  EXPECT_EQ(Key(Value::String(most)).size(), kMaxCounterKeyBytes);
  EXPECT_EQ(Key(Value::String(most + "x")), "refused");
  EXPECT_EQ(Key(Value::String(std::string(kMaxCounterKeyBytes, '\n'))), "refused");
}

}  // namespace
}  // namespace writ
