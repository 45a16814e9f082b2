// Where execvp would look for a command, found out before the fork so that a failure can be told
// in full.
#pragma once

#include <string>
#include <vector>

namespace writ {

struct CommandPath {
  std::vector<std::string> candidates;  // to be tried in this order
  std::string searched;                 // the PATH they come from; not for a name with a slash
};

CommandPath FindCommand(const std::string& name);

// Why none of the candidates could be started. `error` is the errno of the failed exec.
std::string WhyNotStarted(const std::string& name, const CommandPath& path, int error);

}  // namespace writ
