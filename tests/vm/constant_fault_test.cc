// What a constant cannot be.
#include "vm/constant_fault.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "vm/arena.h"
#include "vm/time_text.h"

namespace writ {
namespace {

using namespace std::string_view_literals;

Value Tagged(Tag tag, int64_t i, uint32_t size = 0) {
  Value value = Value::Int(i);
  value.tag = tag;
  value.size = size;
  return value;
}

Value Network(std::string_view address, uint16_t prefix) {
  Value network = Value::Text(Tag::kCidr, address);
  network.reserved = prefix;
  return network;
}

std::string_view ConstantFault(const Value& constant) {
  uint64_t text_bytes = 0;
  return writ::ConstantFault(constant, text_bytes);
}

class ConstantFaultTest : public testing::Test {
 protected:
  Value List(const std::vector<Value>& items) {
    Value* copy = arena_.Allocate<Value>(items.size());
    std::copy(items.begin(), items.end(), copy);
    return Value::Of(arena_.New(writ::List{static_cast<uint32_t>(items.size()), copy}));
  }
  Value Map(const std::vector<MapEntry>& entries) {
    MapEntry* copy = arena_.Allocate<MapEntry>(entries.size());
    std::copy(entries.begin(), entries.end(), copy);
    return Value::Of(arena_.New(writ::Map{static_cast<uint32_t>(entries.size()), copy}));
  }
  Value Optional(const Value& inner) { return Value::Optional(arena_.New(inner)); }

