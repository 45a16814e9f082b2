// Type parameters: what they come to stand for.
#include "compiler/check/unify.h"

#include <gtest/gtest.h>

namespace writ::cel {
namespace {

const Type kInt = TypeKind::kInt;
const Type kString = TypeKind::kString;
const Type kNull = TypeKind::kNull;

TEST(Unifier, DynFitsEverything) {
  Unifier unifier;
  EXPECT_TRUE(unifier.Assignable(Type(), kInt));
  EXPECT_TRUE(unifier.Assignable(kInt, Type()));
  EXPECT_TRUE(unifier.Assignable(Type::List(Type()), Type::List(kInt)));
  EXPECT_FALSE(unifier.Assignable(kInt, kString));
  EXPECT_FALSE(unifier.Assignable(Type::List(kInt), Type::List(kString)));
  EXPECT_FALSE(unifier.Assignable(Type::List(kInt), Type::Map(kInt, kInt)));
}

TEST(Unifier, NullFitsWhatMayBeNull) {
  Unifier unifier;
  EXPECT_TRUE(unifier.Assignable(kNull, TypeKind::kTimestamp));
  EXPECT_TRUE(unifier.Assignable(TypeKind::kDuration, kNull));
  EXPECT_TRUE(unifier.Assignable(Type::Optional(kInt), kNull));
  EXPECT_FALSE(unifier.Assignable(kNull, kInt));
  EXPECT_FALSE(unifier.Assignable(Type::List(kInt), kNull));
}

TEST(Unifier, TypesOfTypesAreOneType) {
  Unifier unifier;
  EXPECT_TRUE(unifier.Assignable(Type::TypeOf(kInt), Type::TypeOf(kString)));
  EXPECT_TRUE(unifier.Assignable(Type::TypeOf(kInt), TypeKind::kType));
}

TEST(Unifier, AVariableTakesTheMostGeneralTypeThatAgrees) {
  Unifier unifier;
  const Type a = unifier.NewVariable();
  EXPECT_TRUE(unifier.Assignable(Type::List(kInt), a));
  EXPECT_TRUE(unifier.Assignable(Type::List(Type()), a));
  EXPECT_EQ(unifier.Resolve(a), Type::List(Type()));
  EXPECT_FALSE(unifier.Assignable(kInt, a));
  EXPECT_EQ(unifier.Resolve(a), Type::List(Type()));
}

TEST(Unifier, NothingIsAssumedWhereTheAnswerIsNo) {
  Unifier unifier;
  const Type a = unifier.NewVariable();
  const Type pair = Type::Map(a, kInt);
  EXPECT_FALSE(unifier.Assignable(Type::Map(kString, kString), pair));
  EXPECT_EQ(unifier.Resolve(a), a);
  EXPECT_FALSE(unifier.Assignable({{kInt, a}, {kString, a}}));
  EXPECT_EQ(unifier.Resolve(a), a);
  EXPECT_TRUE(unifier.Assignable({{kInt, a}, {Type(), a}}));
  EXPECT_EQ(unifier.Resolve(a), Type());
}

TEST(Unifier, VariablesNeverHoldThemselves) {
  Unifier unifier;
  const Type a = unifier.NewVariable();
  const Type b = unifier.NewVariable();
  EXPECT_TRUE(unifier.Assignable(a, b));
  EXPECT_TRUE(unifier.Assignable(b, a));
  unifier.Assignable(Type::List(a), b);
  unifier.Assignable(b, Type::List(Type::List(a)));
  EXPECT_LT(unifier.ResolveToDyn(a).ToString().size(), 100u);
}

TEST(Unifier, NamedParametersOfOneSignatureAreOneVariable) {
  Unifier unifier;
  Unifier::Names names;
  const Type list = unifier.Instantiate(Type::List(Type::Parameter("A")), names);
  const Type element = unifier.Instantiate(Type::Parameter("A"), names);
  EXPECT_TRUE(unifier.Assignable(Type::List(kInt), list));
  EXPECT_EQ(unifier.Resolve(element), kInt);
  Unifier::Names others;
  const Type other = unifier.Instantiate(Type::Parameter("A"), others);
  EXPECT_EQ(unifier.ResolveToDyn(other), Type());
}

TEST(Unifier, JoinsToTheMoreGeneralOrToDyn) {
  Unifier unifier;
  EXPECT_EQ(unifier.Join(kInt, kInt), kInt);
  EXPECT_EQ(unifier.Join(kInt, kString), Type());
  EXPECT_EQ(unifier.Join(Type::Optional(kInt), kNull), Type::Optional(kInt));
  EXPECT_EQ(unifier.Join(kNull, Type::Optional(kInt)), Type::Optional(kInt));
  EXPECT_EQ(unifier.Join(Type::Optional(kInt), Type::Optional(Type())), Type::Optional(Type()));
}

// map(P0, P0), P0 = map(P1, P1), P1 = ...: written out it would have 2^200 parts.
TEST(Unifier, DoublingTypesStaySmall) {
  Unifier unifier;
  Type outer = unifier.NewVariable();
  const Type first = outer;
  const Type other = unifier.NewVariable();
  for (int i = 0; i < 200; ++i) {
    const Type inner = unifier.NewVariable();
    unifier.Assignable(Type::Map(inner, inner), outer);
    outer = inner;
  }
  EXPECT_LT(unifier.Resolve(first).ToString().size(), 10000u);
  EXPECT_TRUE(unifier.Assignable(first, other));
  EXPECT_TRUE(unifier.Assignable(Type::List(first), Type::List(other)));
}

TEST(Unifier, LongChainsOfVariablesAreNoRecursion) {
  Unifier unifier;
  Type last = unifier.NewVariable();
  const Type first = last;
  for (int i = 0; i < 100000; ++i) {
    const Type next = unifier.NewVariable();
    unifier.Assignable(Type::List(last), Type::List(next));
    last = next;
  }
  EXPECT_TRUE(unifier.Assignable(kInt, last));
  EXPECT_EQ(unifier.Resolve(first), kInt);
}

}  // namespace
}  // namespace writ::cel
