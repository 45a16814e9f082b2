// What is noticed of changes to files. The kernel queues an event before the call that causes it
// returns, so nothing here waits.
#include "proxy/file_watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proxy/temporary_folder.h"

namespace writ {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class FileWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(watch_.fd(), 0);
    fs::create_directories(folder_ / "etc/one");
    fs::create_directories(folder_ / "etc/two");
    Write("etc/one/p.yaml", "1");
    Write("etc/two/p.yaml", "2");
    Write("etc/p.yaml", "0");
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  void Watch(const std::string& name) {
    EXPECT_THAT(watch_.Watch({folder_ / name}), IsEmpty());
    EXPECT_FALSE(Changed()) << "watching is no change";
  }
  bool Changed() { return watch_.Look().changed; }

  TemporaryFolder folder_;
  FileWatch watch_;
};

TEST_F(FileWatchTest, WrittenInPlace) {
  Watch("etc/p.yaml");
  Write("etc/p.yaml", "other");
  EXPECT_TRUE(Changed());
  EXPECT_FALSE(Changed()) << "told once";
}

TEST_F(FileWatchTest, KnowsWhetherAWriterIsAtIt) {
  Watch("etc/p.yaml");
  std::ofstream writer(folder_ / "etc/p.yaml");
  FileWatch::Seen seen = watch_.Look();
  EXPECT_TRUE(seen.changed) << "cut to nothing";
  EXPECT_TRUE(seen.written);
  writer << "more" << std::flush;
  seen = watch_.Look();
  EXPECT_TRUE(seen.changed);
  EXPECT_TRUE(seen.written);
  writer.close();
  seen = watch_.Look();
  EXPECT_TRUE(seen.changed);
  EXPECT_FALSE(seen.written);
}

// As `rm` and a shell's `>` do.
TEST_F(FileWatchTest, KnowsWhetherAWriterIsAtAFileThatIsMadeAgain) {
  Watch("etc/p.yaml");
  fs::remove(folder_ / "etc/p.yaml");
  EXPECT_FALSE(watch_.Look().written);
  for (const bool watched_anew : {false, true}) {
    std::ofstream writer(folder_ / "etc/p.yaml");
    if (watched_anew) {
      EXPECT_TRUE(watch_.Look().written);
      Watch("etc/p.yaml");
      EXPECT_TRUE(watch_.IsWritten()) << "nothing is in it yet";
    }
    writer << "half" << std::flush;
    EXPECT_TRUE(watch_.Look().written);
    writer.close();
    const FileWatch::Seen seen = watch_.Look();
    EXPECT_TRUE(seen.changed);
    EXPECT_FALSE(seen.written);
    fs::remove(folder_ / "etc/p.yaml");
    EXPECT_TRUE(Changed());
    Watch("etc/p.yaml");
  }
}

TEST_F(FileWatchTest, NobodyWritesWhatIsRenamed) {
  Write("etc/new", "other");
  Watch("etc/p.yaml");
  fs::rename(folder_ / "etc/new", folder_ / "etc/p.yaml");
  const FileWatch::Seen seen = watch_.Look();
  EXPECT_TRUE(seen.changed);
  EXPECT_FALSE(seen.written);
}

// They have no writer who will close them: so that is not waited for twice.
TEST_F(FileWatchTest, LinksAreTakenForWrittenUntilTheyAreWatched) {
  for (const char* target : {"etc/empty", "etc/two/p.yaml"}) {
    Write("etc/empty", "");
    watch_.Look();
    Watch("etc/p.yaml");
    for (const bool symbolic : {false, true}) {
      fs::remove(folder_ / "etc/p.yaml");
      if (symbolic) {
        fs::create_symlink(folder_ / target, folder_ / "etc/p.yaml");
      } else {
        fs::create_hard_link(folder_ / target, folder_ / "etc/p.yaml");
      }
      EXPECT_TRUE(watch_.Look().changed);
      Watch("etc/p.yaml");
      EXPECT_FALSE(watch_.IsWritten());
    }
  }
}

TEST_F(FileWatchTest, ReadingIsNoChange) {
  Watch("etc/p.yaml");
  std::string text;
  std::ifstream(folder_ / "etc/p.yaml") >> text;
  EXPECT_EQ(text, "0");
  EXPECT_FALSE(Changed());
}

TEST_F(FileWatchTest, SiblingsAreNoChange) {
  Watch("etc/p.yaml");
  Write("etc/p.yaml.swp", "x");
  Write("etc/one/p.yaml", "x");
  fs::remove(folder_ / "etc/p.yaml.swp");
  EXPECT_FALSE(Changed());
}

