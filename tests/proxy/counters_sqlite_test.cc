// Counts that outlive a process and are shared by several; what counts do in general is in
// counters_test.cc. The same at full length, with the real program: scripts/soak.
#include "proxy/counters_sqlite.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

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

class SharedCounts : public testing::Test {
 protected:
  std::unique_ptr<SqliteCounters> Open(SqliteCounters::Prefix prefix = {}) {
    CounterFileOptions options;
    options.folder = folder_.path();
    options.patience = std::chrono::minutes(1);
    auto store = std::make_unique<SqliteCounters>(options, std::move(prefix));
    const auto opened = store->Open();
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    return store;
  }

  static ReserveResult Reserve(Counters& store, const std::vector<CounterUse>& uses,
                               int64_t now = 0, Receipt* receipt = nullptr) {
    Receipt ignored;
    return store.Reserve({}, uses, now, receipt != nullptr ? receipt : &ignored);
  }
  static bool Takes(Counters& store, const Counter& counter, int64_t amount, int64_t limit,
                    int64_t now = 0, Receipt* receipt = nullptr) {
    return Reserve(store, {{&counter, amount, limit}}, now, receipt).outcome == Outcome::kReserved;
  }
  static int64_t Value(Counters& store, const Counter& counter, int64_t now = 0) {
    int64_t value = -1;
    std::string failure;
    EXPECT_TRUE(store.Read(counter, now, &value, &failure)) << failure;
    return value;
  }

  TemporaryFolder folder_;
  const Counter n_ = Named("n");
  const Counter m_ = Named("m");
  const Counter sliding_ = Named("s", {60, true});
  const Counter session_ = Named("session", Window::kSession);
};

TEST_F(SharedCounts, OutliveTheStore) {
  for (int i = 1; i <= 3; ++i) {
    auto store = Open();
    EXPECT_TRUE(Takes(*store, n_, 2, 6));
    EXPECT_TRUE(Takes(*store, sliding_, 2, 6, 10 * i));
    EXPECT_EQ(Value(*store, n_), 2 * i);
  }
  auto store = Open();
  EXPECT_FALSE(Takes(*store, n_, 1, 6));
  EXPECT_FALSE(Takes(*store, sliding_, 1, 6, 70));
  EXPECT_TRUE(Takes(*store, sliding_, 2, 6, 71));
}

TEST_F(SharedCounts, AreSeenByOthersAtOnce) {
  auto one = Open();
  auto two = Open();
  EXPECT_TRUE(Takes(*one, n_, 3, 5));
  EXPECT_EQ(Value(*two, n_), 3);
  EXPECT_TRUE(Takes(*two, n_, 2, 5));
  EXPECT_FALSE(Takes(*one, n_, 1, 5));
  Receipt receipt;
  EXPECT_EQ(one->Reserve({{&n_, 3}}, {{&m_, 1, 5}}, 0, &receipt).outcome, Outcome::kChanged);
  EXPECT_EQ(one->Reserve({{&n_, 5}}, {{&m_, 1, 5}}, 0, &receipt).outcome, Outcome::kReserved);
  EXPECT_EQ(Value(*two, m_), 1);
  one->GiveBack(receipt);
  EXPECT_EQ(Value(*two, m_), 0);
}

// Two processes that bring the same counter, of which one takes it back.
TEST_F(SharedCounts, ACounterThatWasNotTaken) {
  auto one = Open();
  auto two = Open();
  EXPECT_FALSE(Takes(*one, n_, 9, 5));
  EXPECT_TRUE(Takes(*two, m_, 1, 5));
  EXPECT_TRUE(Takes(*one, n_, 1, 5));
  EXPECT_TRUE(Takes(*two, n_, 1, 5));
  EXPECT_EQ(Value(*one, m_), 1);
  EXPECT_EQ(Value(*one, n_), 2);
}

TEST_F(SharedCounts, AClockThatGoesBackOverWhatWasRemoved) {
  auto store = Open();
  EXPECT_TRUE(Takes(*store, n_, 5, 5, 3599));
  store->Tidy(7200);
  EXPECT_EQ(Value(*store, n_, 3599), 0);
  Receipt receipt;
  EXPECT_TRUE(Takes(*store, n_, 5, 5, 3599, &receipt));
  EXPECT_EQ(receipt.rows.at(0).window_start, 3600) << "no earlier than the end of what was removed";
  EXPECT_FALSE(Takes(*store, n_, 1, 5, 0));
  EXPECT_FALSE(Takes(*store, n_, 1, 5, 7199));
  EXPECT_TRUE(Takes(*store, n_, 1, 5, 7200));
  EXPECT_TRUE(Takes(*store, sliding_, 5, 5, 100));
  store->Tidy(1000);
  EXPECT_TRUE(Takes(*store, sliding_, 5, 5, 100));
  EXPECT_FALSE(Takes(*store, sliding_, 1, 5, 160));
}

