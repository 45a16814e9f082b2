// Limits that nothing gets round, and chains that do not count towards them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "grammar/parse.h"
#include "grammar/print.h"

namespace writ::cel {
namespace {

std::string Repeat(std::string_view text, size_t times) {
  std::string repeated;
  repeated.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) repeated += text;
  return repeated;
}

// Nesting as a pass sees it that walks spines in a loop and recurses into everything else.
uint32_t Height(const Ast& ast) {
  std::vector<uint32_t> heights(ast.nodes.size(), 1);
  for (NodeId id = 0; id < ast.nodes.size(); ++id) {
    const Node& node = ast.node(id);
    for (uint32_t i = 0; i < node.child_count; ++i) {
      const uint32_t below = heights[ast.child(node, i)] + (i == 0 && OnSpine(node) ? 0 : 1);
      heights[id] = std::max(heights[id], below);
    }
  }
  return heights[ast.root];
}

Node Root(const Ast& ast) {
  return ast.node(ast.root);
}

TEST(Limits, LongLogicIsOneNode) {
  const auto all = Parse(Repeat("a&&", 20000) + "a");
  ASSERT_TRUE(all);
  EXPECT_EQ(Root(*all).kind, Kind::kAnd);
  EXPECT_EQ(Root(*all).child_count, 20001u);
  EXPECT_EQ(all->nodes.size(), 20002u);
  const auto any = Parse(Repeat("a||", 20000) + "a");
  ASSERT_TRUE(any);
  EXPECT_EQ(Root(*any).child_count, 20001u);
}

TEST(Limits, LongConditionalsAreOneNode) {
  const auto ast = Parse(Repeat("a?b:", 16000) + "c");
  ASSERT_TRUE(ast);
  EXPECT_EQ(Root(*ast).kind, Kind::kConditional);
  EXPECT_EQ(Root(*ast).child_count, 32001u);
}

TEST(Limits, RepeatedSignsAreAtMostTwoNodes) {
  EXPECT_EQ(PrintParsed(Repeat("!", 60000) + "a"), "(! (! a))");
  EXPECT_EQ(PrintParsed(Repeat("!", 60001) + "a"), "(! a)");
  EXPECT_EQ(PrintParsed(Repeat("-", 60000) + "a"), "(neg (neg a))");
  EXPECT_EQ(PrintParsed(Repeat("- ", 30001) + "1"), "-1");
  EXPECT_EQ(PrintParsed(Repeat("!\n", 30000) + "a"), "(! (! a))");
}

TEST(Limits, ChainsAlongTheSpineDoNotNest) {
  for (const std::string& source : {
           "a" + Repeat(".a", 20000),
           "a" + Repeat("[0]", 16000),
           "a" + Repeat(".a()", 16000),
           "a" + Repeat("+a", 16000),
           "a" + Repeat("*a-a", 8000),
           "a" + Repeat("==a", 16000),
           "a" + Repeat(".?a", 20000),
           "has(a" + Repeat(".a", 20000) + ")",
           "a" + Repeat(".map(x,x)", 7000),
       }) {
    const auto ast = Parse(source);
    ASSERT_TRUE(ast) << source.substr(0, 20) << ": " << ast.error().message;
    EXPECT_LE(Height(*ast), 3u) << source.substr(0, 20);
    EXPECT_GT(Spine(*ast, ast->root).size(), 6000u) << source.substr(0, 20);
  }
}

TEST(Limits, ChainsInParenthesesAreStillOneNode) {
  std::string source = "a";
  for (int i = 0; i < 240; ++i) source = "(" + source + " && b" + Repeat(" && c", 20) + ")";
  const auto ast = Parse(source);
  ASSERT_TRUE(ast) << ast.error().message;
  EXPECT_EQ(Root(*ast).child_count, 240u * 21 + 1);
  // Not even the parts of the groups that were joined are kept.
  EXPECT_EQ(ast->children.size(), Root(*ast).child_count);
}

TEST(Limits, Nesting) {
  struct Nest {
    const char* open;
    const char* inner;
    const char* close;
    uint32_t most;  // times
  };
  // The whole expression is the first level.
  for (const Nest& nest : {
           Nest{"(", "a", ")", 249},
           Nest{"[", "a", "]", 249},
           Nest{"{a:", "a", "}", 249},
           Nest{"f(", "a", ")", 249},
           Nest{"a[", "a", "]", 249},
           Nest{"A{a:", "a", "}", 249},
           Nest{"a.f(", "a", ")", 249},
           Nest{"cel.bind(x,1,", "a", ")", 249},
           Nest{"a.all(x,", "a", ")", 249},
       }) {
    const auto source = [&nest](uint32_t times) {
      return Repeat(nest.open, times) + nest.inner + Repeat(nest.close, times);
    };
    const auto deepest = Parse(source(nest.most));
    ASSERT_TRUE(deepest) << nest.open << deepest.error().message;
    EXPECT_LE(Height(*deepest), kMaxDepth) << nest.open;
    const auto deeper = Parse(source(nest.most + 1));
    ASSERT_FALSE(deeper) << nest.open;
    EXPECT_EQ(deeper.error().message, "nested more than 250 levels deep");
    // At the bracket that is one too many.
    const size_t bracket = std::string_view(nest.open).find_last_of("([{");
    EXPECT_EQ(deeper.error().at, nest.most * std::string_view(nest.open).size() + bracket);
  }
}

// Operators between brackets nest the tree as well: here five levels for each parenthesis.
TEST(Limits, NestingThatBracketsDoNotShow) {
  const auto source = [](size_t times) {
    return Repeat("a||b&&c==d+e*!(", times) + "a" + Repeat(")", times);
  };
  const auto shallow = Parse(source(40));
  ASSERT_TRUE(shallow);
  EXPECT_EQ(Height(*shallow), 241u);
  const auto deep = Parse(source(42));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().message, "nested more than 250 levels deep");
}

