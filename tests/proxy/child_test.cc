#include "proxy/child.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "proxy/process_tree.h"

namespace writ {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kPatienceMilliseconds = 20'000;

// Reads until `done` is found, the end, or patience is over.
std::string ReadOutput(const Child& child, const std::string& done = "") {
  std::string all;
  for (;;) {
    pollfd entry = {child.output(), POLLIN, 0};
    if (poll(&entry, 1, kPatienceMilliseconds) <= 0) return all + "<timed out>";
    char piece[4096];
    ssize_t count = read(child.output(), piece, sizeof piece);
    if (count <= 0) return all;
    all.append(piece, static_cast<size_t>(count));
    if (!done.empty() && all.find(done) != std::string::npos) return all;
  }
}

int AwaitStatus(Child& child) {
  pollfd entry = {child.pidfd(), POLLIN, 0};
  EXPECT_EQ(poll(&entry, 1, kPatienceMilliseconds), 1);
  int status = -1;
  EXPECT_TRUE(child.Reap(&status));
  return status;
}

bool AwaitFinished(Child& child) {
  auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMilliseconds);
  while (!child.Finished()) {
    if (std::chrono::steady_clock::now() > end) return false;
    poll(nullptr, 0, 2);
  }
  return true;
}

bool IsRunning(pid_t pid) {
  return kill(pid, 0) == 0;
}

tl::expected<Child, std::string> StartShell(const std::string& script) {
  return Child::Start({"sh", "-c", script});
}

