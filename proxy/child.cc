// Starts the MCP server without a shell and reaches all that it starts.
// Tested by tests/proxy/child_test.cc.
#include "proxy/child.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "proxy/command_path.h"
#include "proxy/signals.h"
#include "proxy/standard_streams.h"

namespace writ {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  ~Pipe() {
    Close(read_end);
    Close(write_end);
  }
  static void Close(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }

  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = ends[0];
    write_end = ends[1];
    return true;
  }
};

void SetNonBlocking(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// What the child needs, made before the fork: after it only async-signal-safe calls are allowed.
struct Launch {
  // REQUIRES: both outlive it.
  Launch(const std::vector<std::string>& argv, const std::vector<std::string>& variables)
      : path(FindCommand(argv[0])) {
    for (const std::string& argument : argv) arguments.push_back(argument.c_str());
    arguments.push_back(nullptr);
    for (const std::string& variable : variables) environment.push_back(variable.c_str());
    environment.push_back(nullptr);
  }

  CommandPath path;
  std::vector<const char*> arguments;
  std::vector<const char*> environment;
  pid_t parent = getpid();
  Pipe input;
  Pipe output;
  Pipe failure;  // carries the errno of an exec that failed; closed by one that did not
};

void SetDefaultSignals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// execvp's search: goes on past what is not there or not allowed, and reports the latter.
int TryAll(const Launch& launch) {
  int error = ENOENT;
  for (const std::string& candidate : launch.path.candidates) {
    execve(candidate.c_str(), const_cast<char* const*>(launch.arguments.data()),
           const_cast<char* const*>(launch.environment.data()));
    if (errno == EACCES) {
      error = EACCES;
    } else if (errno != ENOENT && errno != ENOTDIR) {
      return errno;
    }
  }
  return error;
}

[[noreturn]] void BecomeServer(const Launch& launch) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  SetDefaultSignals();
  if (getppid() != launch.parent) _exit(128 + SIGTERM);  // died before it could be told
  dup2(launch.input.read_end, STDIN_FILENO);
  dup2(launch.output.write_end, STDOUT_FILENO);
  int error = TryAll(launch);
  [[maybe_unused]] ssize_t unused = write(launch.failure.write_end, &error, sizeof error);
  _exit(127);
}

// The errno of the exec, 0 if it succeeded.
int AwaitExec(int fd) {
  int error = 0;
  ssize_t count;
  do {
    count = read(fd, &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  return count == sizeof error ? error : 0;
}

void WaitFor(pid_t pid) {
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

tl::expected<Child, std::string> Child::Start(const std::vector<std::string>& argv,
                                              const std::vector<std::string>& environment) {
  if (argv.empty()) return tl::unexpected<std::string>("no server command is given");
  auto failed = [&](const char* what) {
    return tl::unexpected(
        fmt::format("cannot start \"{}\": {}: {}", argv[0], what, std::strerror(errno)));
  };

  ReplaceMissingStandardStreams();  // the child puts its pipes there
  Child child;
  if (HasChildren()) child.bystanders_ = DescendantsOfThisProcess();
  signal(SIGCHLD, SIG_DFL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);

  Launch launch(argv, environment);
  if (!launch.input.Open() || !launch.output.Open() || !launch.failure.Open()) {
    return failed("no pipe");
  }
  pid_t pid;
  {
    // In the child, until it has default dispositions: no handler of this process ever runs there.
    const AllSignalsBlocked blocked;
    pid = fork();
    if (pid == 0) BecomeServer(launch);
  }
  if (pid < 0) return failed("no process");

  Pipe::Close(launch.failure.write_end);
  if (int error = AwaitExec(launch.failure.read_end)) {
    WaitFor(pid);
    return tl::unexpected(WhyNotStarted(argv[0], launch.path, error));
  }
  child.pid_ = pid;
  child.pidfd_ = OpenPidfd(pid);
  if (child.pidfd_ < 0) return failed("no pidfd");
  child.input_ = std::exchange(launch.input.write_end, -1);
  child.output_ = std::exchange(launch.output.read_end, -1);
  SetNonBlocking(child.input_);
  SetNonBlocking(child.output_);
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)),
      reaped_(other.reaped_),
      wait_status_(other.wait_status_),
      bystanders_(std::move(other.bystanders_)) {}

Child::~Child() {
  CloseInput();
  // A process killed while it forks leaves one more behind: so again until nothing is left.
  for (int round = 0; pid_ > 0 && !Finished() && round < 200; ++round) {
    Signal(SIGKILL);
    poll(nullptr, 0, 5);
  }
  if (output_ >= 0) close(output_);
  if (pidfd_ >= 0) close(pidfd_);
}

void Child::CloseInput() {
  Pipe::Close(input_);
}

void Child::WaitForAnyChild() {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid != pid_) continue;
    reaped_ = true;
    wait_status_ = status;
  }
}

bool Child::Reap(int* status) {
  WaitForAnyChild();
  if (!reaped_) return false;
  *status = WIFSIGNALED(wait_status_) ? 128 + WTERMSIG(wait_status_) : WEXITSTATUS(wait_status_);
  return true;
}

bool Child::Finished() {
  WaitForAnyChild();
  if (!reaped_) return false;
  return !HasChildren() || DescendantsOfThisProcess(bystanders_).empty();
}

// The group is signalled at once while its leader's id cannot have been given to another; every
// other process by its own pidfd.
void Child::Signal(int signal) {
  bool has_group = pid_ > 0 && !reaped_;
  if (has_group) kill(-pid_, signal);
  for (const Process& process : DescendantsOfThisProcess(bystanders_)) {
    if (process.zombie || (has_group && process.group == pid_)) continue;
    SignalProcess(process, signal);
  }
}

std::string Child::HowItEnded() const {
  if (!WIFSIGNALED(wait_status_)) {
    return fmt::format("exited with status {}", WEXITSTATUS(wait_status_));
  }
  int signal = WTERMSIG(wait_status_);
  return fmt::format("was ended by signal {} ({})", signal, strsignal(signal));
}

}  // namespace writ
