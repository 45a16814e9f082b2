// What befalls a file of counters. Other processes are played by SQLite itself, through a second
// connection, or by children; nobody here opens and closes the file beside a connection of this
// process, which would drop its locks.
#include "proxy/counter_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "proxy/counters_sqlite.h"
#include "proxy/temporary_folder.h"

namespace writ {
namespace {

using Outcome = ReserveResult::Outcome;
using testing::HasSubstr;

// A log that is read.
class HeardLog {
 public:
  const Log& log() const { return log_; }
  // All since the last time.
  std::string Heard() {
    std::string heard(65536, '\0');
    const ssize_t size = read(pipe_.ends[0], heard.data(), heard.size());
    heard.resize(size < 0 ? 0 : static_cast<size_t>(size));
    return heard;
  }

 private:
  struct Pipe {
    Pipe() {
      if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) ADD_FAILURE() << "no pipe";
    }
    ~Pipe() {
      close(ends[0]);
      close(ends[1]);
    }
    int ends[2] = {-1, -1};
  };
  Pipe pipe_;
  Log log_{LogLevel::kWarn, pipe_.ends[1]};
};

class CounterFaults : public testing::Test {
 protected:
  CounterFaults() {
    n_.space = "policy";
    n_.scope = "tool";
    n_.name = "n";
    n_.window = Window::kHour;
    options_.folder = folder_.path();
    options_.log = &heard_.log();
  }

  std::unique_ptr<SqliteCounters> Store() {
    return std::make_unique<SqliteCounters>(options_, SqliteCounters::Prefix{});
  }
  std::unique_ptr<SqliteCounters> OpenStore() {
    auto store = Store();
    const auto opened = store->Open();
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    return store;
  }

  static ReserveResult Take(SqliteCounters& store, const Counter& counter, int64_t now = 0,
                            std::string_view key = {}) {
    Receipt receipt;
    CounterUse use{&counter, 1, 1000};
    use.key = key;
    return store.Reserve({}, {use}, now, &receipt);
  }
  static int64_t Value(SqliteCounters& store, const Counter& counter) {
    int64_t value = -1;
    std::string failure;
    EXPECT_TRUE(store.Read(counter, 0, &value, &failure)) << failure;
    return value;
  }
  void ExpectBroken(SqliteCounters& store, const std::string& words) {
    for (int i = 0; i < 2; ++i) {
      const ReserveResult result = Take(store, n_);
      EXPECT_EQ(result.outcome, Outcome::kFailed);
      EXPECT_EQ(result.failure, "their file " + words);
      int64_t value = 0;
      std::string failure;
      EXPECT_FALSE(store.Read(n_, 0, &value, &failure));
      EXPECT_EQ(failure, "their file " + words);
    }
    const std::string heard = heard_.Heard();
    EXPECT_THAT(heard, HasSubstr(words + ": calls that must be counted are denied until writ is "
                                         "started anew"));
    EXPECT_EQ(std::count(heard.begin(), heard.end(), '\n'), 1) << heard;
  }

  std::string file() const { return folder_ / std::string(kCounterFile); }

