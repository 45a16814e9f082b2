// Signatures as the tables write them, and the tables themselves.
#include "compiler/check/overloads.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "compiler/check/signature.h"

namespace writ::cel {
namespace {

TEST(Signature, ReadsTypes) {
  for (const char* text : {"dyn", "int", "list(int)", "map(string, list(dyn))", "optional_type(A)",
                           "net.IP", "type(A)", "type", "tuple(A, B, C)", "google.protobuf.Any"}) {
    const std::optional<Type> type = ParseType(text);
    ASSERT_TRUE(type) << text;
    EXPECT_EQ(type->ToString(), text);
  }
  EXPECT_EQ(ParseType("A"), Type::Parameter("A"));
}

TEST(Signature, RefusesMalformedTypes) {
  for (const char* text : {"", "list(", "list(int", "int)", "int(bool)", "list(int))", "map(,)"}) {
    EXPECT_FALSE(ParseType(text)) << text;
  }
}

TEST(Signature, ReadsGlobalAndMemberForms) {
  const auto overloads =
      ParseSignatures("f(int, list(A)) -> A; <string>.f() -> bool; a.b.g(dyn...) -> map(A, B)");
  ASSERT_TRUE(overloads);
  ASSERT_EQ(overloads->size(), 3u);
  const Overload& global = (*overloads)[0];
  EXPECT_EQ(global.function, "f");
  EXPECT_FALSE(global.member);
  ASSERT_EQ(global.parameters.size(), 2u);
  EXPECT_EQ(global.parameters[1], Type::List(Type::Parameter("A")));
  EXPECT_EQ(global.result, Type::Parameter("A"));
  const Overload& member = (*overloads)[1];
  EXPECT_TRUE(member.member);
  EXPECT_EQ(member.function, "f");
  ASSERT_EQ(member.parameters.size(), 1u);
  const Overload& variadic = (*overloads)[2];
  EXPECT_EQ(variadic.function, "a.b.g");
  EXPECT_TRUE(variadic.variadic);
  EXPECT_EQ(variadic.parameters, std::vector<Type>{Type()});
  EXPECT_EQ(variadic.result, Type::Map(Type::Parameter("A"), Type::Parameter("B")));
}

TEST(Signature, RefusesMalformedOnes) {
  for (const char* text :
       {"", "f", "f()", "f() -> ", "f(int -> int", "f(int...,int) -> int", "f(int..., int) -> int",
        "<int>f() -> int", "f() -> int;", "f() -> int; ", "(int) -> int"}) {
    EXPECT_FALSE(ParseSignatures(text)) << text;
  }
}

TEST(Signature, ShowsHowAFunctionIsCalled) {
  const auto overloads = ParseSignatures("f(int, A) -> A; <string>.g() -> bool; h(int...) -> int");
  ASSERT_TRUE(overloads);
  EXPECT_EQ(ShowCall((*overloads)[0]), "f(int, A)");
  EXPECT_EQ(ShowCall((*overloads)[1]), "<string>.g()");
  EXPECT_EQ(ShowCall((*overloads)[2]), "h(int...)");
}

TEST(StandardOverloads, EveryFunctionHasOne) {
  std::set<FunctionId> with_overloads;
  for (const Overload& overload : StandardOverloads()) {
    if (overload.function.find('_') != 0 && overload.function != "-_") {
      with_overloads.insert(overload.id);
    }
  }
  EXPECT_EQ(with_overloads.size(), kFunctionCount);
}

// A call is told apart by name alone before its types are known.
TEST(StandardOverloads, ANameAndStyleBelongToOneFunction) {
  std::map<std::pair<std::string, bool>, FunctionId> owners;
  for (const Overload& overload : StandardOverloads()) {
    const auto [owner, added] =
        owners.try_emplace({overload.function, overload.member}, overload.id);
    EXPECT_EQ(owner->second, overload.id) << overload.function;
  }
}

TEST(StandardOverloads, SaysHowOperatorsAreWritten) {
  Node node;
  node.kind = Kind::kBinary;
  node.op = Operator::kGreaterEqual;
  EXPECT_EQ(NameOf(OperatorOf(node)), "_>=_");
  EXPECT_EQ(WrittenForm(OperatorOf(node)), ">=");
  node.kind = Kind::kIndex;
  EXPECT_EQ(NameOf(OperatorOf(node)), "_[_]");
  node.optional = true;
  EXPECT_EQ(NameOf(OperatorOf(node)), "_[?_]");
  node.kind = Kind::kNegate;
  EXPECT_EQ(NameOf(OperatorOf(node)), "-_");
}

TEST(OverloadTable, FindsStandardAndDeclaredFunctions) {
  std::vector<Overload> declarations(2);
  declarations[0].function = "size";
  declarations[0].parameters = {Type::Abstract("deck")};
  declarations[0].result = TypeKind::kInt;
  declarations[1].function = "deck.deal";
  const OverloadTable table(declarations);
  const OverloadTable standard({});
  EXPECT_EQ(table.Find("size").size(), standard.Find("size").size() + 1);
  EXPECT_EQ(table.Find("deck.deal").size(), 1u);
  EXPECT_TRUE(standard.Find("deck.deal").empty());
  EXPECT_TRUE(table.Find("no.such").empty());
  EXPECT_EQ(table.declared_names().ItemAt(table.declared_names().Walk("deck.deal")), 0u);
  EXPECT_EQ(table.declared_names().ItemAt(table.declared_names().Walk("deck")), NameTree::kNone);
  const std::vector<std::string_view> names = table.Names();
  for (const char* name : {"size", "math.abs", "deck.deal"}) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  }
  EXPECT_EQ(std::find(names.begin(), names.end(), "_+_"), names.end());
}

}  // namespace
}  // namespace writ::cel
