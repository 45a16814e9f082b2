// A client whose server stands behind a pump: the pump runs, with a FakeSession, in a process of
// its own, and this object holds the other ends of its standard input, output and error.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/child.h"
#include "proxy/fake_session.h"
#include "proxy/log.h"
#include "proxy/process_tree.h"
#include "proxy/pump.h"

namespace writ {

enum class Transport { kPipes, kSocketPairs };

class PumpClient {
 public:
  static constexpr int kPatienceMilliseconds = 30'000;
  static constexpr int kNotFinished = -1;

  // `prepare` runs in the pump's process, before anything else.
  explicit PumpClient(
      const std::vector<std::string>& server, PumpOptions options = {},
      Transport transport = Transport::kPipes, const std::function<void()>& prepare = [] {}) {
    int in[2], out[2], error[2];
    Connect(transport, in);
    Connect(transport, out);
    Connect(Transport::kPipes, error);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      dup2(error[1], 2);
      for (int fd : {in[0], in[1], out[0], out[1], error[0], error[1]}) close(fd);
      prepare();
      _exit(Run(server, options));
    }
    close(in[0]);
    close(out[1]);
    close(error[1]);
    to_ = in[1];
    from_ = out[0];
    error_ = error[0];
    fcntl(error_, F_SETPIPE_SZ, 1 << 20);  // nobody reads it until the end
    pidfd_ = OpenPidfd(pid_);
  }

  PumpClient(const PumpClient&) = delete;
  PumpClient& operator=(const PumpClient&) = delete;

  ~PumpClient() {
    CloseInput();
    CloseOutput();
    Status();
    close(error_);
    close(pidfd_);
  }

  pid_t pid() const { return pid_; }
  int to() const { return to_; }
  int from() const { return from_; }

  // Exactly these bytes. False if they are not taken within the time of patience.
  bool Write(std::string_view bytes) {
    auto before = signal(SIGPIPE, SIG_IGN);
    fcntl(to_, F_SETFL, O_NONBLOCK);
    while (!bytes.empty() && WaitFor(to_, POLLOUT)) {
      ssize_t count = write(to_, bytes.data(), bytes.size());
      if (count < 0 && errno != EAGAIN) break;
      if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
    }
    fcntl(to_, F_SETFL, 0);
    signal(SIGPIPE, before);
    return bytes.empty();
  }
  bool Say(std::string_view line) { return Write(std::string(line) + "\n"); }

  // The next line, without its LF; "(end)" at the end, "(silence)" when patience is over.
  std::string Hear() {
    for (;;) {
      size_t end = heard_.find('\n');
      if (end != std::string::npos) {
        std::string line = heard_.substr(0, end);
        heard_.erase(0, end + 1);
        return line;
      }
      if (!WaitFor(from_, POLLIN)) return "(silence)";
      if (!Read(from_, &heard_)) return "(end)";
    }
  }

  // All up to the end.
  std::string HearOut() {
    while (WaitFor(from_, POLLIN) && Read(from_, &heard_)) {
    }
    return std::exchange(heard_, "");
  }

  void CloseInput() { Close(to_); }
  void CloseOutput() { Close(from_); }
  void HalfClose() { shutdown(to_, SHUT_WR); }

  // The exit status of the pump's process as a shell shows it; kNotFinished if it had to be killed.
  int Status() {
    if (pid_ < 0) return status_;
    bool ended = WaitFor(pidfd_, POLLIN);
    if (!ended) kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    status_ = !ended                ? kNotFinished
              : WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                    : WEXITSTATUS(status);
    return status_;
  }

  // What was written to standard error, once the pump has ended.
  std::string Errors() {
    Status();
    while (WaitFor(error_, POLLIN) && Read(error_, &errors_)) {
    }
    return errors_;
  }

 private:
  static int Run(const std::vector<std::string>& server, const PumpOptions& options) {
    auto child = Child::Start(server);
    if (!child) {
      dprintf(2, "%s\n", child.error().c_str());
      return 2;
    }
    Log log(LogLevel::kInfo);
    FakeSession session;
    int status = RunPump(0, 1, *child, session, log, options);
    if (HasChildren()) dprintf(2, "left something behind\n");
    return status;
  }

  static void Connect(Transport transport, int* ends) {
    if (transport == Transport::kPipes) {
      ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    } else {
      ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    }
  }
  static bool WaitFor(int fd, short events) {
    pollfd entry = {fd, events, 0};
    return poll(&entry, 1, kPatienceMilliseconds) > 0;
  }
  static bool Read(int fd, std::string* into) {
    char piece[65536];
    ssize_t count = read(fd, piece, sizeof piece);
    if (count <= 0) return false;
    into->append(piece, static_cast<size_t>(count));
    return true;
  }
  static void Close(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }

  pid_t pid_ = -1;
  int pidfd_ = -1;
  int to_ = -1;
  int from_ = -1;
  int error_ = -1;
  int status_ = kNotFinished;
  std::string heard_;
  std::string errors_;
};

}  // namespace writ
