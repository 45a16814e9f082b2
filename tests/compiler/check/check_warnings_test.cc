// What is allowed but hardly meant.
#include <gtest/gtest.h>

#include <string>

#include "compiler/expressions.h"

namespace writ::cel {
namespace {

std::string Warnings(const std::string& expression) {
  Environment environment;
  Variable args = Declared("args", Type::Map(TypeKind::kString, Type()));
  args.storage = Variable::Storage::kArguments;
  environment.variables = {args, Declared("now", TypeKind::kTimestamp),
                           Declared("d", TypeKind::kDouble), Declared("x", TypeKind::kDyn)};
  Variable strict = Declared("data.strict", TypeKind::kBool);
  strict.storage = Variable::Storage::kConstant;
  strict.constant = Value::Bool(false);
  environment.variables.push_back(strict);
  return WarningText(expression, environment);
}

TEST(Warnings, ConditionsThatAreConstant) {
  EXPECT_EQ(Warnings("1 == 1 || args.x"), "2+2 warning: this is always true\n");
  EXPECT_EQ(Warnings("true && args.x"), "0+4 warning: this side of && is always true\n");
  EXPECT_EQ(Warnings("args.x || false"), "10+5 warning: this side of || is always false\n");
  EXPECT_EQ(Warnings("true ? args.x : 1"), "0+4 warning: the condition is always true\n");
  EXPECT_EQ(Warnings("args.x && 'a' == 'b'"), "14+2 warning: this is always false\n");
  EXPECT_EQ(Warnings("args.xs.all(x, 3 in [1, 2])"), "17+2 warning: this is always false\n");
}

TEST(Warnings, ComparisonsThatTheDataDecides) {
  EXPECT_EQ(Warnings("data.strict == true || args.x"),
            "12+2 warning: with this data, this is always false\n");
  EXPECT_EQ(Warnings("args.x && false in [data.strict]"),
            "16+2 warning: with this data, this is always true\n");
}

TEST(Warnings, WhatIsAskedOfNothing) {
  EXPECT_EQ(Warnings("args.x in []"), "7+2 warning: [] is empty: in is always false\n");
  EXPECT_EQ(Warnings("[].all(y, y == args.x)"), "3+3 warning: [] is empty: all() is always true\n");
}

TEST(Warnings, ListsThatContradict) {
  const std::string never =
      " warning: with what is said of args.x before, this && is never true\n"
      "  hint: perhaps || was meant\n";
  EXPECT_EQ(Warnings("args.x in ['a', 'b'] && args.x == 'c'"), "31+2" + never);
  EXPECT_EQ(Warnings("args.x > 5 && args.x in [1, 2, 5]"), "21+2" + never);
  EXPECT_EQ(Warnings("args.x in [1, 2] && args.x in [2.0, 3]"), "");
  EXPECT_EQ(Warnings("args.x in ['a'] || args.x in ['b']"), "");
}

TEST(Warnings, ReadingWhatIsKnownToBeMissing) {
  EXPECT_EQ(Warnings("has(args.x) || args.x > 3"),
            "20+1 warning: args.x is read where it is not there: this || is never false\n"
            "  hint: perhaps && was meant\n");
  EXPECT_EQ(Warnings("args.y == 1 && !has(args.x.a) && args.x.a.b"),
            "40+1 warning: args.x.a is read where it is not there: this && is never true\n"
            "  hint: perhaps || was meant\n");
  EXPECT_NE(Warnings("has(args.x) || optional.of(args.x).orValue(2) == 3"), "");
  for (const char* fine :
       {"!has(args.x) || args.x > 3", "has(args.x) && args.x > 3",
        "!has(args.x) && (args.y || args.x > 3)", "has(args.x) ? args.x > 3 : true",
        "!has(args.x) && args.?x.orValue(1) > 3", "has(args.x) || [1].all(y, args.x > y)",
        "has(args.x) || args.?y.orValue(args.x) == 3",
        "has(args.x) || args.?y.or(optional.of(args.x)).hasValue()"}) {
    EXPECT_EQ(Warnings(fine), "") << fine;
  }
}

TEST(Warnings, NotForAPlainLiteralOrForData) {
  EXPECT_EQ(Warnings("true"), "");
  EXPECT_EQ(Warnings("data.strict && args.x"), "");
  EXPECT_EQ(Warnings("args.x == true"), "");
  EXPECT_EQ(Warnings("[true, false].exists(b, b == args.x)"), "");
}

TEST(Warnings, WhatContradictsItself) {
  const std::string never = " && is never true\n  hint: perhaps || was meant\n";
  const std::string said = " warning: with what is said of args.x before, this";
  EXPECT_EQ(Warnings("args.x == 1 && args.x == 2"), "22+2" + said + never);
  EXPECT_EQ(Warnings("args.x > 5 && args.x < 3"), "21+1" + said + never);
  EXPECT_EQ(Warnings("args.x > 5 && args.y && 5 >= args.x"), "26+2" + said + never);
  EXPECT_EQ(Warnings("args.x == 'a' && args.x != 'a'"), "24+2" + said + never);
  EXPECT_EQ(Warnings("args.x == 'a' && args.x > 3"), "24+1" + said + never);
  EXPECT_EQ(Warnings("args.x < 1 && args.x == 1.0"), "21+2" + said + never);
  EXPECT_EQ(Warnings("args.x != 'a' || args.x != 'b'"),
            "24+2" + said + " || is never false\n  hint: perhaps && was meant\n");
}

TEST(Warnings, NotForWhatCanHold) {
  for (const char* expression :
       {"args.x >= 5 && args.x <= 5", "args.x == 1 || args.x == 2", "args.x > 3 && args.x < 5",
        "args.x != 1 && args.x != 2", "args.x == 1 && args.y == 2", "args.x > 5 || args.x < 3",
        "args.x == 1 && args.x == 1.0", "args.x == 5 && args.x >= 5", "args.x != 'a' && args.x > 3",
        "args.x > 'a' && args.x < 'b'", "size(args.x) > 0", "size(args.x) == 0"}) {
    EXPECT_EQ(Warnings(expression), "") << expression;
  }
}

// Against a double an integer is ordered as the double next to it: 9007199254740992.0 is at least
// 9007199254740993.
TEST(Warnings, NotForConstantsThatAreOneAsDoubles) {
  for (const char* expression : {"args.x <= 9007199254740992 && args.x >= 9007199254740993",
                                 "args.x == 9007199254740992 && args.x >= 9007199254740993",
                                 "args.x > 9007199254740992 && args.x <= 9007199254740992.0",
                                 "args.x in [9007199254740992] && args.x >= 9007199254740993u"}) {
    EXPECT_EQ(Warnings(expression), "") << expression;
  }
  const std::string never =
      " warning: with what is said of args.x before, this && is never true\n"
      "  hint: perhaps || was meant\n";
  EXPECT_EQ(Warnings("args.x == 9007199254740992 && args.x == 9007199254740993"), "37+2" + never);
  EXPECT_EQ(Warnings("args.x < 9007199254740992 && args.x > 9007199254740996"), "36+1" + never);
  EXPECT_EQ(Warnings("args.x > 9007199254740993 && args.x <= 9007199254740993"), "36+2" + never);
}

TEST(Warnings, TestsWhosePatternTheCallBrings) {
  const std::string warning =
      " warning: the call brings the prefix: perhaps the two are the wrong way round\n";
  EXPECT_EQ(Warnings("'admin'.startsWith(args.x)"),
            "8+10" + warning + "  hint: write args.x.startsWith('admin')\n");
  EXPECT_EQ(Warnings("'admin'.startsWith('a' + args.x)"),
            "8+10" + warning + "  hint: write ('a' + args.x).startsWith('admin')\n");
  for (const char* fine :
       {"args.x.startsWith('admin')", "['a', 'b'].exists(p, args.x.startsWith(p))",
        "args.x.startsWith(args.y)", "x.startsWith(args.y)", "'admin'.startsWith(x)"}) {
    EXPECT_EQ(Warnings(fine), "") << fine;
  }
}

TEST(Warnings, TheSameOnBothSides) {
  EXPECT_EQ(Warnings("args.x == args.x"), "7+2 warning: both sides of == are the same\n");
  EXPECT_EQ(Warnings("args.x < args.x"), "7+1 warning: both sides of < are the same\n");
}

TEST(Warnings, SizesAreNeverNegative) {
  const std::string hint = "  hint: perhaps size(…) > 0 was meant\n";
  EXPECT_EQ(Warnings("size(args.x) >= 0"),
            "13+2 warning: a size is never below 0: this is always true\n" + hint);
  EXPECT_EQ(Warnings("args.x.size() < 0"),
            "14+1 warning: a size is never below 0: this is always false\n" + hint);
  EXPECT_EQ(Warnings("-1 == size(args.x)"),
            "3+2 warning: a size is never below 0: this is always false\n");
}

TEST(Warnings, NumbersOfJsonAndOtherNumbers) {
  EXPECT_EQ(Warnings("args.amount * 0.5 > 3"),
            "12+1 warning: this fails where args.amount is an integer in JSON: there is no "
            "int * double\n  hint: write double(args.amount) * 0.5\n");
  EXPECT_EQ(Warnings("1.5 + args.amount > 3"),
            "4+1 warning: this fails where args.amount is an integer in JSON: there is no "
            "int + double\n  hint: write 1.5 + double(args.amount)\n");
  EXPECT_EQ(Warnings("args.n + 1u > 3"),
            "7+1 warning: this fails where args.n is an integer in JSON: there is no int + uint\n"
            "  hint: integers of JSON are int: leave the u out\n");
  EXPECT_EQ(Warnings("args.n + 1 > 3 && args.n > 0.5 && d * 0.5 > 1"), "");
}

TEST(Warnings, TypesThatJsonDoesNotHave) {
  EXPECT_EQ(Warnings("args.t < timestamp('2026-01-01T00:00:00Z')"),
            "7+1 warning: JSON has no timestamp: this always fails\n"
            "  hint: write timestamp(args.t)\n");
  EXPECT_EQ(Warnings("duration('1h') == args.a.b[0]"),
            "15+2 warning: JSON has no duration: this is always false\n"
            "  hint: write duration(args.a.b[0])\n");
  EXPECT_EQ(Warnings("args.t != b'a'"),
            "7+2 warning: JSON has no bytes: this is always true\n  hint: write bytes(args.t)\n");
  EXPECT_EQ(Warnings("timestamp(args.t) < now && x < now"), "");
}

}  // namespace
}  // namespace writ::cel