TEST_F(FileWatchTest, RenamedOver) {
  Watch("etc/p.yaml");
  Write("etc/new", "other");
  EXPECT_FALSE(Changed());
  fs::rename(folder_ / "etc/new", folder_ / "etc/p.yaml");
  EXPECT_TRUE(Changed());
  Watch("etc/p.yaml");
  Write("etc/p.yaml", "the new one, in place");
  EXPECT_TRUE(Changed());
}

TEST_F(FileWatchTest, RemovedAndMadeAgain) {
  Watch("etc/p.yaml");
  fs::remove(folder_ / "etc/p.yaml");
  EXPECT_TRUE(Changed());
  Watch("etc/p.yaml");
  Write("etc/p.yaml", "again");
  EXPECT_TRUE(Changed());
}

TEST_F(FileWatchTest, ItsRightsChanged) {
  Watch("etc/p.yaml");
  ASSERT_EQ(chmod((folder_ / "etc/p.yaml").c_str(), 0600), 0);
  EXPECT_TRUE(Changed());
  ASSERT_EQ(chmod((folder_ / "etc").c_str(), 0700), 0);
  EXPECT_TRUE(Changed());
}

TEST_F(FileWatchTest, AnotherNameOfTheFileIsWrittenTo) {
  fs::create_hard_link(folder_ / "etc/p.yaml", folder_ / "elsewhere");
  Watch("etc/p.yaml");
  Write("elsewhere", "other");
  EXPECT_TRUE(Changed());
}

// As Kubernetes does with the files of a ConfigMap.
TEST_F(FileWatchTest, ALinkOnTheWayLedElsewhere) {
  fs::remove(folder_ / "etc/p.yaml");
  fs::create_symlink("one", folder_ / "etc/..data");
  fs::create_symlink("..data/p.yaml", folder_ / "etc/p.yaml");
  Watch("etc/p.yaml");
  Write("etc/one/p.yaml", "the end of the links");
  EXPECT_TRUE(Changed());
  fs::create_symlink("two", folder_ / "etc/..data_tmp");
  EXPECT_FALSE(Changed());
  fs::rename(folder_ / "etc/..data_tmp", folder_ / "etc/..data");
  EXPECT_TRUE(Changed());
  Watch("etc/p.yaml");
  Write("etc/one/p.yaml", "nobody's any more");
  EXPECT_FALSE(Changed());
  Write("etc/two/p.yaml", "new");
  EXPECT_TRUE(Changed());
}

TEST_F(FileWatchTest, AFolderOnTheWayMoved) {
  Watch("etc/one/p.yaml");
  fs::rename(folder_ / "etc", folder_ / "old");
  EXPECT_TRUE(Changed());
  Watch("etc/one/p.yaml");
  fs::create_directories(folder_ / "etc");
  EXPECT_TRUE(Changed());
  Watch("etc/one/p.yaml");
  fs::create_directories(folder_ / "etc/one");
  EXPECT_TRUE(Changed());
  Watch("etc/one/p.yaml");
  Write("etc/one/p.yaml", "back");
  EXPECT_TRUE(Changed());
}

TEST_F(FileWatchTest, AFolderRemoved) {
  Watch("etc/one/p.yaml");
  fs::remove_all(folder_ / "etc");
  EXPECT_TRUE(Changed());
  EXPECT_FALSE(Changed());
}

TEST_F(FileWatchTest, WhatIsWatchedNoMoreIsNoChange) {
  Watch("etc/one/p.yaml");
  Watch("etc/two/p.yaml");
  Write("etc/one/p.yaml", "x");
  EXPECT_FALSE(Changed());
  Write("etc/two/p.yaml", "x");
  EXPECT_TRUE(Changed());
}

TEST_F(FileWatchTest, LinksThatGoRoundAreWatchedTillTheyDoNot) {
  fs::create_symlink("b", folder_ / "etc/a");
  fs::create_symlink("a", folder_ / "etc/b");
  Watch("etc/a");
  fs::remove(folder_ / "etc/b");
  EXPECT_TRUE(Changed());
}

TEST_F(FileWatchTest, WatchingAnewOpensNothingMore) {
  const auto watches = [this] {
    std::ifstream info("/proc/self/fdinfo/" + std::to_string(watch_.fd()));
    int count = 0;
    for (std::string line; std::getline(info, line);) count += line.rfind("inotify wd:", 0) == 0;
    return count;
  };
  Watch("etc/one/p.yaml");
  const int at_first = watches();
  EXPECT_GT(at_first, 0);
  for (int round = 0; round < 100; ++round) {
    Write("etc/new", std::to_string(round));
    fs::rename(folder_ / "etc/new", folder_ / "etc/one/p.yaml");
    EXPECT_TRUE(Changed());
    Watch("etc/one/p.yaml");
  }
  EXPECT_EQ(watches(), at_first);
}

