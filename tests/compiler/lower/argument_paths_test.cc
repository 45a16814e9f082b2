// The names below the arguments that an expression looks up without a slot of their own.
#include "compiler/lower/argument_paths.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compiler/load/policy_environment.h"
#include "compiler/opt/fold.h"
#include "grammar/parse.h"

namespace writ::cel {
namespace {

std::string Joined(const std::vector<ArgumentPath>& paths) {
  std::string text;
  for (const ArgumentPath& path : paths) {
    if (!text.empty()) text += ", ";
    text += "args";
    for (const std::string& name : path) text += "." + name;
  }
  return text;
}

// Where the value may stand, then "; " and the names.
std::string Found(const std::string& text) {
  Environment environment;
  environment.variables.push_back(ArgumentsVariable());
  auto ast = Parse(text);
  if (!ast.has_value()) return ast.error().message;
  const CheckResult checked = Check(std::move(*ast), environment);
  if (!checked.ok()) return checked.problems.front().message;
  Arena pool;
  const std::vector<writ::Value> known = Fold(checked.expression, environment, pool);
  const ArgumentPaths paths =
      FindArgumentPaths(checked.expression, environment, &known, checked.expression.ast.root);
  if (paths.too_many) return "too many";
  return Joined(paths.value) + "; " + Joined(paths.named);
}

TEST(ArgumentPaths, WhatCodeReadsHasASlotAnyway) {
  EXPECT_EQ(Found("args"), "args; ");
  EXPECT_EQ(Found("args.a.b"), "args.a.b; ");
  EXPECT_EQ(Found("args[\"a\"].b"), "args.a.b; ");
  EXPECT_EQ(Found("args.a.?b"), "args.a.b; ");
  EXPECT_EQ(Found("has(args.a.b)"), "; ");
  EXPECT_EQ(Found("args.a == 1 && args.b > 2"), "; ");
}

TEST(ArgumentPaths, BehindWhatIsOptional) {
  EXPECT_EQ(Found("args.?a.b"), "args.a.b; args.a.b");
  EXPECT_EQ(Found("args.?a.?b.hasValue()"), "; args.a.b");
  EXPECT_EQ(Found("args.?a.?b.c.orValue(0)"), "args.a.b.c; args.a.b.c");
  EXPECT_EQ(Found("has(args.?a.b)"), "; args.a.b");
  EXPECT_EQ(Found("args[?\"a\"]"), "args.a; args.a");
  EXPECT_EQ(Found("args.a[?\"b\"].orValue(1) == 1"), "; args.a.b");
  EXPECT_EQ(Found("args.?a.orValue({}).b"), "args.a.b; args.a.b");
  EXPECT_EQ(Found("args.?a.or(args.?b).value().c"), "args.a.c, args.b.c; args.a.c, args.b.c");
  EXPECT_EQ(Found("args.?a.optMap(o, o.b)"), "args.a.b; args.a.b");
  EXPECT_EQ(Found("args.?a.optFlatMap(o, o.?b)"), "args.a.b; args.a.b");
  EXPECT_EQ(Found("optional.of(args.a).b"), "args.a.b; args.a.b");
}

TEST(ArgumentPaths, WithIn) {
  EXPECT_EQ(Found("\"a\" in args"), "; args.a");
  EXPECT_EQ(Found("!(\"b\" in args.a)"), "; args.a.b");
  EXPECT_EQ(Found("\"a\" + \"b\" in args"), "; args.ab");
  EXPECT_EQ(Found("args.a in args.b"), "; ");
  EXPECT_EQ(Found("1 in args.a"), "; ");
}

TEST(ArgumentPaths, BehindOtherNames) {
  EXPECT_EQ(Found("cel.bind(o, args.a, o.b == o.c)"), "; args.a.b, args.a.c");
  EXPECT_EQ(Found("cel.bind(o, args.a, o).b"), "args.a.b; args.a.b");
  EXPECT_EQ(Found("dyn(args.a).b"), "args.a.b; args.a.b");
  EXPECT_EQ(Found("(has(args.a) ? args.a : args.b).c"), "args.a.c, args.b.c; args.a.c, args.b.c");
}

TEST(ArgumentPaths, NotBelowElementsAndWhatIsComputed) {
  EXPECT_EQ(Found("args.a[0].b"), "; ");
  EXPECT_EQ(Found("args.a.all(x, x.b == 1)"), "; ");
  EXPECT_EQ(Found("args.exists(key, key == \"b\")"), "; ");
  EXPECT_EQ(Found("args[args.a].b"), "; ");
  EXPECT_EQ(Found("{\"a\": args.a}.a.b"), "; ");
}

TEST(ArgumentPaths, OnlyTheLongest) {
  EXPECT_EQ(Found("args.?a.b.c.d"), "args.a.b.c.d; args.a.b.c.d");
  EXPECT_EQ(Found("args.?a.b == args.?a.b"), "; args.a.b");
}

// What nested conditionals and selections make stays small.
TEST(ArgumentPaths, TheFirstOfManyCount) {
  std::string choice = "args.a0";
  for (int i = 1; i < 40; ++i) {
    choice =
        "(args.c == " + std::to_string(i) + " ? args.a" + std::to_string(i) + " : " + choice + ")";
  }
  const std::string found = Found(choice + ".b");
  EXPECT_NE(found.find("args.a39.b"), std::string::npos);
  EXPECT_EQ(found.find("args.a0.b"), std::string::npos);
}

// A few kilobytes of text that stand for millions of names.
TEST(ArgumentPaths, NoMoreThanAnExpressionMayLookUp) {
  const auto choice = [](int names, int members) {
    std::string text = "cel.bind(v, (";
    for (int i = 0; i < 15; ++i) {
      text += "args.n == " + std::to_string(i) + " ? args.q" + std::to_string(i);
      for (int k = 0; k < names; ++k) text += ".a";
      text += " : ";
    }
    text += "args), [0";
    for (int i = 0; i < members; ++i) text += ", v.k" + std::to_string(i);
    return text + "].size() > 1)";
  };
  EXPECT_EQ(Found(choice(100, 1000)), "too many");
  EXPECT_NE(Found(choice(100, 50)), "too many");
  EXPECT_NE(Found(choice(1, 1000)), "too many");
  // Neither what stands alone in the text, nor all of it.
  std::string many = "[args.x";
  for (int i = 0; i < 5000; ++i) many += ", args.a.b.c.k" + std::to_string(i);
  EXPECT_NE(Found(many + "].size() > 1"), "too many");
}

TEST(ArgumentPaths, BehindVariables) {
  Environment environment;
  environment.variables.push_back(ArgumentsVariable());
  Variable variable;
  variable.name = "variables.v";
  variable.type = TypeKind::kDyn;
  variable.storage = Variable::Storage::kBlock;
  variable.paths = {{"a", "b"}, {"c"}, {}};
  environment.variables.push_back(variable);
  const auto found = [&](const std::string& text) {
    const CheckResult checked = Check(*Parse(text), environment);
    const ArgumentPaths paths =
        FindArgumentPaths(checked.expression, environment, nullptr, checked.expression.ast.root);
    return Joined(paths.value) + "; " + Joined(paths.named);
  };
  EXPECT_EQ(found("variables.v"), "args.a.b, args.c, args; ");
  EXPECT_EQ(found("variables.v.x.y"),
            "args.a.b.x.y, args.c.x.y, args.x.y; args.a.b.x.y, args.c.x.y, args.x.y");
  EXPECT_EQ(found("variables.v.x == variables.v.x"), "; args.a.b.x, args.c.x, args.x");
}

TEST(ArgumentPaths, NotBeyondAnyCall) {
  std::string chain = "args";
  for (int i = 0; i < 249; ++i) chain += ".a";
  EXPECT_NE(Found("\"b\" in " + chain), "; ");
  EXPECT_EQ(Found("\"b\" in " + chain + ".a"), "; ");
}

}  // namespace
}  // namespace writ::cel
