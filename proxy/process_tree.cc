// The processes below this one.
// Tested by tests/proxy/child_test.cc.
#include "proxy/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace writ {
namespace {

// /proc/ID/stat: "ID (name) state parent group …", start time the 22nd. The name may hold
// anything, blanks and parentheses included, but no other field has a parenthesis.
std::optional<Process> ReadProcess(pid_t id) {
  int fd = open(fmt::format("/proc/{}/stat", id).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  char text[1024];
  ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  if (size <= 0) return std::nullopt;
  text[size] = '\0';
  const char* name_end = std::strrchr(text, ')');
  if (name_end == nullptr) return std::nullopt;

  Process process;
  process.id = id;
  char state = 0;
  int fields = std::sscanf(name_end + 1,
                           " %c %d %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                           "%*s %*s %" SCNu64,
                           &state, &process.parent, &process.group, &process.start_time);
  if (fields != 4) return std::nullopt;
  process.zombie = state == 'Z' || state == 'X';
  return process;
}

std::vector<Process> AllProcesses() {
  std::vector<Process> all;
  DIR* folder = opendir("/proc");
  if (folder == nullptr) return all;
  while (const dirent* entry = readdir(folder)) {
    char* end;
    long id = std::strtol(entry->d_name, &end, 10);
    if (id <= 0 || *end != '\0') continue;
    if (auto process = ReadProcess(static_cast<pid_t>(id))) all.push_back(*process);
  }
  closedir(folder);
  return all;
}

}  // namespace

std::vector<Process> DescendantsOfThisProcess(const std::vector<Process>& without) {
  std::vector<Process> all = AllProcesses();
  std::erase_if(all, [&](const Process& process) {
    return std::any_of(without.begin(), without.end(),
                       [&](const Process& other) { return process.Is(other); });
  });

  std::vector<Process> found;
  std::vector<pid_t> parents = {getpid()};
  for (size_t next = 0; next < parents.size(); ++next) {
    for (const Process& process : all) {
      if (process.parent != parents[next]) continue;
      found.push_back(process);
      parents.push_back(process.id);
    }
  }
  return found;
}

void SignalProcess(const Process& process, int signal) {
  int handle = OpenPidfd(process.id);
  if (handle < 0) return;
  auto now = ReadProcess(process.id);
  if (now && now->Is(process)) syscall(SYS_pidfd_send_signal, handle, signal, nullptr, 0);
  close(handle);
}

// By number: the C library of Debian 12 declares these calls for C only.
int OpenPidfd(pid_t id) {
  return static_cast<int>(syscall(SYS_pidfd_open, id, 0));
}

bool HasChildren() {
  siginfo_t unused;
  return waitid(P_ALL, 0, &unused, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

}  // namespace writ
