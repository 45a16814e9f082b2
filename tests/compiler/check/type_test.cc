// Types as values: how they print, compare, and stay small.
#include "compiler/check/type.h"

#include <gtest/gtest.h>

namespace writ::cel {
namespace {

TEST(Type, PrintsAsPeopleWriteIt) {
  EXPECT_EQ(Type().ToString(), "dyn");
  EXPECT_EQ(Type(TypeKind::kNull).ToString(), "null");
  EXPECT_EQ(Type(TypeKind::kTimestamp).ToString(), "timestamp");
  EXPECT_EQ(Type::List(TypeKind::kInt).ToString(), "list(int)");
  EXPECT_EQ(Type::Map(TypeKind::kString, Type()).ToString(), "map(string, dyn)");
  EXPECT_EQ(Type::Optional(Type::List(TypeKind::kUint)).ToString(), "optional_type(list(uint))");
  EXPECT_EQ(Type(TypeKind::kType).ToString(), "type");
  EXPECT_EQ(Type::TypeOf(TypeKind::kBytes).ToString(), "type(bytes)");
  EXPECT_EQ(Type::Abstract("net.IP").ToString(), "net.IP");
  EXPECT_EQ(Type::Abstract("tuple", {TypeKind::kInt, TypeKind::kBool}).ToString(),
            "tuple(int, bool)");
  EXPECT_EQ(Type::Parameter("T").ToString(), "T");
  EXPECT_EQ(Type::List(Type::Variable(7)).ToString(), "list(dyn)");
}

TEST(Type, ComparesByStructure) {
  EXPECT_EQ(Type::List(TypeKind::kInt), Type::List(TypeKind::kInt));
  EXPECT_FALSE(Type::List(TypeKind::kInt) == Type::List(TypeKind::kUint));
  EXPECT_FALSE(Type::List(TypeKind::kInt) == Type(TypeKind::kInt));
  EXPECT_FALSE(Type::Abstract("a") == Type::Abstract("b"));
  EXPECT_EQ(Type::Variable(3), Type::Variable(3));
  EXPECT_FALSE(Type::Variable(3) == Type::Variable(4));
  EXPECT_FALSE(Type::TypeOf(TypeKind::kInt) == Type(TypeKind::kType));
}

TEST(Type, KnowsOptionalsAndParameters) {
  EXPECT_TRUE(Type::Optional(Type()).is_optional());
  EXPECT_FALSE(Type::Abstract("url").is_optional());
  EXPECT_FALSE(Type(TypeKind::kDyn).is_optional());
  EXPECT_TRUE(Type::Variable(0).is_variable());
  EXPECT_FALSE(Type::Parameter("A").is_variable());
  EXPECT_TRUE(Type::List(Type::Map(TypeKind::kInt, Type::Parameter("A"))).has_parameters());
  EXPECT_FALSE(Type::List(TypeKind::kInt).has_parameters());
}

TEST(Type, IsNeverDeeperThanTheLimit) {
  Type type(TypeKind::kInt);
  for (uint32_t i = 1; i < kMaxTypeDepth; ++i) type = Type::List(type);
  EXPECT_NE(type.ToString().find("list(int)"), std::string::npos);
  // One more list around it, and what is inside is not known any more.
  EXPECT_EQ(Type::List(type).ToString(), "list(dyn)");
  for (int i = 0; i < 100000; ++i) type = Type::List(type);
  EXPECT_LT(type.ToString().size(), 1000u);
}

TEST(Type, IsNeverLargerThanTheLimit) {
  Type type(TypeKind::kInt);
  for (int i = 0; i < 40; ++i) type = Type::Abstract("pair", {type, type});
  EXPECT_LT(type.ToString().size(), 5000u);
  std::vector<Type> many(1000, TypeKind::kInt);
  EXPECT_EQ(Type::Abstract("tuple", many).parameters().size(), 1000u);
}

}  // namespace
}  // namespace writ::cel
