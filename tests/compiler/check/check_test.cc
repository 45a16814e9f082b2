// Names and types of expressions: what they come to, and what is said where they do not fit.
#include "compiler/check/check.h"

#include <gtest/gtest.h>

#include <string>

#include "compiler/expressions.h"

namespace writ::cel {
namespace {

Environment Variables() {
  Environment environment;
  Variable args = Declared("args", Type::Map(TypeKind::kString, Type()));
  args.storage = Variable::Storage::kArguments;
  environment.variables = {
      args,
      Declared("tool.name", TypeKind::kString),
      Declared("now", TypeKind::kTimestamp),
      Declared("n", TypeKind::kInt),
      Declared("u", TypeKind::kUint),
      Declared("d", TypeKind::kDouble),
      Declared("s", TypeKind::kString),
      Declared("labels", Type::Map(TypeKind::kString, TypeKind::kString)),
      Declared("numbers", Type::List(TypeKind::kInt)),
      Declared("maybe", Type::Optional(TypeKind::kString)),
  };
  return environment;
}

std::string Check(const std::string& expression) {
  return CheckText(expression, Variables());
}

// The reference of the node that `text` is.
Reference ReferenceOf(const CheckResult& result, std::string_view text) {
  const Ast& ast = result.expression.ast;
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    if (ast.text(ast.node(id)) == text) return result.expression.references[id];
  }
  ADD_FAILURE() << "no node " << text;
  return {};
}

CheckResult CheckIn(const std::string& expression, const Environment& environment) {
  return Check(*Parse(expression), environment);
}

struct Case {
  const char* expression;
  const char* expected;
};

class Deduces : public testing::TestWithParam<Case> {};

TEST_P(Deduces, TheType) {
  EXPECT_EQ(Check(GetParam().expression), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Check, Deduces,
    testing::Values(
        Case{"1 + 2", "int"}, Case{"args.x + 1", "int"}, Case{"args.x + args.y", "dyn"},
        Case{"n < d && u > 1", "bool"}, Case{"[1, 2u]", "list(dyn)"}, Case{"[]", "list(dyn)"},
        Case{"{}", "map(dyn, dyn)"}, Case{"[[], [1]]", "list(list(int))"},
        Case{"[] + [1]", "list(int)"}, Case{"{'a': 1}.a", "int"}, Case{"{'a': 1}['a']", "int"},
        Case{"numbers[0]", "int"}, Case{"numbers[?0]", "optional_type(int)"},
        Case{"labels.?env", "optional_type(string)"}, Case{"labels.?env.orValue('dev')", "string"},
        Case{"args.?a.b.c", "optional_type(dyn)"},
        Case{"maybe.optMap(m, size(m))", "optional_type(int)"},
        Case{"maybe.optFlatMap(m, optional.of(1))", "optional_type(int)"},
        Case{"optional.none()", "optional_type(dyn)"},
        Case{"[optional.none(), optional.of(1)]", "list(optional_type(int))"},
        Case{"[?maybe, 's']", "list(string)"}, Case{"{?'a': maybe}", "map(string, string)"},
        Case{"[optional.of(1), null][0]", "optional_type(int)"},
        Case{"true ? now : null", "timestamp"}, Case{"n > 1 ? 1 : n > 2 ? dyn(2) : 3", "dyn"},
        Case{"numbers.map(x, string(x))", "list(string)"},
        Case{"numbers.filter(x, x > 1)", "list(int)"}, Case{"labels.map(k, k)", "list(string)"},
        Case{"labels.filter(k, k == 'a')", "list(string)"},
        Case{"numbers.transformList(i, v, i + v)", "list(int)"},
        Case{"labels.transformMap(k, v, size(v))", "map(string, int)"},
        Case{"numbers.transformMap(i, v, string(v))", "map(int, string)"},
        Case{"numbers.transformMapEntry(i, v, {string(v): i})", "map(string, int)"},
        Case{"numbers.sortBy(x, -x)", "list(int)"}, Case{"args.xs.exists(x, x.y > 1)", "bool"},
        Case{"cel.bind(x, [1], x + x)", "list(int)"}, Case{"type(1)", "type(int)"},
        Case{"type", "type(type)"}, Case{"type(1) == int", "bool"},
        Case{"google.protobuf.Timestamp", "type(timestamp)"}, Case{"math.abs(-1)", "int"},
        Case{"math.abs(args.x)", "dyn"}, Case{"math.greatest(1, 2)", "int"},
        Case{"math.greatest(1, 2.0)", "dyn"}, Case{"now - now", "duration"},
        Case{"now + duration('1h')", "timestamp"}, Case{"3 in numbers && 'a' in labels", "bool"},
        Case{"args.x in args.y", "bool"}, Case{"has(args.x) && has(labels.y)", "bool"},
        Case{"tool.name", "string"}, Case{"lists.range(3)", "list(int)"},
        Case{"url('http://a').getQuery()", "map(string, list(string))"}));

class Complains : public testing::TestWithParam<Case> {};

TEST_P(Complains, WithCaretAndHint) {
  EXPECT_EQ(Check(GetParam().expression), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    OfNames, Complains,
    testing::Values(
        Case{"arg.x > 1", "0+3 error: \"arg\" is not known\n  hint: did you mean args?\n"},
        Case{"amount > 1",
             "0+6 error: \"amount\" is not known\n"
             "  hint: an argument of the call is read as args.amount\n"},
        Case{"tol.name == s", "0+3 error: \"tol\" is not known\n  hint: did you mean tool.name?\n"},
        Case{"tool.nme == s", "5+3 error: tool has no \"nme\"\n  hint: did you mean tool.name?\n"},
        Case{"tool == s", "0+4 error: \"tool\" alone is not a value\n  hint: there is tool.name\n"},
        Case{"has(tool.name)", "0+3 error: tool.name is always there\n  hint: leave has() out\n"},
        Case{"s == None", "5+4 error: \"None\" is not known\n  hint: did you mean null?\n"},
        Case{"numbers.all(item, itm > 1)",
             "18+3 error: \"itm\" is not known\n  hint: did you mean item?\n"},
        Case{"size == 1",
             "0+4 error: \"size\" is not known\n  hint: size is a function: size(…)\n"},
        Case{"len(s) > 1", "0+3 error: there is no function \"len\"\n  hint: did you mean size?\n"},
        Case{"s.contain('a')",
             "2+7 error: there is no function \"contain\"\n  hint: did you mean contains?\n"},
        Case{"numbers.exist(x, x > 1)",
             "8+5 error: there is no function \"exist\"\n  hint: did you mean exists?\n"},
        Case{"contains(s, 'a')",
             "0+8 error: \"contains\" is called on a value\n  hint: write s.contains('a')\n"},
        Case{"s.isIP()", "2+4 error: \"isIP\" is not called on a value\n  hint: write isIP(s)\n"},
        Case{"math.abss(n)",
             "5+4 error: there is no function \"math.abss\"\n  hint: did you mean math.abs?\n"},
        Case{"within(s, '/a')",
             "0+6 error: \"within\" is called on a value\n"
             "  hint: there is time.within, path.within, domain.within\n"},
        Case{"Foo{a: 1}",
             "0+3 error: \"Foo\" cannot be constructed: there are no messages\n"
             "  hint: a map is written {\"field\": value}\n"}));

INSTANTIATE_TEST_SUITE_P(
    OfTypes, Complains,
    testing::Values(
        Case{"n + s", "2+1 error: no overload for int + string\n  hint: write string(n) + s\n"},
        Case{"s == 3", "2+2 error: no overload for string == int\n  hint: write s == string(3)\n"},
        Case{"n * 0.5", "2+1 error: no overload for int * double\n  hint: write double(n) * 0.5\n"},
        Case{"now > '2026-01-01T00:00:00Z'",
             "4+1 error: no overload for timestamp > string\n"
             "  hint: write now > timestamp('2026-01-01T00:00:00Z')\n"},
        Case{"numbers > 3",
             "8+1 error: no overload for list(int) > int\n  hint: write size(numbers) > 3\n"},
        Case{"maybe == 'a'",
             "6+2 error: no overload for optional_type(string) == string\n"
             "  hint: the value of an optional is maybe.orValue(…)\n"},
        Case{"'a' in s",
             "4+2 error: no overload for string in string\n"
             "  hint: whether a text holds another is written s.contains('a')\n"},
        Case{"'a' in numbers",
             "4+2 error: no overload for string in list(int)\n  hint: it can hold int only\n"},
        Case{"numbers['a']",
             "7+1 error: no overload for list(int)[string]\n  hint: a list is indexed with int\n"},
        Case{"s[0]",
             "1+1 error: no overload for string[int]\n"
             "  hint: a character of a text is s.charAt(0)\n"},
        Case{"-u", "0+1 error: no overload for -uint\n  hint: write -int(u)\n"},
        Case{"size(s, 1)",
             "0+4 error: size takes 1 argument, and is given 2\n"
             "  hint: it is called as size(string), size(bytes), size(list(A)) or "
             "size(map(A, B))\n"},
        Case{"s.contains(1)",
             "2+8 error: no overload for string.contains(int)\n"
             "  hint: it is called as <string>.contains(string)\n"},
        Case{"s.within('/srv')",
             "2+6 error: within takes 2 arguments, and is given 1\n"
             "  hint: there is time.within, path.within, domain.within\n"},
        Case{"s == 'a' || 'b'",
             "12+3 error: || wants bool, and this is string\n"
             "  hint: whether a value is one of several is written x in [a, b]\n"},
        Case{"!args.x == 3",
             "8+2 error: no overload for bool == int\n"
             "  hint: ! goes with the left side alone: write !(… == …)\n"},
        Case{"1 < n < 5",
             "6+1 error: no overload for bool < int\n"
             "  hint: comparisons do not chain: join two of them with &&\n"},
        Case{"type(s) == 'string'",
             "8+2 error: no overload for type(string) == string\n"
             "  hint: a type is named without quotes: type(x) == string\n"},
        Case{"now - now > 3600",
             "10+1 error: no overload for duration > int\n"
             "  hint: a length of time is written duration(\"1h30m\")\n"},
        Case{"n.x", "2+1 error: int has no fields\n"},
        Case{"now.year == 2026",
             "4+4 error: timestamp has no fields\n  hint: write .getFullYear()\n"},
        Case{"numbers.x == 1",
             "8+1 error: list(int) has no fields\n"
             "  hint: an element is read as [0]; whether any fits, as .exists(x, x.x == …)\n"},
        Case{"{1: 2}.x",
             "7+1 error: map(int, int) has no fields\n"
             "  hint: its keys are int: index it with []\n"},
        Case{"n && size(s)",
             "0+1 error: && wants bool, and this is int\n  hint: compare it with a number\n"
             "5+4 error: && wants bool, and this is int\n  hint: compare it with a number\n"},
        Case{"!s",
             "1+1 error: ! wants bool, and this is string\n"
             "  hint: whether it is empty is size(…) == 0\n"},
        Case{"n > 1 ? 1 : 'a'",
             "8+1 error: ?: gives int here and string otherwise\n"
             "  hint: give values of one type, or wrap one in dyn(…)\n"},
        Case{"numbers.all(x, x + 1)",
             "17+1 error: all wants bool, and this is int\n  hint: compare it with a number\n"},
        Case{"n.all(x, x > 1)", "0+1 error: a macro goes over a list or a map, and this is int\n"},
        Case{"labels.sortBy(k, k)",
             "0+6 error: a macro goes over a list, and this is map(string, string)\n"},
        Case{"{1.5: 2}",
             "1+3 error: double is no key of a map\n  hint: keys are string, int, uint or bool\n"},
        Case{"[?1]",
             "2+1 error: ? wants an optional, and this is int\n"
             "  hint: leave the ? out, or write optional.of(…)\n"}));

// One mistake is said once, and mistakes that do not depend on each other all are.
TEST(Check, SaysEveryIndependentMistakeOnce) {
  EXPECT_EQ(Check("size(arg.x + 1) > 'a'.b.c + 1"),
            "5+3 error: \"arg\" is not known\n  hint: did you mean args?\n"
            "22+1 error: string has no fields\n");
  EXPECT_EQ(Check("[n + s, 'a'][0] == 1"),
            "3+1 error: no overload for int + string\n  hint: write string(n) + s\n");
}

TEST(Check, SaysWhereLabelsComeFromWhereThereAreNone) {
  Environment environment;
  environment.variables = {Variables().variables[0]};
  EXPECT_EQ(CheckText("labels.env == 'a'", environment),
            "0+6 error: \"labels\" is not known\n"
            "  hint: there are no labels here; a policy asks for them below labels:\n");
}

TEST(Check, SaysNoMoreThanTheLimit) {
  std::string expression = "foo";
  for (int i = 0; i < 5000; ++i) expression += " + foo(1)";
  EXPECT_EQ(CheckIn(expression, Variables()).problems.size(), kMaxProblems);
}

TEST(Resolve, TakesTheLongestNameThatIsDeclared) {
  Environment environment;
  environment.variables = {Declared("a.b", Type::Map(TypeKind::kString, TypeKind::kInt)),
                           Declared("a.b.c", TypeKind::kString)};
  const CheckResult result = CheckIn("a.b.c == 'x' && a.b.d == 1", environment);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(ReferenceOf(result, "a.b.c").index, 1u);
  EXPECT_EQ(ReferenceOf(result, "a.b").index, 0u);
  EXPECT_EQ(ReferenceOf(result, "a").kind, Reference::Kind::kNone);
}

TEST(Resolve, LooksInTheContainerAndAroundIt) {
  Environment environment;
  environment.container = "com.example";
  environment.variables = {Declared("y", TypeKind::kInt), Declared("com.y", TypeKind::kBool),
                           Declared("com.example.y", TypeKind::kString),
                           Declared("com.z", TypeKind::kBool)};
  EXPECT_EQ(CheckText("y", environment), "string");
  EXPECT_EQ(CheckText("example.y", environment), "string");
  EXPECT_EQ(CheckText("z", environment), "bool");
  EXPECT_EQ(CheckText(".y", environment), "int");
  EXPECT_EQ(CheckText(".com.y", environment), "bool");
  environment.container = "math";
  EXPECT_EQ(CheckText("abs(1)", environment), "int");
  environment.container = "google";
  EXPECT_EQ(CheckText("protobuf.Duration", environment), "type(duration)");
}

TEST(Resolve, LocalsShadowByTheFirstName) {
  Environment environment;
  environment.variables = {Declared("y.z", TypeKind::kString), Declared("y", TypeKind::kString)};
  EXPECT_EQ(CheckText("[{'z': 0}].exists(y, y.z == 0)", environment), "bool");
  EXPECT_EQ(CheckText("[0].exists(y, .y == 'a')", environment), "bool");
  EXPECT_EQ(CheckText("cel.bind(y, 1, [2].map(y, y))", environment), "list(int)");
  EXPECT_EQ(CheckText("cel.bind(y, 1, [2.0].map(x, y))", environment), "list(int)");
  // A function of a namespace is none of a variable, unless it can be called on one.
  EXPECT_EQ(CheckText("[1].map(math, math.abs(1))", environment), "list(int)");
  EXPECT_EQ(CheckText("[1].map(math, math.abss(1))", environment),
            "19+4 error: there is no function \"math.abss\"\n  hint: did you mean math.abs?\n");
  EXPECT_EQ(
      CheckText("[timestamp(0)].map(time, time.within('Mo-Fr 09:00-18:00', 'UTC'))", environment),
      "list(bool)");
}

TEST(Resolve, VariablesOfBindAndTwoVariableMacrosAreLocals) {
  const CheckResult result =
      CheckIn("cel.bind(a, 1, {'k': a}.transformMap(k, v, v + a))", Variables());
  ASSERT_TRUE(result.ok()) << ShowProblems(result.problems);
  const Reference v = ReferenceOf(result, "v");
  EXPECT_EQ(v.kind, Reference::Kind::kLocal);
  EXPECT_EQ(v.which, 1u);
  EXPECT_EQ(result.expression.ast.node(v.index).kind, Kind::kComprehension);
  const Reference a = ReferenceOf(result, "a");
  EXPECT_EQ(result.expression.ast.node(a.index).kind, Kind::kBind);
}

TEST(Resolve, KnowsElementsOfABlock) {
  EXPECT_EQ(Check("cel.block([1, cel.index(0) + 1, [cel.index(1)]], cel.index(2))"), "list(int)");
  EXPECT_NE(Check("cel.block([cel.index(0)], 1)"), "int");
}

TEST(Resolve, FindsNamespacedFunctions) {
  const CheckResult result = CheckIn("math.abs(n) + size(s) > s.size()", Variables());
  ASSERT_TRUE(result.ok());
  const Reference call = ReferenceOf(result, "math.abs(n)");
  EXPECT_EQ(call.kind, Reference::Kind::kFunction);
  EXPECT_EQ(static_cast<FunctionId>(call.index), FunctionId::kMathAbs);
  EXPECT_TRUE(call.target_is_namespace);
  const Reference member = ReferenceOf(result, "s.size()");
  EXPECT_EQ(static_cast<FunctionId>(member.index), FunctionId::kSize);
  EXPECT_FALSE(member.target_is_namespace);
}

TEST(Resolve, DeclaredFunctionsAreCheckedAndUnknownWhenTheyRun) {
  Environment environment;
  Overload overload;
  overload.function = "deck.deal";
  overload.parameters = {Type::Parameter("T"), Type::Parameter("T")};
  overload.result = Type::Abstract("hand", {Type::Parameter("T")});
  overload.runs = false;
  environment.declarations = {overload};
  EXPECT_EQ(CheckText("deck.deal(1, 2)", environment), "hand(int)");
  EXPECT_EQ(CheckText("deck.deal(1, dyn(2))", environment), "hand(dyn)");
  EXPECT_EQ(CheckText("deck.deal(1, 'a')", environment),
            "5+4 error: no overload for deck.deal(int, string)\n"
            "  hint: it is called as deck.deal(T, T)\n");
  EXPECT_EQ(ReferenceOf(CheckIn("deck.deal(1, 2)", environment), "deck.deal(1, 2)").kind,
            Reference::Kind::kUnknown);
}

TEST(Unchecked, LeavesWhatIsUnknownToTheRun) {
  Environment environment = Variables();
  environment.checked = false;
  const CheckResult result =
      CheckIn("nope(17) || 'a' + other.x > foo || 42.charAt(2) == ''", environment);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(ReferenceOf(result, "nope(17)").kind, Reference::Kind::kUnknown);
  EXPECT_EQ(ReferenceOf(result, "other").kind, Reference::Kind::kUnknown);
  EXPECT_EQ(ReferenceOf(result, "foo").kind, Reference::Kind::kUnknown);
  EXPECT_EQ(ReferenceOf(result, "42.charAt(2)").kind, Reference::Kind::kFunction);
  EXPECT_EQ(result.expression.type(), Type());
}

TEST(WrongType, SaysWhatIsWanted) {
  EXPECT_EQ(WrongType(TypeKind::kBool, TypeKind::kBool), "");
  EXPECT_EQ(WrongType(Type(), TypeKind::kBool), "");
  EXPECT_EQ(WrongType(TypeKind::kError, TypeKind::kBool), "");
  EXPECT_EQ(WrongType(TypeKind::kInt, TypeKind::kBool), "bool is wanted, and this is int");
}

std::string Repeat(const std::string& part, int times, const std::string& between = "") {
  std::string text = part;
  for (int i = 1; i < times; ++i) text += between + part;
  return text;
}

// As long as sources may be; a pass that recursed along one of these would overflow the stack.
TEST(Check, LongChainsAreNoRecursion) {
  EXPECT_EQ(Check("args" + Repeat(".b", 20000)), "dyn");
  EXPECT_EQ(Check("args.x" + Repeat("[0]", 10000)), "dyn");
  EXPECT_EQ(Check("args.x" + Repeat(".trim()", 7000)), "string");
  EXPECT_EQ(Check(Repeat("1", 15000, "+")), "int");
  EXPECT_EQ(Check(Repeat("[]", 15000, "+")), "list(dyn)");
  EXPECT_EQ(Check(Repeat("true", 9000, "&&")), "bool");
  EXPECT_EQ(Check(Repeat("args.x ? 1 : ", 4000) + "2"), "int");
  EXPECT_EQ(Check(Repeat("!", 60000) + "true"), "bool");
  EXPECT_EQ(Check("size(args.x" + Repeat(".map(y, [y])", 2500) + ")"), "int");
  EXPECT_EQ(Check("foo" + Repeat(".b", 20000)).substr(0, 32),
            "0+3 error: \"foo\" is not known\n  ");
}

}  // namespace
}  // namespace writ::cel