std::string ErrorOf(const std::vector<std::string>& argv) {
  auto child = Child::Start(argv);
  return child ? "it started" : child.error();
}

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/writ-child-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name, const std::string& text, mode_t mode) const {
    std::string path = path_ + "/" + name;
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Sets PATH for one test.
class Path {
 public:
  explicit Path(const std::string& value) : before_(getenv("PATH")) {
    setenv("PATH", value.c_str(), 1);
  }
  ~Path() { setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_;
};

TEST(Child, SpeaksThroughPipes) {
  auto child = Child::Start({"cat"});
  ASSERT_TRUE(child) << child.error();
  ASSERT_EQ(write(child->input(), "hello\n", 6), 6);
  EXPECT_EQ(ReadOutput(*child, "\n"), "hello\n");
  int status;
  EXPECT_FALSE(child->Reap(&status));
  child->CloseInput();
  EXPECT_EQ(child->input(), -1);
  EXPECT_EQ(ReadOutput(*child), "");
  EXPECT_EQ(AwaitStatus(*child), 0);
  EXPECT_TRUE(child->Finished());
  EXPECT_EQ(child->HowItEnded(), "exited with status 0");
}

TEST(Child, NoShellComesNearItsArguments) {
  auto child = Child::Start({"printf", "%s|", "$HOME", "a b", "", "`id`", "*"});
  ASSERT_TRUE(child) << child.error();
  EXPECT_EQ(ReadOutput(*child), "$HOME|a b||`id`|*|");
}

TEST(Child, ReportsItsStatus) {
  auto child = StartShell("exit 3");
  ASSERT_TRUE(child) << child.error();
  EXPECT_EQ(AwaitStatus(*child), 3);
  EXPECT_EQ(child->HowItEnded(), "exited with status 3");
}

TEST(Child, ReportsTheSignalThatEndedIt) {
  auto child = StartShell("kill -KILL $$");
  ASSERT_TRUE(child) << child.error();
  EXPECT_EQ(AwaitStatus(*child), 128 + SIGKILL);
  EXPECT_EQ(child->HowItEnded(), "was ended by signal 9 (Killed)");
}

TEST(Child, ReportsItsStatusEvenIfSigchldWasIgnored) {
  signal(SIGCHLD, SIG_IGN);
  auto child = StartShell("exit 4");
  ASSERT_TRUE(child) << child.error();
  EXPECT_EQ(AwaitStatus(*child), 4);
}

TEST(Child, InheritsNoDescriptorOfOurs) {
  auto child = StartShell("ls /proc/self/fd | wc -l");
  ASSERT_TRUE(child) << child.error();
  int inheritable = 0;  // standard input, output and error, and what the test runner left open
  for (int fd = 0; fd < 1024; ++fd) {
    int flags = fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) ++inheritable;
  }
  EXPECT_EQ(std::stoi(ReadOutput(*child)), inheritable + 1);  // and the folder that ls reads
  for (int fd : {child->input(), child->output(), child->pidfd()}) {
    EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_GT(fd, 2);
  }
}

TEST(Child, ItsOwnEndsBlock) {
  auto child = StartShell("grep flags: /proc/self/fdinfo/0 /proc/self/fdinfo/1");
  ASSERT_TRUE(child) << child.error();
  std::string flags = ReadOutput(*child);
  EXPECT_THAT(flags, HasSubstr("flags:"));
  EXPECT_THAT(flags, Not(HasSubstr("4000")));  // O_NONBLOCK, in octal
}

TEST(Child, HasDefaultSignalsAndAnEmptyMask) {
  auto pipe_before = signal(SIGPIPE, SIG_IGN);
  auto hangup_before = signal(SIGHUP, SIG_IGN);
  sigset_t blocked, mask_before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &mask_before);
  auto child = Child::Start({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"});
  pthread_sigmask(SIG_SETMASK, &mask_before, nullptr);
  signal(SIGPIPE, pipe_before);
  signal(SIGHUP, hangup_before);
  ASSERT_TRUE(child) << child.error();
  EXPECT_EQ(ReadOutput(*child), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST(Child, LeadsAGroupOfItsOwn) {
  auto child = Child::Start({"cut", "-d", " ", "-f", "1,5", "/proc/self/stat"});
  ASSERT_TRUE(child) << child.error();
  int id = 0, group = 0;
  ASSERT_EQ(sscanf(ReadOutput(*child).c_str(), "%d %d", &id, &group), 2);
  EXPECT_EQ(id, group);
}

TEST(Child, InheritsTheEnvironment) {
  setenv("WRIT_CHILD_TEST", "seen", 1);
  auto child = StartShell("echo $WRIT_CHILD_TEST");
  unsetenv("WRIT_CHILD_TEST");
  ASSERT_TRUE(child) << child.error();
  EXPECT_EQ(ReadOutput(*child), "seen\n");
}

// --- commands that cannot be started ---

TEST(ChildStart, NamesACommandThatDoesNotExistAndShowsPath) {
  Path path("/nowhere:/usr/bin");
  EXPECT_EQ(ErrorOf({"writ-no-such-command", "x"}),
            "cannot start \"writ-no-such-command\": no such command in PATH (PATH is "
            "/nowhere:/usr/bin)");
}

TEST(ChildStart, SaysThatPathIsEmpty) {
  Path path("");
  EXPECT_EQ(ErrorOf({"writ-no-such-command"}),
            "cannot start \"writ-no-such-command\": no such command in PATH (PATH is empty)");
}

TEST(ChildStart, ANameWithASlashIsNotSearched) {
  EXPECT_EQ(ErrorOf({"/nowhere/server"}), "cannot start \"/nowhere/server\": no such file");
}

TEST(ChildStart, FoundButNotExecutable) {
  Folder folder;
  std::string file = folder.File("server", "#!/bin/sh\n", 0644);
  EXPECT_EQ(ErrorOf({file}),
            "cannot start \"" + file + "\": " + file + " is not executable (permission denied)");
  Path path(folder.path());
  EXPECT_EQ(ErrorOf({"server"}), "cannot start \"server\": " + file +
                                     " is not executable (permission denied) (PATH is " +
                                     folder.path() + ")");
}

TEST(ChildStart, AFolder) {
  EXPECT_EQ(ErrorOf({"/tmp"}), "cannot start \"/tmp\": /tmp is a folder");
}

TEST(ChildStart, AScriptWhoseInterpreterDoesNotExist) {
  Folder folder;
  std::string file = folder.File("server", "#!/nowhere/node\n", 0755);
  EXPECT_EQ(ErrorOf({file}), "cannot start \"" + file + "\": the interpreter that " + file +
                                 " names does not exist");
}

TEST(ChildStart, ATextWithoutAnInterpreterIsNotGivenToAShell) {
  Folder folder;
  std::string file = folder.File("server", "echo started\n", 0755);
  EXPECT_THAT(ErrorOf({file}), HasSubstr("script with a #! line"));
}

TEST(ChildStart, NoCommandAtAll) {
  EXPECT_EQ(ErrorOf({}), "no server command is given");
  EXPECT_EQ(ErrorOf({""}), "cannot start \"\": its name is empty");
}

TEST(ChildStart, SearchesOnAsExecvpDoes) {
  Folder not_executable, good;
  not_executable.File("writ-server", "#!/bin/sh\necho wrong\n", 0644);
  good.File("writ-server", "#!/bin/sh\necho right\n", 0755);
  Path path("/nowhere:" + not_executable.path() + ":" + good.path() + ":/usr/bin");
  auto child = Child::Start({"writ-server"});
  ASSERT_TRUE(child) << child.error();
  EXPECT_EQ(ReadOutput(*child), "right\n");
}

TEST(ChildStart, AFailedStartLeavesNoProcess) {
  ErrorOf({"/nowhere/server"});
  EXPECT_FALSE(HasChildren());
}

// --- descendants ---

TEST(ChildTree, SignalsReachTheGroupAndThoseWhoLeftIt) {
  auto child = StartShell(
      "sleep 1000 & setsid sleep 1000 & setsid sh -c 'sleep 1000 & wait' & "
      "echo started; wait");
  ASSERT_TRUE(child) << child.error();
  ReadOutput(*child, "started\n");
  EXPECT_FALSE(child->Finished());
  // The shells may still be starting the last ones: as an ending does, again until all are gone.
  int status = 0;
  for (int round = 0; round < 500 && !child->Finished(); ++round) {
    child->Signal(SIGTERM);
    poll(nullptr, 0, 5);
  }
  EXPECT_TRUE(child->Reap(&status));
  EXPECT_EQ(status, 128 + SIGTERM);
  EXPECT_TRUE(child->Finished());
  EXPECT_FALSE(HasChildren());
}

TEST(ChildTree, OrphansAreNoticedWaitedForAndEnded) {
  auto child = StartShell("setsid sleep 1000 & sleep 1000 & exit 5");
  ASSERT_TRUE(child) << child.error();
  EXPECT_EQ(AwaitStatus(*child), 5);
  EXPECT_FALSE(child->Finished());
  for (int round = 0; round < 500 && !child->Finished(); ++round) {
    child->Signal(SIGTERM);
    poll(nullptr, 0, 5);
  }
  EXPECT_TRUE(AwaitFinished(*child));
}

TEST(ChildTree, DestructionKillsWhatStillRuns) {
  std::vector<Process> before;
  {
    auto child = StartShell("trap '' TERM; setsid sleep 1000 & echo started; wait");
    ASSERT_TRUE(child) << child.error();
    ReadOutput(*child, "started\n");
    before = DescendantsOfThisProcess();
    EXPECT_FALSE(before.empty());
  }
  EXPECT_TRUE(DescendantsOfThisProcess().empty());
  for (const Process& process : before) EXPECT_FALSE(IsRunning(process.id));
}

TEST(ChildTree, WhatRanBeforeIsLeftAlone) {
  pid_t bystander = fork();
  if (bystander == 0) {
    execlp("sleep", "sleep", "1000", nullptr);
    _exit(127);
  }
  {
    auto child = StartShell("setsid sleep 1000 & echo started; wait");
    ASSERT_TRUE(child) << child.error();
    ReadOutput(*child, "started\n");
    for (int round = 0; round < 500 && !child->Finished(); ++round) {
      child->Signal(SIGTERM);
      poll(nullptr, 0, 5);
    }
    EXPECT_TRUE(child->Finished());
  }
  EXPECT_EQ(waitpid(bystander, nullptr, WNOHANG), 0);  // still there
  kill(bystander, SIGKILL);
  EXPECT_EQ(waitpid(bystander, nullptr, 0), bystander);
}

// The server is told when writ is killed and can do nothing any more.
TEST(ChildTree, TheServerEndsWithAParentThatIsKilled) {
  int report[2];
  ASSERT_EQ(pipe2(report, O_CLOEXEC), 0);
  // Orphans of the middle process come to this one, which can then wait for them.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t middle = fork();
  if (middle == 0) {
    auto child = Child::Start({"sleep", "1000"});
    std::vector<Process> below = DescendantsOfThisProcess();
    pid_t server = child && below.size() == 1 ? below[0].id : -1;
    [[maybe_unused]] ssize_t unused = write(report[1], &server, sizeof server);
    pause();
  }
  pid_t server = -1;
  ASSERT_EQ(read(report[0], &server, sizeof server), static_cast<ssize_t>(sizeof server));
  close(report[0]);
  close(report[1]);
  ASSERT_GT(server, 0);
  kill(middle, SIGKILL);
  EXPECT_EQ(waitpid(middle, nullptr, 0), middle);
  int status = 0;
  EXPECT_EQ(waitpid(server, &status, 0), server);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

}  // namespace
}  // namespace writ
