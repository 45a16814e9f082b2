// What every store of counters does. A new store is one more name in the list at the end.
#include "proxy/counters.h"

#include <gtest/gtest.h>

#include <deque>
#include <initializer_list>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "proxy/counters_memory.h"
#include "proxy/counters_sqlite.h"
#include "proxy/temporary_folder.h"

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

class InFile {
 public:
  SqliteCounters& operator*() { return counters_; }

 private:
  CounterFileOptions Options() const {
    CounterFileOptions options;
    options.folder = folder_.path();
    return options;
  }

  TemporaryFolder folder_;
  SqliteCounters counters_{Options(), {}};
};

class InMemory {
 public:
  MemoryCounters& operator*() { return counters_; }

 private:
  MemoryCounters counters_;
};

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

  // One use with a key; the limit is 5.
  Outcome TakesFor(const std::string& key, const Counter& counter, int64_t amount, int64_t now,
                   Receipt* receipt = nullptr) {
    CounterUse use{&counter, amount, 5};
    use.key = key;
    return Reserve({use}, now, receipt).outcome;
  }

  Store place_;
  Counters& store_ = *place_;
  const Counter n_ = Named("n");
  const Counter m_ = Named("m");
};

using Stores = testing::Types<InMemory, InFile>;
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

TYPED_TEST(Counting, WhatAFullOneStillHas) {
  EXPECT_TRUE(this->Takes(this->n_, 3, 5, 0));
  EXPECT_EQ(this->Reserve({{&this->n_, 3, 5}}, 0).remaining, 2);
  EXPECT_EQ(this->Reserve({{&this->n_, 1, 5}, {&this->n_, 2, 5}}, 0).remaining, 2)
      << "what the call took itself is given back";
  EXPECT_EQ(this->Reserve({{&this->n_, 1, 2}}, 0).remaining, 0) << "a limit that went down";
  EXPECT_EQ(this->Reserve({{&this->n_, 1, INT64_MIN}}, 0).remaining, 0);
}

TYPED_TEST(Counting, ASessionNeverEnds) {
  const Counter session = Named("s", Window::kSession);
  Receipt receipt;
  EXPECT_TRUE(this->Takes(session, 3, 5, 0));
  EXPECT_TRUE(this->Takes(session, 2, 5, int64_t{400} * 86400, &receipt));
  const ReserveResult full = this->Reserve({{&session, 1, 5}}, int64_t{800} * 86400);
  EXPECT_EQ(full.outcome, Outcome::kFull);
  EXPECT_EQ(full.resets_at, kNever);
  EXPECT_EQ(this->Value(session, -1), 5);
  this->store_.GiveBack(receipt);
  EXPECT_EQ(this->Value(session, 0), 3);
}

// ---- Sliding windows. One of a minute has slices of a second; what is taken in the second 10 is
// older than a minute from 71 on.

TYPED_TEST(Counting, WhatIsOlderThanTheWindowSlidesOut) {
  const Counter minute = Named("m", {60, true});
  EXPECT_TRUE(this->Takes(minute, 2, 5, 10));
  EXPECT_TRUE(this->Takes(minute, 2, 5, 40));
  EXPECT_TRUE(this->Takes(minute, 1, 5, 60)) << "no window ends here";
  EXPECT_FALSE(this->Takes(minute, 1, 5, 70));
  EXPECT_TRUE(this->Takes(minute, 2, 5, 71));
  EXPECT_FALSE(this->Takes(minute, 1, 5, 100));
  EXPECT_EQ(this->Value(minute, 101), 3);
  EXPECT_EQ(this->Value(minute, 121), 2);
  EXPECT_EQ(this->Value(minute, 132), 0);
}

