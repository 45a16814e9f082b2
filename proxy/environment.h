// What of writ's environment the server gets.
//
// Thread safety: none of environ; read before threads are started.
#pragma once

#include <string>
#include <vector>

namespace writ {

struct EnvironmentOptions {
  // Without it the server gets everything. With it, what a program needs to find its way (HOME,
  // LANG and LC_…, LOGNAME, PATH, SHELL, TERM, TMPDIR, TZ, USER and the XDG folders) and what
  // `allowed` names, which may be globs (AWS_*). A server needs no secret but its own.
  bool clear = false;
  std::vector<std::string> allowed;
};

// "NAME=value" each, in the order of `environment`.
std::vector<std::string> EnvironmentFor(const EnvironmentOptions& options,
                                        const std::vector<std::string>& environment);

// That of this process.
std::vector<std::string> OwnEnvironment();

}  // namespace writ
