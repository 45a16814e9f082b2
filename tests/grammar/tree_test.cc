// What trees the forms of the grammar become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grammar/parse.h"
#include "grammar/print.h"

namespace writ::cel {
namespace {

TEST(Tree, NamesFieldsIndicesAndCalls) {
  CheckTrees({
      {"a", "a"},
      {".a", ".a"},
      {". a", ".a"},
      {"a.b.c", "(. (. a b) c)"},
      {".a.b", "(. .a b)"},
      {"a.?b.c", "(. (.? a b) c)"},
      {"a.`x-y/z.0 _`", "(. a x-y/z.0 _)"},
      {"a.?`x-y`", "(.? a x-y)"},
      {"a[0][?b]", "(index? (index a 0) b)"},
      {"f()", "(f)"},
      {"f(a, 1)", "(f a 1)"},
      {".f(a)", "(.f a)"},
      {"a.f(b).g()", "(<>g (<>f a b))"},
      {"math.abs(-1)", "(<>abs math -1)"},
      {"a . b ( c ) [ d ]", "(index (<>b a c) d)"},
      {"(a.b).c", "(. (. a b) c)"},
      {"'x'.size()", "(<>size \"x\")"},
      {"[1][0]", "(index (list 1) 0)"},
      {"{}.a", "(. (map) a)"},
  });
}

TEST(Tree, ReservedWordsMayFollowADot) {
  CheckTrees({
      {"a.if", "(. a if)"},
      {"a.const()", "(<>const a)"},
      {"a.`in`", "(. a in)"},
      {"a.`true`", "(. a true)"},
      {"inner + truest + nullable + iffy", "(+ (+ (+ inner truest) nullable) iffy)"},
      {"_", "_"},
  });
}

TEST(Tree, ListsMapsAndMessages) {
  CheckTrees({
      {"[]", "(list)"},
      {"[,]", "(list)"},
      {"[1, 2]", "(list 1 2)"},
      {"[1, 2,]", "(list 1 2)"},
      {"[?a, b, ?c.?d]", "(list ?a b ?(.? c d))"},
      {"[?a && b]", "(list ?(&& a b))"},
      {"{}", "(map)"},
      {"{,}", "(map)"},
      {"{1: 2, 'a': b,}", "(map 1 2 \"a\" b)"},
      {"{?'a': b, c: d}", "(map ?\"a\" b c d)"},
      {"{a ? b : c : d}", "(map (?: a b c) d)"},
      {"A{}", "(message A)"},
      {".a.b.C{x: 1, `y-z`: 2,}", "(message .a.b.C 1 2)"},
      {"A{?x: 1}.x", "(. (message A 1) x)"},
      {"A{if: 1}", "(message A 1)"},
  });
}

TEST(Tree, OperatorsBindAsTheSpecificationSays) {
  CheckTrees({
      {"a + b * c - d", "(- (+ a (* b c)) d)"},
      {"a / b % c", "(% (/ a b) c)"},
      {"a - b - c", "(- (- a b) c)"},
      {"a - (b - c)", "(- a (- b c))"},
      {"a < b == c", "(== (< a b) c)"},
      {"a <= b", "(<= a b)"},
      {"a >= b", "(>= a b)"},
      {"a > b", "(> a b)"},
      {"a != b", "(!= a b)"},
      {"a in b in c", "(in (in a b) c)"},
      {"a in[b]", "(in a (list b))"},
      {"a + b == c && d || e ? f : g", "(?: (|| (&& (== (+ a b) c) d) e) f g)"},
      {"!a.b", "(! (. a b))"},
      {"-a.b * c", "(* (neg (. a b)) c)"},
      {"a -1", "(- a 1)"},
      {"a--b", "(- a (neg b))"},
      {"a - -1", "(- a -1)"},
  });
}

TEST(Tree, ChainsAreOneNodeThroughParentheses) {
  CheckTrees({
      {"a && b && c", "(&& a b c)"},
      {"a && (b && c) && ((d && e))", "(&& a b c d e)"},
      {"(a && b) && c", "(&& a b c)"},
      {"(a && b) || c && d || (e || f)", "(|| (&& a b) (&& c d) e f)"},
      {"(a || b) && (c || d)", "(&& (|| a b) (|| c d))"},
      {"c1 ? a : c2 ? b : d", "(?: c1 a c2 b d)"},
      {"c1 ? a : (c2 ? b : (c3 ? c : d))", "(?: c1 a c2 b c3 c d)"},
      {"(a ? b : c) ? d : e", "(?: (?: a b c) d e)"},
      {"a ? (b ? c : d) : e", "(?: a (?: b c d) e)"},
      {"a ? b : (c ? d : e) ? f : g", "(?: a b (?: c d e) f g)"},
      {"(a && b) == c", "(== (&& a b) c)"},
      {"[a && b, c || d][e ? f : g]", "(index (list (&& a b) (|| c d)) (?: e f g))"},
      {"(a && b).c", "(. (&& a b) c)"},
      {"!(a && b) && c", "(&& (! (&& a b)) c)"},
  });
}

TEST(Tree, RepeatedSignsAreOneOrTwo) {
  CheckTrees({
      {"!!a", "(! (! a))"},
      {"!!!a", "(! a)"},
      {"! ! ! ! a", "(! (! a))"},
      {"--a", "(neg (neg a))"},
      {"---a", "(neg a)"},
      {"-1", "-1"},
      {"--1", "1"},
      {"---1.5", "-1.5"},
      {"- // one\n 1", "-1"},
      {"-(1)", "-1"},
      {"-(-9223372036854775808)", "(neg -9223372036854775808)"},
      {"--9223372036854775808", "(neg -9223372036854775808)"},
      {"---9223372036854775808", "(neg (neg -9223372036854775808))"},
      {"-1.abs()", "(<>abs -1)"},
      {"--1.abs()", "(neg (<>abs -1))"},
      {"-1u", "(neg 1u)"},
      {"-'a'", "(neg \"a\")"},
      {"!-1", "(! -1)"},
  });
}

TEST(Tree, SpaceAndCommentsMayStandBetweenTokens) {
  CheckTrees({
      {" \t\r\n\fa\n", "a"},
      {"a // one\n&& // two\r b // three", "(&& a b)"},
      {"// first\na", "a"},
      {"'//' + a", "(+ \"//\" a)"},
      {"a.\n  b", "(. a b)"},
  });
}

// A node's own parentheses are not its text, those of its parts are.
TEST(Tree, PositionsAreBytes) {
  struct Place {
    const char* source;
    uint32_t begin, end, at, at_length;
  };
  for (const Place& place : std::initializer_list<Place>{
           {" abc ", 1, 4, 1, 3},
           {".abc", 0, 4, 1, 3},
           {" 'ü' ", 1, 5, 1, 4},
           {" - 12 ", 1, 5, 1, 4},
           {"a.bc", 0, 4, 2, 2},
           {"a.?bc", 0, 5, 3, 2},
           {"a.`b-c`", 0, 7, 2, 5},
           {"a[b]", 0, 4, 1, 1},
           {"fn(a)", 0, 5, 0, 2},
           {".fn(a)", 0, 6, 1, 2},
           {"a.fn(b) ", 0, 7, 2, 2},
           {"(a + b) * (c)", 0, 13, 8, 1},
           {"((a + b))", 2, 7, 4, 1},
           {"a <= b", 0, 6, 2, 2},
           {"a in b", 0, 6, 2, 2},
           {"(a && b) && c", 0, 13, 3, 2},
           {"((a && b) && c)", 1, 14, 4, 2},
           {"a && (b && c)", 0, 13, 2, 2},
           {"a || b && c", 0, 11, 2, 2},
           {"a ? b : c ? d : (e)", 0, 19, 2, 1},
           {"!a", 0, 2, 0, 1},
           {" -a", 1, 3, 1, 1},
           {"[1, 2] ", 0, 6, 0, 1},
           {" {1: 2}", 1, 7, 1, 1},
           {"a.B{c: 1}", 0, 9, 0, 3},
           {"has(a.b)", 0, 8, 0, 3},
           {"(a).all(x, x)", 0, 13, 4, 3},
           {"cel.bind(x, 1, x)", 0, 17, 4, 4},
           {"cel.block([1], 2)", 0, 17, 4, 5},
       }) {
    const auto ast = Parse(place.source);
    ASSERT_TRUE(ast) << place.source;
    const Node& root = ast->node(ast->root);
    EXPECT_EQ(root.begin, place.begin) << place.source;
    EXPECT_EQ(root.end, place.end) << place.source;
    EXPECT_EQ(root.at, place.at) << place.source;
    EXPECT_EQ(root.at_length, place.at_length) << place.source;
  }
}

TEST(Tree, BothNodesOfADoubleSignHaveTheirOwnSign) {
  const Ast ast = *Parse("!!a");
  const Node& outer = ast.node(ast.root);
  const Node& inner = ast.node(ast.child(outer, 0));
  EXPECT_EQ(outer.at, 0u);
  EXPECT_EQ(inner.at, 1u);
  EXPECT_EQ(inner.begin, 1u);
}

TEST(Tree, EveryNodeIsUsedAndStandsAfterItsChildren) {
  const char* source =
      "has(a.b) && cel.bind(x, [1, 2], x.all(y, y > cel.index(0))) ? A.B{c: -1} : {k: !!v}";
  const Ast ast = *Parse(source);
  EXPECT_EQ(ast.source, source);
  std::vector<int> uses(ast.nodes.size(), 0);
  ++uses[ast.root];
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& node = ast.node(id);
    for (uint32_t i = 0; i < node.child_count; ++i) {
      EXPECT_LT(ast.child(node, i), id);
      ++uses[ast.child(node, i)];
    }
  }
  EXPECT_THAT(uses, testing::Each(1));
}

}  // namespace
}  // namespace writ::cel
