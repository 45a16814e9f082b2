// Functions of lists.
#include <limits>
#include <string>
#include <vector>

#include "vm/functions/applied.h"
#include "vm/time_text.h"

namespace writ {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kNoOverload = "error: no such overload";
constexpr const char* kUnsafe = "error: a number that servers read differently";
constexpr const char* kIndex = "error: index out of range";
constexpr const char* kTooMuch = "error: evaluation budget exceeded";

TEST(Lists, Slice) {
  Applied apply;
  constexpr FunctionId kSlice = FunctionId::kListSlice;
  const Value list = apply.List({1, 2, 3, 4});
  CheckCalls({{kSlice, {list, 1, 3}, "[2, 3]"},
              {kSlice, {list, 0, 4}, "[1, 2, 3, 4]"},
              {kSlice, {list, 2, 2}, "[]"},
              {kSlice, {list, 4, 4}, "[]"},
              {kSlice, {apply.List({}), 0, 0}, "[]"},
              {kSlice, {apply.Json("[1, [2], 1e999]"), 1, 3}, "[[2], 1e999]"},
              {kSlice, {list, -1, 2}, kIndex},
              {kSlice, {list, 3, 2}, kIndex},
              {kSlice, {list, 0, 5}, kIndex},
              {kSlice, {list, 0, int64_t{INT64_MAX}}, kIndex},
              {kSlice, {list, 1}, kNoOverload},
              {kSlice, {list, 1, 2.0}, kNoOverload},
              {kSlice, {"text", 1, 2}, kNoOverload},
              {kSlice, {apply.Json("1e999"), 1, 2}, kUnsafe}},
             apply);
}

TEST(Lists, Flatten) {
  Applied apply;
  constexpr FunctionId kFlatten = FunctionId::kListFlatten;
  const Value nested = apply.List({1, apply.List({2, apply.List({3, apply.List({4})})})});
  CheckCalls({{kFlatten, {apply.List({})}, "[]"},
              {kFlatten, {apply.List({1, 2})}, "[1, 2]"},
              {kFlatten, {nested}, "[1, 2, [3, [4]]]"},
              {kFlatten, {nested, 0}, "[1, [2, [3, [4]]]]"},
              {kFlatten, {nested, 1}, "[1, 2, [3, [4]]]"},
              {kFlatten, {nested, 2}, "[1, 2, 3, [4]]"},
              {kFlatten, {nested, int64_t{INT64_MAX}}, "[1, 2, 3, 4]"},
              {kFlatten,
               {apply.Json("[1, 2, [], [[]], [3, {\"a\": [4]}], 1e999]")},
               "[1, 2, [], 3, {\"a\": [4]}, 1e999]"},
              {kFlatten, {nested, -1}, "error: invalid argument"},
              {kFlatten, {nested, "1"}, kNoOverload},
              {kFlatten, {apply.Json("{}")}, kNoOverload},
              {kFlatten, {}, kNoOverload}},
             apply);
}

TEST(Lists, FlattenIsBoundedInDepth) {
  Applied apply;
  Value deep = Value::Int(1);
  for (int i = 0; i < 200; ++i) deep = apply.List({deep});
  EXPECT_EQ(apply(FunctionId::kListFlatten, {deep, 1000}), "[1]");
  for (int i = 0; i < 100'000; ++i) deep = apply.List({deep});
  EXPECT_EQ(apply(FunctionId::kListFlatten, {deep, 1'000'000}), kTooMuch);
}

TEST(Lists, SortPutsOneTypeInOrder) {
  Applied apply;
  constexpr FunctionId kSort = FunctionId::kListSort;
  CheckCalls(
      {{kSort, {apply.List({})}, "[]"},
       {kSort, {apply.List({1})}, "[1]"},
       {kSort, {apply.List({4, -3, 2, 1})}, "[-3, 1, 2, 4]"},
       {kSort,
        {apply.List({"d", "a", "", "ab", "é", "z"})},
        "[\"\", \"a\", \"ab\", \"d\", \"z\", \"é\"]"},
       {kSort, {apply.List({true, false, true})}, "[false, true, true]"},
       {kSort, {apply.List({Applied::Bytes("\xC3\xA9"), Applied::Bytes("a")})}, "[b\"a\", b\"é\"]"},
       {kSort, {apply.List({2.5, 1, uint64_t{2}, 1.0, uint64_t{1}})}, "[1, 1.0, 1u, 2u, 2.5]"},
       {kSort,
        {apply.List({DurationValue(5), DurationValue(-5)})},
        "[duration(-5ns), duration(5ns)]"},
       {kSort,
        {apply.List({TimestampValue(5, 6), TimestampValue(5, 5), TimestampValue(-5, 9)})},
        "[timestamp(-5.000000009), timestamp(5.000000005), timestamp(5.000000006)]"},
       {kSort, {apply.Json("[3, 1.5, 2]")}, "[1.5, 2, 3]"},
       {kSort, {apply.Json("[\"b\", \"\\u0061\"]")}, "[\"a\", \"b\"]"},
       {kSort, {apply.List({"d", 3, 2, "c"})}, kNoOverload},
       {kSort, {apply.List({nullptr})}, kNoOverload},
       {kSort, {apply.Json("[[1], [2]]")}, kNoOverload},
       {kSort, {apply.List({1, kNan})}, "error: invalid argument"},
       {kSort, {apply.Json("[1, 1e999]")}, kUnsafe},
       {kSort, {"text"}, kNoOverload}},
      apply);
}

TEST(Lists, SortByKeysMovesTheElementsOfTheKeys) {
  Applied apply;
  constexpr FunctionId kSortByKeys = FunctionId::kListSortByKeys;
  const Value list = apply.Json("[\"a\", {\"b\":1}, 1e999]");
  CheckCalls({{kSortByKeys, {list, apply.List({3, 1, 2})}, "[{\"b\":1}, 1e999, \"a\"]"},
              {kSortByKeys, {list, apply.List({1, 1, 1})}, "[\"a\", {\"b\":1}, 1e999]"},
              {kSortByKeys, {list, apply.List({true, false, true})}, "[{\"b\":1}, \"a\", 1e999]"},
              {kSortByKeys, {apply.List({}), apply.List({})}, "[]"},
              {kSortByKeys, {list, apply.List({1, "1", 1})}, kNoOverload},
              {kSortByKeys, {list, apply.List({nullptr, nullptr, nullptr})}, kNoOverload},
              {kSortByKeys, {list, list}, kNoOverload},
              {kSortByKeys, {apply.List({1, 2}), apply.Json("[1, 1e999]")}, kUnsafe},
              {kSortByKeys, {list, apply.List({1, 2})}, "error: invalid argument"},
              {kSortByKeys, {list}, kNoOverload},
              {kSortByKeys, {list, "abc"}, kNoOverload}},
             apply);
}

TEST(Lists, SortIsPaidFor) {
  Applied apply;
  std::vector<Applied::Argument> numbers;
  for (int i = 0; i < 1024; ++i) numbers.emplace_back((i * 37) % 1024);
  const Value list = apply.List(numbers);
  EXPECT_EQ(apply.Within(1024 * 11, FunctionId::kListSort, {list}), kTooMuch);
  EXPECT_NE(apply.Within(1024 * 15, FunctionId::kListSort, {list}), kTooMuch);
  const std::string text(16'000, 'x');
  EXPECT_EQ(apply.Within(1500, FunctionId::kListSort, {apply.List({text, text})}), kTooMuch);
}

TEST(Lists, DistinctKeepsTheFirstOfEqualElements) {
  Applied apply;
  constexpr FunctionId kDistinct = FunctionId::kListDistinct;
  CheckCalls({{kDistinct, {apply.List({})}, "[]"},
              {kDistinct, {apply.List({-2, 5, -2, 1, 1, 5, -2, 1})}, "[-2, 5, 1]"},
              {kDistinct, {apply.List({"c", "a", "a", "b", "a", "c"})}, "[\"c\", \"a\", \"b\"]"},
              {kDistinct, {apply.List({1, 1.0, uint64_t{1}, "1", true})}, "[1, \"1\", true]"},
              {kDistinct, {apply.List({-1, -1.0, 1.5, 1.5, 0.0, -0.0})}, "[-1, 1.5, 0.0]"},
              {kDistinct,
               {apply.List({UINT64_MAX, -1, 18446744073709551616.0})},
               "[18446744073709551615u, -1, 1.8446744073709552e+19]"},
              {kDistinct, {apply.List({kNan, kNan})}, "[nan, nan]"},
              {kDistinct, {apply.List({nullptr, nullptr, false, 0})}, "[null, false, 0]"},
              {kDistinct,
               {apply.Json("[[1], [1.0], [2], {\"a\":1,\"b\":2}, {\"b\":2,\"a\":1}]")},
               "[[1], [2], {\"a\":1,\"b\":2}]"},
              {kDistinct, {apply.List({apply.Json("[1]"), apply.List({1})})}, "[[1]]"},
              {kDistinct, {apply.Json("[1, 1e999]")}, kUnsafe},
              {kDistinct, {apply.Json("[1, [[1e999]]]")}, kUnsafe},
              {kDistinct, {apply.Json("{}")}, kNoOverload}},
             apply);
}

TEST(Lists, DistinctIsNotTheProduct) {
  Applied apply;
  std::string all = "[";
  for (int i = 0; i < 20'000; ++i) all += std::to_string(i % 15'000) + ",";
  all.back() = ']';
  const Value result = apply.Call(FunctionId::kListDistinct, {apply.Json(all)});
  ASSERT_TRUE(result.is(Tag::kList));
  EXPECT_EQ(result.list->size, 15'000u);
  EXPECT_EQ(apply.Within(20'000, FunctionId::kListDistinct, {apply.Json(all)}), kTooMuch);
}

TEST(Lists, FirstAndLast) {
  Applied apply;
  CheckCalls({{FunctionId::kListFirst, {apply.List({1, 2})}, "optional.of(1)"},
              {FunctionId::kListFirst, {apply.List({})}, "optional.none()"},
              {FunctionId::kListFirst, {apply.Json("[[1], 2]")}, "optional.of([1])"},
              {FunctionId::kListFirst, {apply.Json("[1e999, 2]")}, kUnsafe},
              {FunctionId::kListFirst, {"text"}, kNoOverload},
              {FunctionId::kListLast, {apply.List({1, 2})}, "optional.of(2)"},
              {FunctionId::kListLast, {apply.List({})}, "optional.none()"},
              {FunctionId::kListLast, {apply.Json("[1e999, {\"a\":1}]")}, "optional.of({\"a\":1})"},
              {FunctionId::kListLast, {apply.Json("[1, 1e999]")}, kUnsafe},
              {FunctionId::kListLast, {apply.List({}), 1}, kNoOverload}},
             apply);
}

TEST(Lists, Range) {
  Applied apply;
  constexpr FunctionId kRange = FunctionId::kListsRange;
  CheckCalls({{kRange, {4}, "[0, 1, 2, 3]"},
              {kRange, {0}, "[]"},
              {kRange, {-3}, "[]"},
              {kRange, {2'000'000}, kTooMuch},
              {kRange, {int64_t{INT64_MAX}}, kTooMuch},
              {kRange, {1.5}, kNoOverload},
              {kRange, {}, kNoOverload}},
             apply);
}

TEST(Lists, ReadingASpanIsPaidFor) {
  Applied apply;
  const Value wide = apply.Json("[" + std::string(16'000, ' ') + "]");
  for (const FunctionId id :
       {FunctionId::kListFlatten, FunctionId::kListSort, FunctionId::kListDistinct,
        FunctionId::kListFirst, FunctionId::kListLast}) {
    EXPECT_EQ(apply.Within(999, id, {wide}), kTooMuch) << Info(id).name;
    EXPECT_NE(apply.Within(1100, id, {wide}), kTooMuch) << Info(id).name;
  }
  EXPECT_EQ(apply.Within(999, FunctionId::kListSlice, {wide, 0, 0}), kTooMuch);
}

}  // namespace
}  // namespace writ
