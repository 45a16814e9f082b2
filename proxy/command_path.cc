// Where execvp would look for a command, and why it could not be started.
// Tested by tests/proxy/child_test.cc.
#include "proxy/command_path.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace writ {
namespace {

std::string DefaultPath() {
  std::string path(confstr(_CS_PATH, nullptr, 0), '\0');
  confstr(_CS_PATH, path.data(), path.size());
  while (!path.empty() && path.back() == '\0') path.pop_back();
  return path;
}

const std::string* FirstThatExists(const CommandPath& path) {
  for (const std::string& candidate : path.candidates) {
    struct stat status;
    if (stat(candidate.c_str(), &status) == 0) return &candidate;
  }
  return nullptr;
}

std::string Reason(const std::string& found, int error) {
  struct stat status;
  bool folder = stat(found.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  if (folder) return fmt::format("{} is a folder", found);
  switch (error) {
    case EACCES: return fmt::format("{} is not executable (permission denied)", found);
    case ENOENT: return fmt::format("the interpreter that {} names does not exist", found);
    case ENOEXEC:
      return fmt::format("{} is neither a program of this system nor a script with a #! line",
                         found);
    default: return fmt::format("{}: {}", found, std::strerror(error));
  }
}

}  // namespace

CommandPath FindCommand(const std::string& name) {
  CommandPath path;
  if (name.empty()) return path;
  if (name.find('/') != std::string::npos) {
    path.candidates.push_back(name);
    return path;
  }
  const char* variable = std::getenv("PATH");
  path.searched = variable != nullptr ? variable : DefaultPath();
  std::string_view rest = path.searched;
  for (;;) {
    size_t colon = rest.find(':');
    std::string_view folder = rest.substr(0, colon);
    path.candidates.push_back(folder.empty() ? "./" + name : fmt::format("{}/{}", folder, name));
    if (colon == std::string_view::npos) return path;
    rest.remove_prefix(colon + 1);
  }
}

std::string WhyNotStarted(const std::string& name, const CommandPath& path, int error) {
  bool about_a_file = error == EACCES || error == ENOENT || error == ENOTDIR || error == ENOEXEC;
  const std::string* found = FirstThatExists(path);
  bool has_slash = name.find('/') != std::string::npos;
  std::string reason = found != nullptr ? Reason(*found, error)
                       : !about_a_file  ? std::strerror(error)
                       : name.empty()   ? "its name is empty"
                       : has_slash      ? "no such file"
                                        : "no such command in PATH";
  std::string message = fmt::format("cannot start \"{}\": {}", name, reason);
  if (name.empty() || has_slash) return message;
  return message + fmt::format(" (PATH is {})", path.searched.empty() ? "empty" : path.searched);
}

}  // namespace writ
