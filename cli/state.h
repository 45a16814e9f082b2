// Where counts are kept: what --state, --state-dir and --state-prefix ask for.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "proxy/counters.h"
#include "proxy/log.h"
#include "proxy/permissions.h"
#include "vm/verify.h"

namespace writ {

struct StateOptions {
  bool in_memory = false;
  std::string folder;  // empty: DefaultStateFolder()
  std::string prefix;  // names the counters in place of the policies; empty: none
  bool insecure_permissions = false;
};

// Why state cannot be kept, for people.
struct StateFault {
  std::string message;
  std::string hint;
};

// `elsewhere` says how to do without the file that is refused.
StateFault FaultOf(const FileRefusal& refusal, std::string_view elsewhere);

// $XDG_STATE_HOME/writ, else ~/.local/state/writ. Fails where neither is known.
tl::expected<std::string, std::string> DefaultStateFolder();

// The folder that the options name, or that one.
tl::expected<std::string, std::string> StateFolder(const StateOptions& options);

// A store for the program, opened if the program counts what outlives a session: one that does not
// needs no folder. With `may_change` another program may count in it later, and it is opened when
// that is so: what keeps it from that fails the calls that it counts. `log` must outlive the store.
tl::expected<std::unique_ptr<Counters>, StateFault> OpenCounters(const StateOptions& options,
                                                                 const VerifiedProgram& program,
                                                                 bool may_change, const Log& log);

}  // namespace writ