TYPED_TEST(Counting, WhenEnoughHasSlidOut) {
  const Counter minute = Named("m", {60, true});
  EXPECT_TRUE(this->Takes(minute, 2, 5, 10));
  EXPECT_TRUE(this->Takes(minute, 2, 5, 40));
  EXPECT_TRUE(this->Takes(minute, 1, 5, 41));
  EXPECT_EQ(this->Reserve({{&minute, 1, 5}}, 50).resets_at, 71);
  EXPECT_EQ(this->Reserve({{&minute, 2, 5}}, 50).resets_at, 71);
  EXPECT_EQ(this->Reserve({{&minute, 3, 5}}, 50).resets_at, 101);
  EXPECT_EQ(this->Reserve({{&minute, 5, 5}}, 50).resets_at, 102);
  EXPECT_GE(this->Reserve({{&minute, 6, 5}}, 50).resets_at, 102) << "never, in fact";
  EXPECT_FALSE(this->Takes(minute, 5, 5, 101));
  EXPECT_TRUE(this->Takes(minute, 5, 5, 102));
}

TYPED_TEST(Counting, GivenBackToItsSlice) {
  const Counter minute = Named("m", {60, true});
  Receipt first;
  Receipt second;
  EXPECT_TRUE(this->Takes(minute, 2, 5, 10, &first));
  EXPECT_TRUE(this->Takes(minute, 3, 5, 40, &second));
  this->store_.GiveBack(first);
  EXPECT_EQ(this->Value(minute, 40), 3);
  EXPECT_EQ(this->Value(minute, 71), 3) << "it does not slide out again";
  this->store_.GiveBack(second);
  this->store_.GiveBack(second);
  EXPECT_EQ(this->Value(minute, 71), 0);
  Receipt third;
  EXPECT_TRUE(this->Takes(minute, 4, 5, 100, &third));
  EXPECT_TRUE(this->Takes(minute, 5, 5, 161));
  this->store_.GiveBack(third);
  EXPECT_EQ(this->Value(minute, 161), 5) << "what has slid out is not given back";
}

