// Keys of counters: equal values have one, others have another.
#include "vm/counter_key.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "vm/compare.h"
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
  EXPECT_EQ(Key(Value::Null()), "null");
  EXPECT_EQ(Key(Value::String("a\n\"")), "\"a\\n\\\"\"");
  EXPECT_EQ(Key(Value::Text(Tag::kBytes, "a\xFF")), "bytes(61ff)");
  EXPECT_EQ(Key(Value::Text(Tag::kIp, std::string_view("\x0A\0\0\x01", 4))), "ip(\"10.0.0.1\")");
  EXPECT_EQ(Key(DurationValue(5)), "duration(5ns)");
}

TEST(CounterKey, ANumberIsOneKeyWhateverItsType) {
  EXPECT_EQ(Key(Value::Uint(1)), "1");
  EXPECT_EQ(Key(Value::Double(1.0)), "1");
  EXPECT_EQ(Key(Value::Double(-0.0)), "0");
  EXPECT_EQ(Key(Value::Double(1.5)), "1.5");
  EXPECT_EQ(Key(Value::Double(0x1p63)), Key(Value::Uint(uint64_t{1} << 63)));
  EXPECT_NE(Key(Value::Double(0x1p53)), Key(Value::Int(9007199254740993)));
}

TEST(CounterKey, WhatCannotBeCountedByIsRefused) {
  const List list{0, nullptr};
  EXPECT_EQ(Key(Value::Of(&list)), "refused");
  EXPECT_EQ(Key(Value::Text(Tag::kMapSpan, "{}")), "refused");
  EXPECT_EQ(Key(Value::Optional(nullptr)), "refused");
  EXPECT_EQ(Key(Value()), "refused");
  EXPECT_EQ(Key(Value::Double(std::numeric_limits<double>::quiet_NaN())), "refused");
}

TEST(CounterKey, LongKeysAreRefused) {
  const std::string most(kMaxCounterKeyBytes - 2, 'x');
  EXPECT_EQ(Key(Value::String(most)).size(), kMaxCounterKeyBytes);
  EXPECT_EQ(Key(Value::String(most + "x")), "refused");
  EXPECT_EQ(Key(Value::String(std::string(kMaxCounterKeyBytes, '\n'))), "refused");
  EXPECT_EQ(Key(Value::Text(Tag::kUrl, std::string(kMaxCounterKeyBytes * 2, 'x'))), "refused");
}

}  // namespace
}  // namespace writ