  TemporaryFolder folder_;
  HeardLog heard_;
  CounterFileOptions options_;
  Counter n_;
};

// ---- Opening.

TEST_F(CounterFaults, TheFileIsThisUsersOnly) {
  options_.folder = folder_ / "new/folder";
  const mode_t before = umask(0);
  auto store = OpenStore();
  EXPECT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  umask(before);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status;
    ASSERT_EQ(stat((options_.folder + "/counters.db" + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 07777, 0600u) << suffix;
  }
  struct stat status;
  ASSERT_EQ(stat(options_.folder.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700u);
}

TEST_F(CounterFaults, ManyProcessesMayMakeTheFileAtOnce) {
  for (int round = 0; round < 60; ++round) {
    options_.folder = folder_ / fmt::format("round {}", round);
    int gate[2];  // closed when all are there
    ASSERT_EQ(pipe(gate), 0);
    std::vector<pid_t> processes(8);
    for (pid_t& process : processes) {
      process = fork();
      ASSERT_GE(process, 0);
      if (process != 0) continue;
      close(gate[1]);
      char byte = 0;
      const bool is_open = read(gate[0], &byte, 1) == 0;
      _exit(is_open && Store()->Open().has_value() ? 0 : 1);
    }
    close(gate[0]);
    close(gate[1]);
    for (const pid_t process : processes) {
      int status = -1;
      EXPECT_EQ(waitpid(process, &status, 0), process);
      EXPECT_EQ(status, 0) << "round " << round;
    }
  }
}

TEST_F(CounterFaults, OthersMayNotWriteFolderOrFile) {
  OpenStore();
  ASSERT_EQ(chmod(file().c_str(), 0602), 0);
  EXPECT_THAT(Store()->Open().error().message, HasSubstr("counters.db is writable by everybody"));
  ASSERT_EQ(chmod(file().c_str(), 0600), 0);
  for (const mode_t mode : {0707u, 01777u}) {
    ASSERT_EQ(chmod(folder_.path().c_str(), mode), 0);
    EXPECT_THAT(Store()->Open().error().message,
                HasSubstr(folder_.path() + " is writable by everybody"));
  }
  options_.insecure_permissions = true;
  EXPECT_EQ(Take(*OpenStore(), n_).outcome, Outcome::kReserved);
}

TEST_F(CounterFaults, NothingIsMadeWhereOthersMayWrite) {
  ASSERT_EQ(chmod(folder_.path().c_str(), 0707), 0);
  options_.folder = folder_ / "new/folder";
  const auto opened = Store()->Open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().message, "counters are not safe in " + options_.folder + ": " +
                                        folder_.path() + " is writable by everybody");
  EXPECT_EQ(opened.error().remedy, "chmod go-w " + folder_.path());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
}

TEST_F(CounterFaults, WhatIsNoFolderOrFile) {
  std::ofstream(folder_ / "plain") << "text";
  options_.folder = folder_ / "plain";
  EXPECT_THAT(Store()->Open().error().message, HasSubstr("is no folder"));
  options_.folder = folder_ / "plain/below";
  EXPECT_THAT(Store()->Open().error().message, HasSubstr("cannot be made"));
  options_.folder = folder_.path();
  ASSERT_EQ(mkdir(file().c_str(), 0700), 0);
  EXPECT_THAT(Store()->Open().error().message, HasSubstr("is no regular file"));
  ASSERT_EQ(rmdir(file().c_str()), 0);
  ASSERT_EQ(symlink((folder_ / "elsewhere").c_str(), file().c_str()), 0);
  EXPECT_THAT(Store()->Open().error().message, HasSubstr("is no regular file"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "elsewhere"));
}

TEST_F(CounterFaults, DatabasesOfOthersAndOtherVersions) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
  const Database theirs(database);
  ASSERT_EQ(Execute(database, "CREATE TABLE t (a)"), SQLITE_OK);
  EXPECT_THAT(Store()->Open().error().message, HasSubstr("is a database, but none of writ's"));
  ASSERT_EQ(Execute(database, "PRAGMA application_id = 0x77726974; PRAGMA user_version = 2"),
            SQLITE_OK);
  EXPECT_THAT(Store()->Open().error().message,
              HasSubstr("was written by another version of writ (layout 2, this one knows 1)"));
  // A damaged one: what it says it has, it has not.
  ASSERT_EQ(Execute(database, "PRAGMA user_version = 1"), SQLITE_OK);
  auto store = OpenStore();
  ExpectBroken(*store, "is damaged");
}

TEST_F(CounterFaults, BytesThatAreNoDatabase) {
  std::ofstream(file()) << std::string(10'000, 'x');
  ASSERT_EQ(chmod(file().c_str(), 0600), 0);
  auto store = OpenStore();
  ExpectBroken(*store, "is damaged");
}

// Whatever byte of it is overwritten: a decision or a failure, nothing worse.
TEST_F(CounterFaults, DamagedPages) {
  {
    auto store = OpenStore();
    for (int i = 0; i < 300; ++i) {
      ASSERT_EQ(Take(*store, n_, 0, "key " + std::to_string(i)).outcome, Outcome::kReserved);
    }
  }
  std::ifstream stream(file(), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(stream), {}};
  ASSERT_GT(whole.size(), 8u * 4096);
  int failures = 0;
  for (size_t at = 0; at < whole.size(); at += 487) {
    std::string damaged = whole;
    for (size_t i = at; i < std::min(at + 40, damaged.size()); ++i) damaged[i] ^= 0x55;
    std::ofstream(file(), std::ios::binary | std::ios::trunc) << damaged;
    auto store = Store();
    if (!store->Open().has_value()) {
      ++failures;
      continue;
    }
    for (int i = 0; i < 300; i += 60) {
      const Outcome outcome = Take(*store, n_, 0, "key " + std::to_string(i)).outcome;
      ASSERT_TRUE(outcome == Outcome::kReserved || outcome == Outcome::kFailed ||
                  outcome == Outcome::kFull || outcome == Outcome::kNoRoom);
      failures += outcome == Outcome::kFailed ? 1 : 0;
    }
    store->Tidy(1);
    heard_.Heard();
  }
  EXPECT_GT(failures, 20);
}

// ---- While it is open.

TEST_F(CounterFaults, AFileThatIsRemoved) {
  auto store = OpenStore();
  ASSERT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  ASSERT_EQ(unlink(file().c_str()), 0);
  ExpectBroken(*store, "is gone");
  // Another process begins a new one: what is left of this one must not touch it.
  auto other = OpenStore();
  EXPECT_EQ(Take(*other, n_).outcome, Outcome::kReserved);
  EXPECT_EQ(Take(*store, n_).outcome, Outcome::kFailed);
  store.reset();
  EXPECT_EQ(Take(*other, n_).outcome, Outcome::kReserved);
  EXPECT_EQ(Value(*other, n_), 2);
}

TEST_F(CounterFaults, AFolderThatIsMovedAway) {
  options_.folder = folder_ / "state";
  auto store = OpenStore();
  ASSERT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  std::filesystem::rename(folder_ / "state", folder_ / "old");
  ExpectBroken(*store, "is gone");
}

TEST_F(CounterFaults, AFileThatIsReplaced) {
  auto store = OpenStore();
  ASSERT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  std::ofstream(folder_ / "other") << std::string(100'000, '\0');
  std::filesystem::rename(folder_ / "other", file());
  ExpectBroken(*store, "was replaced");
}

TEST_F(CounterFaults, AFileThatIsCutShort) {
  auto store = OpenStore();
  ASSERT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  store->Tidy(0);
  ASSERT_EQ(truncate(file().c_str(), 4096), 0);
  ExpectBroken(*store, "was cut short");
}

TEST_F(CounterFaults, ALogThatIsRemoved) {
  auto store = OpenStore();
  ASSERT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  ASSERT_EQ(unlink((file() + "-wal").c_str()), 0);
  usleep(250'000);
  ExpectBroken(*store, "is gone");
}

TEST_F(CounterFaults, AnIndexThatIsCutShort) {
  auto store = OpenStore();
  ASSERT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  usleep(250'000);  // it is looked at next time
  ASSERT_EQ(truncate((file() + "-shm").c_str(), 0), 0);
  ExpectBroken(*store, "was cut short");
}

// Values that no writ has written.
TEST_F(CounterFaults, CountsThatCannotBe) {
  Counter sliding = n_;
  sliding.window = {3600, true};
  auto store = OpenStore();
  ASSERT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  ASSERT_EQ(Take(*store, sliding).outcome, Outcome::kReserved);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
  const Database theirs(database);
  for (const char* change :
       {"value = -1", "start = 17", "start = 9000000000000000000", "slices = x'00'",
        "value = 9223372036854775807, slices = zeroblob(8)"}) {
    const std::string update = std::string("UPDATE counts SET ") + change;
    ASSERT_EQ(Execute(database, update.c_str()), SQLITE_OK);
    auto fresh = OpenStore();
    EXPECT_EQ(Take(*fresh, n_).outcome, Outcome::kFailed) << change;
    fresh = OpenStore();
    EXPECT_EQ(Take(*fresh, sliding).outcome, Outcome::kFailed) << change;
    ASSERT_EQ(Execute(database, "DELETE FROM counts"), SQLITE_OK);
    fresh = OpenStore();
    ASSERT_EQ(Take(*fresh, n_, 0).outcome, Outcome::kReserved);
    ASSERT_EQ(Take(*fresh, sliding, 0).outcome, Outcome::kReserved);
  }
}

// ---- Faults that pass.

TEST_F(CounterFaults, AnotherWriterThatDoesNotEnd) {
  auto store = OpenStore();
  ASSERT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
  const Database theirs(database);
  ASSERT_EQ(Execute(database, "BEGIN IMMEDIATE"), SQLITE_OK);
  for (int i = 0; i < 3; ++i) {
    const ReserveResult result = Take(*store, n_);
    EXPECT_EQ(result.outcome, Outcome::kFailed);
    EXPECT_EQ(result.failure, "their file is locked by another process");
  }
  EXPECT_EQ(Value(*store, n_), 1) << "reading waits for nobody";
  EXPECT_THAT(heard_.Heard(), HasSubstr("counters.db is locked by another process: calls that it "
                                        "must count are denied until that is over"));
  ASSERT_EQ(Execute(database, "ROLLBACK"), SQLITE_OK);
  EXPECT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  EXPECT_THAT(heard_.Heard(), HasSubstr("counters.db can be used again"));
  EXPECT_EQ(Value(*store, n_), 2);
}

TEST_F(CounterFaults, AnotherWriterThatEnds) {
  options_.patience = std::chrono::hours(1);
  auto store = OpenStore();
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
  const Database theirs(database);
  ASSERT_EQ(Execute(database, "BEGIN IMMEDIATE"), SQLITE_OK);
  std::thread ends([database] {
    usleep(50'000);
    Execute(database, "COMMIT");
  });
  EXPECT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  ends.join();
}

// Keeps the file locked as long as it lives.
Database Locked(const std::string& file) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(Execute(database,
                    "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; "
                    "PRAGMA user_version = 1; COMMIT"),
            SQLITE_OK);
  return Database(database);
}

// The file is opened once it can be.
TEST_F(CounterFaults, AFileThatIsLockedAtTheStart) {
  options_.patience = std::chrono::milliseconds(10);
  { OpenStore(); }
  Database theirs = Locked(file());
  auto store = OpenStore();
  EXPECT_EQ(Take(*store, n_).outcome, Outcome::kFailed);
  EXPECT_THAT(heard_.Heard(), HasSubstr("is locked by another process"));
  theirs.reset();
  EXPECT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
}

// What is wrong with it shows only then.
TEST_F(CounterFaults, AFileThatIsLockedAtTheStartAndUnsafeLater) {
  options_.patience = std::chrono::milliseconds(10);
  { OpenStore(); }
  Database theirs = Locked(file());
  auto store = OpenStore();
  EXPECT_THAT(heard_.Heard(), HasSubstr("is locked by another process"));
  theirs.reset();
  ASSERT_EQ(chmod(file().c_str(), 0666), 0);
  for (int i = 0; i < 3; ++i) {
    const ReserveResult result = Take(*store, n_);
    EXPECT_EQ(result.outcome, Outcome::kFailed);
    EXPECT_EQ(result.failure, "their file cannot be opened");
  }
  const std::string heard = heard_.Heard();
  EXPECT_THAT(heard, HasSubstr("counters.db is writable by everybody: calls that must be counted "
                               "are denied until that is over"));
  EXPECT_EQ(std::count(heard.begin(), heard.end(), '\n'), 1) << heard;
  ASSERT_EQ(chmod(file().c_str(), 0600), 0);
  EXPECT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  EXPECT_THAT(heard_.Heard(), HasSubstr("can be used again"));
}

TEST_F(CounterFaults, NoSpaceLeft) {
  options_.max_pages = 12;
  auto store = OpenStore();
  int taken = 0;
  ReserveResult result;
  for (; taken < 1000; ++taken) {
    result = Take(*store, n_, 0, std::string(500, 'k') + std::to_string(taken));
    if (result.outcome != Outcome::kReserved) break;
  }
  EXPECT_GT(taken, 10);
  ASSERT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.failure, "their file has no space left");
  EXPECT_THAT(heard_.Heard(), HasSubstr("counters.db has no space left"));
  // What is counted already needs none.
  EXPECT_EQ(Take(*store, n_, 0, std::string(500, 'k') + "0").outcome, Outcome::kReserved);
  // And there is some when windows have ended.
  store->Tidy(3600);
  EXPECT_EQ(Take(*store, n_, 3600, std::string(500, 'k') + "new").outcome, Outcome::kReserved);
}

// A reader keeps the log from being used again, for as long as it reads.
TEST_F(CounterFaults, AReaderThatDoesNotEnd) {
  options_.max_log_pages = kLogPagesToWarn + 100;
  auto store = OpenStore();
  ASSERT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
  const Database theirs(database);
  ASSERT_EQ(Execute(database, "BEGIN; SELECT * FROM counts"), SQLITE_OK);
  ReserveResult result;
  int taken = 0;
  std::string warned;
  Counter many = n_;
  for (; taken < 2 * options_.max_log_pages; ++taken) {
    many.name = "m" + std::to_string(taken / 900);
    result = Take(*store, many);
    if (result.outcome != Outcome::kReserved) break;
    if (taken % 1000 == 0) warned += heard_.Heard();
  }
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.failure, "their file has no space left");
  EXPECT_LT(std::filesystem::file_size(file() + "-wal"),
            static_cast<uintmax_t>(options_.max_log_pages + 100) * 4200);
  warned += heard_.Heard();
  EXPECT_THAT(warned, HasSubstr("counters.db-wal grows: another process has held"));
  EXPECT_THAT(warned, HasSubstr("counters.db has no space left"));
  EXPECT_EQ(std::count(warned.begin(), warned.end(), '\n'), 2) << warned;

  ASSERT_EQ(Execute(database, "COMMIT"), SQLITE_OK);
  EXPECT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  EXPECT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
}

// ---- Order.

TEST_F(CounterFaults, TheLogIsEmptiedWhenThereIsTime) {
  auto store = OpenStore();
  EXPECT_FALSE(store->WantsTidying());
  for (int i = 0; i < 50; ++i) ASSERT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
  EXPECT_TRUE(store->WantsTidying());
  store->Tidy(0);
  EXPECT_FALSE(store->WantsTidying());
  const auto size = std::filesystem::file_size(file() + "-wal");
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 20; ++i) ASSERT_EQ(Take(*store, n_).outcome, Outcome::kReserved);
    store->Tidy(0);
  }
  EXPECT_EQ(std::filesystem::file_size(file() + "-wal"), size) << "it is used again";
}

TEST_F(CounterFaults, TheLogIsBoundedWhereThereIsNoTime) {
  auto store = OpenStore();
  Counter many = n_;
  for (int i = 0; i < 2 * kLogPages; ++i) {
    many.name = "m" + std::to_string(i / 900);
    ASSERT_EQ(Take(*store, many).outcome, Outcome::kReserved);
  }
  EXPECT_LT(std::filesystem::file_size(file() + "-wal"), (kLogPages + 100) * 4200u);
}

TEST_F(CounterFaults, RowsThatHaveEndedAreRemoved) {
  Counter day = n_;
  day.window = Window::kDay;
  auto store = OpenStore();
  for (int i = 0; i < 700; ++i) {
    ASSERT_EQ(Take(*store, n_, 0, std::to_string(i)).outcome, Outcome::kReserved);
  }
  ASSERT_EQ(Take(*store, day).outcome, Outcome::kReserved);
  store->Tidy(3599);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
  const Database theirs(database);
  int64_t rows = 0;
  ASSERT_EQ(QueryInt(database, "SELECT count(*) FROM counts", &rows), SQLITE_OK);
  EXPECT_EQ(rows, 701);
  for (int i = 0; i < 10; ++i) store->Tidy(3600);
  EXPECT_FALSE(store->WantsTidying());
  ASSERT_EQ(QueryInt(database, "SELECT count(*) FROM counts", &rows), SQLITE_OK);
  EXPECT_EQ(rows, 1);
  ASSERT_EQ(QueryInt(database, "SELECT sum(keys) FROM counters", &rows), SQLITE_OK);
  EXPECT_EQ(rows, 0);
}

}  // namespace
}  // namespace writ
