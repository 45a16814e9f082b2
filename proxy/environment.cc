// Choosing environment variables.
// Tested by tests/proxy/environment_test.cc and tests/faults/.
#include "proxy/environment.h"

#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "vm/glob.h"

namespace writ {
namespace {

constexpr std::string_view kAlways[] = {"HOME", "LANG", "LC_*",   "LOGNAME", "PATH", "SHELL",
                                        "TERM", "TZ",   "TMPDIR", "USER",    "XDG_*"};

bool IsWanted(std::string_view name, const std::vector<std::string>& allowed) {
  const auto matches = [name](std::string_view glob) { return GlobMatches(name, glob); };
  return std::any_of(std::begin(kAlways), std::end(kAlways), matches) ||
         std::any_of(allowed.begin(), allowed.end(), matches);
}

}  // namespace

std::vector<std::string> EnvironmentFor(const EnvironmentOptions& options,
                                        const std::vector<std::string>& environment) {
  if (!options.clear) return environment;
  std::vector<std::string> chosen;
  for (const std::string& variable : environment) {
    const std::string_view name = std::string_view(variable).substr(0, variable.find('='));
    if (IsWanted(name, options.allowed)) chosen.push_back(variable);
  }
  return chosen;
}

std::vector<std::string> OwnEnvironment() {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  return variables;
}

}  // namespace writ
