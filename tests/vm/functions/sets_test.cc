// Functions of lists as sets.
#include <limits>
#include <string>
#include <vector>

#include "vm/functions/applied.h"

namespace writ {
namespace {

constexpr FunctionId kContains = FunctionId::kSetsContains;
constexpr FunctionId kEquivalent = FunctionId::kSetsEquivalent;
constexpr FunctionId kIntersects = FunctionId::kSetsIntersects;
constexpr const char* kNoOverload = "error: no such overload";
constexpr const char* kUnsafe = "error: a number that servers read differently";
constexpr const char* kTooMuch = "error: evaluation budget exceeded";

struct Case {
  std::string_view first;
  std::string_view second;
  bool contains;
  bool equivalent;
  bool intersects;
};

TEST(Sets, OrderAndDuplicatesDoNotCount) {
  Applied apply;
  const Case cases[] = {
      {"[]", "[]", true, true, false},
      {"[1]", "[]", true, false, false},
      {"[]", "[1]", false, false, false},
      {"[1, 2, 3]", "[3, 1, 1]", true, false, true},
      {"[1, 2]", "[2, 1, 2]", true, true, true},
      {"[1, 2]", "[2, 3]", false, false, true},
      {"[1, 2]", "[3, 4]", false, false, false},
      {"[1, 2.0]", "[2, 1.0]", true, true, true},
      {"[\"1\"]", "[1]", false, false, false},
      {"[null, true]", "[true, null]", true, true, true},
      {"[[1, 2], {\"a\": [1]}]", "[{\"a\": [1.0]}, [1, 2]]", true, true, true},
      {"[[1, 2]]", "[[2, 1]]", false, false, false},
      {"[{\"a\": 1, \"b\": 2}]", "[{\"b\": 2, \"a\": 1}]", true, true, true},
      {"[{\"a\": 1}]", "[{\"a\": 1, \"b\": 2}]", false, false, false},
      {"[\"\\u0061\"]", "[\"a\"]", true, true, true},
  };
  for (const Case& c : cases) {
    const Value first = apply.Json(c.first);
    const Value second = apply.Json(c.second);
    EXPECT_EQ(apply(kContains, {first, second}), c.contains ? "true" : "false")
        << c.first << " " << c.second;
    EXPECT_EQ(apply(kEquivalent, {first, second}), c.equivalent ? "true" : "false")
        << c.first << " " << c.second;
    EXPECT_EQ(apply(kIntersects, {first, second}), c.intersects ? "true" : "false")
        << c.first << " " << c.second;
  }
}

TEST(Sets, SpansAndBuiltListsMix) {
  Applied apply;
  const Value built = apply.List({1, uint64_t{2}, "x", apply.List({3.0})});
  const Value span = apply.Json("[\"x\", [3], 2.0, 1]");
  EXPECT_EQ(apply(kEquivalent, {built, span}), "true");
  EXPECT_EQ(apply(kEquivalent, {span, built}), "true");
}

TEST(Sets, NanIsInNone) {
  Applied apply;
  const Value nan = apply.List({std::numeric_limits<double>::quiet_NaN()});
  EXPECT_EQ(apply(kContains, {nan, nan}), "false");
  EXPECT_EQ(apply(kIntersects, {nan, nan}), "false");
}

TEST(Sets, UnsafeNumbersAreErrorsWhereverTheyStand) {
  Applied apply;
  for (const FunctionId id : {kContains, kEquivalent, kIntersects}) {
    for (const std::string_view unsafe :
         {"[1e999]", "[1, 1e999]", "[[1e999]]", "[{\"a\":1e999}]"}) {
      EXPECT_EQ(apply(id, {apply.Json(unsafe), apply.Json("[1]")}), kUnsafe) << unsafe;
      EXPECT_EQ(apply(id, {apply.Json("[1]"), apply.Json(unsafe)}), kUnsafe) << unsafe;
    }
  }
}

TEST(Sets, TakeTwoLists) {
  Applied apply;
  for (const FunctionId id : {kContains, kEquivalent, kIntersects}) {
    EXPECT_EQ(apply(id, {apply.Json("[]")}), kNoOverload);
    EXPECT_EQ(apply(id, {apply.Json("[]"), apply.Json("{}")}), kNoOverload);
    EXPECT_EQ(apply(id, {"a", apply.Json("[]")}), kNoOverload);
    EXPECT_EQ(apply(id, {apply.Json("1e999"), apply.Json("[]")}), kUnsafe);
  }
}

TEST(Sets, TenThousandElementsAreNoProduct) {
  Applied apply;
  std::string up = "[";
  std::string down = "[";
  for (int i = 0; i < 10'000; ++i) {
    up += std::to_string(i) + ",";
    down += std::to_string(9'999 - i) + ",";
  }
  up.back() = down.back() = ']';
  EXPECT_EQ(apply(kEquivalent, {apply.Json(up), apply.Json(down)}), "true");
  EXPECT_EQ(apply.Within(10'000, kEquivalent, {apply.Json(up), apply.Json(down)}), kTooMuch);
}

TEST(Sets, DepthIsBounded) {
  Applied apply;
  Value deep = Value::Int(1);
  for (int i = 0; i < 200; ++i) deep = apply.List({deep});
  EXPECT_EQ(apply(kContains, {deep, deep}), "true");
  for (int i = 0; i < 100'000; ++i) deep = apply.List({deep});
  EXPECT_EQ(apply(kContains, {deep, deep}), kTooMuch);
}

}  // namespace
}  // namespace writ
