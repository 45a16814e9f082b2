// The spine of a tree.
#include "grammar/ast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grammar/parse.h"

namespace writ::cel {
namespace {

std::vector<std::string> SpineTexts(std::string_view source) {
  const Ast ast = *Parse(source);
  std::vector<std::string> texts;
  for (const NodeId id : Spine(ast, ast.root)) texts.emplace_back(ast.text(ast.node(id)));
  return texts;
}

TEST(Spine, GoesFromTheInnermostFirstChildOutwards) {
  using testing::ElementsAre;
  EXPECT_THAT(SpineTexts("a"), ElementsAre("a"));
  EXPECT_THAT(SpineTexts("a.b + c"), ElementsAre("a", "a.b", "a.b + c"));
  EXPECT_THAT(SpineTexts("a[0].f(b)"), ElementsAre("a", "a[0]", "a[0].f(b)"));
  EXPECT_THAT(SpineTexts("a.all(x, x).b"), ElementsAre("a", "a.all(x, x)", "a.all(x, x).b"));
  EXPECT_THAT(SpineTexts("has(a.b)"), ElementsAre("a", "has(a.b)"));
}

TEST(Spine, EndsWhereTheFirstChildIsNoChain) {
  using testing::ElementsAre;
  EXPECT_THAT(SpineTexts("f(a.b)"), ElementsAre("f(a.b)"));
  EXPECT_THAT(SpineTexts("a && b"), ElementsAre("a && b"));
  EXPECT_THAT(SpineTexts("!a.b"), ElementsAre("!a.b"));
  EXPECT_THAT(SpineTexts("(a && b).c"), ElementsAre("a && b", "(a && b).c"));
}

}  // namespace
}  // namespace writ::cel
