// What every store of counters does. A new store is one more name in the list at the end.
#include "proxy/counters.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "proxy/counters_memory.h"

namespace writ {
namespace {

using Outcome = ReserveResult::Outcome;

Counter Named(const std::string& name, Window window = Window::kHour) {
  Counter counter;
  counter.space = "policy";
  counter.scope = "tool";
  counter.name = name;
  counter.window = window;
  return counter;
}

template <typename Store>
class Counting : public testing::Test {
 protected:
  ReserveResult Reserve(const std::vector<CounterUse>& uses, int64_t now,
                        Receipt* receipt = nullptr,
                        const std::vector<Counters::Expectation>& expected = {}) {
    Receipt ignored;
    return store_.Reserve(expected, uses, now, receipt != nullptr ? receipt : &ignored);
  }

  bool Takes(const Counter& counter, int64_t amount, int64_t limit, int64_t now,
             Receipt* receipt = nullptr) {
    return Reserve({{&counter, amount, limit}}, now, receipt).outcome == Outcome::kReserved;
  }

  int64_t Value(const Counter& counter, int64_t now) {
    int64_t value = -1;
    std::string failure;
    EXPECT_TRUE(store_.Read(counter, now, &value, &failure)) << failure;
    return value;
  }

  Store store_;
  const Counter n_ = Named("n");
  const Counter m_ = Named("m");
};

using Stores = testing::Types<MemoryCounters>;
TYPED_TEST_SUITE(Counting, Stores);

TYPED_TEST(Counting, StartsAtZero) {
  EXPECT_EQ(this->Value(this->n_, 0), 0);
}

TYPED_TEST(Counting, UpToTheLimit) {
  EXPECT_TRUE(this->Takes(this->n_, 2, 5, 0));
  EXPECT_TRUE(this->Takes(this->n_, 3, 5, 0));
  EXPECT_FALSE(this->Takes(this->n_, 1, 5, 0));
  EXPECT_TRUE(this->Takes(this->n_, 0, 5, 0));
  EXPECT_EQ(this->Value(this->n_, 0), 5);
  EXPECT_EQ(this->Value(this->m_, 0), 0);
  EXPECT_TRUE(this->Takes(this->n_, 1, 6, 0)) << "limits are the use's, not the counter's";
}

TYPED_TEST(Counting, LimitsThatNothingFits) {
  EXPECT_FALSE(this->Takes(this->n_, 0, -1, 0));
  EXPECT_FALSE(this->Takes(this->n_, 1, INT64_MIN, 0));
  EXPECT_TRUE(this->Takes(this->n_, 0, 0, 0));
}

TYPED_TEST(Counting, AllOrNone) {
  EXPECT_TRUE(this->Takes(this->m_, 5, 5, 0));
  Receipt receipt;
  receipt.rows.push_back({0, 1, 0});
  const ReserveResult result =
      this->Reserve({{&this->n_, 1, 5}, {&this->m_, 1, 5}, {&this->n_, 100, 5}}, 100, &receipt);
  EXPECT_EQ(result.outcome, Outcome::kFull);
  EXPECT_EQ(result.full, 1u) << "the first that is full";
  EXPECT_EQ(result.resets_at, 3600);
  EXPECT_EQ(this->Value(this->n_, 0), 0);
  EXPECT_EQ(this->Value(this->m_, 0), 5);
  EXPECT_TRUE(receipt.rows.empty());
}

TYPED_TEST(Counting, OneCounterTwiceInACallAddsUp) {
  Receipt receipt;
  EXPECT_EQ(this->Reserve({{&this->n_, 3, 5}, {&this->n_, 3, 5}}, 0).outcome, Outcome::kFull);
  EXPECT_EQ(this->Value(this->n_, 0), 0);
  EXPECT_EQ(this->Reserve({{&this->n_, 3, 5}, {&this->n_, 2, 5}}, 0, &receipt).outcome,
            Outcome::kReserved);
  EXPECT_EQ(this->Value(this->n_, 0), 5);
  this->store_.GiveBack(receipt);
  EXPECT_EQ(this->Value(this->n_, 0), 0);
}

TYPED_TEST(Counting, DoesNotOverflow) {
  EXPECT_TRUE(this->Takes(this->n_, INT64_MAX, INT64_MAX, 0));
  EXPECT_FALSE(this->Takes(this->n_, 1, INT64_MAX, 0));
  EXPECT_FALSE(this->Takes(this->n_, INT64_MAX, INT64_MAX, 0));
  EXPECT_EQ(this->Value(this->n_, 0), INT64_MAX);
  EXPECT_EQ(this->Reserve({{&this->m_, INT64_MAX, INT64_MAX}, {&this->m_, INT64_MAX, INT64_MAX}}, 0)
                .outcome,
            Outcome::kFull);
  EXPECT_EQ(this->Value(this->m_, 0), 0);
}

TYPED_TEST(Counting, GiveBack) {
  Receipt receipt;
  EXPECT_TRUE(this->Takes(this->n_, 2, 5, 0));
  EXPECT_TRUE(this->Takes(this->n_, 3, 5, 0, &receipt));
  this->store_.GiveBack(receipt);
  EXPECT_EQ(this->Value(this->n_, 0), 2);
  EXPECT_TRUE(this->Takes(this->n_, 3, 5, 0));
}

TYPED_TEST(Counting, NeverBelowZero) {
  Receipt receipt;
  EXPECT_TRUE(this->Takes(this->n_, 3, 5, 0, &receipt));
  this->store_.GiveBack(receipt);
  this->store_.GiveBack(receipt);
  EXPECT_EQ(this->Value(this->n_, 0), 0);
  this->store_.GiveBack(Receipt{});
}

TYPED_TEST(Counting, WindowsEnd) {
  EXPECT_TRUE(this->Takes(this->n_, 5, 5, 3599));
  EXPECT_FALSE(this->Takes(this->n_, 1, 5, 3599));
  EXPECT_TRUE(this->Takes(this->n_, 1, 5, 3600));
  EXPECT_EQ(this->Value(this->n_, 3600), 1);
  EXPECT_EQ(this->Value(this->n_, 7200), 0);
}

TYPED_TEST(Counting, WindowsStartAtMultiplesOfTheirLength) {
  const Counter minute = Named("a", Window::kMinute);
  const Counter day = Named("b", Window::kDay);
  EXPECT_TRUE(this->Takes(minute, 1, 1, 59));
  EXPECT_TRUE(this->Takes(minute, 1, 1, 60));
  EXPECT_TRUE(this->Takes(day, 1, 1, 86'399));
  EXPECT_FALSE(this->Takes(day, 1, 1, 86'399));
  EXPECT_TRUE(this->Takes(day, 1, 1, 86'400));
}

TYPED_TEST(Counting, GivenBackOnlyToItsOwnWindow) {
  Receipt receipt;
  EXPECT_TRUE(this->Takes(this->n_, 3, 5, 3599, &receipt));
  EXPECT_TRUE(this->Takes(this->n_, 4, 5, 3600));
  this->store_.GiveBack(receipt);
  EXPECT_EQ(this->Value(this->n_, 3600), 4);
}

TYPED_TEST(Counting, WindowsNeverMoveBackwards) {
  EXPECT_TRUE(this->Takes(this->n_, 4, 5, 7200));
  EXPECT_EQ(this->Value(this->n_, 3600), 4);
  EXPECT_FALSE(this->Takes(this->n_, 2, 5, 3600));
  EXPECT_TRUE(this->Takes(this->n_, 1, 5, 0));
  EXPECT_EQ(this->Value(this->n_, 7200), 5);
  const ReserveResult full = this->Reserve({{&this->n_, 1, 5}}, 0);
  EXPECT_EQ(full.outcome, Outcome::kFull);
  EXPECT_EQ(full.resets_at, 10'800) << "the later window goes on being counted";
}

TYPED_TEST(Counting, TimesBefore1970) {
  EXPECT_TRUE(this->Takes(this->n_, 5, 5, -1));
  EXPECT_FALSE(this->Takes(this->n_, 1, 5, -3600));
  EXPECT_TRUE(this->Takes(this->n_, 1, 5, 0));
}

TYPED_TEST(Counting, WhatChangedSinceItWasRead) {
  EXPECT_TRUE(this->Takes(this->n_, 2, 5, 0));
  Receipt receipt;
  EXPECT_EQ(this->Reserve({{&this->m_, 1, 5}}, 0, &receipt, {{&this->n_, 1}}).outcome,
            Outcome::kChanged);
  EXPECT_EQ(this->Value(this->m_, 0), 0);
  EXPECT_EQ(this->Reserve({{&this->m_, 1, 5}}, 0, &receipt, {{&this->n_, 2}}).outcome,
            Outcome::kReserved);
  EXPECT_EQ(this->Reserve({{&this->m_, 1, 5}}, 3600, &receipt, {{&this->n_, 2}}).outcome,
            Outcome::kChanged)
      << "a window ended";
}

TEST(Counters, NoTwoCountersShareAKey) {
  std::vector<Counter> counters;
  for (const std::string space : {"", "a", "a1:b", "1:"}) {
    for (const std::string scope : {"", "a", "a.b", "_global", "b1:c"}) {
      for (const std::string name : {"", "c", "b.c", "1:c", "a"}) {
        for (const bool global : {false, true}) {
          for (const Window window : {Window::kMinute, Window::kHour, Window::kDay}) {
            Counter counter;
            counter.space = space;
            counter.scope = scope;
            counter.name = name;
            counter.global = global;
            counter.window = window;
            counters.push_back(counter);
          }
        }
      }
    }
  }
  std::set<std::string> keys;
  for (const Counter& counter : counters) {
    std::string key;
    Counters::AppendKey(counter, key);
    EXPECT_TRUE(keys.insert(key).second) << key;
  }
}

TEST(Counters, WindowStart) {
  const Counter minute = Named("n", Window::kMinute);
  EXPECT_EQ(Counters::WindowStart(minute, 0), 0);
  EXPECT_EQ(Counters::WindowStart(minute, 59), 0);
  EXPECT_EQ(Counters::WindowStart(minute, 60), 60);
  EXPECT_EQ(Counters::WindowStart(minute, -1), -60);
  EXPECT_EQ(Counters::WindowStart(minute, -60), -60);
}

}  // namespace
}  // namespace writ