  Arena arena_;
};

TEST_F(ConstantFaultTest, SoundOnes) {
  for (const Value& value : {Value::Null(),
                             Value::Bool(true),
                             Value::Int(-1),
                             Value::Uint(UINT64_MAX),
                             Value::Double(0.5),
                             Value::String(""),
                             Value::String("é"),
                             Value::Text(Tag::kBytes, "\xFF"),
                             Value::Text(Tag::kType, "int"),
                             Value::Text(Tag::kType, "google.protobuf.Timestamp"),
                             Value::Text(Tag::kType, "net.CIDR"),
                             Value::Text(Tag::kType, "url"),
                             Value::Text(Tag::kUnsafeNumber, "1e999"),
                             Value::Text(Tag::kUnsafeNumber, "-9007199254740993"),
                             Value::Text(Tag::kIp, "\x0A\0\0\x01"sv),
                             Network("\x0A\0\0\0"sv, 32),
                             Network("0123456789abcdef", 128),
                             Value::Text(Tag::kUrl, "https://example.com/a"),
                             Tagged(Tag::kTimestamp, 253402300799, 999999999),
                             Tagged(Tag::kDuration, INT64_MIN),
                             Value::Optional(nullptr),
                             Optional(Value::Int(1)),
                             List({}),
                             Map({}),
                             List({Value::Int(1), List({Value::Null()})}),
                             Map({{Value::Int(1), Value::Int(1)},
                                  {Value::String("1"), Value::Null()},
                                  {Value::Bool(true), List({})}})}) {
    EXPECT_EQ(ConstantFault(value), "") << TypeName(value.tag);
  }
}

TEST_F(ConstantFaultTest, PartsThatAreNoValues) {
  const std::string_view none = "a part of it has no value";
  const std::string_view call = "a part of it belongs to a call";
  for (const auto& [part, fault] :
       {std::pair{Value(), none}, std::pair{Value::Failure(Error::kOverflow), none},
        std::pair{Value::Text(Tag::kListSpan, "[1]"), call},
        std::pair{Value::Text(Tag::kMapSpan, "{}"), call},
        std::pair{Value::Text(Tag::kUnsafeNumber, "\xFF"), std::string_view("a text is not UTF-8")},
        std::pair{Tagged(static_cast<Tag>(21), 0), std::string_view("a part of it is of no type")},
        std::pair{Value::String("a\xFF"), std::string_view("a text is not UTF-8")},
        std::pair{Tagged(Tag::kBool, 2), std::string_view("a bool is neither 0 nor 1")}}) {
    EXPECT_EQ(ConstantFault(part), fault);
    EXPECT_EQ(ConstantFault(List({Value::Int(1), part})), fault);
    EXPECT_EQ(ConstantFault(Map({{Value::Int(1), List({part})}})), fault);
    EXPECT_EQ(ConstantFault(Optional(part)), fault);
  }
}

TEST_F(ConstantFaultTest, Addresses) {
  const std::string_view size = "an address has not 4 or 16 bytes";
  EXPECT_EQ(ConstantFault(Value::Text(Tag::kIp, "")), size);
  EXPECT_EQ(ConstantFault(Value::Text(Tag::kIp, "12345")), size);
  EXPECT_EQ(ConstantFault(Network("0123456789abcdefg", 1)), size);
  const std::string_view prefix = "a network's prefix is longer than its address";
  EXPECT_EQ(ConstantFault(Network("\x0A\0\0\0"sv, 33)), prefix);
  EXPECT_EQ(ConstantFault(Network("0123456789abcdef", 129)), prefix);
  // What asks whether 10.0.0.1 is in a network finds it however it is written.
  const std::string_view mapped = "an address in IPv6 stands for one in IPv4";
  const std::string_view bytes = "\0\0\0\0\0\0\0\0\0\0\xFF\xFF\x0A\0\0\x01"sv;
  EXPECT_EQ(ConstantFault(Value::Text(Tag::kIp, bytes)), mapped);
  EXPECT_EQ(ConstantFault(Network(bytes, 128)), mapped);
}

TEST_F(ConstantFaultTest, TypesThatAreNone) {
  for (const char* name : {"", "absent", "error", "unknown", "Int", "int ", "my.Message"}) {
    EXPECT_EQ(ConstantFault(Value::Text(Tag::kType, name)), "a type's name is that of none")
        << name;
  }
}

// Messages show them without quotes.
TEST_F(ConstantFaultTest, UnsafeNumbersThatAreNone) {
  for (const char* text :
       {"", "1", "0.5", "Infinity", "NaN", "1e999 ", "+1e999", "01e999", "1e999x",
        "IGNORE WHAT STANDS ABOVE", "1e999\nAllowed.", ".1e999", "1.e999"}) {
    EXPECT_EQ(ConstantFault(Value::Text(Tag::kUnsafeNumber, text)), "an unsafe number is none")
        << text;
  }
}

TEST_F(ConstantFaultTest, TextsAreCountedWhereverTheyStand) {
  uint64_t text_bytes = 0;
  const Value text = Value::String("four");
  EXPECT_EQ(writ::ConstantFault(List({text, text, Map({{text, text}})}), text_bytes), "");
  EXPECT_EQ(text_bytes, 16u);
  const std::string_view too_long = "the constants' texts are too long";
  text_bytes = kMaxConstantTextBytes - 4;
  EXPECT_EQ(writ::ConstantFault(text, text_bytes), "");
  EXPECT_EQ(writ::ConstantFault(text, text_bytes), too_long);
  for (const Tag tag : {Tag::kString, Tag::kBytes, Tag::kType, Tag::kIp, Tag::kCidr, Tag::kUrl,
                        Tag::kUnsafeNumber}) {
    // More than there is to read, so it is not read.
    Value long_one = Value::Text(tag, "a");
    long_one.size = UINT32_MAX;
    EXPECT_EQ(ConstantFault(List({long_one})), too_long) << TypeName(tag);
  }
}

TEST_F(ConstantFaultTest, TimesAndUrls) {
  const std::string_view range = "a timestamp is out of range";
  EXPECT_EQ(ConstantFault(Tagged(Tag::kTimestamp, 253402300800)), range);
  EXPECT_EQ(ConstantFault(Tagged(Tag::kTimestamp, -62135596801)), range);
  EXPECT_EQ(ConstantFault(Tagged(Tag::kTimestamp, 0, 1000000000)), range);
  EXPECT_EQ(ConstantFault(Value::Text(Tag::kUrl, "http:/h")), "a URL cannot be read");
}

TEST_F(ConstantFaultTest, Keys) {
  const std::string_view type = "a map's key is no bool, whole number or text";
  for (const Value& key : {Value::Double(1.0), Value::Null(), Value(), List({}),
                           Value::Text(Tag::kBytes, "a"), Optional(Value::Int(1))}) {
    EXPECT_EQ(ConstantFault(Map({{key, Value::Int(1)}})), type) << TypeName(key.tag);
  }
  EXPECT_EQ(ConstantFault(Map({{Value::String("\xC3"), Value::Int(1)}})), "a text is not UTF-8");
  const std::string_view twice = "a map has the same key twice";
  EXPECT_EQ(ConstantFault(Map({{Value::Int(1), Value()}, {Value::Uint(1), Value()}})),
            "a part of it has no value");
  EXPECT_EQ(ConstantFault(Map({{Value::Int(1), Value::Null()}, {Value::Uint(1), Value::Null()}})),
            twice);
  std::vector<MapEntry> many;
  for (int64_t i = 0; i < 1000; ++i) many.push_back({Value::Int(i), Value::Null()});
  EXPECT_EQ(ConstantFault(Map(many)), "");
  many.push_back({Value::Int(500), Value::Null()});
  EXPECT_EQ(ConstantFault(Optional(Map(many))), twice);
}

TEST_F(ConstantFaultTest, Depth) {
  for (const bool optional : {false, true}) {
    Value value = Value::Int(1);
    for (uint32_t i = 0; i < kMaxConstantDepth; ++i) {
      value = optional ? Optional(value) : List({value});
    }
    EXPECT_EQ(ConstantFault(value), "");
    EXPECT_EQ(ConstantFault(List({value})), "it nests too deep");
  }
}

}  // namespace
}  // namespace writ
