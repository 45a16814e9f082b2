#include "compiler/schema/tool_schema.h"

#include <gtest/gtest.h>

#include <string>

namespace writ {
namespace {

class ToolSchema : public testing::Test {
 protected:
  SchemaId Add(std::string_view json) {
    const auto added = schemas_.Add(json);
    EXPECT_TRUE(added.has_value()) << json;
    return added.value_or(kAnything);
  }
  JsonKinds Kinds(std::string_view json) { return schemas_.KindsOf({Add(json)}); }

  ToolSchemas schemas_;
};

TEST_F(ToolSchema, KindsAreWhatAllPartsAllow) {
  EXPECT_EQ(Kinds(R"({"type":"integer"})"), kIntegerKind);
  EXPECT_EQ(Kinds(R"({"type":["number","null"]})"), kNumberKind | kNullKind);
  EXPECT_EQ(Kinds(R"({"type":"string","nullable":true})"), kTextKind | kNullKind);
  EXPECT_EQ(Kinds(R"({"anyOf":[{"type":"string"},{"type":"array"}]})"), kTextKind | kListKind);
  EXPECT_EQ(Kinds(R"({"allOf":[{"type":["string","null"]},{"type":["string","array"]}]})"),
            kTextKind);
  EXPECT_EQ(Kinds(R"({"type":"word"})"), kAnyKind);
  EXPECT_EQ(Kinds(R"({})"), kAnyKind);
  EXPECT_EQ(Kinds(R"({"$ref":"http://example.com/schema"})"), kAnyKind);
}

TEST_F(ToolSchema, MembersStandInAnyBranch) {
  const SchemaId id = Add(R"({"properties":{"a":{"type":"string"}},"required":["a"],
    "anyOf":[{"properties":{"b":{}},"required":["b"]},{"$ref":"#/$defs/more"}],
    "$defs":{"more":{"properties":{"b":{},"c":{}},"required":["b"]}}})");
  EXPECT_TRUE(schemas_.Member({id}, "a").required);
  EXPECT_TRUE(schemas_.Member({id}, "b").required);
  EXPECT_TRUE(schemas_.Member({id}, "c").known);
  EXPECT_FALSE(schemas_.Member({id}, "c").required);
  EXPECT_FALSE(schemas_.Member({id}, "d").known);
  EXPECT_FALSE(schemas_.Member({id}, "d").open);
  EXPECT_TRUE(schemas_.Member({id}, "d").lists_any);
  EXPECT_EQ(schemas_.Names({id}).size(), 3u);
}

TEST_F(ToolSchema, OthersAreAllowedOpenly) {
  EXPECT_TRUE(schemas_.Member({Add(R"({"properties":{},"additionalProperties":true})")}, "x").open);
  EXPECT_FALSE(
      schemas_.Member({Add(R"({"properties":{},"additionalProperties":false})")}, "x").open);
  const auto member =
      schemas_.Member({Add(R"({"properties":{},"additionalProperties":{"type":"integer"}})")}, "x");
  EXPECT_TRUE(member.open);
  EXPECT_EQ(schemas_.KindsOf(member.schemas), kIntegerKind);
  EXPECT_FALSE(schemas_.Member({Add(R"({"type":"object"})")}, "x").lists_any);
  EXPECT_TRUE(
      schemas_.Member({Add(R"({"anyOf":[{"properties":{"a":{}}},{"type":"object"}]})")}, "x").open);
}

TEST_F(ToolSchema, PointersNameAnyPart) {
  const SchemaId id = Add(R"({"properties":{"a/b":{"type":"array","items":{"type":"integer"}},
    "c":{"$ref":"#/properties/a~1b/items"},"d":{"$ref":"#/properties/a%2Fb"},"e":{"$ref":"#"}}})");
  EXPECT_EQ(schemas_.KindsOf(schemas_.Member({id}, "c").schemas), kIntegerKind);
  EXPECT_EQ(schemas_.KindsOf(schemas_.Member({id}, "d").schemas), kListKind);
  EXPECT_TRUE(schemas_.Member(schemas_.Member({id}, "e").schemas, "c").known);
}

TEST_F(ToolSchema, ValuesAreLimitedByEnumAndConst) {
  std::vector<Value> values;
  EXPECT_TRUE(schemas_.Limits({Add(R"({"enum":["a",1,null]})")}, kTextKind, values));
  ASSERT_EQ(values.size(), 1u);
  EXPECT_EQ(values[0].view(), "a");
  EXPECT_TRUE(
      schemas_.Limits({Add(R"({"anyOf":[{"const":"b"},{"type":"null"}]})")}, kTextKind, values));
  EXPECT_FALSE(
      schemas_.Limits({Add(R"({"anyOf":[{"const":"b"},{"type":"string"}]})")}, kTextKind, values));
}

TEST_F(ToolSchema, SchemasThatNameThemselvesEnd) {
  const SchemaId id = Add(R"({"$ref":"#/$defs/a","$defs":{
    "a":{"allOf":[{"$ref":"#/$defs/b"},{"$ref":"#/$defs/b"}]},
    "b":{"anyOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}}})");
  EXPECT_EQ(schemas_.KindsOf({id}), kAnyKind);
  EXPECT_TRUE(schemas_.Member({id}, "x").known);
  EXPECT_FALSE(schemas_.Elements({id}).empty());
}

TEST_F(ToolSchema, WhatCanBeReadInTwoWaysIsRefused) {
  EXPECT_FALSE(schemas_.Add(R"({"type":"string","type":"integer"})").has_value());
  EXPECT_FALSE(schemas_.Add("{").has_value());
  EXPECT_FALSE(schemas_.Add(std::string(1000, '[') + std::string(1000, ']')).has_value());
  std::string many = R"({"anyOf":[{})";
  for (size_t i = 0; i < kMaxSchemas; ++i) many += ",{}";
  EXPECT_FALSE(schemas_.Add(many + "]}").has_value());
}

}  // namespace
}  // namespace writ
