// Globs of constants, and what is kept of the texts that were looked for.
#include "vm/glob_table.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/arena.h"

namespace writ {
namespace {

std::vector<int64_t> Numbers(const std::vector<Value>& positions) {
  std::vector<int64_t> numbers;
  for (const Value& position : positions) numbers.push_back(position.i);
  return numbers;
}

class GlobTables : public testing::Test {
 protected:
  Value List(std::vector<Value> items) {
    Value* const kept = arena_.Allocate<Value>(items.size());
    std::copy(items.begin(), items.end(), kept);
    return Value::Of(arena_.New(writ::List{static_cast<uint32_t>(items.size()), kept}));
  }
  Value Map(std::vector<MapEntry> entries) {
    MapEntry* const kept = arena_.Allocate<MapEntry>(entries.size());
    std::copy(entries.begin(), entries.end(), kept);
    return Value::Of(arena_.New(writ::Map{static_cast<uint32_t>(entries.size()), kept}));
  }

  Arena arena_;
};

TEST_F(GlobTables, OfAMapGiveTheirPositionsOnceAndInOrder) {
  const GlobTable table(Map({{Value::String("a*"), List({Value::Int(2), Value::Int(5)})},
                             {Value::String("*b"), List({Value::Int(1), Value::Int(2)})},
                             {Value::String("c"), Value::Int(0)}}));
  std::vector<Value> found;
  table.Find("ab", found);
  EXPECT_EQ(Numbers(found), (std::vector<int64_t>{1, 2, 5}));
  table.Find("c", found);
  EXPECT_EQ(Numbers(found), (std::vector<int64_t>{0}));
  table.Find("d", found);
  EXPECT_TRUE(found.empty());
}

TEST_F(GlobTables, OfAListGiveAZeroIfOneFits) {
  const GlobTable table(List({Value::String("a*"), Value::String("*b")}));
  std::vector<Value> found;
  table.Find("ab", found);
  EXPECT_EQ(Numbers(found), (std::vector<int64_t>{0}));
  table.Find("c", found);
  EXPECT_TRUE(found.empty());
}

TEST_F(GlobTables, CostMoreWithTextBetweenStars) {
  EXPECT_LT(GlobTable(List({Value::String("a*")})).cost(),
            GlobTable(List({Value::String("*a*")})).cost());
}

// However many names there are, and whichever fall together.
TEST_F(GlobTables, TheCacheSaysWhatTheTableSays) {
  const GlobTable first(
      Map({{Value::String("1*"), Value::Int(1)}, {Value::String("*7"), Value::Int(7)}}));
  const GlobTable second(List({Value::String("*3*")}));
  GlobCache cache;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 500; ++i) {
      const std::string name = fmt::format("{}", i);
      std::vector<Value> expected;
      first.Find(name, expected);
      EXPECT_EQ(Numbers(cache.Find(first, 0, name)), Numbers(expected)) << name;
      second.Find(name, expected);
      EXPECT_EQ(Numbers(cache.Find(second, 1, name)), Numbers(expected)) << name;
    }
  }
}

TEST_F(GlobTables, LongAnswersAreFoundAnewEachTime) {
  std::vector<Value> many;
  for (size_t i = 0; i <= GlobCache::kMaxKept; ++i) many.push_back(Value::Int(static_cast<int>(i)));
  const GlobTable table(
      Map({{Value::String("a*"), List(many)}, {Value::String("b"), Value::Int(9)}}));
  GlobCache cache;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(cache.Find(table, 0, "ab").size(), many.size());
    EXPECT_EQ(Numbers(cache.Find(table, 0, "b")), (std::vector<int64_t>{9}));
  }
}

}  // namespace
}  // namespace writ
