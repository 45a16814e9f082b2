// The MCP server behind the proxy: started without a shell, ended with the session.
//
// The server gets its own process group, an environment and writ's stderr, default signal
// dispositions and an empty signal mask. Launchers such as npx start the real server as a
// grandchild, and a grandchild may leave the group: so writ is made their subreaper
// (PR_SET_CHILD_SUBREAPER), and Signal reaches every process descended from the one started here,
// and no other. What was already running below this process before Start is left alone.
//
// proxy/ending.h is the sequence that ends one.
//
// One at a time in a process: a Child waits for every child of the process.
//
// Thread safety: none. Start is called by a thread that lives as long as the server: the kernel
// tells the server that its parent died (PR_SET_PDEATHSIG) when that thread ends.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "proxy/environment.h"
#include "proxy/process_tree.h"

namespace writ {

class Child {
 public:
  // Finds argv[0] as execvp does. An error names the command, says why, and shows PATH where the
  // name has no slash; it also covers "found but not executable" and a failed exec (reported
  // through a close-on-exec pipe, never by a child that lives on as a copy of writ).
  // Gives SIGCHLD its default disposition: ignored, the exit status would be lost.
  // `environment` is all that the server gets, "NAME=value" each; the command is still looked for
  // in writ's own PATH.
  static tl::expected<Child, std::string> Start(
      const std::vector<std::string>& argv,
      const std::vector<std::string>& environment = OwnEnvironment());

  Child(Child&&) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();  // kills what still runs

  int input() const { return input_; }    // our end of its stdin, non-blocking; -1 once closed
  int output() const { return output_; }  // our end of its stdout, non-blocking
  int pidfd() const { return pidfd_; }    // becomes readable when it exits
  void CloseInput();

  // Waits without blocking, for the server and for every other child of this process (its orphans
  // become ours). True once the server has exited; `status` is then as run() reports it: its exit
  // status, or 128 + signal.
  bool Reap(int* status);
  // True once the server and everything it started are gone.
  bool Finished();

  void Signal(int signal);  // to its group and to its strayed descendants
  // "exited with status 3", "was ended by signal 9 (Killed)"
  std::string HowItEnded() const;

 private:
  Child() = default;
  void WaitForAnyChild();

  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  int pidfd_ = -1;
  bool reaped_ = false;
  int wait_status_ = 0;
  std::vector<Process> bystanders_;  // ran below this process before Start
};

}  // namespace writ
