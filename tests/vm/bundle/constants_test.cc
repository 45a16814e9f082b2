// Constants as rows: any tree of values, in one form, without recursion.
#include "vm/bundle/constants.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "vm/disasm.h"

namespace writ::bundle {
namespace {

using namespace std::string_view_literals;

class Constants : public testing::Test {
 protected:
  Value ListOf(const std::vector<Value>& items) {
    Value* const kept = arena_.Allocate<Value>(items.size());
    std::copy(items.begin(), items.end(), kept);
    return Value::Of(arena_.New(List{static_cast<uint32_t>(items.size()), kept}));
  }
  Value MapOf(const std::vector<MapEntry>& entries) {
    MapEntry* const kept = arena_.Allocate<MapEntry>(entries.size());
    std::copy(entries.begin(), entries.end(), kept);
    return Value::Of(arena_.New(Map{static_cast<uint32_t>(entries.size()), kept}));
  }
  Value SomeOf(const Value& inner) { return Value::Optional(arena_.New(inner)); }
  static Value Cidr(std::string_view bytes, uint16_t prefix) {
    Value value = Value::Text(Tag::kCidr, bytes);
    value.reserved = prefix;
    return value;
  }
  static Value Timestamp(int64_t seconds, uint32_t nanoseconds) {
    Value value = Value::Int(seconds);
    value.tag = Tag::kTimestamp;
    value.size = nanoseconds;
    return value;
  }
  static Value Duration(int64_t nanoseconds) {
    Value value = Value::Int(nanoseconds);
    value.tag = Tag::kDuration;
    return value;
  }

  struct Written {
    std::string fault;
    std::string text;
    std::string bytes;
    std::string rows;
    uint32_t row_count = 0;
    uint32_t text_count = 0;
    uint32_t bytes_count = 0;
  };

  static Written Write(const std::vector<Value>& constants) {
    Written written;
    const auto rows = ConstantRows(constants, 1000);
    if (!rows) {
      written.fault = "too many";
      return written;
    }
    PoolBuilder texts;
    PoolBuilder bytes;
    TextCollector collector(texts, bytes);
    uint64_t parts = 0;
    for (const Value* row : *rows) ConstantRow(collector, *row, parts);
    texts.Number();
    bytes.Number();
    const Named named;
    RowWriter writer(texts, bytes, named, written.rows);
    writer.Number(constants.size(), UINT32_MAX);
    for (const Value* row : *rows) ConstantRow(writer, *row, parts);
    written.fault = writer.fault();
    written.row_count = static_cast<uint32_t>(rows->size());
    written.text = texts.Write(SectionId::kText)->bytes;
    written.text_count = texts.size();
    written.bytes = bytes.Write(SectionId::kBytes)->bytes;
    written.bytes_count = bytes.size();
    return written;
  }

  // Their texts, or what is wrong.
  std::string Read(const Written& written) {
    Pool texts = *Pool::Read({SectionId::kText, written.text_count, written.text});
    Pool bytes = *Pool::Read({SectionId::kBytes, written.bytes_count, written.bytes});
    const Named named;
    RowReader reader(texts, bytes, named, written.rows);
    const std::vector<Value> constants = ReadConstants(reader, written.row_count, arena_);
    if (!reader.ok()) return reader.fault();
    EXPECT_EQ(reader.left(), 0u);
    return Shown(constants);
  }
  std::string ReadRows(std::string_view rows, uint32_t row_count) {
    Written written;
    written.rows = rows;
    written.row_count = row_count;
    return Read(written);
  }