TEST_F(FileWatchTest, ALostEventIsAChange) {
  Watch("etc/p.yaml");
  std::ifstream limit("/proc/sys/fs/inotify/max_queued_events");
  int most = 0;
  limit >> most;
  if (most <= 0 || most > 100'000) GTEST_SKIP() << "the kernel queues " << most << " events";
  // None of them is watched; equal events in a row would be one.
  for (int i = 0; i <= most; i += 2) {
    Write("etc/x", "");
    fs::remove(folder_ / "etc/x");
  }
  EXPECT_TRUE(Changed());
}

// Runs `watch` in a process that `prepare` has changed, and returns what it does; none if that
// cannot be had here.
std::optional<std::string> InProcess(const std::function<bool()>& prepare,
                                     const std::function<std::string()>& watch) {
  int ends[2];
  if (pipe(ends) != 0) return std::nullopt;
  const pid_t child = fork();
  if (child == 0) {
    if (!prepare()) _exit(1);
    const std::string text = watch();
    const bool whole =
        write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(whole ? 0 : 2);
  }
  close(ends[1]);
  std::string text;
  char byte = 0;
  while (read(ends[0], &byte, 1) == 1) text += byte;
  close(ends[0]);
  int status = -1;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return std::nullopt;
  return text;
}

// Where the kernel gives so many watches.
std::optional<std::string> WithWatches(size_t most, const std::function<std::string()>& watch) {
  const auto limit = [most, user = geteuid()] {
    const auto write_file = [](const char* path, const std::string& text) {
      std::ofstream file(path);
      file << text << std::flush;
      return file.good();
    };
    return unshare(CLONE_NEWUSER) == 0 &&
           write_file("/proc/self/uid_map", "0 " + std::to_string(user) + " 1") &&
           write_file("/proc/sys/user/max_inotify_watches", std::to_string(most));
  };
  return InProcess(limit, watch);
}

TEST_F(FileWatchTest, SaysIfTheKernelGivesNoMoreWatches) {
  const std::string file = folder_ / "etc/p.yaml";
  // All but the last: that of the file, after those of the folders above.
  const auto folders = static_cast<size_t>(std::count(file.begin(), file.end(), '/'));
  const auto told = [&] {
    FileWatch watch;
    std::string text;
    for (const std::string& line : watch.Watch({file})) text += line + "\n";
    return text;
  };
  const std::optional<std::string> enough = WithWatches(folders + 1, told);
  if (!enough.has_value()) GTEST_SKIP() << "no user namespace with a limit of its own";
  EXPECT_EQ(*enough, "");
  const std::string why = ": no inotify watch is left (fs.inotify.max_user_watches)\n";
  EXPECT_EQ(WithWatches(folders, told), file + why);
  EXPECT_EQ(WithWatches(folders - 1, told), file + why + (folder_ / "etc") + why);
}

TEST_F(FileWatchTest, FreesWatchesForOthers) {
  const std::string one = folder_ / "etc/one/p.yaml";
  const auto folders = static_cast<size_t>(std::count(one.begin(), one.end(), '/'));
  const auto blind = WithWatches(folders + 1, [&] {
    FileWatch watch;
    watch.Watch({one});
    const std::vector<std::string> lines = watch.Watch({folder_ / "etc/two/p.yaml"});
    return std::to_string(lines.size());
  });
  if (!blind.has_value()) GTEST_SKIP() << "no user namespace with a limit of its own";
  EXPECT_EQ(*blind, "0");
}

TEST_F(FileWatchTest, SaysWhereItIsBlind) {
  // Root would see everything.
  constexpr uid_t kOrdinaryUser = 65534;
  const bool is_root = geteuid() == 0;
  const std::string etc = folder_ / "etc";
  for (const std::string& folder : {folder_.path(), etc}) {
    ASSERT_TRUE(!is_root || chown(folder.c_str(), kOrdinaryUser, kOrdinaryUser) == 0);
  }
  ASSERT_EQ(chmod(etc.c_str(), 0300), 0);
  const auto told = InProcess(
      [is_root] { return !is_root || setresuid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) == 0; },
      [&etc] {
        FileWatch watch;
        std::string text;
        for (const std::string& line : watch.Watch({etc + "/p.yaml"})) text += line + "\n";
        return text;
      });
  EXPECT_EQ(told, etc + ": Permission denied\n");
  ASSERT_EQ(chmod(etc.c_str(), 0700), 0);
}

}  // namespace
}  // namespace writ
