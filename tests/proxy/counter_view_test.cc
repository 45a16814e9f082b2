// Looking at counters that others keep. Those who count are children, so that each look is at the
// file of another process, alive or killed.
#include "proxy/counter_view.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/counters_sqlite.h"
#include "proxy/sqlite.h"
#include "proxy/temporary_folder.h"

namespace writ {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kNow = 1'772'443'800;  // 2026-03-02T09:30:00Z

// A child that does something, and then waits to be told how to end.
class Child {
 public:
  explicit Child(const std::function<void()>& work) {
    int ready[2];
    int end[2];
    if (pipe(ready) != 0 || pipe(end) != 0) ADD_FAILURE() << "no pipe";
    pid_ = fork();
    if (pid_ == 0) {
      close(end[1]);
      work_ = work;
      work_();
      char byte = 'x';
      if (write(ready[1], &byte, 1) != 1) _exit(1);
      while (read(end[0], &byte, 1) > 0) continue;
      _exit(0);
    }
    char byte = 0;
    close(ready[1]);
    close(end[0]);
    if (read(ready[0], &byte, 1) != 1) ADD_FAILURE() << "the child has died";
    close(ready[0]);
    end_ = end[1];
  }
  ~Child() { Kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(end_);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  int end_ = -1;
  std::function<void()> work_;
};

class CounterViews : public testing::Test {
 protected:
  CounterViews() {
    calls_.space = "demo";
    calls_.global = true;
    calls_.name = "a hundred a day";
    calls_.window = Window::kDay;
    spend_ = calls_;
    spend_.name = "spend";
    spend_.window = {3600, true};
  }