  static std::string Shown(const std::vector<Value>& constants) {
    std::string text;
    for (const Value& constant : constants) text += FormatValue(constant, 10'000) + "\n";
    return text;
  }

  Arena arena_;
};

TEST_F(Constants, OfEveryTypeAreReadAsTheyWereWritten) {
  const std::vector<Value> constants = {
      Value::Null(),
      Value::Bool(false),
      Value::Bool(true),
      Value::Int(std::numeric_limits<int64_t>::min()),
      Value::Int(300),
      Value::Uint(UINT64_MAX),
      Value::Double(-0.5),
      Value::String(""),
      Value::String("näher"),
      Value::Text(Tag::kBytes, "\xFF\0"sv),
      Timestamp(-62'135'596'800, 999'999'999),
      Duration(-1),
      Value::Optional(nullptr),
      SomeOf(SomeOf(Value::Int(1))),
      Value::Text(Tag::kType, "int"),
      Value::Text(Tag::kUnsafeNumber, "1e999"),
      Value::Text(Tag::kIp, "\x7F\0\0\1"sv),
      Cidr("\x0A\0\0\0"sv, 8),
      Value::Text(Tag::kUrl, "https://example.com/"),
      ListOf({}),
      MapOf({}),
      ListOf({Value::Int(1), MapOf({{Value::String("a"), ListOf({Value::Null()})},
                                    {Value::Uint(2), Value::Bool(true)}})}),
  };
  const Written written = Write(constants);
  ASSERT_EQ(written.fault, "");
  EXPECT_EQ(Read(written), Shown(constants));
}

TEST_F(Constants, StandBeforeTheirParts) {
  const std::vector<Value> constants = {
      ListOf({Value::Int(1), MapOf({{Value::Int(2), Value::Bool(true)}})}), Value::Int(-3)};
  const Written written = Write(constants);
  // Two constants: a list of two, -3; then 1, a map of one; then 2, true.
  EXPECT_EQ(written.rows, "\2\x0A\2\3\5\3\2\x0B\1\3\4\2\1");
  EXPECT_EQ(written.row_count, 6u);
}

TEST_F(Constants, NoneIsAllThereIs) {
  EXPECT_EQ(ReadRows("\0"sv, 0), "");
  EXPECT_EQ(ReadRows("", 0), "it ends in the middle of a row");
}

TEST_F(Constants, TakePartsThatAreThere) {
  EXPECT_EQ(ReadRows("\1\x0A\1", 1), "a constant has more parts than there are");
  EXPECT_EQ(ReadRows("\1\x0B\1\1", 2), "a constant has more parts than there are");
  EXPECT_EQ(ReadRows("\1\x0E\1", 1), "a constant has more parts than there are");
  EXPECT_EQ(ReadRows("\1\x0A\xFF\xFF\xFF\xFF\x0F", 1), "a constant has more parts than there are");
  EXPECT_EQ(ReadRows("\1\x0A\xFF\xFF\xFF\xFF\x1F", 1), "a number is out of bounds");
}

TEST_F(Constants, HaveAllParts) {
  EXPECT_EQ(ReadRows("\1\1\1", 2), "a part of a constant is no constant's");
  EXPECT_EQ(ReadRows("\0\1"sv, 1), "a part of a constant is no constant's");
  EXPECT_EQ(ReadRows("\2\1", 1), "a number is out of bounds");
}

TEST_F(Constants, AreValuesOfTheirTypes) {
  EXPECT_EQ(ReadRows("\1\0"sv, 1), "a constant has no value, or that of a call");
  EXPECT_EQ(ReadRows("\1\x0C", 1), "a constant has no value, or that of a call");
  EXPECT_EQ(ReadRows("\1\x0D", 1), "a constant has no value, or that of a call");
  EXPECT_EQ(ReadRows("\1\x10", 1), "a constant has no value, or that of a call");
  EXPECT_EQ(ReadRows("\1\x15", 1), "a constant is of no type");
  EXPECT_EQ(ReadRows("\1\2\2", 1), "a bool is neither 0 nor 1");
  EXPECT_EQ(ReadRows("\1\5\0\0\0"sv, 1), "it ends in the middle of a row");
  EXPECT_EQ(ReadRows("\1\7\0"sv, 1), "it names a text that is not there");
  EXPECT_EQ(ReadRows("\1\x09\x80\0"sv, 1), "a number has a needless byte");
  EXPECT_EQ(ReadRows("\1\x08\0\x80\x94\xEB\xDC\3"sv, 1), "a number is out of bounds");
}

TEST_F(Constants, NestAsDeepAsAProgramMay) {
  const auto nested = [this](uint32_t depth) {
    Value value = ListOf({});
    for (uint32_t i = 1; i < depth; ++i) value = ListOf({value});
    return std::vector<Value>{value};
  };
  EXPECT_EQ(Read(Write(nested(kMaxConstantDepth))), Shown(nested(kMaxConstantDepth)));
  EXPECT_EQ(Read(Write(nested(kMaxConstantDepth + 1))), "a constant nests too deep");
  // What has nothing in it may stand at the bottom, as the verifier has it.
  Value none = Value::Optional(nullptr);
  for (uint32_t i = 0; i < kMaxConstantDepth; ++i) none = ListOf({none});
  uint64_t text_bytes = 0;
  EXPECT_EQ(ConstantFault(none, text_bytes), "");
  EXPECT_EQ(Read(Write({none})), Shown({none}));
}

// A list that is its own part, and one whose part nothing before it has taken.
TEST_F(Constants, TakeOnlyPartsOfOthers) {
  EXPECT_EQ(ReadRows("\x00\x0A\x01"sv, 1), "a part of a constant is no constant's");
  EXPECT_EQ(ReadRows("\x01\x01\x0A\x01"sv, 2), "a part of a constant is no constant's");
}

TEST_F(Constants, AreNotWrittenWhereThereAreTooMany) {
  EXPECT_EQ(Write({ListOf(std::vector<Value>(999))}).fault,
            "a constant has no value, or that of a call");
  EXPECT_EQ(Write({ListOf(std::vector<Value>(999, Value::Null()))}).fault, "");
  EXPECT_EQ(Write({ListOf(std::vector<Value>(1000, Value::Null()))}).fault, "too many");
  // What is shared in memory is written each time, and that ends too.
  Value doubled = Value::Null();
  for (int i = 0; i < 100; ++i) doubled = ListOf({doubled, doubled});
  EXPECT_EQ(Write({doubled}).fault, "too many");
}

}  // namespace
}  // namespace writ::bundle