TYPED_TEST(Counting, SlidingAndAClockThatGoesBack) {
  const Counter minute = Named("m", {60, true});
  EXPECT_TRUE(this->Takes(minute, 4, 5, 1000));
  EXPECT_EQ(this->Value(minute, 0), 4);
  EXPECT_FALSE(this->Takes(minute, 2, 5, 500));
  EXPECT_TRUE(this->Takes(minute, 1, 5, 500));
  EXPECT_EQ(this->Value(minute, 1060), 5);
  EXPECT_EQ(this->Value(minute, 1061), 0);
  EXPECT_TRUE(this->Takes(minute, 5, 5, 1'000'000'000)) << "a long pause";
  EXPECT_EQ(this->Value(minute, 1'000'000'060), 5);
}

// Against a list of all that was taken: nothing is forgotten before it is older than the window,
// not by a fraction of a second, and everything two slices after.
TYPED_TEST(Counting, NothingSlidesOutEarly) {
  std::mt19937 random(7);
  for (const int64_t seconds : {1, 2, 59, 60, 61, 90, 100, 3600, 86400, 7 * 86400}) {
    const Counter counter = Named("c" + std::to_string(seconds), {seconds, true});
    const int64_t slice = (seconds + 59) / 60;
    struct Taken {
      int64_t at;
      int64_t amount;
    };
    std::deque<Taken> taken;
    int64_t now = -2 * seconds;
    for (int i = 0; i < 2000; ++i) {
      now += static_cast<int64_t>(random() % static_cast<uint64_t>(slice * 8 + 2));
      const auto amount = static_cast<int64_t>(random() % 10);
      ASSERT_TRUE(this->Takes(counter, amount, INT64_MAX, now));
      taken.push_back({now, amount});
      int64_t at_least = 0;
      int64_t at_most = 0;
      for (const Taken& t : taken) {
        // Taken before the end of second t.at; the second `now` may have just begun.
        if (now - (t.at + 1) < seconds) at_least += t.amount;
        if (now - t.at < seconds + 2 * slice) at_most += t.amount;
      }
      const int64_t value = this->Value(counter, now);
      ASSERT_GE(value, at_least) << seconds << " " << now;
      ASSERT_LE(value, at_most) << seconds << " " << now;
    }
  }
}

// And a call that is told when to come back finds room then.
TYPED_TEST(Counting, ThereIsRoomWhenASlidingWindowSaidSo) {
  std::mt19937 random(11);
  for (const int64_t seconds : {1, 61, 3600}) {
    const Counter counter = Named("c" + std::to_string(seconds), {seconds, true});
    int64_t now = 0;
    for (int i = 0; i < 500; ++i) {
      now += static_cast<int64_t>(random() % 5);
      const auto amount = static_cast<int64_t>(random() % 10);
      const ReserveResult result = this->Reserve({{&counter, amount, 20}}, now);
      if (result.outcome == Outcome::kReserved) continue;
      ASSERT_GT(result.resets_at, now);
      ASSERT_TRUE(this->Takes(counter, amount, 20, result.resets_at));
      now = result.resets_at;
    }
  }
}

// ---- Keys, scales and shadows.

TYPED_TEST(Counting, EachKeyIsCountedApart) {
  EXPECT_EQ(this->TakesFor("sUSD", this->n_, 5, 0), Outcome::kReserved);
  EXPECT_EQ(this->TakesFor("sUSD", this->n_, 1, 0), Outcome::kFull);
  EXPECT_EQ(this->TakesFor("sEUR", this->n_, 5, 0), Outcome::kReserved);
  EXPECT_EQ(this->TakesFor("sUSD", this->m_, 5, 0), Outcome::kReserved);
  EXPECT_EQ(this->Value(this->n_, 0), 0) << "and apart from what has none";
  EXPECT_EQ(this->TakesFor("sUSD", this->n_, 5, 3600), Outcome::kReserved);
}

TYPED_TEST(Counting, ANewKeyFindsNoRoomAtTheBound) {
  Receipt receipt;
  for (size_t i = 0; i < kMaxKeys; ++i) {
    ASSERT_EQ(this->TakesFor(std::to_string(i), this->n_, 1, 0, &receipt), Outcome::kReserved);
  }
  EXPECT_EQ(this->TakesFor("new", this->n_, 1, 1), Outcome::kNoRoom);
  EXPECT_EQ(this->TakesFor("0", this->n_, 4, 1), Outcome::kReserved) << "the others go on";
  EXPECT_EQ(this->TakesFor("0", this->n_, 1, 1), Outcome::kFull) << "nothing was evicted";
  EXPECT_EQ(this->TakesFor("new", this->m_, 1, 1), Outcome::kReserved) << "a bound a counter";
  EXPECT_TRUE(this->Takes(this->n_, 1, 5, 1)) << "without a key there is always room";
  // All or none here too.
  CounterUse with_key{&this->n_, 1, 5};
  with_key.key = "new";
  const ReserveResult none = this->Reserve({{&this->m_, 1, 5}, with_key}, 2);
  EXPECT_EQ(none.outcome, Outcome::kNoRoom);
  EXPECT_EQ(none.full, 1u);
  EXPECT_EQ(this->Value(this->m_, 2), 0);
  // One that counts nothing any more makes room, and its place is another's then.
  this->store_.GiveBack(receipt);
  EXPECT_EQ(this->TakesFor("new", this->n_, 1, 10), Outcome::kReserved);
  this->store_.GiveBack(receipt);
  EXPECT_EQ(this->TakesFor("new", this->n_, 5, 10), Outcome::kFull);
  EXPECT_EQ(this->TakesFor("newer", this->n_, 1, 11), Outcome::kNoRoom);
  EXPECT_EQ(this->TakesFor("newer", this->n_, 1, 3600), Outcome::kReserved) << "the window ended";
  EXPECT_EQ(this->TakesFor("newer", this->n_, 5, 3600), Outcome::kFull);
  EXPECT_EQ(this->TakesFor("0", this->n_, 5, 100), Outcome::kReserved)
      << "a forgotten one begins no earlier than it ended";
  EXPECT_EQ(this->TakesFor("0", this->n_, 5, 3600), Outcome::kFull);
}

TYPED_TEST(Counting, KeysOfSlidingWindowsMakeRoomWhenAllHasSlidOut) {
  const Counter minute = Named("m", {60, true});
  for (size_t i = 0; i < kMaxKeys; ++i) {
    ASSERT_EQ(this->TakesFor(std::to_string(i), minute, 1, static_cast<int64_t>(i / 1000)),
              Outcome::kReserved);
  }
  EXPECT_EQ(this->TakesFor("new", minute, 1, 60), Outcome::kNoRoom);
  EXPECT_EQ(this->TakesFor("new", minute, 1, 61), Outcome::kReserved);
  EXPECT_EQ(this->TakesFor("1000", minute, 5, 61), Outcome::kFull) << "still counted";
}

TYPED_TEST(Counting, CallsThatAreDeniedTakeNoRoom) {
  for (size_t i = 0; i < kMaxKeys + 10; ++i) {
    ASSERT_EQ(this->TakesFor(std::to_string(i), this->n_, 6, 0), Outcome::kFull);
  }
  EXPECT_EQ(this->TakesFor("new", this->n_, 1, 0), Outcome::kReserved);
}

TYPED_TEST(Counting, CountsInOtherUnitsAreOtherCounts) {
  CounterUse cents{&this->n_, 500, 500};
  cents.scale = 2;
  EXPECT_EQ(this->Reserve({cents}, 0).outcome, Outcome::kReserved);
  EXPECT_EQ(this->Reserve({cents}, 0).outcome, Outcome::kFull);
  EXPECT_TRUE(this->Takes(this->n_, 5, 5, 0));
}

TYPED_TEST(Counting, ShadowsAreCountedApartAndNeverFull) {
  CounterUse shadow{&this->n_, 3, 5};
  shadow.shadow = true;
  Receipt receipt;
  EXPECT_TRUE(this->Reserve({shadow}, 0).over.empty());
  const ReserveResult over = this->Reserve({{&this->n_, 5, 5}, shadow}, 0, &receipt);
  EXPECT_EQ(over.outcome, Outcome::kReserved);
  EXPECT_EQ(over.over, std::vector<size_t>{1});
  EXPECT_EQ(this->Value(this->n_, 0), 5);
  // Given back as others are.
  this->store_.GiveBack(receipt);
  EXPECT_EQ(this->Value(this->n_, 0), 0);
  shadow.amount = 2;
  EXPECT_TRUE(this->Reserve({shadow}, 0).over.empty());
  shadow.amount = INT64_MAX;
  EXPECT_EQ(this->Reserve({shadow, shadow}, 0).over, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(this->Reserve({shadow, {&this->n_, 6, 5}}, 0).outcome, Outcome::kFull);
}

TYPED_TEST(Counting, AShadowWithoutRoomDeniesNothing) {
  for (size_t i = 0; i < kMaxKeys + 1; ++i) {
    const std::string key = std::to_string(i);
    CounterUse shadow{&this->n_, 1, 5};
    shadow.shadow = true;
    shadow.key = key;
    ASSERT_EQ(this->Reserve({shadow, {&this->m_, 1, INT64_MAX}}, 0).outcome, Outcome::kReserved);
  }
  EXPECT_EQ(this->Value(this->m_, 0), static_cast<int64_t>(kMaxKeys + 1));
}

// Random calls of several counters of every kind, given back or not: all stores say the same. The
// clock only goes on; where it goes back, a store may keep a full window that another has left.
TEST(Counters, AllStoresAgree) {
  InMemory in_memory;
  InFile in_file;
  Counters* const stores[] = {&*in_memory, &*in_file};
  const Counter counters[] = {Named("minute", Window::kMinute), Named("hour"),
                              Named("slides", {60, true}), Named("slow", {600, true}),
                              Named("session", Window::kSession)};
  std::mt19937 random(13);
  const auto below = [&random](uint64_t n) { return static_cast<int64_t>(random() % n); };
  std::vector<std::vector<Receipt>> receipts;
  int64_t now = 1'000'000;
  for (int i = 0; i < 4000; ++i) {
    now += below(4) == 0 ? below(30) : 0;
    std::vector<std::string> keys(static_cast<size_t>(1 + below(3)));
    std::vector<CounterUse> uses;
    for (std::string& key : keys) {
      CounterUse& use =
          uses.emplace_back(CounterUse{&counters[below(std::size(counters))], below(5), 20});
      if (below(2) == 0) key = std::to_string(below(4));
      use.key = key;
      use.shadow = below(4) == 0;
      use.scale = below(4) == 0 ? 2 : 0;
    }
    std::vector<Counters::Expectation> expected;
    std::vector<Receipt> taken(std::size(stores));
    std::vector<ReserveResult> results;
    for (size_t store = 0; store < std::size(stores); ++store) {
      int64_t value = -1;
      std::string failure;
      ASSERT_TRUE(stores[store]->Read(*uses[0].counter, now, &value, &failure)) << failure;
      if (store == 0 && below(2) == 0) expected.push_back({uses[0].counter, value - below(2)});
      results.push_back(stores[store]->Reserve(expected, uses, now, &taken[store]));
      const ReserveResult& result = results.back();
      ASSERT_EQ(result.outcome, results[0].outcome) << i;
      ASSERT_EQ(result.full, results[0].full) << i;
      ASSERT_EQ(result.remaining, results[0].remaining) << i;
      ASSERT_EQ(result.resets_at, results[0].resets_at) << i;
      if (result.outcome == Outcome::kReserved) {
        ASSERT_EQ(result.over, results[0].over) << i;
      }
      ASSERT_EQ(taken[store].rows.size(), taken[0].rows.size()) << i;
    }
    receipts.push_back(std::move(taken));
    if (below(4) != 0) continue;
    const auto& given = receipts[static_cast<size_t>(below(receipts.size()))];
    for (size_t store = 0; store < std::size(stores); ++store) {
      stores[store]->GiveBack(given[store]);
      if (below(10) == 0) stores[store]->Tidy(now);
    }
  }
}

TEST(Counters, ScaledCountsAreDecimals) {
  EXPECT_EQ(FormatScaled(0, 0), "0");
  EXPECT_EQ(FormatScaled(-12, 0), "-12");
  EXPECT_EQ(FormatScaled(1250, 2), "12.50");
  EXPECT_EQ(FormatScaled(5, 2), "0.05");
  EXPECT_EQ(FormatScaled(-5, 2), "-0.05");
  EXPECT_EQ(FormatScaled(0, 3), "0.000");
  EXPECT_EQ(FormatScaled(INT64_MAX, 18), "9.223372036854775807");
  EXPECT_EQ(FormatScaled(INT64_MIN, 1), "-922337203685477580.8");
}

TEST(Counters, NoTwoCountersShareAKey) {
  std::vector<Counter> counters;
  for (const std::string space : {"", "a", "a1:b", "1:"}) {
    for (const std::string scope : {"", "a", "a.b", "_global", "b1:c"}) {
      for (const std::string name : {"", "c", "b.c", "1:c", "a"}) {
        for (const bool global : {false, true}) {
          for (const Window window : {Window::kSession, Window::kMinute, Window::kHour,
                                      Window::kDay, Window{1200, false}, Window{1200, true}}) {
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
    Counters::AppendKey(counter, counter.space, key);
    EXPECT_TRUE(keys.insert(key).second) << key;
    for (const std::string value : {"", "s", "s:", "s.2", "s!", "n1", "s1:a1:bt"}) {
      for (const uint8_t scale : std::initializer_list<uint8_t>{0, 2, 12}) {
        for (const bool shadow : {false, true}) {
          CounterUse use{&counter, 1, 1, value, scale, shadow};
          std::string row;
          Counters::AppendKey(use, row);
          if (row == key) {
            EXPECT_EQ(value, "");
            EXPECT_EQ(scale, 0);
            EXPECT_FALSE(shadow);
          } else {
            EXPECT_TRUE(keys.insert(row).second) << row;
          }
        }
      }
    }
  }
}

TEST(Counters, WindowStart) {
  EXPECT_EQ(Counters::WindowStart(Window::kMinute, 0), 0);
  EXPECT_EQ(Counters::WindowStart(Window::kMinute, 59), 0);
  EXPECT_EQ(Counters::WindowStart(Window::kMinute, 60), 60);
  EXPECT_EQ(Counters::WindowStart(Window::kMinute, -1), -60);
  EXPECT_EQ(Counters::WindowStart(Window::kMinute, -60), -60);
}

}  // namespace
}  // namespace writ
