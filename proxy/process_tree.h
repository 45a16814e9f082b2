// The processes below this one, as /proc shows them, and a way to signal one of them that cannot
// hit another: a process id is reused once its process is gone, so it is held by a pidfd and its
// start time compared before the signal goes out.
//
// A process that this one is subreaper for (PR_SET_CHILD_SUBREAPER) stays below it whatever
// becomes of its parents, sessions and groups.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace writ {

struct Process {
  pid_t id = 0;
  pid_t parent = 0;
  pid_t group = 0;
  uint64_t start_time = 0;  // clock ticks since boot; tells apart two processes with one id
  bool zombie = false;

  bool Is(const Process& other) const { return id == other.id && start_time == other.start_time; }
};

// Every process below this one, except those in `without` and what is below them. Empty where
// /proc is not mounted.
std::vector<Process> DescendantsOfThisProcess(const std::vector<Process>& without = {});

// Does nothing if the process has ended.
void SignalProcess(const Process& process, int signal);

// A descriptor, closed on exec, that polls readable once the process has ended. -1 on failure.
int OpenPidfd(pid_t id);

// True if this process has a child, a zombie included.
bool HasChildren();

}  // namespace writ