TEST_F(SharedCounts, AReceiptOfARowThatWasRemoved) {
  auto store = Open();
  Receipt receipt;
  EXPECT_TRUE(Takes(*store, n_, 5, 5, 0, &receipt));
  store->Tidy(3600);
  EXPECT_TRUE(Takes(*store, n_, 4, 5, 3600));
  EXPECT_TRUE(Takes(*store, m_, 4, 5, 0));
  store->GiveBack(receipt);
  EXPECT_EQ(Value(*store, n_, 3600), 4);
  EXPECT_EQ(Value(*store, m_, 0), 4);
}

TEST_F(SharedCounts, APrefixTakesThePlaceOfThePolicysName) {
  Counter other = n_;
  other.space = "other";
  EXPECT_TRUE(Takes(*Open(), n_, 1, 5));
  auto prefixed = Open({"team", false});
  EXPECT_EQ(Value(*prefixed, n_), 0);
  EXPECT_TRUE(Takes(*prefixed, n_, 2, 5));
  EXPECT_EQ(Value(*prefixed, other), 2) << "a policy that was renamed or moved";
  auto several = Open({"team", true});
  EXPECT_TRUE(Takes(*several, n_, 3, 5));
  EXPECT_TRUE(Takes(*several, other, 4, 5));
  EXPECT_EQ(Value(*several, n_), 3) << "policies that run together are counted apart";
  EXPECT_EQ(Value(*Open(), n_), 1);
}

// ---- Sessions.

TEST_F(SharedCounts, ASessionIsAStoresOwn) {
  auto one = Open();
  auto two = Open();
  EXPECT_TRUE(Takes(*one, session_, 5, 5));
  EXPECT_FALSE(Takes(*one, session_, 1, 5));
  EXPECT_TRUE(Takes(*two, session_, 5, 5));
  one = Open();
  EXPECT_TRUE(Takes(*one, session_, 5, 5));
}

TEST_F(SharedCounts, ASessionsCountsAreTakenInTheSameStep) {
  auto store = Open();
  const std::vector<CounterUse> both = {{&session_, 1, 2}, {&n_, 1, 3}, {&session_, 1, 2}};
  Receipt receipt;
  EXPECT_EQ(Reserve(*store, both, 0, &receipt).outcome, Outcome::kReserved);
  EXPECT_EQ(Value(*store, session_), 2);
  EXPECT_EQ(Value(*store, n_), 1);
  // The session's is full first.
  ReserveResult result = Reserve(*store, {{&n_, 1, 3}, {&session_, 1, 2}, {&n_, 9, 3}});
  EXPECT_EQ(result.outcome, Outcome::kFull);
  EXPECT_EQ(result.full, 1u);
  EXPECT_EQ(result.resets_at, kNever);
  EXPECT_EQ(Value(*store, n_), 1) << "all or none";
  // The other is.
  result = Reserve(*store, {{&session_, 1, 3}, {&n_, 3, 3}, {&session_, 9, 3}}, 60);
  EXPECT_EQ(result.outcome, Outcome::kFull);
  EXPECT_EQ(result.full, 1u);
  EXPECT_EQ(result.remaining, 2);
  EXPECT_EQ(result.resets_at, 3600);
  EXPECT_EQ(Value(*store, session_), 2) << "all or none";
  store->GiveBack(receipt);
  EXPECT_EQ(Value(*store, session_), 0);
  EXPECT_EQ(Value(*store, n_), 0);
}

TEST_F(SharedCounts, ShadowsOfBothKinds) {
  auto store = Open();
  std::vector<CounterUse> uses = {{&session_, 9, 5}, {&n_, 9, 5}, {&session_, 1, 5}, {&n_, 9, 5}};
  for (CounterUse& use : uses) use.shadow = true;
  uses[2].shadow = false;
  EXPECT_EQ(Reserve(*store, uses).over, (std::vector<size_t>{0, 1, 3}));
}

