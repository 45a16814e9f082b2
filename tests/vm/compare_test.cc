// Equality and order: CEL's, and that of version "1" conditions.
#include "vm/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vm/context.h"
#include "vm/scan.h"
#include "vm/span.h"
#include "vm/time_text.h"

namespace writ {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// Values from JSON text, as a call's arguments come.
class Json {
 public:
  Value operator()(std::string_view text) {
    scans_.push_back(std::make_unique<Scanned>(text, whole_));
    EXPECT_TRUE(scans_.back()->result.ok()) << text;
    return scans_.back()->slots.values[0];
  }

 private:
  Paths whole_{{""}};
  std::vector<std::unique_ptr<Scanned>> scans_;
};

// ---- Order of numbers.

// In ascending order; those of one row are equal.
const std::vector<std::vector<Value>> kAscending = {
    {Value::Double(-kInf)},
    {Value::Double(-1e300)},
    {Value::Int(INT64_MIN), Value::Double(-0x1p63)},
    {Value::Int(INT64_MIN + 1)},
    {Value::Int(-9007199254740993)},
    {Value::Int(-9007199254740992), Value::Double(-9007199254740992.0)},
    {Value::Double(-2.5)},
    {Value::Int(-2), Value::Double(-2.0)},
    {Value::Double(-1.5)},
    {Value::Int(-1), Value::Double(-1.0)},
    {Value::Double(-0.5)},
    {Value::Double(-5e-324)},
    {Value::Int(0), Value::Uint(0), Value::Double(0.0), Value::Double(-0.0)},
    {Value::Double(5e-324)},
    {Value::Double(0.5)},
    {Value::Int(1), Value::Uint(1), Value::Double(1.0)},
    {Value::Double(1.5)},
    {Value::Int(9007199254740992), Value::Uint(9007199254740992), Value::Double(0x1p53)},
    {Value::Int(9007199254740993), Value::Uint(9007199254740993)},
    {Value::Int(9007199254740994), Value::Double(9007199254740994.0)},
    {Value::Double(9223372036854774784.0)},
    {Value::Int(INT64_MAX), Value::Uint(uint64_t{INT64_MAX})},
    {Value::Uint(uint64_t{1} << 63), Value::Double(0x1p63)},
    {Value::Uint((uint64_t{1} << 63) + 1)},
    {Value::Double(18446744073709549568.0), Value::Uint(18446744073709549568u)},
    {Value::Uint(UINT64_MAX)},
    {Value::Double(0x1p64)},
    {Value::Double(1e300)},
    {Value::Double(kInf)},
};

TEST(Compare, NumbersOfAllTypesAreInOneOrder) {
  for (size_t i = 0; i < kAscending.size(); ++i) {
    for (size_t j = 0; j < kAscending.size(); ++j) {
      for (const Value& a : kAscending[i]) {
        for (const Value& b : kAscending[j]) {
          EXPECT_EQ(CompareNumbers(a, b), i < j   ? -1
                                          : i > j ? 1
                                                  : 0)
              << FormatValue(a) << " and " << FormatValue(b);
        }
      }
    }
  }
}

TEST(Compare, NanIsInNoOrder) {
  const Value nan = Value::Double(kNan);
  EXPECT_EQ(CompareNumbers(nan, nan), 2);
  for (const std::vector<Value>& row : kAscending) {
    for (const Value& number : row) {
      EXPECT_EQ(CompareNumbers(nan, number), 2) << FormatValue(number);
      EXPECT_EQ(CompareNumbers(number, nan), 2) << FormatValue(number);
    }
  }
}

// ---- How Intercept prints.

TEST(Compare, PrintsNumbersAsGoDoes) {
  const struct {
    double number;
    std::string_view text;
  } cases[] = {
      {0, "0"},
      {-0.0, "-0"},
      {5, "5"},
      {-3, "-3"},
      {1.5, "1.5"},
      {0.1, "0.1"},
      {0.30000000000000004, "0.30000000000000004"},
      {12.75, "12.75"},
      {100000, "100000"},
      {999999, "999999"},
      {999999.5, "999999.5"},
      {1000000, "1e+06"},
      {1234567, "1.234567e+06"},
      {123456789, "1.23456789e+08"},
      {1e21, "1e+21"},
      {1e100, "1e+100"},
      {-1.5e-7, "-1.5e-07"},
      {0.001, "0.001"},
      {0.0001, "0.0001"},
      {0.00012345678901234567, "0.00012345678901234567"},
      {0.00001, "1e-05"},
      {9007199254740992, "9.007199254740992e+15"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {kInf, "+Inf"},
      {-kInf, "-Inf"},
      {kNan, "NaN"},
  };
  char buffer[kPrintedNumberBytes];
  for (const auto& c : cases) {
    EXPECT_EQ(PrintedForm(Value::Double(c.number), false, buffer), c.text);
    EXPECT_EQ(PrintedForm(Value::Double(c.number), true, buffer), c.text);
  }
}

TEST(Compare, PrintsIntegersPlainlyUnlessTheyCameAsJson) {
  char buffer[kPrintedNumberBytes];
  EXPECT_EQ(PrintedForm(Value::Int(1000000), false, buffer), "1000000");
  EXPECT_EQ(PrintedForm(Value::Int(1000000), true, buffer), "1e+06");
  EXPECT_EQ(PrintedForm(Value::Int(INT64_MIN), false, buffer), "-9223372036854775808");
  EXPECT_EQ(PrintedForm(Value::Uint(UINT64_MAX), false, buffer), "18446744073709551615");
  EXPECT_EQ(PrintedForm(Value::Uint(10000000000000000000u), true, buffer), "1e+19");
  EXPECT_EQ(PrintedForm(Value::Bool(true), true, buffer), "true");
  EXPECT_EQ(PrintedForm(Value::Bool(false), true, buffer), "false");
  EXPECT_EQ(PrintedForm(Value::String("as it is"), true, buffer), "as it is");
}

// ---- Version "1" equality.

struct Pair {
  std::string_view actual;
  std::string_view wanted;
  bool equal;
};

TEST(Compare, ConditionsCompareScalarsByTheirPrintedForms) {
  Json json;
  Arena arena;
  const Pair cases[] = {
      {"\"a\"", "\"a\"", true},
      {"\"a\"", "\"A\"", false},
      {"\"\"", "\"\"", true},
      // Two numbers by value.
      {"5", "5", true},
      {"5.0", "5", true},
      {"5", "5.0", true},
      {"1000000", "1000000", true},
      {"1e6", "1000000", true},
      {"5", "6", false},
      // A number and text by what is printed, numbers of the call as doubles.
      {"5", "\"5\"", true},
      {"5.0", "\"5\"", true},
      {"5.0", "\"5.0\"", false},
      {"1.5", "\"1.5\"", true},
      {"999999", "\"999999\"", true},
      {"1000000", "\"1000000\"", false},
      {"1000000", "\"1e+06\"", true},
      {"0.00001", "\"1e-05\"", true},
      // Numbers of the policy as they are written there.
      {"\"1000000\"", "1000000", true},
      {"\"1e+06\"", "1000000", false},
      {"\"1e+06\"", "1000000.0", true},
      {"\"5\"", "5.0", true},
      // Booleans.
      {"true", "true", true},
      {"true", "false", false},
      {"true", "\"true\"", true},
      {"\"true\"", "true", true},
      {"true", "1", false},
      {"1", "true", false},
      // Null is no scalar.
      {"null", "null", true},
      {"null", "\"\"", false},
      {"\"\"", "null", false},
      {"null", "\"<nil>\"", false},
      {"null", "false", false},
      {"null", "0", false},
  };
  for (const Pair& c : cases) {
    bool unsafe = false;
    EXPECT_EQ(CondEqual(json(c.actual), json(c.wanted), true, arena, &unsafe), c.equal)
        << c.actual << " and " << c.wanted;
    EXPECT_FALSE(unsafe);
  }
}

TEST(Compare, ConditionsCompareListsAndMapsByStructure) {
  Json json;
  Arena arena;
  const Pair cases[] = {
      {"[]", "[]", true},
      {"{}", "{}", true},
      {"[]", "{}", false},
      {"[]", "null", false},
      {"null", "[]", false},
      {"[1,2]", "[1,2]", true},
      {"[2,1]", "[1,2]", false},
      {"[1]", "[1,2]", false},
      {"[1,2,3]", "[1,2]", false},
      {"1", "[1]", false},
      {"[1]", "1", false},
      {"\"[1 2]\"", "[1,2]", false},
      {"\"[a]\"", "[\"a\"]", false},
      {"[[\"x\"],[\"y\",\"z\"]]", "[[\"x\"],[\"y\",\"z\"]]", true},
      {"[null]", "[null]", true},
      {"[null]", "[\"\"]", false},
      {"{\"a\":1,\"b\":\"x\"}", "{\"b\":\"x\",\"a\":1}", true},
      {"{\"a\":1}", "{\"a\":2}", false},
      {"{\"a\":1,\"c\":null}", "{\"a\":1}", false},
      {"{\"a\":1}", "{\"A\":1}", false},
      {"{\"\\u0061\":[{}]}", "{\"a\":[{}]}", true},
      // Inside, numbers too are compared as printed.
      {"[\"1\"]", "[1]", true},
      {"[true]", "[\"true\"]", true},
      {"[1.0]", "[1]", true},
      {"[1000000]", "[1000000]", false},
      {"[1000000]", "[1000000.0]", true},
      {"{\"a\":1000000}", "{\"a\":\"1e+06\"}", true},
  };
  for (const Pair& c : cases) {
    bool unsafe = false;
    EXPECT_EQ(CondEqual(json(c.actual), json(c.wanted), true, arena, &unsafe), c.equal)
        << c.actual << " and " << c.wanted;
    EXPECT_FALSE(unsafe);
  }
}

TEST(Compare, CountersPrintAsIntegers) {
  Arena arena;
  bool unsafe = false;
  EXPECT_TRUE(CondEqual(Value::Int(1000000), Value::String("1000000"), false, arena, &unsafe));
  EXPECT_FALSE(CondEqual(Value::Int(1000000), Value::String("1e+06"), false, arena, &unsafe));
}

TEST(Compare, ConditionsSayWhenTheyHadToCompareAnUnsafeNumber) {
  Json json;
  Arena arena;
  for (const Pair& c : {Pair{"1e999", "5", true}, Pair{"9007199254740993", "\"x\"", true},
                        Pair{"1e999", "null", true}, Pair{"[1e999]", "[1]", true},
                        Pair{"{\"a\":[1e999]}", "{\"a\":[1]}", true},
                        Pair{"[1e999]", "[1,2]", false}, Pair{"[1e999]", "5", false}}) {
    bool unsafe = false;
    const bool equal = CondEqual(json(c.actual), json(c.wanted), true, arena, &unsafe);
    EXPECT_EQ(unsafe, c.equal) << c.actual << " and " << c.wanted;
    EXPECT_FALSE(equal);
  }
}

// ---- CEL's equality.

TEST(Compare, CelComparesNumbersAcrossTypesAndTheRestWithin) {
  Json json;
  TestContext context;
  const Pair cases[] = {
      {"1", "1.0", true},
      {"1", "\"1\"", false},
      {"true", "1", false},
      {"true", "true", true},
      {"null", "null", true},
      {"null", "false", false},
      {"\"a\"", "\"a\"", true},
      {"\"a\"", "\"A\"", false},
      {"[1,[2.0]]", "[1.0,[2]]", true},
      {"[1000000]", "[1000000.0]", true},
      {"[1]", "[1,1]", false},
      {"[\"1\"]", "[1]", false},
      {"[]", "{}", false},
      {"{\"a\":1,\"b\":{}}", "{\"b\":{},\"a\":1.0}", true},
      {"{\"a\":1}", "{\"b\":1}", false},
      {"{\"a\":1}", "{\"a\":null}", false},
  };
  for (const Pair& c : cases) {
    const std::string expected = c.equal ? "true" : "false";
    EXPECT_EQ(FormatValue(Equal(json(c.actual), json(c.wanted), context)), expected)
        << c.actual << " and " << c.wanted;
    EXPECT_EQ(FormatValue(Equal(json(c.wanted), json(c.actual), context)), expected);
  }
}

TEST(Compare, CelOrdersAnIntegerAsTheDoubleNextToIt) {
  Arena arena;
  int64_t budget = 1000;
  FunctionContext context{arena, budget};
  const Value integer = Value::Int(INT64_MAX);
  const Value next = Value::Double(0x1p63);
  EXPECT_EQ(Order(integer, next, context).i, 0);
  EXPECT_EQ(Order(next, integer, context).i, 0);
  EXPECT_EQ(Order(Value::Uint(UINT64_MAX), Value::Double(0x1p64), context).i, 0);
  EXPECT_EQ(Order(integer, Value::Double(0x1.0000000000001p63), context).i, -1);
  EXPECT_EQ(Equal(integer, next, context).i, 0) << "which is not the same number";
}

TEST(Compare, CelComparesWhatJsonCannotHold) {
  TestContext context;
  const Value one = Value::Int(1);
  const Value two = Value::Int(2);
  const auto equal = [&](const Value& a, const Value& b) {
    const Value result = Equal(a, b, context);
    EXPECT_TRUE(result.is(Tag::kBool));
    return result.i != 0;
  };
  EXPECT_TRUE(equal(Value::Optional(nullptr), Value::Optional(nullptr)));
  EXPECT_TRUE(equal(Value::Optional(&one), Value::Optional(&one)));
  EXPECT_FALSE(equal(Value::Optional(&one), Value::Optional(&two)));
  EXPECT_FALSE(equal(Value::Optional(&one), Value::Optional(nullptr)));
  EXPECT_FALSE(equal(Value::Optional(&one), one));
  EXPECT_TRUE(equal(Value::Text(Tag::kBytes, "a"), Value::Text(Tag::kBytes, "a")));
  EXPECT_FALSE(equal(Value::Text(Tag::kBytes, "a"), Value::String("a")));
  EXPECT_TRUE(equal(Value::Text(Tag::kType, "int"), Value::Text(Tag::kType, "int")));
  EXPECT_FALSE(equal(Value::Double(kNan), Value::Double(kNan)));
  Value time = Value::Int(5);
  time.tag = Tag::kTimestamp;
  Value later = time;
  later.size = 1;  // nanoseconds
  EXPECT_TRUE(equal(time, time));
  EXPECT_FALSE(equal(time, later));
}

TEST(Compare, CelSaysWhenItHadToCompareAnUnsafeNumber) {
  Json json;
  TestContext context;
  for (const Pair& c : {Pair{"1e999", "1e999", false}, Pair{"5", "1e999", false},
                        Pair{"[1e999]", "[5]", false}, Pair{"{\"a\":1e999}", "{\"a\":1}", false}}) {
    EXPECT_EQ(Equal(json(c.actual), json(c.wanted), context).code, Error::kUnsafeNumber)
        << c.actual << " and " << c.wanted;
  }
}

// Two of one size, in any order of their entries: neither way is quadratic.
TEST(Compare, LargeMapsAreComparedInLinearTime) {
  std::string up = "{";
  std::string down = "{";
  for (int i = 0; i < 20000; ++i) {
    up += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
    down += (i > 0 ? ",\"k" : "\"k") + std::to_string(19999 - i) + "\":1";
  }
  const Value a = Value::Text(Tag::kMapSpan, up += "}");
  const Value b = Value::Text(Tag::kMapSpan, down += "}");
  TestContext context;
  EXPECT_EQ(FormatValue(Equal(a, b, context)), "true");
  EXPECT_LT(Machine::kRunBudget - context.budget, 200000);
  const Value built = Value::Of(ReadMapSpan(down, context.arena));
  EXPECT_EQ(FormatValue(Equal(a, built, context)), "true");
  EXPECT_EQ(FormatValue(Equal(built, a, context)), "true");
  context.budget = 1000;
  EXPECT_EQ(Equal(a, b, context).code, Error::kBudget);
}

// A program may nest values as deep as it likes.
TEST(Compare, EqualityOfValuesThatNestTooDeepFails) {
  TestContext context;
  Value a = Value::Int(1);
  Value b = Value::Int(1);
  const auto nest = [&](const Value& value) {
    return Value::Of(context.arena.New(List{1, context.arena.New(value)}));
  };
  for (int i = 0; i < 1000; ++i) {
    a = nest(a);
    b = nest(b);
  }
  EXPECT_EQ(FormatValue(Equal(a, b, context)), "true");
  for (int i = 0; i < 100000; ++i) {
    a = nest(a);
    b = nest(b);
  }
  EXPECT_EQ(Equal(a, b, context).code, Error::kBudget);
}

TEST(Compare, LongTextsAreCharged) {
  TestContext context;
  const std::string text(16000, 'x');
  const std::string other(16000, 'x');
  Equal(Value::String(text), Value::String(other), context);
  EXPECT_EQ(Machine::kRunBudget - context.budget, 1001);
}

// ---- Order.

TEST(Compare, OrdersWhatHasAnOrder) {
  TestContext context;
  const auto order = [&](const Value& a, const Value& b) {
    return FormatValue(Order(a, b, context)) + " " + FormatValue(Less(a, b, context)) + " " +
           FormatValue(LessEqual(a, b, context));
  };
  const std::string before = "-1 true true";
  const std::string same = "0 false true";
  const std::string after = "1 false false";
  EXPECT_EQ(order(Value::Bool(false), Value::Bool(true)), before);
  EXPECT_EQ(order(Value::Bool(true), Value::Bool(true)), same);
  EXPECT_EQ(order(Value::Int(1), Value::Double(1.5)), before);
  EXPECT_EQ(order(Value::Uint(UINT64_MAX), Value::Int(-1)), after);
  EXPECT_EQ(order(Value::Uint(1), Value::Double(1)), same);
  EXPECT_EQ(order(Value::String("a"), Value::String("b")), before);
  EXPECT_EQ(order(Value::String("a"), Value::String("")), after);
  EXPECT_EQ(order(Value::String("\uFF5E"), Value::String("\U0001F431")), before)
      << "by code points, not by UTF-16 units";
  EXPECT_EQ(order(Value::Text(Tag::kBytes, "\x7F"), Value::Text(Tag::kBytes, "\x80")), before);
  EXPECT_EQ(order(TimestampValue(1, 5), TimestampValue(1, 6)), before);
  EXPECT_EQ(order(TimestampValue(-1, 6), TimestampValue(1, 5)), before);
  EXPECT_EQ(order(DurationValue(1), DurationValue(-1)), after);
  EXPECT_EQ(order(Value::Double(kNan), Value::Int(1)), "2 false false");
  EXPECT_EQ(order(Value::Double(kNan), Value::Double(kNan)), "2 false false");
}

TEST(Compare, RefusesToOrderTheRest) {
  TestContext context;
  const List list{0, nullptr};
  const Value values[] = {Value::Null(), Value::Of(&list), Value::Text(Tag::kMapSpan, "{}"),
                          Value::Text(Tag::kType, "int"), Value::Optional(nullptr)};
  for (const Value& value : values) {
    EXPECT_EQ(Less(value, value, context).code, Error::kNoSuchOverload);
    EXPECT_EQ(LessEqual(value, Value::Int(1), context).code, Error::kNoSuchOverload);
  }
  EXPECT_EQ(Less(Value::Int(1), Value::String("2"), context).code, Error::kNoSuchOverload);
  EXPECT_EQ(Less(Value::Int(1), Value::Text(Tag::kUnsafeNumber, "1e999"), context).code,
            Error::kUnsafeNumber);
}

// ---- Spans.

TEST(Compare, ASpanIsReadOnce) {
  Json json;
  Arena arena;
  Value list = json("[1,2]");
  ASSERT_TRUE(list.is(Tag::kListSpan));
  const List* items = Items(list, arena);
  EXPECT_TRUE(list.is(Tag::kList));
  EXPECT_EQ(Items(list, arena), items);
  Value map = json("{\"a\":1}");
  const Map* entries = Entries(map, arena);
  EXPECT_TRUE(map.is(Tag::kMap));
  EXPECT_EQ(Entries(map, arena), entries);
}

}  // namespace
}  // namespace writ