// Rights of operators that associate to the left nest only through brackets.
TEST(Limits, EveryTreeIsWithinItsDepth) {
  for (const char* open : {"a+(", "a?(b?", "!(-(", "a&&(b||(", "[a,{b:", "a in(b."}) {
    for (size_t times = 100; times <= 260; times += 20) {
      std::string source = Repeat(open, times) + "a";
      std::string closers;
      for (const char c : source) {
        if (c == '(') closers += ')';
        if (c == '[') closers += ']';
        if (c == '{') closers += '}';
      }
      std::reverse(closers.begin(), closers.end());
      const auto ast = Parse(source + closers);
      if (ast) {
        EXPECT_LE(Height(*ast), kMaxDepth) << source;
      }
    }
  }
}

TEST(Limits, AMillionOfAnythingIsRefusedByItsLength) {
  for (const char* text : {"(", "[", "{", "!", "-", "a&&", "f(", "a?", "'", "\"", "`", "//", " "}) {
    const auto ast = Parse(Repeat(text, 1000000));
    ASSERT_FALSE(ast);
    EXPECT_EQ(ast.error().at, kMaxExpressionBytes);
    EXPECT_EQ(ast.error().message, "an expression has at most 65536 bytes, this one has " +
                                       std::to_string(std::string_view(text).size() * 1000000));
  }
}

TEST(Limits, ABracketThatIsNeverClosedIsRefusedAtTheDepth) {
  for (const char* text : {"(", "[", "{", "f(", "a[", "a.b(", "[[", "a+("}) {
    const auto ast = Parse(Repeat(text, kMaxExpressionBytes / std::string_view(text).size()));
    ASSERT_FALSE(ast);
    EXPECT_EQ(ast.error().message, "nested more than 250 levels deep") << text;
    EXPECT_LT(ast.error().at, 251u * std::string_view(text).size());
  }
}

TEST(Limits, LengthIsExact) {
  EXPECT_TRUE(Parse("a" + std::string(kMaxExpressionBytes - 1, ' ')));
  EXPECT_FALSE(Parse("a" + std::string(kMaxExpressionBytes, ' ')));
  EXPECT_TRUE(Parse("'" + std::string(kMaxExpressionBytes - 2, 'x') + "'"));
}

TEST(Limits, Nodes) {
  const auto most = Parse("[" + Repeat("1,", kMaxNodes - 1) + "]");
  ASSERT_TRUE(most);
  EXPECT_EQ(most->nodes.size(), kMaxNodes);
  const auto fits = Parse("a" + Repeat("+1", 16383));
  ASSERT_TRUE(fits);
  EXPECT_EQ(fits->nodes.size(), kMaxNodes - 1);
  const auto source = "a" + Repeat("+1", 16384);
  const auto too_many = Parse(source);
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().message,
            "an expression has at most 32768 names, values and operators");
  EXPECT_EQ(too_many.error().at, source.size() - 2);
}

// Nothing is parsed twice: were it so at every level, this would not end.
TEST(Limits, NestedAlternativesAreParsedOnce) {
  for (const char* open :
       {"(", "{(a)?b:", "a.b{c:", "(a?", "[(", "x.map(y,", "{?a:[", "-(-(", "!(("}) {
    std::string source = Repeat(open, 120) + "a";
    std::string closers;
    for (const char c : source) {
      if (c == '(') closers += ')';
      if (c == '[') closers += ']';
      if (c == '{') closers += '}';
    }
    // The text need not be an expression; reading it must end.
    const auto ast = Parse(source);
    EXPECT_FALSE(ast);
  }
}

TEST(Limits, AnyBytesGiveATreeOrAnErrorWithinThem) {
  const std::string_view pieces[] = {"a",  "1",  "'",  "\"", "(",      ")",  "[",    "]",   "{",
                                     "}",  ".",  ",",  "?",  ":",      "&&", "!",    "-",   "in",
                                     "\\", "`",  "//", "\n", "é",      "0x", "r",    "b",   "has(",
                                     "=",  "==", "u",  "e",  "\"\"\"", " ",  "cel.", "map("};
  uint32_t state = 1;
  for (int round = 0; round < 20000; ++round) {
    std::string source;
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525u + 1013904223u;
      source += pieces[(state >> 16) % std::size(pieces)];
    }
    const auto ast = Parse(source);
    if (ast) {
      EXPECT_LE(Height(*ast), kMaxDepth);
      continue;
    }
    EXPECT_LE(ast.error().at, source.size()) << source;
    EXPECT_GE(ast.error().length, 1u) << source;
    EXPECT_LE(ast.error().at + ast.error().length, source.size() + 1) << source;
    EXPECT_FALSE(ast.error().message.empty()) << source;
  }
}

}  // namespace
}  // namespace writ::cel