TEST_F(SharedCounts, ASessionNeedsNoFile) {
  auto store = Open();
  std::filesystem::remove(folder_ / std::string(kCounterFile));
  EXPECT_TRUE(Takes(*store, session_, 1, 5));
  EXPECT_EQ(Reserve(*store, {{&session_, 1, 5}, {&n_, 1, 5}}).outcome, Outcome::kFailed);
  EXPECT_EQ(Value(*store, session_), 1);
  // Nor does what is only watched.
  std::vector<CounterUse> uses = {{&n_, 1, 5}, {&session_, 1, 5}};
  uses[0].shadow = true;
  Receipt receipt;
  EXPECT_EQ(Reserve(*store, uses, 0, &receipt).outcome, Outcome::kReserved);
  EXPECT_EQ(receipt.rows.size(), 1u);
  EXPECT_EQ(Value(*store, session_), 2);
  uses[1].amount = 9;
  const ReserveResult result = Reserve(*store, uses);
  EXPECT_EQ(result.outcome, Outcome::kFull);
  EXPECT_EQ(result.full, 1u);

  Program program;
  program.counters = {session_, n_};
  EXPECT_FALSE(NeedsCounterFile(program));
  program.quotas.emplace_back().counter = 0;
  EXPECT_FALSE(NeedsCounterFile(program));
  program.reads.push_back({0, 1});
  EXPECT_TRUE(NeedsCounterFile(program));
  program.reads.clear();
  program.quotas.emplace_back().counter = 1;
  EXPECT_TRUE(NeedsCounterFile(program));
}

// ---- Processes.

// Runs it in a process of its own, which has opened nothing yet; the process's exit status is what
// it returns.
template <typename Work>
pid_t Fork(const Work& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  return child;
}

// How many calls a process got through, by the bytes it left in a file.
int64_t Passed(const std::string& path) {
  return std::filesystem::exists(path) ? static_cast<int64_t>(std::filesystem::file_size(path)) : 0;
}

TEST_F(SharedCounts, ProcessesLetThroughExactlyTheLimit) {
  constexpr int kProcesses = 4;
  constexpr int kCalls = 500;
  constexpr int64_t kLimit = 1234;
  std::vector<pid_t> processes;
  for (int i = 0; i < kProcesses; ++i) {
    processes.push_back(Fork([&] {
      auto store = Open();  // all at once, a file that nobody has made yet
      const int passed = open((folder_ / "passed").c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
      for (int call = 0; call < kCalls; ++call) {
        const ReserveResult result = Reserve(*store, {{&n_, 1, kLimit}, {&sliding_, 1, INT64_MAX}});
        if (result.outcome == Outcome::kFailed) return 1;
        if (result.outcome == Outcome::kReserved && write(passed, "x", 1) != 1) return 2;
      }
      return 0;
    }));
  }
  for (const pid_t process : processes) {
    int status = -1;
    ASSERT_EQ(waitpid(process, &status, 0), process);
    EXPECT_EQ(status, 0);
  }
  auto store = Open();
  EXPECT_EQ(Passed(folder_ / "passed"), kLimit);
  EXPECT_EQ(Value(*store, n_), kLimit);
  EXPECT_EQ(Value(*store, sliding_), kLimit);
}

// Killed at any moment, also while the file is made and while a log is brought into it: what was
// said to be taken is counted, and what is counted beyond that is the one call in flight.
TEST_F(SharedCounts, NothingTakenIsLostByKill9) {
  std::mt19937 random(std::random_device{}());
  for (int64_t kills = 1; kills <= 40; ++kills) {
    const pid_t process = Fork([&] {
      auto store = Open();
      const int passed = open((folder_ / "passed").c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
      for (int call = 0;; ++call) {
        if (!Takes(*store, n_, 1, INT64_MAX)) return 1;
        if (write(passed, "x", 1) != 1) return 2;
        if (call % 50 == 49) store->Tidy(0);
      }
    });
    usleep(static_cast<useconds_t>(random() % 25'000));
    ASSERT_EQ(kill(process, SIGKILL), 0);
    int status = -1;
    ASSERT_EQ(waitpid(process, &status, 0), process);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself, status " << WEXITSTATUS(status);
    const int64_t passed = Passed(folder_ / "passed");
    auto store = Open();
    ASSERT_GE(Value(*store, n_), passed);
    ASSERT_LE(Value(*store, n_), passed + kills);
  }
  EXPECT_GT(Passed(folder_ / "passed"), 0);
}

}  // namespace
}  // namespace writ