  // Counts as `writ run` does, in this process.
  std::unique_ptr<SqliteCounters> Count(const std::vector<CounterUse>& uses, int64_t now = kNow) {
    CounterFileOptions options;
    options.folder = folder_.path();
    auto counters = std::make_unique<SqliteCounters>(options, SqliteCounters::Prefix{});
    Receipt receipt;
    const auto result = counters->Reserve({}, uses, now, &receipt);
    if (result.outcome != ReserveResult::Outcome::kReserved) ADD_FAILURE() << result.failure;
    return counters;
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  CounterUse Calls(int64_t amount) { return {&calls_, amount, 100}; }
  CounterUse Spend(int64_t amount, std::string_view key) {
    return {&spend_, amount, 10'050, key, 2};
  }

  TemporaryFolder folder_;
  std::string file_ = folder_ / std::string(kCounterFile);
  Counter calls_;
  Counter spend_;
};

TEST_F(CounterViews, ShowsWhatARunningProcessHasCounted) {
  Child child([this] { Count({Calls(7), Spend(10'050, "\"usd\"")}).release(); });
  ASSERT_THAT(Files(), ElementsAre("counters.db", "counters.db-shm", "counters.db-wal"));
  const CounterView view = ViewCounters(file_, kNow + 60);
  EXPECT_EQ(view.fault, "");
  ASSERT_EQ(view.counts.size(), 2u);
  const ShownCount& spend = view.counts[0];  // used up, so first
  EXPECT_EQ(spend.space, "demo");
  EXPECT_EQ(spend.name, "spend");
  EXPECT_EQ(spend.key, "\"usd\"");
  EXPECT_EQ(spend.scale, 2);
  EXPECT_EQ(spend.used, 10'050);
  EXPECT_EQ(spend.remaining, 0);
  EXPECT_GT(spend.resets_at, kNow + 3600);
  EXPECT_LE(spend.resets_at, kNow + 3600 + 2 * 60);
  const ShownCount& calls = view.counts[1];
  EXPECT_TRUE(calls.global);
  EXPECT_EQ(calls.used, 7);
  EXPECT_EQ(calls.limit, 100);
  EXPECT_EQ(calls.remaining, 93);
  EXPECT_EQ(calls.resets_at, 1'772'496'000);  // the end of the day
}

TEST_F(CounterViews, MakesNothing) {
  EXPECT_FALSE(ViewCounters(file_, kNow).found);
  EXPECT_EQ(ViewCounters(file_, kNow).fault, "");
  EXPECT_FALSE(ViewCounters(file_ + "/no/folder", kNow).found);
  EXPECT_THAT(Files(), IsEmpty());
  Count({Calls(7)}).reset();  // whoever closes it last removes the log
  ASSERT_THAT(Files(), ElementsAre("counters.db"));
  EXPECT_EQ(ViewCounters(file_, kNow).counts.size(), 1u);
  EXPECT_THAT(Files(), ElementsAre("counters.db"));
}

TEST_F(CounterViews, ReadsTheLogOfAProcessThatWasKilled) {
  Child child([this] { Count({Calls(7)}).release(); });
  child.Kill();
  const auto before = std::filesystem::file_size(file_ + "-wal");
  ASSERT_GT(before, 0u);
  const CounterView view = ViewCounters(file_, kNow);
  EXPECT_EQ(view.fault, "");
  ASSERT_EQ(view.counts.size(), 1u);
  EXPECT_EQ(view.counts[0].used, 7);
  // All is as it was, and counting goes on from there.
  EXPECT_THAT(Files(), ElementsAre("counters.db", "counters.db-shm", "counters.db-wal"));
  EXPECT_EQ(std::filesystem::file_size(file_ + "-wal"), before);
  Count({Calls(1)}).reset();
  EXPECT_EQ(ViewCounters(file_, kNow).counts[0].used, 8);
}

TEST_F(CounterViews, IsInNobodysWay) {
  int stop[2];
  ASSERT_EQ(pipe(stop), 0);
  const pid_t looking = fork();
  if (looking == 0) {
    close(stop[1]);
    fcntl(stop[0], F_SETFL, O_NONBLOCK);
    char byte = 0;
    while (read(stop[0], &byte, 1) < 0) ViewCounters(file_, kNow);
    _exit(0);
  }
  close(stop[0]);
  auto counters = Count({Calls(1)});
  for (int i = 1; i < 100; ++i) {
    Receipt receipt;
    const auto result = counters->Reserve({}, {Calls(1)}, kNow, &receipt);
    ASSERT_EQ(result.outcome, ReserveResult::Outcome::kReserved) << result.failure;
    while (counters->WantsTidying()) counters->Tidy(kNow);
  }
  close(stop[1]);
  int status = 0;
  waitpid(looking, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(CounterViews, LeavesOutWhatHasEnded) {
  Count({Calls(7), Spend(5, "1")}).reset();
  const CounterView view = ViewCounters(file_, kNow + 86'400);
  EXPECT_EQ(view.fault, "");
  EXPECT_THAT(view.counts, IsEmpty());
}

TEST_F(CounterViews, ToleratesALock) {
  Count({Calls(7)}).reset();
  Child child([this] {
    sqlite3* other = nullptr;
    sqlite3_open(file_.c_str(), &other);
    Execute(other,
            "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; "
            "UPDATE counts SET value = 9");
  });
  const CounterView view = ViewCounters(file_, kNow, std::chrono::milliseconds(1));
  EXPECT_TRUE(view.found);
  EXPECT_EQ(view.fault, file_ + " is locked by another process");
  EXPECT_THAT(view.counts, IsEmpty());
}

// What is committed may be in the log, which nobody can read without an index, or making one.
TEST_F(CounterViews, SaysThatALogHasNoIndex) {
  Child child([this] { Count({Calls(7)}).release(); });
  child.Kill();
  std::filesystem::remove(file_ + "-shm");
  EXPECT_EQ(ViewCounters(file_, kNow).fault,
            file_ + "-shm is gone: the next run that counts makes it");
  EXPECT_THAT(Files(), ElementsAre("counters.db", "counters.db-wal"));
  Count({Calls(1)}).reset();
  EXPECT_EQ(ViewCounters(file_, kNow).counts[0].used, 8);
}

// What a run is told finds a look as well.
TEST_F(CounterViews, FollowsTheFoldersPath) {
  Child child([this] { Count({Calls(7)}).release(); });
  const TemporaryFolder other;
  std::filesystem::create_directory_symlink(folder_.path(), other / "link");
  for (const std::string& path : {other / "link/counters.db", "/" + file_}) {
    const CounterView view = ViewCounters(path, kNow);
    EXPECT_EQ(view.fault, "");
    EXPECT_EQ(view.counts.size(), 1u) << path;
  }
  std::filesystem::create_symlink(file_, other / "counters.db");
  EXPECT_EQ(ViewCounters(other / "counters.db", kNow).fault,
            other / "counters.db is no regular file");
}

TEST_F(CounterViews, WaitsForNoPipe) {
  Count({Calls(7)}).reset();
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    const std::string pipe = file_ + suffix;
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(ViewCounters(file_, kNow).fault, pipe + " is no regular file");
    std::filesystem::remove(pipe);
  }
  EXPECT_EQ(ViewCounters(file_, kNow).fault, "");
}

// While nothing is counted it says the same whenever it is looked at.
TEST_F(CounterViews, SaysWhenASlidingWindowWillBeEmpty) {
  Count({Spend(5, "1")}).reset();
  const CounterView view = ViewCounters(file_, kNow);
  ASSERT_EQ(view.counts.size(), 1u);
  const int64_t resets_at = view.counts[0].resets_at;
  EXPECT_GE(resets_at, kNow + 3600);
  EXPECT_LE(resets_at, kNow + 3600 + 2 * 60);
  EXPECT_EQ(ViewCounters(file_, kNow + 1800).counts[0].resets_at, resets_at);
  EXPECT_EQ(ViewCounters(file_, kNow + 3500).counts[0].resets_at, resets_at);
}

// Another policy allows less than what is used.
TEST_F(CounterViews, ShowsTheLimitThatDenied) {
  Count({Calls(7)}).reset();
  CounterFileOptions options;
  options.folder = folder_.path();
  SqliteCounters counters(options, SqliteCounters::Prefix{});
  Receipt receipt;
  const CounterUse less{&calls_, 1, 5};
  EXPECT_EQ(counters.Reserve({}, {less}, kNow, &receipt).outcome, ReserveResult::Outcome::kFull);
  // Nor is that of a row which the same call has made.
  spend_.name = "new";
  const std::vector<CounterUse> twice = {Spend(9, "1"), {&spend_, 2, 10, "1", 2}};
  EXPECT_EQ(counters.Reserve({}, twice, kNow, &receipt).outcome, ReserveResult::Outcome::kFull);
  const CounterView view = ViewCounters(file_, kNow);
  ASSERT_EQ(view.counts.size(), 1u);
  EXPECT_EQ(view.counts[0].used, 7);
  EXPECT_EQ(view.counts[0].limit, 5);
  EXPECT_EQ(view.counts[0].remaining, 0);
}

TEST_F(CounterViews, SaysWhatIsNoFileOfCounters) {
  std::ofstream(file_) << std::string(10'000, 'x');
  EXPECT_EQ(ViewCounters(file_, kNow).fault, file_ + " is damaged");
  std::filesystem::remove(file_);
  std::ofstream(file_).close();  // one that is about to be made
  EXPECT_EQ(ViewCounters(file_, kNow).fault, "");
  std::filesystem::remove(file_);
  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(ViewCounters(file_, kNow).fault, file_ + " is no regular file");
  std::filesystem::remove(file_);
  sqlite3* other = nullptr;
  sqlite3_open(file_.c_str(), &other);
  Execute(other, "CREATE TABLE counters (a)");
  sqlite3_close(other);
  EXPECT_EQ(ViewCounters(file_, kNow).fault, file_ + " is a database, but none of writ's");
}

// Rows that no writ wrote, and a view in a table's place that would be counted for ever.
TEST_F(CounterViews, IsBoundedWhateverTheFileSays) {
  Count({Calls(7)}).reset();
  const auto change = [this](const char* sql) {
    sqlite3* other = nullptr;
    sqlite3_open(file_.c_str(), &other);
    EXPECT_EQ(Execute(other, sql), SQLITE_OK) << sqlite3_errmsg(other);
    sqlite3_close(other);
  };
  change("UPDATE counts SET start = start + 1");
  EXPECT_EQ(ViewCounters(file_, kNow).fault, file_ + " is damaged");
  change("UPDATE counts SET start = start - 1; UPDATE counters SET scale = 200");
  EXPECT_EQ(ViewCounters(file_, kNow).fault, file_ + " is damaged");
  change("UPDATE counters SET scale = 0, name = CAST(zeroblob(5000) AS TEXT)");
  EXPECT_EQ(ViewCounters(file_, kNow).counts[0].name.size(), kMaxShownNameBytes);
  change("UPDATE counts SET key = zeroblob(4097)");
  EXPECT_EQ(ViewCounters(file_, kNow).fault, file_ + " is damaged");
  change("UPDATE counts SET key = ''; UPDATE counters SET name = zeroblob(70000)");
  EXPECT_EQ(ViewCounters(file_, kNow).fault, file_ + " holds more than can be shown");
  change(
      "UPDATE counters SET name = 'n'; DROP TABLE counts; CREATE VIEW counts AS "
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
      "SELECT i AS id, -i AS counter, '' AS key, 0 AS start, 1e12 AS ends, 0 AS value, "
      "0 AS most, '' AS slices FROM n");
  EXPECT_EQ(ViewCounters(file_, kNow, std::chrono::milliseconds(20)).fault,
            file_ + " holds more than can be shown");
}

TEST_F(CounterViews, KeepsTheFullest) {
  std::vector<std::string> keys;
  for (int i = 0; i < 1100; ++i) keys.push_back(std::to_string(i));
  std::vector<CounterUse> uses;
  for (int i = 0; i < 1100; ++i) uses.push_back(Spend(i, keys[static_cast<size_t>(i)]));
  Count(uses).reset();
  const CounterView view = ViewCounters(file_, kNow);
  EXPECT_EQ(view.counts.size(), kMaxShownCounts);
  EXPECT_EQ(view.more, 100u);
  EXPECT_EQ(view.counts.front().used, 1099);
  EXPECT_EQ(view.counts.back().used, 100);
}

}  // namespace
}  // namespace writ
