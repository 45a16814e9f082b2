// What macros become. Their errors are in mistakes_test.cc.
#include "grammar/macro.h"

#include <gtest/gtest.h>

#include "grammar/print.h"

namespace writ::cel {
namespace {

TEST(Macro, Has) {
  CheckTrees({
      {"has(a.b)", "(has a b)"},
      {"has(a.b.c)", "(has (. a b) c)"},
      {"has((a.b))", "(has a b)"},
      {"has(a.?b.c)", "(has (.? a b) c)"},
      {"has(a.`b-c`)", "(has a b-c)"},
      {"has({}.a)", "(has (map) a)"},
  });
}

TEST(Macro, Comprehensions) {
  CheckTrees({
      {"a.all(x, x > 0)", "(all x a (> x 0))"},
      {"a.all(i, x, x > i)", "(all i x a (> x i))"},
      {"a.exists(x, x)", "(exists x a x)"},
      {"a.exists(i, x, x)", "(exists i x a x)"},
      {"a.exists_one(x, x)", "(exists_one x a x)"},
      {"a.existsOne(x, x)", "(exists_one x a x)"},
      {"a.existsOne(i, x, x)", "(exists_one i x a x)"},
      {"a.map(x, x + 1)", "(map x a (+ x 1))"},
      {"a.map(x, x > 0, x + 1)", "(map x a (> x 0) (+ x 1))"},
      {"a.filter(x, x)", "(filter x a x)"},
      {"a.transformList(i, x, x)", "(transformList i x a x)"},
      {"a.transformList(i, x, i, x)", "(transformList i x a i x)"},
      {"a.transformMap(k, v, v)", "(transformMap k v a v)"},
      {"a.transformMap(k, v, k, v)", "(transformMap k v a k v)"},
      {"a.transformMapEntry(k, v, {v: k})", "(transformMapEntry k v a (map v k))"},
      {"a.transformMapEntry(k, v, k, {v: k})", "(transformMapEntry k v a k (map v k))"},
      {"a.sortBy(x, -x)", "(sortBy x a (neg x))"},
      {"a.optMap(x, x)", "(optMap x a x)"},
      {"a.optFlatMap(x, x.?b)", "(optFlatMap x a (.? x b))"},
      {"a.map(x, x.all(y, y && z && w))", "(map x a (all y x (&& y z w)))"},
      {"a.filter(x, x).map(x, x)", "(map x (filter x a x) x)"},
  });
}

TEST(Macro, BindAndBlock) {
  CheckTrees({
      {"cel.bind(x, 1 + 1, x * x)", "(bind x (+ 1 1) (* x x))"},
      {"cel.block([1, cel.index(0) + 1], cel.index(1))", "(block 1 (+ @index0 1) @index1)"},
      {"cel.block([], 1)", "(block 1)"},
      {"a.all(cel.iterVar(0, 1), cel.iterVar(0, 1) > 0)", "(all @it:0:1 a (> @it:0:1 0))"},
      {"cel.accuVar(2, 3)", "@ac:2:3"},
      {"cel.index(7).b", "(. @index7 b)"},
  });
}

TEST(Macro, OtherCallsOfTheSameNamesAreFunctions) {
  CheckTrees({
      {".has(a.b)", "(.has (. a b))"},
      {"a.has(b)", "(<>has a b)"},
      {"all(a, b)", "(all a b)"},
      {"map(a)", "(map a)"},
      {"bind(a, b, c)", "(bind a b c)"},
      {"a.bind(b)", "(<>bind a b)"},
      {".cel.bind(a)", "(<>bind .cel a)"},
      {"cel.other(a)", "(<>other cel a)"},
      {"a.has", "(. a has)"},
      {"all", "all"},
  });
}

}  // namespace
}  // namespace writ::cel
